/** Checking what was asked against a manifest. */
import { describe, expect, it } from 'vitest';
import { cleanPrompt, fitSize, resolveRequest } from '../../../core/request.ts';
import { sampleManifest as manifest } from '../../support/manifest.ts';

const photo = { widthPx: 1600, heightPx: 900 };
const resolve = (prompt: string, options = {}) => resolveRequest(manifest, prompt, options, photo, () => 42);

describe('resolveRequest', () => {
  it('fills what was not said from the manifest', () => {
    expect(resolve('waves')).toEqual({
      engine: 'motion',
      prompt: 'waves',
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

describe('cleanPrompt', () => {
  it.each([
    ['  waves\n\ton\u0000the lake  ', 'waves on the lake'],
    ['a\u202ereversed\u200b', 'areversed'],
    ['e\u0301', 'é'],
    ['\u001b[31mred\u0007', '[31mred'],
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
