/** Options by name and words typed in a chat. */
import { describe, expect, it } from 'vitest';
import { clipOptions, parseOptions, parseTyped } from '../../../core/commands.ts';
import { sampleManifest } from '../../support/manifest.ts';

const manifests = [sampleManifest];

describe('parseTyped', () => {
  it.each([
    ['waves, slow zoom in', 'waves, slow zoom in', {}],
    ['waves --seconds 4 --seed 7', 'waves', { seconds: 4, seed: 7 }],
    ['waves —seconds=4 –gif', 'waves', { seconds: 4, format: 'gif' }],
    ['--loop clouds drift', 'clouds drift', { loop: true }],
    ['--gif clouds drift --width 640', 'clouds drift', { format: 'gif', widthPx: 640 }],
    ['well-known trees - still', 'well-known trees - still', {}],
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
