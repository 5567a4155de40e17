/** Moving pixels the plain way, one at a time in floating point: what worker/vision/compose.ts is held to. */

import type { Arrangement, Fields, Sheets } from '../../worker/vision/compose.ts';

const CHANNELS = 9;

/** Bilinear value between the four pixels at `at`. */
const blend = (plane: Uint8Array, at: number, width: number, fx: number, fy: number): number => {
  const upper = (plane[at] as number) + fx * ((plane[at + 1] as number) - (plane[at] as number));
  const lower = (plane[at + width] as number) + fx * ((plane[at + width + 1] as number) - (plane[at + width] as number));
  return upper + fy * (lower - upper);
};

/** Value of a line of fields between `at` and the next cell. */
const towards = (row: Float32Array, at: number, along: number): number => (row[at] as number) + along * ((row[at + 1] as number) - (row[at] as number));

/** A coordinate inside 0..limit: past the border the layer is mirrored. */
const mirror = (value: number, limit: number): number => {
  const inside = value < 0 ? -value : value > limit ? 2 * limit - value : value;
  return Math.min(Math.max(inside, 0), limit);
};

/** Where the pixel centres of `size` fall between `count` cells: cell, and how far towards the next one. */
const between = (size: number, count: number): { cells: Int32Array; rests: Float32Array } => {
  const cells = new Int32Array(size);
  const rests = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const place = Math.min(Math.max(((i + 0.5) * count) / size - 0.5, 0), count - 1.0001);
    cells[i] = Math.floor(place);
    rests[i] = place - Math.floor(place);
  }
  return { cells, rests };
};

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly still: Uint8Array;
  readonly layer: Uint8Array;
  readonly mask: Uint8Array;
  /** The value that shading leaves alone. */
  readonly neutral: number;
}

const composePlane = (plane: Plane, { width: gridWidth, height: gridHeight, shifts, shade }: Fields, { pose, weights }: Arrangement, out: Uint8Array): void => {
  const { width, height, still, layer, mask, neutral } = plane;
  const area = gridWidth * gridHeight;
  const columns = between(width, gridWidth);
  const lines = between(height, gridHeight);
  const { cells, rests } = columns;
  const row = new Float32Array(CHANNELS * gridWidth);
  const [w0, w1] = weights;
  const layered = w0 + w1 > 0;
  const luma = neutral === 16;
  const right = width - 1.001;
  const bottom = height - 1.001;
  // picture units → pixels: x = (u + 1) * width / 2 - 0.5
  const [a, b, c, d, e, f] = pose as [number, number, number, number, number, number];
  const stepX = a;
  const stepY = (d * height) / width;

  for (let y = 0, to = 0; y < height; y++) {
    // 1 the fields of this line, in pixels
    const above = (lines.cells[y] as number) * gridWidth;
    const rest = lines.rests[y] as number;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const from = channel < 6 ? shifts : shade;
      const start = (channel < 6 ? channel : channel - 6) * area + above;
      const factor = channel >= 6 ? 1 : channel % 2 === 0 ? width / 2 : height / 2;
      const into = channel * gridWidth;
      for (let x = 0; x < gridWidth; x++) {
        const value = from[start + x] as number;
        row[into + x] = factor * (value + rest * ((from[start + gridWidth + x] as number) - value));
      }
    }
    // 2 where the camera looks at the line's first pixel
    const v = (2 * y + 1) / height - 1;
    const u = 1 / width - 1;
    const firstX = ((a * u + b * v + c + 1) * width - 1) / 2;
    const firstY = ((d * u + e * v + f + 1) * height - 1) / 2;

    for (let x = 0; x < width; x++, to++) {
      const cell = cells[x] as number;
      const along = rests[x] as number;
      const cameraX = firstX + stepX * x;
      const cameraY = firstY + stepY * x;
      const px = Math.min(Math.max(cameraX + towards(row, cell, along), 0), right);
      const py = Math.min(Math.max(cameraY + towards(row, cell + gridWidth, along), 0), bottom);
      const ix = px | 0;
      const iy = py | 0;
      const fx = px - ix;
      const fy = py - iy;
      const at = iy * width + ix;
      let value = blend(still, at, width, fx, fy);
      if (layered) {
        const share = blend(mask, at, width, fx, fy);
        if (share > 0) {
          let moved = 0;
          if (w0 > 0) {
            const lx = mirror(cameraX + towards(row, cell + 2 * gridWidth, along), right);
            const ly = mirror(cameraY + towards(row, cell + 3 * gridWidth, along), bottom);
            moved += w0 * blend(layer, (ly | 0) * width + (lx | 0), width, lx - (lx | 0), ly - (ly | 0));
          }
          if (w1 > 0) {
            const lx = mirror(cameraX + towards(row, cell + 4 * gridWidth, along), right);
            const ly = mirror(cameraY + towards(row, cell + 5 * gridWidth, along), bottom);
            moved += w1 * blend(layer, (ly | 0) * width + (lx | 0), width, lx - (lx | 0), ly - (ly | 0));
            if (luma) moved = towards(row, cell + 7 * gridWidth, along) * moved - towards(row, cell + 8 * gridWidth, along);
          }
          value += (share / 255) * (moved - blend(layer, at, width, fx, fy));
        }
      }
      if (luma) value = 16 + (value - 16) * towards(row, cell + 6 * gridWidth, along);
      out[to] = value < 16 ? 16 : value > 240 ? 240 : (value + 0.5) | 0;
    }
  }
};

/**
 * One frame.
 * @returns I420, widthPx * heightPx * 3 / 2 bytes, a fresh buffer
 */
export const composeSlowly = (sheets: Sheets, fields: Fields, arrangement: Arrangement): Uint8Array => {
  const { widthPx: width, heightPx: height } = sheets;
  const area = width * height;
  const quarter = area / 4;
  const frame = new Uint8Array(area + 2 * quarter);
  composePlane({ width, height, still: sheets.luma, layer: sheets.layer, mask: sheets.mask, neutral: 16 }, fields, arrangement, frame.subarray(0, area));
  for (const k of [0, 1]) {
    const part = (planes: Uint8Array): Uint8Array => planes.subarray(k * quarter, (k + 1) * quarter);
    composePlane(
      { width: width / 2, height: height / 2, still: part(sheets.chroma), layer: part(sheets.layerChroma), mask: sheets.maskHalf, neutral: 128 },
      fields,
      arrangement,
      frame.subarray(area + k * quarter, area + (k + 1) * quarter),
    );
  }
  return frame;
};
