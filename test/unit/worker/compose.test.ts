/** Moving pixels: exact where nothing moves, right where something does, and the same as the plain way of doing it. */
import { describe, expect, it } from 'vitest';
import { type Arrangement, type Fields, openComposer, type Sheets } from '../../../worker/vision/compose.ts';
import { composeSlowly } from '../../support/slow-compose.ts';

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

const composeFrame = (planes: Sheets, fields: Fields, arrangement: Arrangement): Uint8Array => openComposer(planes, fields).compose(fields, arrangement);

describe('a composer', () => {
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

  it('keeps frames apart and forgets nothing between them', () => {
    const composer = openComposer(sheets, fields());
    const [moved, still] = [fields([3, 1], [2, 0]), fields()];
    const arrangement: Arrangement = { pose: identity, weights: [1, 0] };
    const first = composer.compose(moved, arrangement);
    const before = first.slice();
    const second = composer.compose(still, { pose: identity, weights: [0, 0] });
    expect(first).toEqual(before);
    expect(second).not.toEqual(first);
    expect(composer.compose(moved, arrangement)).toEqual(first);
  });
});

/** A photo full of detail with a ragged mask, and smooth fields; all from sines, so that every run sees the same. */
const busy = (widthPx: number, heightPx: number): Sheets => {
  const texture = (phase: number) => (x: number, y: number) => 126 + 60 * Math.sin(x / 3 + phase) * Math.cos(y / 4) + 40 * Math.sin((x * y) / 97 + phase);
  const shown = (x: number, y: number): number => Math.min(255, Math.max(0, 128 + 900 * Math.sin(x / 29) * Math.cos(y / 17)));
  const [w, h] = [widthPx / 2, heightPx / 2];
  return {
    ...{ widthPx, heightPx },
    luma: plane(widthPx, heightPx, texture(0)),
    chroma: plane(w, 2 * h, texture(1)),
    mask: plane(widthPx, heightPx, shown),
    maskHalf: plane(w, h, (x, y) => shown(2 * x, 2 * y)),
    layer: plane(widthPx, heightPx, texture(2)),
    layerChroma: plane(w, 2 * h, texture(3)),
  };
};
const smoothFields = (shines: boolean, { widthPx, heightPx }: Sheets): Fields => {
  const [width, height] = [Math.round(widthPx / 5), Math.round(heightPx / 5)];
  const channels = (count: number, value: (k: number, u: number, v: number) => number): Float32Array =>
    Float32Array.from({ length: count * width * height }, (_, i) => {
      const [k, cell] = [Math.floor(i / (width * height)), i % (width * height)];
      return value(k, (cell % width) / width, Math.floor(cell / width) / height);
    });
  return {
    ...{ width, height },
    shifts: channels(6, (k, u, v) => 0.05 * Math.sin(5 * u + k) * Math.cos(4 * v - k)),
    shade: channels(3, (k, u, v) => (k === 0 ? 1 + (shines ? 0.2 * Math.sin(6 * u + v) : 0) : k === 1 ? 1.2 + 0.2 * Math.sin(3 * v) : 20 + 5 * u)),
  };
};
/** Peak signal-to-noise ratio in dB. */
const psnr = (a: Uint8Array, b: Uint8Array): number =>
  10 * Math.log10((255 * 255 * a.length) / a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0));

describe('a composer beside the plain way', () => {
  const turned = [0.8, -0.05, 0.1, 0.09, 0.8, -0.1];
  it.each([
    [64, 64],
    [322, 178],
    [118, 66],
    [1366, 70],
  ])('gives the same picture at %i×%i', (widthPx, heightPx) => {
    const planes = busy(widthPx, heightPx);
    const composer = openComposer(planes, smoothFields(false, planes));
    for (const weights of [
      [0, 0],
      [1, 0],
      [0.35, 0.65],
    ] as const)
      for (const shines of [false, true])
        for (const pose of [identity, turned]) {
          const [fields, arrangement] = [smoothFields(shines, planes), { pose, weights }];
          const wanted = composeSlowly(planes, fields, arrangement);
          const got = composer.compose(fields, arrangement);
          const area = widthPx * heightPx;
          for (const [from, to] of [
            [0, area],
            [area, 1.25 * area],
            [1.25 * area, 1.5 * area],
          ] as const)
            expect(psnr(wanted.subarray(from, to), got.subarray(from, to)), `${weights} ${shines} ${pose}`).toBeGreaterThan(45);
        }
  });
});
