/** RGB to I420 against the formulas of BT.709 in double precision. */
import { describe, expect, it } from 'vitest';
import { random } from '../../../worker/tensor/random.ts';
import { toI420 } from '../../../worker/vision/i420.ts';

/** One pixel as the standard says it, limited range, not rounded. */
const exact = ([r, g, b]: readonly [number, number, number]): [number, number, number] => {
  const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return [16 + (219 / 255) * luma, 128 + ((224 / 255) * (b - luma)) / 1.8556, 128 + ((224 / 255) * (r - luma)) / 1.5748];
};

const plain = (colour: readonly number[]): Uint8Array => Uint8Array.from({ length: 2 * 2 * 3 }, (_, i) => colour[i % 3] as number);

describe('RGB bytes as I420', () => {
  it.each([
    ['black', [0, 0, 0], [16, 128, 128]],
    ['white', [255, 255, 255], [235, 128, 128]],
    ['grey', [128, 128, 128], [126, 128, 128]],
    ['red', [255, 0, 0], [63, 102, 240]],
    ['green', [0, 255, 0], [173, 42, 26]],
    ['blue', [0, 0, 255], [32, 240, 118]],
  ])('knows %s', (_, colour, [y, u, v]) => {
    expect([...toI420(plain(colour), 2, 2)]).toEqual([y, y, y, y, u, v]);
  });

  it('is within half a level of the formula for any picture, the colour averaged over two by two pixels', () => {
    const [width, height] = [34, 22];
    const noise = random(5);
    const rgb = Uint8Array.from({ length: width * height * 3 }, () => noise.u32() & 255);
    const frame = toI420(rgb, width, height);
    const at = (x: number, y: number): [number, number, number] => {
      const p = (y * width + x) * 3;
      return [rgb[p] as number, rgb[p + 1] as number, rgb[p + 2] as number];
    };
    let worst = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        worst = Math.max(worst, Math.abs(exact(at(x, y))[0] - (frame[y * width + x] as number)));
        if (x % 2 === 1 || y % 2 === 1) continue;
        const four = [at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)];
        const mean = [0, 1, 2].map((k) => four.reduce((sum, pixel) => sum + (pixel[k] as number), 0) / 4) as [number, number, number];
        const [, u, v] = exact(mean);
        const chroma = width * height + (y / 2) * (width / 2) + x / 2;
        worst = Math.max(worst, Math.abs(u - (frame[chroma] as number)), Math.abs(v - (frame[chroma + (width * height) / 4] as number)));
      }
    }
    expect(worst).toBeLessThan(0.51);
  });

  it('refuses odd sides and bytes that do not fill the frame', () => {
    expect(() => toI420(new Uint8Array(3 * 2 * 3), 3, 2)).toThrow(RangeError);
    expect(() => toI420(new Uint8Array(2 * 3 * 3), 2, 3)).toThrow(RangeError);
    expect(() => toI420(new Uint8Array(11), 2, 2)).toThrow(RangeError);
  });
});
