/** Boxes of the face finder: which of two that overlap is kept, squares, corrections, and the plain mean of pixels. */
import { describe, expect, it } from 'vitest';
import { areaMean, shrunk } from '../../../worker/vision/area-mean.ts';
import { corrected, type FaceBox, keepBest, squared } from '../../../worker/vision/face-boxes.ts';

const box = (left: number, top: number, right: number, bottom: number, probability = 0.9): FaceBox => ({ left, top, right, bottom, probability });

describe('keepBest', () => {
  it('keeps the most probable of two that overlap by more than the limit, and both at the limit', () => {
    // 50 of 150 pixels are common
    const pair = [box(0, 0, 10, 10, 0.8), box(5, 0, 15, 10, 0.9)];
    expect(keepBest(pair, 0.3, 'union')).toEqual([pair[1]]);
    expect(keepBest(pair, 1 / 3, 'union')).toEqual([pair[1], pair[0]]);
  });
  it('sees a small box inside a large one by the smaller area alone', () => {
    const pair = [box(0, 0, 100, 100, 0.9), box(10, 10, 20, 20, 0.8)];
    expect(keepBest(pair, 0.7, 'union')).toHaveLength(2);
    expect(keepBest(pair, 0.7, 'smaller')).toEqual([pair[0]]);
  });
});

it('a square keeps the centre of its box', () => expect(squared(box(10, 20, 20, 60))).toEqual(box(-5, 20, 35, 60)));
it('sides move by shares of the box', () => {
  expect(corrected(box(0, 0, 10, 20), [0.1, -0.1, 0.2, 0], 0)).toEqual(box(1, -2, 12, 20));
  expect(corrected(box(0, 0, 9, 19), [0.1, -0.1, 0.2, 0], 1)).toEqual(box(1, -2, 11, 19));
});

describe('areaMean', () => {
  const rgb = Uint8Array.from({ length: 5 * 2 * 3 }, (_, i) => (i % 3 === 0 ? 10 * Math.floor(i / 3) : 255));
  const photo = { widthPx: 5, heightPx: 2, rgb };
  it('is the mean of all pixels touched, as adaptive_avg_pool2d says', () => {
    // red is 0 10 20 30 40 | 50 60 70 80 90; two columns take the pixels 0 to 2 and 2 to 4
    const planes = areaMean(photo, { left: 0, top: 0, right: 5, bottom: 2 }, 2, 1);
    expect([...planes.subarray(0, 2)].map((value) => value * 128 + 127.5)).toEqual([35, 55]);
    expect(planes[2]).toBeCloseTo(127.5 / 128, 6);
  });
  it('repeats pixels where it enlarges a part', () => {
    const planes = areaMean(photo, { left: 1, top: 1, right: 2, bottom: 2 }, 3, 3);
    expect(new Set(planes.subarray(0, 9))).toEqual(new Set([(60 - 127.5) / 128].map(Math.fround)));
  });
  it('makes the picture smaller, in bytes', () => expect([...shrunk(photo, 1, 1).rgb]).toEqual([45, 255, 255]));
});
