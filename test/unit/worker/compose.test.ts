/** Moving pixels: exact where nothing moves, right where something does. */
import { describe, expect, it } from 'vitest';
import { composeFrame, type Fields, type Sheets } from '../../../worker/vision/compose.ts';

const [W, H] = [32, 16];
const plane = (width: number, height: number, value: (x: number, y: number) => number): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
const ramp = (x: number): number => 40 + 5 * x;

const sheets: Sheets = {
  widthPx: W,
  heightPx: H,
  luma: plane(W, H, ramp),
  chroma: plane(W / 2, H, (x) => 100 + x),
  mask: plane(W, H, (_, y) => (y < 8 ? 255 : 0)),
  maskHalf: plane(W / 2, H / 2, (_, y) => (y < 4 ? 255 : 0)),
  layer: plane(W, H, ramp),
  layerChroma: plane(W / 2, H, (x) => 100 + x),
};
const identity = [1, 0, 0, 0, 1, 0];

/** Constant shifts in pixels of the still sheet and of the two copies, and constant shading. */
const fields = (still = [0, 0], first = [0, 0], second = [0, 0], shade = [1, 1, 0]): Fields => {
  const [width, height] = [8, 4];
  const fill = (values: readonly number[]): Float32Array =>
    Float32Array.from({ length: values.length * width * height }, (_, i) => values[Math.floor(i / (width * height))] as number);
  return { width, height, shifts: fill([...still, ...first, ...second].map((px, i) => (2 * px) / (i % 2 === 0 ? W : H))), shade: fill(shade) };
};
const luma = (frame: Uint8Array, x: number, y: number): number => frame[y * W + x] as number;

describe('composeFrame', () => {
  it('gives the photo itself when nothing moves, with or without the layer', () => {
    const photo = new Uint8Array([...sheets.luma, ...sheets.chroma]);
    for (const weights of [
      [0, 0],
      [1, 0],
      [0.4, 0.6],
    ] as const)
      expect(composeFrame(sheets, fields(), { pose: identity, weights })).toEqual(photo);
  });

  it('looks where the shift says: to the right shows what was further right', () => {
    const frame = composeFrame(sheets, fields([2, 0]), { pose: identity, weights: [0, 0] });
    expect(luma(frame, 10, 5)).toBe(ramp(12));
  });

  it('moves the layer only where it shows', () => {
    const frame = composeFrame(sheets, fields([0, 0], [3, 0]), { pose: identity, weights: [1, 0] });
    expect(luma(frame, 10, 3)).toBe(ramp(13));
    expect(luma(frame, 10, 12)).toBe(ramp(10));
  });

  it('mirrors the layer past the border and continues the photo there', () => {
    const frame = composeFrame(sheets, fields([-5, 0], [-5, 0]), { pose: identity, weights: [1, 0] });
    expect(luma(frame, 1, 12)).toBe(ramp(0));
    expect(luma(frame, 1, 3)).toBe(ramp(4));
  });

  it('mixes two copies by their weights', () => {
    const frame = composeFrame(sheets, fields([0, 0], [4, 0], [-4, 0]), { pose: identity, weights: [0.75, 0.25] });
    expect(luma(frame, 10, 3)).toBe(ramp(12));
  });

  it('zooms about the middle and turns the way the matrix says', () => {
    const frame = composeFrame(sheets, fields(), { pose: [0.5, 0, 0, 0, 0.5, 0], weights: [0, 0] });
    expect(luma(frame, 0, 8)).toBe(Math.round((ramp(7) + 3 * ramp(8)) / 4 - 0.01));
    expect(luma(frame, 15, 8)).toBeLessThan(luma(frame, 16, 8));
  });

  it('brightens about black and stays in range', () => {
    const frame = composeFrame(sheets, fields([0, 0], [0, 0], [0, 0], [1.5, 1, 0]), { pose: identity, weights: [0, 0] });
    expect(luma(frame, 0, 0)).toBe(16 + 24 * 1.5);
    expect(Math.max(...frame.subarray(0, W * H))).toBeLessThanOrEqual(240);
    expect(frame.subarray(W * H)).toEqual(sheets.chroma);
  });
});
