/** Sharpening that makes up for sampling between pixels. */
import { describe, expect, it } from 'vitest';
import { random } from '../../../worker/tensor/random.ts';
import { crisp } from '../../../worker/vision/crisp.ts';

const [WIDTH, HEIGHT] = [64, 48];

/** Smooth noise, as photos are: white noise blurred once. */
const texture = (): Uint8Array => {
  const noise = random(5).normal(WIDTH * HEIGHT);
  return Uint8Array.from(noise, (_, i) => {
    let sum = 0;
    for (const step of [0, -1, 1, -WIDTH, WIDTH]) sum += noise[(i + step + noise.length) % noise.length] as number;
    return Math.max(16, Math.min(235, 125 + 9 * sum));
  });
};

/** What bilinear sampling half a pixel to the right and down gives. */
const between = (luma: Uint8Array): Float32Array =>
  Float32Array.from(luma, (value, i) => {
    const at = (step: number): number => luma[Math.min(i + step, luma.length - 1)] as number;
    return (value + at(1) + at(WIDTH) + at(WIDTH + 1)) / 4;
  });

const detail = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let y = 2; y < HEIGHT - 3; y++) {
    for (let x = 2; x < WIDTH - 3; x++) sum += Math.abs((values[y * WIDTH + x + 1] as number) - (values[y * WIDTH + x] as number));
  }
  return sum;
};

describe('crisp', () => {
  it('brings back part of the detail that sampling between pixels takes', () => {
    const photo = texture();
    const kept = (luma: Uint8Array): number => detail(between(luma)) / detail(photo);
    expect(kept(crisp(photo, WIDTH, HEIGHT))).toBeGreaterThan(kept(photo) * 1.1);
    expect(kept(crisp(photo, WIDTH, HEIGHT))).toBeLessThan(1.05);
  });
  it('leaves flat areas, slopes and the border alone', () => {
    const flat = new Uint8Array(WIDTH * HEIGHT).fill(90);
    expect(crisp(flat, WIDTH, HEIGHT)).toEqual(flat);
    const slope = Uint8Array.from(flat, (_, i) => 30 + (i % WIDTH) * 2);
    expect(crisp(slope, WIDTH, HEIGHT)).toEqual(slope);
  });
  it('stays within the limited range', () => {
    const checkers = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => ((i + Math.floor(i / WIDTH)) % 2 === 0 ? 16 : 235));
    const values = crisp(checkers, WIDTH, HEIGHT);
    expect(Math.min(...values)).toBe(16);
    expect(Math.max(...values)).toBe(235);
  });
});
