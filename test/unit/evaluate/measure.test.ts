/** A whole clip through ffmpeg: made from a known scene, measured, judged, and laid out on a sheet. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../../../worker/evaluate/judge.ts';
import { measureClip } from '../../../worker/evaluate/measure.ts';
import { thumbOf, writeOverview, writeSheet } from '../../../worker/evaluate/sheet.ts';
import { encodeClip } from '../../../worker/media/encode.ts';
import { stream } from '../../support/frames.ts';
import { seenFrom, texture } from './scene.ts';

const size = { widthPx: 384, heightPx: 224 };
const FRAMES = 16;
let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stillmotion-test-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The scene as a camera that pushes in sees it; the left half of the scene goes up and down. */
const brightness = (x: number, y: number, time: number): number => {
  const [px, py] = seenFrom(x, y, { zoom: 1 + 0.2 * time }, size.widthPx, size.heightPx);
  return texture(px / 2, py / 2 + (px < 110 ? 2.5 * Math.sin(9 * time) : 0));
};

const photoOf = (): Promise<Buffer> => {
  const grey = Uint8Array.from({ length: size.widthPx * size.heightPx }, (_, i) => brightness(i % size.widthPx, Math.floor(i / size.widthPx), 0));
  return sharp(grey, { raw: { width: size.widthPx, height: size.heightPx, channels: 1 } })
    .png()
    .toBuffer();
};

const clip = async (): Promise<string> => {
  const frames = stream({
    ...size,
    frameCount: FRAMES,
    fps: 8,
    draw: (index, width, height) => {
      const frame = new Uint8Array(width * height * 1.5).fill(128);
      for (let i = 0; i < width * height; i++) frame[i] = Math.round(16 + (219 / 255) * brightness(i % width, Math.floor(i / width), index / (FRAMES - 1)));
      return frame;
    },
  });
  return (await encodeClip(frames, { format: 'mp4', maxBytes: 1e9, directory })).path;
};

describe('a clip from the disk', () => {
  // seconds on an idle machine, minutes beside a training
  it('is measured, judged and shown', async () => {
    const photo = await photoOf();
    const regions = {
      left: [
        [
          [0.02, 0.05],
          [0.24, 0.05],
          [0.24, 0.95],
          [0.02, 0.95],
        ] as [number, number][],
      ],
    };
    const { measures, evidence } = await measureClip(await clip(), photo, size, { regions, moves: ['left'] });
    expect(measures.clip).toEqual({ ...size, fps: 8, frameCount: FRAMES });
    expect(measures.camera.zoom).toBeCloseTo(1.2, 1);
    expect(Math.abs(measures.camera.pan)).toBeLessThan(0.01);
    expect(measures.firstFrame.whole).toBe(true);
    expect(measures.firstFrame.decibels).toBeGreaterThan(38);
    expect(measures.frozen).toBe(false);

    const verdicts = judge(measures, { camera: { zoom: 1 }, moves: ['left'], only: true });
    // where the halves meet the scene tears, which the warp error may say
    const missed = verdicts.filter(({ question, passed }) => !passed && question !== 'warp error');
    expect(missed).toEqual([]);
    expect(judge(measures, { still: true })[0]).toMatchObject({ question: 'still', passed: false });

    const page = { photo, prompt: 'push in, the left half sways', measures, verdicts, evidence };
    const [sheet, overview] = [join(directory, 'sheet.png'), join(directory, 'overview.png')];
    await writeSheet(sheet, page);
    await writeOverview(overview, [thumbOf(page, 'one'), thumbOf(page, 'two')]);
    for (const path of [sheet, overview]) {
      const { width = 0, format } = await sharp(await readFile(path)).metadata();
      expect(format).toBe('png');
      expect(width).toBeGreaterThan(900);
    }
  }, 240_000);
});
