/** Which engine makes a clip when one is named, when none is, with a photo and without. */
import { describe, expect, it } from 'vitest';
import { checkWordsEngine, chooseEngine } from '../../../core/engine-choice.ts';
import { eitherManifest, sampleManifest, wordlessManifest, wordsManifest } from '../../support/manifest.ts';

const all = [sampleManifest, eitherManifest, wordlessManifest, wordsManifest];
const choose = (wanted: string | undefined, usual: string | null, hasPhoto: boolean, manifests = all): string =>
  chooseEngine(manifests, wanted, usual, hasPhoto).id;

describe('the engine', () => {
  it.each<[string, string | undefined, string | null, boolean, string]>([
    ['the first that takes a photo', undefined, null, true, 'motion'],
    ['the place’s own', undefined, 'svd', true, 'svd'],
    ['not the place’s own when that takes no photo', undefined, 'modelscope', true, 'motion'],
    ['the first that takes none', undefined, null, false, 'modelscope'],
    ['the place’s own that makes do without', undefined, 'ltx', false, 'ltx'],
    ['not the place’s own when that needs a photo', undefined, 'motion', false, 'modelscope'],
    ['the one asked for', 'ltx', 'svd', false, 'ltx'],
    ['the first, when the place’s own was removed', undefined, 'gone', true, 'motion'],
  ])('is %s', (_what, wanted, usual, hasPhoto, expected) => expect(choose(wanted, usual, hasPhoto)).toBe(expected));

  it.each<[string | undefined, boolean, string]>([
    ['sora', true, 'ENGINE_UNKNOWN'],
    ['modelscope', true, 'PHOTO_UNWANTED'],
    ['svd', false, 'PHOTO_MISSING'],
  ])('%s with a photo: %s is refused with %s', (wanted, hasPhoto, code) =>
    expect(() => choose(wanted, null, hasPhoto)).toThrow(expect.objectContaining({ code })),
  );

  it('names the engines that take a photo', () =>
    expect(() => choose('modelscope', null, true)).toThrow(/For a photo choose Motion \(motion\) or LTX Video \(ltx\) or SVD \(svd\)\.$/));
  it('is missed in words where nothing works without a photo', () => {
    expect(() => choose(undefined, null, false, [sampleManifest])).toThrow(expect.objectContaining({ code: 'PHOTO_MISSING' }));
    expect(() => checkWordsEngine([sampleManifest])).toThrow(/from words alone\. Send a photo/);
    expect(() => checkWordsEngine(all)).not.toThrow();
  });
});
