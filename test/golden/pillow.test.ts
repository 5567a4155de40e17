/** Resizing against Pillow's own, bit for bit, recorded by record-pictures.py. */
import { describe, expect, it } from 'vitest';
import { type PillowFilter, pillowCrop, pillowResize } from '../../worker/vision/pillow.ts';
import recorded from './data/pictures.json' with { type: 'json' };
import { picture, sha256 } from './picture.ts';

type Size = readonly [number, number];

describe.each(['lanczos', 'bicubic', 'bilinear', 'box', 'hamming'] as const)('%s', (filter: PillowFilter) => {
  const cases = recorded.resized.filter((one) => one.filter === filter);

  it('has cases in all directions', () => {
    const directions = new Set(
      cases.map(({ size, to }) => `${Math.sign((to[0] as number) - (size[0] as number))} ${Math.sign((to[1] as number) - (size[1] as number))}`),
    );
    expect(directions.size).toBeGreaterThan(4);
  });

  it.each(cases)('$size to $to, picture $seed', ({ size, seed, to, sha256: wanted, bytes }) => {
    const out = pillowResize(picture(size as unknown as Size, seed), to[0] as number, to[1] as number, filter);
    expect([out.widthPx, out.heightPx]).toEqual(to);
    if (bytes !== undefined) expect([...out.rgb]).toEqual(bytes);
    expect(sha256(out.rgb)).toBe(wanted);
  });
});

it('leaves a picture that fits alone, and its source always', () => {
  const source = picture([9, 7], 3);
  const before = sha256(source.rgb);
  expect(pillowResize(source, 9, 7, 'bicubic')).toBe(source);
  pillowResize(source, 3, 5, 'bicubic');
  expect(sha256(source.rgb)).toBe(before);
});

it.each([
  [0, 5],
  [5, -1],
  [2.5, 5],
])('refuses %d × %d', (width, height) => {
  expect(() => pillowResize(picture([4, 4], 1), width, height, 'box')).toThrow(RangeError);
});

it('resizes 12 megapixels in about half a second of work', () => {
  const photo = { widthPx: 4000, heightPx: 3000, rgb: new Uint8Array(36e6).fill(77) };
  const started = process.cpuUsage();
  const out = pillowResize(photo, 1024, 576, 'lanczos');
  const workMs = process.cpuUsage(started).user / 1000;
  expect(out.rgb.every((byte) => byte === 77)).toBe(true);
  // work instead of time, and room to spare, since other tests share the machine
  expect(workMs).toBeLessThan(3000);
});

it('crops, with black where the source ends', () => {
  const source = { widthPx: 2, heightPx: 2, rgb: Uint8Array.from({ length: 12 }, (_, i) => i + 1) };
  expect([...pillowCrop(source, 1, 0, 1, 2).rgb]).toEqual([4, 5, 6, 10, 11, 12]);
  expect([...pillowCrop(source, -1, 1, 2, 2).rgb]).toEqual([0, 0, 0, 7, 8, 9, 0, 0, 0, 0, 0, 0]);
  expect([...pillowCrop(source, 5, 5, 1, 1).rgb]).toEqual([0, 0, 0]);
});
