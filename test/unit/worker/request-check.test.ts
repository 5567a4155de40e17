/** What engines of published families refuse before any network runs, and the words for it. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError, noteText } from '../../../core/errors.ts';
import type { BundleManifest } from '../../../worker/onnx/bundle-manifest.ts';
import { etaArgument, formArguments, prompt, readArguments } from '../../../worker/parts/call-arguments.ts';
import { checkFrames, checkSize, checkSteps, requirePhoto } from '../../../worker/parts/request-check.ts';

const sizes = { sidePx: { min: 64, max: 1024, step: 64 }, maxPixels: 640 * 640 };
const refusal = (act: () => unknown): AppError => {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

it('fewer steps than the sampler can do are refused with the fewest it can', () => {
  const bundle = { family: 'ltx', defaults: {} } as BundleManifest;
  expect(() => checkSteps(bundle, 2)).not.toThrow();
  expect(noteText(refusal(() => checkSteps(bundle, 1)).toNote())).toBe('steps must be between 2 and 1000; you asked for 1.');
  expect(() => checkSteps({ family: 'svd', defaults: {} } as BundleManifest, 1)).not.toThrow();
});

describe('sizes', () => {
  it.each([
    [64, 64],
    [640, 640],
    [1024, 384],
  ])('takes %i×%i', (width, height) => expect(() => checkSize(width, height, sizes)).not.toThrow());

  it.each([
    [500, 320, '512×320 or 448×320'],
    [100, 130, '128×128 or 64×128'],
    [8, 640, '64×640'],
    [2000, 64, '1024×64'],
    [1024, 1024, '640×640'],
    [1024, 448, '1024×384 or 960×384'],
    [64.5, 64, '64×64 or 128×64'],
  ])('refuses %d×%d and names %s', (width, height, nearest) => {
    const { code, params } = refusal(() => checkSize(width, height, sizes));
    expect({ code, params }).toEqual({ code: 'SIZE_IMPOSSIBLE', params: { got: `${width}×${height}`, nearest } });
    for (const size of nearest.split(' or ')) {
      const [w, h] = size.split('×').map(Number) as [number, number];
      expect(() => checkSize(w, h, sizes)).not.toThrow();
    }
  });
});

describe('frame counts', () => {
  const frames = { min: 9, max: 41, step: 8 };
  it('takes those on the grid', () => expect(() => [9, 17, 41].map((count) => checkFrames(count, frames))).not.toThrow());
  it.each([
    [16, '9 or 17'],
    [2, '9'],
    [100, '41'],
  ])('refuses %i and names %s', (got, nearest) =>
    expect(refusal(() => checkFrames(got, frames))).toMatchObject({ code: 'FRAMES_IMPOSSIBLE', params: { got, nearest } }),
  );
});

describe('photos', () => {
  it('wants one', () => expect(refusal(() => requirePhoto(null)).code).toBe('PHOTO_MISSING'));
  it('wants all of its bytes', () => expect(refusal(() => requirePhoto({ widthPx: 2, heightPx: 2, rgb: new Uint8Array(11) })).code).toBe('REQUEST_MALFORMED'));
});

describe('arguments of a recorded call', () => {
  const schema = z.strictObject({ ...formArguments, ...etaArgument, prompt, steps: z.int().default(50) });
  it('fills in the defaults', () => expect(readArguments(schema, { prompt: 'a fox' })).toEqual({ prompt: 'a fox', steps: 50 }));
  it('takes a prompt as a list of one', () => expect(readArguments(schema, { prompt: ['a fox'] }).prompt).toBe('a fox'));
  it.each([
    [{ prompt: 'a fox', latents: [1], guidance_rescale: 0.7 }, 'this engine does not know the argument latents, guidance_rescale'],
    [{ prompt: 'a fox', eta: 0.5 }, /^eta: /],
    [{ prompt: ['a fox', 'a dog'] }, /^prompt: /],
    [{ prompt: 'a fox', output_type: 'latent' }, /^output_type: /],
  ])('refuses %j in words', (kwargs, problem) => {
    const error = refusal(() => readArguments(schema, kwargs));
    expect(error.code).toBe('REQUEST_MALFORMED');
    expect(error.params.problem).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
  });
});
