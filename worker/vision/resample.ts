/** Resizing of photos with antialiasing: a separable filter that widens when the picture shrinks, as in Pillow. */
import type { Rectangle } from './geometry.ts';

export interface Raster {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Interleaved RGB bytes, row major. */
  readonly rgb: Uint8Array;
}

export type Filter = 'triangle' | 'cubic';

const filters: Record<Filter, { support: number; weigh: (x: number) => number }> = {
  triangle: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  // Keys 1981 with a = -0.5
  cubic: {
    support: 2,
    weigh: (signed) => {
      const x = Math.abs(signed);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    },
  },
};

interface Taps {
  /** First source index of every output pixel. */
  readonly starts: Int32Array;
  /** `count` weights for every output pixel; they sum to 1. */
  readonly weights: Float32Array;
  readonly count: number;
}

/** Weights of the source pixels from `offset` to `offset + length` for each of `size` output pixels. */
const tapsFor = (offset: number, length: number, size: number, limit: number, filter: Filter): Taps => {
  const { support, weigh } = filters[filter];
  const ratio = length / size;
  const stretch = Math.max(1, ratio);
  const count = Math.min(limit, Math.ceil(support * stretch) * 2 + 1);
  const starts = new Int32Array(size);
  const weights = new Float32Array(size * count);
  for (let i = 0; i < size; i++) {
    const centre = offset + (i + 0.5) * ratio;
    const start = Math.min(Math.max(0, Math.floor(centre - support * stretch)), limit - count);
    starts[i] = start;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const weight = weigh((start + k + 0.5 - centre) / stretch);
      weights[i * count + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) weights[i * count + k] = (weights[i * count + k] as number) / sum;
  }
  return { starts, weights, count };
};

/**
 * A part of a picture at another size.
 * @returns float32 0..255 (a cubic may overshoot), interleaved RGB, width * height * 3
 * @source Pillow's ImagingResample, in float instead of fixed point
 */
const resampleFloat = (source: Raster, crop: Rectangle, widthPx: number, heightPx: number, filter: Filter): Float32Array => {
  const across = tapsFor(crop.x, crop.width, widthPx, source.widthPx, filter);
  const down = tapsFor(crop.y, crop.height, heightPx, source.heightPx, filter);
  const firstRow = down.starts[0] as number;
  const rowCount = (down.starts[heightPx - 1] as number) + down.count - firstRow;
  const stride = widthPx * 3;
  const rows = new Float32Array(rowCount * stride);
  const { rgb } = source;
  for (let row = 0; row < rowCount; row++) {
    const from = (firstRow + row) * source.widthPx * 3;
    for (let x = 0, to = row * stride, w = 0; x < widthPx; x++, to += 3) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let k = 0, at = from + (across.starts[x] as number) * 3; k < across.count; k++, at += 3, w++) {
        const weight = across.weights[w] as number;
        r += weight * (rgb[at] as number);
        g += weight * (rgb[at + 1] as number);
        b += weight * (rgb[at + 2] as number);
      }
      rows[to] = r;
      rows[to + 1] = g;
      rows[to + 2] = b;
    }
  }
  const out = new Float32Array(heightPx * stride);
  for (let y = 0; y < heightPx; y++) {
    const to = y * stride;
    for (let k = 0; k < down.count; k++) {
      const weight = down.weights[y * down.count + k] as number;
      const from = ((down.starts[y] as number) - firstRow + k) * stride;
      if (weight !== 0) for (let i = 0; i < stride; i++) out[to + i] = (out[to + i] as number) + weight * (rows[from + i] as number);
    }
  }
  return out;
};

/** The whole of a picture, or the part `crop` of it, as bytes at another size. */
export const resample = (source: Raster, crop: Rectangle, widthPx: number, heightPx: number, filter: Filter = 'cubic'): Raster => {
  if (crop.x === 0 && crop.y === 0 && crop.width === widthPx && crop.height === heightPx && source.widthPx === widthPx && source.heightPx === heightPx) {
    return source;
  }
  // a Uint8ClampedArray rounds and clamps on assignment
  const bytes = Uint8ClampedArray.from(resampleFloat(source, crop, widthPx, heightPx, filter));
  return { widthPx, heightPx, rgb: new Uint8Array(bytes.buffer) };
};

/** The whole picture, or the part `crop` of it, squashed to a size: float32 [1, 3, height, width] in 0..1, with the triangle filter. */
export const toPlanes = (source: Raster, widthPx: number, heightPx: number, crop?: Rectangle): Float32Array => {
  const whole = { x: 0, y: 0, width: source.widthPx, height: source.heightPx };
  const pixels = resampleFloat(source, crop ?? whole, widthPx, heightPx, 'triangle');
  const area = widthPx * heightPx;
  const planes = new Float32Array(area * 3);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) planes[c * area + i] = (pixels[i * 3 + c] as number) / 255;
  }
  return planes;
};
