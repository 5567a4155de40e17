/** Checking what was asked against a manifest. */
import { describe, expect, it } from 'vitest';
import { fitSize } from '../../../core/clip-shape.ts';
import { cleanPrompt, resolveRequest } from '../../../core/request.ts';
import { eitherManifest, sampleManifest as manifest } from '../../support/manifest.ts';

const photo = { widthPx: 1600, heightPx: 900 };
const resolve = (prompt: string, options = {}) => resolveRequest(manifest, prompt, options, photo, () => 42);

describe('resolveRequest', () => {
  it('fills what was not said from the manifest', () => {
    expect(resolve('waves')).toEqual({
      engine: 'motion',
      prompt: 'waves',
      negativePrompt: '',
      seconds: 3,
      fps: 24,
      frameCount: 72,
      seed: 42,
      steps: 12,
      guidance: 2,
      motion: 1,
      widthPx: 1280,
      heightPx: 720,
      loop: false,
      format: 'mp4',
    });
  });
  it.each([
    [{ seconds: 0.5 }, 'OPTION_OUT_OF_RANGE'],
    [{ seconds: 9 }, 'OPTION_OUT_OF_RANGE'],
    [{ fps: Number.NaN }, 'OPTION_OUT_OF_RANGE'],
    [{ motion: 2.1 }, 'OPTION_OUT_OF_RANGE'],
    [{ seed: -1 }, 'OPTION_OUT_OF_RANGE'],
    [{ seed: 1.5 }, 'OPTION_OUT_OF_RANGE'],
    [{ seed: 2 ** 32 }, 'OPTION_OUT_OF_RANGE'],
    [{ seconds: 8, fps: 30 }, 'TOO_MANY_FRAMES'],
    [{ format: 'avi' }, 'OPTION_INVALID'],
    [{ widthPx: 10_000 }, 'OPTION_OUT_OF_RANGE'],
  ])('refuses %j with %s', (options, code) => {
    expect(() => resolve('waves', options)).toThrow(expect.objectContaining({ code }));
  });
  it('counts characters, not bytes, and says how many there were', () => {
    expect(resolve('🌊'.repeat(300)).prompt).toBe('🌊'.repeat(300));
    expect(() => resolve('a'.repeat(301))).toThrow(expect.objectContaining({ code: 'PROMPT_TOO_LONG', params: { got: 301, max: 300 } }));
  });
});

describe('a request to an engine with grids', () => {
  const ask = (options = {}, size: { widthPx: number; heightPx: number } | null = photo, words = 'a boat', maxSeconds: number | null = null) =>
    resolveRequest(eitherManifest, words, options, size, () => 42, maxSeconds);

  it.each<[string, object, object]>([
    ['nothing: the nearest to the photo and the usual length', {}, { widthPx: 672, heightPx: 384, frameCount: 97, seconds: 4.04 }],
    ['seconds: the nearest frame count', { seconds: 2 }, { frameCount: 49, seconds: 2.04 }],
    ['seconds and frames per second', { seconds: 3, fps: 10 }, { frameCount: 33, seconds: 3.3 }],
    ['frames', { frames: 25 }, { frameCount: 25, seconds: 1.04 }],
    ['a width: the nearest height', { widthPx: 512 }, { widthPx: 512, heightPx: 288 }],
    ['a size of its own', { widthPx: 512, heightPx: 512 }, { widthPx: 512, heightPx: 512 }],
    ['what to avoid', { negative: ' blur\nry ' }, { negativePrompt: 'blur ry' }],
  ])('that says %s', (_what, options, expected) => expect(ask(options)).toMatchObject(expected));

  it.each<[object, string, object]>([
    [{ frames: 26 }, 'FRAMES_IMPOSSIBLE', { got: '26', nearest: '25 or 33' }],
    [{ frames: 1000 }, 'FRAMES_IMPOSSIBLE', { nearest: '249 or 257' }],
    [{ seconds: 20 }, 'TOO_MANY_FRAMES', { max: 257 }],
    [{ seconds: 0.5, fps: 4 }, 'FRAMES_IMPOSSIBLE', { got: '2', nearest: '9' }],
    [{ widthPx: 500, heightPx: 300 }, 'SIZE_IMPOSSIBLE', { got: '500×300', nearest: '512×288 or 480×288' }],
    [{ widthPx: 500 }, 'SIZE_IMPOSSIBLE', { got: '500×…', nearest: '512×288 or 512×320' }],
    [{ widthPx: 1280, heightPx: 1280 }, 'SIZE_IMPOSSIBLE', { got: '1280×1280' }],
    [{ heightPx: 5000 }, 'SIZE_IMPOSSIBLE', { got: '…×5000' }],
    [{ loop: true }, 'OPTION_UNSUPPORTED', { engine: 'LTX Video', field: 'loop' }],
    [{ motion: 2 }, 'OPTION_OUT_OF_RANGE', { field: 'motion' }],
    [{ negative: 'x'.repeat(301) }, 'PROMPT_TOO_LONG', { got: 301 }],
  ])('%j is refused with %s', (options, code, params) =>
    expect(() => ask(options)).toThrow(expect.objectContaining({ code, params: expect.objectContaining(params) })),
  );

  it('from words alone takes the model’s usual size, and needs words', () => {
    expect(ask({}, null)).toMatchObject({ widthPx: 704, heightPx: 480 });
    expect(() => ask({}, null, ' ')).toThrow(expect.objectContaining({ code: 'PROMPT_MISSING' }));
  });
  it('stays within what the place allows, and beyond it only when that was asked for', () => {
    expect(ask({ seconds: 2 }, photo, 'a boat', 2)).toMatchObject({ frameCount: 41, seconds: 1.71 });
    expect(ask({ seconds: 3 }, photo, 'a boat', 2).seconds).toBeGreaterThan(2);
  });
  it('made again from its own record is the same', () => {
    for (const first of [ask({ seconds: 2.5, fps: 23 }), ask(), resolve('waves', { seconds: 2.5, fps: 23 }), resolve('waves')]) {
      const { engine: _engine, prompt, negativePrompt: negative, frameCount: frames, ...rest } = first;
      const manifestOf = first.engine === 'ltx' ? eitherManifest : manifest;
      expect(resolveRequest(manifestOf, prompt, { ...rest, negative, frames }, photo, () => 1)).toEqual(first);
    }
  });
  it('every size that comes of a photo is one the engine makes', () => {
    for (let i = 1; i <= 60; i++) {
      const { widthPx, heightPx } = ask({}, { widthPx: 37 * i, heightPx: 40 + ((i * 7919) % 3000) });
      expect([widthPx % 32, heightPx % 32]).toEqual([0, 0]);
      expect(widthPx * heightPx).toBeLessThanOrEqual(eitherManifest.maxPixelsPerFrame);
      expect(Math.max(widthPx, heightPx)).toBeLessThanOrEqual(704);
    }
  });
});

it('refuses what an engine does not take', () => {
  expect(() => resolveRequest(manifest, 'waves', {}, null, () => 1)).toThrow(expect.objectContaining({ code: 'PHOTO_MISSING' }));
  expect(() => resolve('waves', { negative: 'blurry' })).toThrow(expect.objectContaining({ code: 'OPTION_UNSUPPORTED' }));
  expect(() => resolve('waves', { frames: 23 })).toThrow(expect.objectContaining({ code: 'FRAMES_IMPOSSIBLE', params: { got: '23', nearest: '24 or 25' } }));
  expect(resolve('waves', { frames: 48 })).toMatchObject({ frameCount: 48, seconds: 2 });
});

describe('cleanPrompt', () => {
  it.each([
    ['  waves\n\ton\u0000the lake  ', 'waves on the lake'],
    ['a\u202ereversed\u200b', 'areversed'],
    ['e\u0301', 'é'],
    ['\u001b[31mred\u0007', '[31mred'],
    // JSON may carry halves of characters, which no database takes
    ['a\ud83d\u200b\ude00b \udc00, but 🌊', 'ab , but 🌊'],
  ])('%j → %j', (raw, clean) => expect(cleanPrompt(raw)).toBe(clean));
});

describe('fitSize', () => {
  it.each([
    [{ widthPx: 4000, heightPx: 3000 }, {}, { widthPx: 1280, heightPx: 960 }],
    [{ widthPx: 3000, heightPx: 4000 }, {}, { widthPx: 960, heightPx: 1280 }],
    [{ widthPx: 501, heightPx: 333 }, {}, { widthPx: 502, heightPx: 334 }],
    [{ widthPx: 1600, heightPx: 900 }, { widthPx: 640 }, { widthPx: 640, heightPx: 360 }],
    [{ widthPx: 1600, heightPx: 900 }, { heightPx: 360 }, { widthPx: 640, heightPx: 360 }],
    [
      { widthPx: 1600, heightPx: 900 },
      { widthPx: 640, heightPx: 640 },
      { widthPx: 640, heightPx: 360 },
    ],
    [{ widthPx: 8000, heightPx: 100 }, {}, { widthPx: 1280, heightPx: 64 }],
    [{ widthPx: 1920, heightPx: 1920 }, { widthPx: 1920 }, { widthPx: 1440, heightPx: 1440 }],
  ])('%j with %j → %j', (size, wanted, fitted) => expect(fitSize(size, manifest, wanted)).toEqual(fitted));
});
