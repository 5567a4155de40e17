/** Frames that show nothing or never move are noticed; a plain photo and a still clip are not. */
import { describe, expect, it } from 'vitest';
import type { Photo } from '../../../core/engine.ts';
import { watchFrames } from '../../../worker/vision/frame-watch.ts';
import { plain, stream } from '../../support/frames.ts';

const photoOf = (pixel: (i: number) => number): Photo => ({ widthPx: 32, heightPx: 32, rgb: Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => pixel(i)) });
const textured = photoOf((i) => (i * 37) % 256);
const white = photoOf(() => 255);
const still = (_i: number, widthPx: number, heightPx: number): Uint8Array =>
  Uint8Array.from({ length: (widthPx * heightPx * 3) / 2 }, (_, k) => (k * 31) % 200);

const drain = async (draw: Parameters<typeof stream>[0], photo: Photo | null, motion = 1): Promise<number> => {
  let count = 0;
  for await (const _ of watchFrames(stream({ frameCount: 5, ...draw }), { photo, motion }).frames) count++;
  return count;
};

describe('frames on their way', () => {
  it('pass when they show something that moves', async () => expect(await drain({}, textured)).toBe(5));
  it.each([
    ['a photo', textured],
    ['words alone', null],
  ])('of one colour are refused, made from %s', (_what, photo) =>
    expect(drain({ draw: plain(16, 128, 128) }, photo)).rejects.toMatchObject({ code: 'OUTPUT_BLANK' }),
  );
  it('that never change are refused', () => expect(drain({ draw: still }, textured)).rejects.toMatchObject({ code: 'OUTPUT_FROZEN' }));
  it('may stand still when asked to', async () => expect(await drain({ draw: still }, textured, 0)).toBe(5));
  it('may be of one colour when the photo is', async () => expect(await drain({ draw: plain(235, 128, 128) }, white)).toBe(5));
});
