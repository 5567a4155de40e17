/** Options by name and words typed in a chat. */
import { describe, expect, it } from 'vitest';
import { clipOptions, parseOptions, parseTyped } from '../../../core/commands.ts';
import { eitherManifest, sampleManifest } from '../../support/manifest.ts';

const manifests = [sampleManifest];

describe('words to avoid', () => {
  it.each([
    ['a boat --negative blurry, low quality --seed 7', 'a boat', { negative: 'blurry, low quality', seed: 7 }],
    ['—negative “ugly people” a boat —gif', 'a boat', { negative: 'ugly people', format: 'gif' }],
    ['--negative "low-res" a boat --seconds "2"', 'a boat', { negative: 'low-res', seconds: 2 }],
  ])('%s', (text, prompt, options) => expect(parseTyped(text, [sampleManifest, eitherManifest])).toEqual({ prompt, options }));
  it('are refused when there are none, or when no engine takes them', () => {
    expect(() => parseTyped('a boat --negative', [eitherManifest])).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => parseTyped('a boat --negative x', manifests)).toThrow(/Possible: .*seconds/);
    expect(clipOptions(manifests).map(({ name }) => name)).not.toContain('negative');
  });
});

describe('parseTyped', () => {
  it.each([
    ['waves, slow zoom in', 'waves, slow zoom in', {}],
    ['waves --seconds 4 --seed 7', 'waves', { seconds: 4, seed: 7 }],
    ['waves —seconds=4 –gif', 'waves', { seconds: 4, format: 'gif' }],
    ['--loop clouds drift', 'clouds drift', { loop: true }],
    ['--gif clouds drift --width 640', 'clouds drift', { format: 'gif', widthPx: 640 }],
    ['well-known trees - still', 'well-known trees - still', {}],
    ['waves --frames 48', 'waves', { frames: 48 }],
  ])('%s', (text, prompt, options) => expect(parseTyped(text, manifests)).toEqual({ prompt, options }));
  it.each(['--seconds many', '--seconds 99', '--colour red', '--fps 23.5', '--seed'])('refuses “%s” with words', (text) => {
    expect(() => parseTyped(`waves ${text}`, manifests)).toThrow(expect.objectContaining({ name: 'InputError' }));
  });
});

it('takes bounds and choices from the manifests', () => {
  expect(clipOptions(manifests).find((option) => option.name === 'seconds')).toMatchObject({ min: 1, max: 8, default: 3 });
  expect(() => parseOptions({ engine: 'sora' }, manifests)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  expect(parseOptions({ engine: 'MOTION', loop: 'yes', format: '' }, manifests)).toEqual({ engine: 'motion', loop: true });
});
