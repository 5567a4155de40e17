/** Which pictures the first encoding spends more on: those full of fine detail and fine colour, and no others. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { encodeClip } from '../../../worker/media/encode.ts';
import { findFfmpeg } from '../../../worker/media/ffmpeg.ts';
import { firstRate, USUAL_RATE } from '../../../worker/media/first-rate.ts';
import type { Rate } from '../../../worker/media/profiles.ts';
import { stream } from '../../support/frames.ts';

const size = { widthPx: 160, heightPx: 96 };
const area = size.widthPx * size.heightPx;

/** Noise that is the same in every run, -1..1. */
const noise = (at: number): number => {
  const value = Math.sin(12.9898 * at + 78.233) * 43_758.5453;
  return 2 * (value - Math.floor(value)) - 1;
};

/** Grain of these amplitudes, in light over the share of the picture that is left of `until`, and in colour. */
const grain = (light: number, colour: number, until = 1): Uint8Array =>
  Uint8Array.from({ length: area * 1.5 }, (_, at) => {
    if (at >= area) return 128 + colour * noise(at);
    return 120 + (at % size.widthPx < until * size.widthPx ? light : 1) * noise(at);
  });

it('codes calm, busy and colourful pictures alike', () => {
  for (const frame of [grain(2, 1), grain(20, 2), grain(4, 5), grain(25, 2, 0.5)]) expect(firstRate(frame, size)).toEqual(USUAL_RATE);
});

it('codes a picture that is busy all over and full of fine colour more finely', () => {
  expect(firstRate(grain(22, 9), size)).toMatchObject({ crf: 16, chromaQpOffset: -6 });
});

it('spends as much as what the colour has lost asks for, and no more than helps', () => {
  const rateFor = (colourLoss: number): Rate => firstRate(grain(22, 9), { ...size, colourLoss });
  expect(rateFor(0)).toEqual(USUAL_RATE);
  const crfs = [8, 15, 19, 21].map((colourLoss) => (rateFor(colourLoss) as { crf: number }).crf);
  expect(crfs).toEqual([18, 16, 14, 12]);
  // no rate brings back 34 decibels then
  expect(rateFor(40)).toMatchObject({ crf: 16 });
  // a calm picture has room for all of it
  expect(firstRate(grain(2, 1), { ...size, colourLoss: 20 })).toEqual(USUAL_RATE);
});

it('leaves frames of another length to whoever encodes them', () => {
  expect(firstRate(new Uint8Array(), size)).toEqual(USUAL_RATE);
  expect(firstRate(grain(22, 9).subarray(1), size)).toEqual(USUAL_RATE);
});

it('brings the first frame of such a clip closer to what was drawn', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'first-rate-test-'));
  try {
    const frame = grain(22, 9);
    const { path } = await encodeClip(stream({ ...size, frameCount: 6, draw: () => frame }), { format: 'mp4', maxBytes: 1e9, directory });
    const raw = join(directory, 'raw.yuv');
    const { path: ffmpeg } = await findFfmpeg();
    await promisify(execFile)(ffmpeg, ['-loglevel', 'error', '-nostdin', '-i', path, '-frames:v', '1', '-f', 'rawvideo', raw]);
    const first = await readFile(raw);
    const colourError = frame.subarray(area).reduce((sum, value, i) => sum + (value - (first[area + i] as number)) ** 2, 0) / (area / 2);
    // 3.6 at the usual rate
    expect(colourError).toBeLessThan(0.7);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
