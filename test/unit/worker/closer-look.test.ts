/** The whole and its four parts: what is cut out, and how the answers come together again. */
import { describe, expect, it } from 'vitest';
import { LOOKS, mergeLooks, takeLooks } from '../../../worker/vision/closer-look.ts';

const GRID = 64;
const AREA = GRID * GRID;
/** Side of a part: 45 of 64 cells. */
const PART = 45 / GRID;

/** A photo whose red grows to the right and whose green grows downwards. */
const ramp = (widthPx: number, heightPx: number) => ({
  widthPx,
  heightPx,
  rgb: Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return i % 3 === 0 ? (255 * (pixel % widthPx)) / widthPx : i % 3 === 1 ? (255 * Math.floor(pixel / widthPx)) / heightPx : 0;
  }),
});

describe('looks at a photo', () => {
  it('shows the whole and the four corners', () => {
    const side = 32;
    const looks = takeLooks(ramp(256, 192), side);
    const mean = (look: number, channel: number): number => {
      const from = (look * 3 + channel) * side * side;
      return looks.subarray(from, from + side * side).reduce((sum, value) => sum + value, 0) / (side * side);
    };
    const [low, high] = [PART / 2, 1 - PART / 2];
    const expected = [
      [0.5, 0.5],
      [low, low],
      [high, low],
      [low, high],
      [high, high],
    ] as const;
    for (const [look, [red, green]] of expected.entries()) {
      expect(mean(look, 0)).toBeCloseTo(red, 1);
      expect(mean(look, 1)).toBeCloseTo(green, 1);
    }
  });

  it('puts every part back where it was cut out', () => {
    // one class whose probability is the place itself: all looks agree, so nothing may change
    const place = (look: number, x: number, y: number): number => {
      const [dx, dy] = [(look - 1) % 2, Math.floor((look - 1) / 2)];
      const [across, down] = [(x + 0.5) / GRID, (y + 0.5) / GRID];
      return look === 0 ? 0.6 * across + 0.3 * down : 0.6 * (dx * (1 - PART) + across * PART) + 0.3 * (dy * (1 - PART) + down * PART);
    };
    const classes = new Float32Array(LOOKS * AREA);
    for (let look = 0; look < LOOKS; look++) {
      for (let i = 0; i < AREA; i++) classes[look * AREA + i] = place(look, i % GRID, Math.floor(i / GRID));
    }
    const merged = mergeLooks(classes);
    for (let i = 0; i < AREA; i++) expect(Math.abs((merged[i] as number) - place(0, i % GRID, Math.floor(i / GRID)))).toBeLessThan(0.004);
  });

  it('lets the parts speak as loudly as the whole', () => {
    const classes = new Float32Array(LOOKS * AREA).fill(1);
    classes.fill(0, 0, AREA);
    expect(mergeLooks(classes).every((share) => Math.abs(share - 0.5) < 1e-6)).toBe(true);
  });
});
