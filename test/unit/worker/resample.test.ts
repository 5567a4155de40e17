/** Crops and resizing. */
import { describe, expect, it } from 'vitest';
import { coverCrop, proxySize } from '../../../worker/vision/geometry.ts';
import { resample, toPlanes } from '../../../worker/vision/resample.ts';

const ramp = (widthPx: number, heightPx: number) => ({
  widthPx,
  heightPx,
  rgb: Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => (Math.floor(i / 3) % widthPx) * 2 + (i % 3)),
});
const whole = (raster: { widthPx: number; heightPx: number }) => ({ x: 0, y: 0, width: raster.widthPx, height: raster.heightPx });

describe('resample', () => {
  it('gives back a picture of the same size untouched', () => {
    const source = ramp(12, 7);
    expect(resample(source, whole(source), 12, 7).rgb).toBe(source.rgb);
  });

  it('keeps a flat colour flat at any size', () => {
    const source = { widthPx: 9, heightPx: 5, rgb: new Uint8Array(9 * 5 * 3).fill(77) };
    for (const [w, h] of [
      [3, 3],
      [31, 17],
      [1, 1],
    ] as const) {
      for (const filter of ['triangle', 'cubic'] as const) expect(new Set(resample(source, whole(source), w, h, filter).rgb)).toEqual(new Set([77]));
    }
  });

  it('keeps a ramp a ramp, in every channel', () => {
    const { rgb } = resample(ramp(100, 4), { x: 0, y: 0, width: 100, height: 4 }, 50, 2, 'triangle');
    for (let x = 2; x < 48; x++) expect([...rgb.subarray(x * 3, x * 3 + 3)]).toEqual([4 * x + 1, 4 * x + 2, 4 * x + 3]);
  });

  it('averages what a smaller picture cannot show', () => {
    const stripes = { widthPx: 64, heightPx: 8, rgb: Uint8Array.from({ length: 64 * 8 * 3 }, (_, i) => (Math.floor(i / 3) % 2) * 200) };
    for (const value of resample(stripes, whole(stripes), 8, 8, 'triangle').rgb) expect(Math.abs(value - 100)).toBeLessThan(8);
  });

  it('takes a part of the picture', () => {
    const source = ramp(100, 10);
    const { rgb } = resample(source, { x: 20, y: 0, width: 40, height: 10 }, 40, 10, 'triangle');
    expect(rgb[3 * 5]).toBe(50);
  });

  it('makes planes in 0..1', () => {
    const planes = toPlanes({ widthPx: 2, heightPx: 1, rgb: Uint8Array.of(255, 0, 51, 255, 0, 51) }, 2, 1);
    expect([...planes]).toEqual([1, 1, 0, 0, expect.closeTo(0.2, 6), expect.closeTo(0.2, 6)]);
  });
});

describe('geometry', () => {
  it('covers the clip with the middle of the photo', () => {
    expect(coverCrop({ widthPx: 400, heightPx: 300 }, { widthPx: 160, heightPx: 90 })).toEqual({ x: 0, y: 37.5, width: 400, height: 225 });
    expect(coverCrop({ widthPx: 300, heightPx: 400 }, { widthPx: 100, heightPx: 100 })).toEqual({ x: 0, y: 50, width: 300, height: 300 });
  });

  it('works out fields at one size, whatever the clip', () => {
    expect(proxySize({ widthPx: 1280, heightPx: 720 }, 320)).toEqual({ widthPx: 320, heightPx: 180 });
    expect(proxySize({ widthPx: 64, heightPx: 64 }, 320)).toEqual({ widthPx: 320, heightPx: 320 });
    expect(proxySize({ widthPx: 64, heightPx: 1920 }, 320)).toEqual({ widthPx: 16, heightPx: 320 });
  });
});
