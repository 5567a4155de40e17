/** The embedded engine against the contract, and what only it promises: an untouched first frame, seamless loops, honest notes. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { motion } from '../../config/engines.ts';
import type { Engine, GenerateRequest, Photo } from '../../core/engine.ts';
import type { Logger } from '../../core/logger.ts';
import { createMotionEngine } from '../../worker/engines/motion.ts';
import { engineContract, make } from './engine-contract.ts';

const folder = fileURLToPath(new URL('../../worker/models/motion/', import.meta.url));
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** Soft clouds on blue above a dark ridge above rippled water. */
const landscape = (widthPx: number, heightPx: number): Photo => {
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0, i = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, i += 3) {
      const [u, v] = [x / widthPx, y / heightPx];
      const cloud = Math.max(0, Math.sin(9 * u + 2 * Math.sin(5 * v)) * Math.sin(11 * v + 3 * u));
      const ridge = 0.5 + 0.05 * Math.sin(7 * u);
      const ripple = 20 * Math.sin(90 * v + 6 * u);
      const colour = v < ridge ? [90 + 150 * cloud, 140 + 100 * cloud, 215 + 30 * cloud] : v < 0.58 ? [40, 46, 38] : [30 + ripple, 80 + ripple, 120 + ripple];
      rgb.set(colour, i);
    }
  }
  return { widthPx, heightPx, rgb };
};

const request: GenerateRequest = {
  photo: landscape(192, 128),
  prompt: 'clouds drift to the right, slow zoom in',
  negativePrompt: '',
  seed: 11,
  widthPx: 96,
  heightPx: 64,
  seconds: 1,
  fps: 8,
  frameCount: 4,
  steps: 3,
  guidance: 2,
  motion: 1,
  loop: false,
};

engineContract('motion', {
  manifest: motion,
  create: createMotionEngine,
  folder,
  request,
  sizes: [
    [64, 64],
    [66, 118],
    [320, 64],
    [192, 128],
  ],
  canStandStill: true,
});

describe('the motion engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = createMotionEngine({ manifest: motion, folder, providers: ['cpu'], threads: 1, log: silent });
    await engine.load();
  });
  afterAll(() => engine.dispose());

  const luma = (frame: Uint8Array | undefined): Uint8Array => (frame as Uint8Array).subarray(0, request.widthPx * request.heightPx);
  const difference = (a: Uint8Array | undefined, b: Uint8Array | undefined): number => {
    const [one, other] = [luma(a), luma(b)];
    return one.reduce((sum, value, i) => sum + Math.abs(value - (other[i] as number)), 0) / one.length;
  };

  it('starts with the photo itself', async () => {
    const still = await make(engine, { ...request, motion: 0 });
    const moving = await make(engine, request);
    expect(difference(still.frames[0], moving.frames[0])).toBeLessThan(0.05);
    expect(difference(moving.frames[0], moving.frames.at(-1))).toBeGreaterThan(1);
    expect(moving.stream.notes).toEqual([]);
  });

  it('shows the colours of the photo', async () => {
    const grey: Photo = { widthPx: 64, heightPx: 64, rgb: new Uint8Array(64 * 64 * 3).fill(128) };
    const { frames } = await make(engine, { ...request, photo: grey, motion: 0, widthPx: 64, heightPx: 64 });
    // BT.709 limited range: 16 + 219 * 128 / 255 and no colour
    expect(new Set(frames[0]?.subarray(0, 64 * 64))).toEqual(new Set([126]));
    expect(new Set(frames[0]?.subarray(64 * 64))).toEqual(new Set([128]));
  });

  it('closes a loop: the last frame leads back to the first', async () => {
    const { frames } = await make(engine, { ...request, prompt: 'clouds drift, zoom in', loop: true, frameCount: 12, fps: 12 });
    const steps = frames.map((frame, i) => difference(frame, frames[(i + 1) % frames.length]));
    expect(steps.at(-1)).toBeLessThan(1.5 * Math.max(...steps.slice(0, -1)) + 0.1);
    expect(difference(frames[0], frames[6])).toBeGreaterThan(1);
  });

  it('says when a move has to start on a part of the photo', async () => {
    const { stream } = await make(engine, { ...request, prompt: 'pan right', frameCount: 2 });
    expect(stream.notes).toContainEqual({ code: 'NOTE_CROPPED', params: {} });
  });

  it('pushes in gently and says so when nothing can move', async () => {
    // A brick wall has no flag, whatever the weights make of it.
    const rgb = new Uint8Array(96 * 64 * 3);
    for (let i = 0; i < 96 * 64; i++) {
      const [x, y] = [i % 96, Math.floor(i / 96)];
      rgb.set(y % 8 === 0 || (x + (y >> 3) * 6) % 12 === 0 ? [190, 185, 175] : [140, 70, 55], i * 3);
    }
    const { stream, frames } = await make(engine, { ...request, photo: { widthPx: 96, heightPx: 64, rgb }, prompt: 'the flag waves', frameCount: 3 });
    expect(stream.notes).toContainEqual({ code: 'NOTE_NOTHING_MOVES', params: {} });
    expect(difference(frames[0], frames[2])).toBeGreaterThan(0);
  });

  it('refuses what it cannot encode', async () => {
    await expect(make(engine, { ...request, widthPx: 97 })).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' });
    await expect(make(engine, { ...request, frameCount: 1 })).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' });
  });
});
