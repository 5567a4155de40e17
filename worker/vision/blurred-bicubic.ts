/** The reduction that Stable Video Diffusion's image branch was trained with: a Gaussian blur, then bicubic samples from corner to corner. */
import type { Photo } from '../../core/engine.ts';
import type { FloatTensor } from '../tensor/tensor.ts';

const f = Math.fround;

interface Taps {
  /** Source positions, `count` for every position of the result. */
  readonly from: Int32Array;
  readonly weights: Float32Array;
  readonly count: number;
}

/** A sampled Gaussian of odd length that sums to 1. */
const gaussian = (sigma: number): Float32Array => {
  const wanted = Math.trunc(Math.max(4 * sigma, 3));
  const length = wanted % 2 === 0 ? wanted + 1 : wanted;
  const spread = f(2 * f(f(sigma) * f(sigma)));
  const bell = Float32Array.from({ length }, (_, i) => Math.exp(f(-((i - (length - 1) / 2) ** 2) / spread)));
  const sum = f(bell.reduce((total, value) => total + value, 0));
  return bell.map((value) => value / sum);
};

/** Bicubic samples (a = -0.75) of `from` positions that put the first and the last on the corners; edges repeat. */
const cornerSamples = (from: number, to: number): Taps => {
  const ratio = to > 1 ? f((from - 1) / (to - 1)) : 0;
  const a = -0.75;
  const inner = (x: number): number => f(f(f(f((a + 2) * x) - (a + 3)) * x) * x + 1);
  const outer = (x: number): number => f(f(f(f(f(f(a * x) - 5 * a) * x) + 8 * a) * x) - 4 * a);
  const taps: Taps = { from: new Int32Array(to * 4), weights: new Float32Array(to * 4), count: 4 };
  for (let i = 0; i < to; i++) {
    const at = f(ratio * i);
    const low = Math.min(Math.floor(at), from - 1);
    const t = f(Math.min(1, Math.max(0, at - low)));
    taps.weights.set([outer(f(t + 1)), inner(t), inner(f(1 - t)), outer(f(f(1 - t) + 1))], i * 4);
    for (let k = 0; k < 4; k++) taps.from[i * 4 + k] = Math.min(from - 1, Math.max(0, low - 1 + k));
  }
  return taps;
};

/** Positions that any sample needs, once each and rising, and the samples' taps as places among them. */
const needed = ({ from, weights, count }: Taps): { readonly positions: Int32Array; readonly taps: Taps } => {
  const positions = Int32Array.from(new Set(from)).sort();
  const place = new Map(Array.from(positions, (position, i) => [position, i]));
  return { positions, taps: { from: from.map((position) => place.get(position) as number), weights, count } };
};

/** Blur taps at some positions of a line of `length`, mirrored at its ends without repeating the end. */
const blurAt = (positions: Int32Array, length: number, kernel: Float32Array): Taps => {
  const count = kernel.length;
  const from = new Int32Array(positions.length * count);
  const weights = new Float32Array(positions.length * count);
  positions.forEach((position, i) => {
    for (let k = 0; k < count; k++) {
      const at = Math.abs(position + k - (count - 1) / 2);
      from[i * count + k] = at < length ? at : 2 * (length - 1) - at;
    }
    weights.set(kernel, i * count);
  });
  return { from, weights, count };
};

/** Weighted sums along the rows of `height` lines of `width` values. */
const alongRows = (data: Float32Array, width: number, height: number, { from, weights, count }: Taps): Float32Array => {
  const across = from.length / count;
  const out = new Float32Array(across * height);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < across; i++) {
      let sum = 0;
      for (let k = i * count; k < (i + 1) * count; k++) sum += (weights[k] as number) * (data[y * width + (from[k] as number)] as number);
      out[y * across + i] = sum;
    }
  }
  return out;
};

/** Weighted sums of whole rows of `width` values. */
const alongColumns = (data: Float32Array, width: number, { from, weights, count }: Taps): Float32Array => {
  const down = from.length / count;
  const out = new Float32Array(width * down);
  const sums = new Float64Array(width);
  for (let i = 0; i < down; i++) {
    sums.fill(0);
    for (let k = i * count; k < (i + 1) * count; k++) {
      const weight = weights[k] as number;
      const start = (from[k] as number) * width;
      for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + weight * (data[start + x] as number);
    }
    out.set(sums, i * width);
  }
  return out;
};

/** Weighted sums along the rows of one channel, its bytes looked up in `table`. */
const alongBytes = ({ widthPx, heightPx, rgb }: Photo, channel: number, table: Float32Array, { from, weights, count }: Taps): Float32Array => {
  const across = from.length / count;
  const out = new Float32Array(across * heightPx);
  const row = new Float32Array(widthPx);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0, at = y * widthPx * 3 + channel; x < widthPx; x++, at += 3) row[x] = table[rgb[at] as number] as number;
    for (let i = 0, k = 0; i < across; i++) {
      let sum = 0;
      for (const end = k + count; k < end; k++) sum += (weights[k] as number) * (row[from[k] as number] as number);
      out[y * across + i] = sum;
    }
  }
  return out;
};

/**
 * One channel after the other at another size, blurred as far as it shrinks; only what the samples need is blurred.
 * @param table what each of the 256 bytes means
 * @returns float32 [1, 3, side, side]
 * @source diffusers, pipeline_stable_video_diffusion.py, _resize_with_antialiasing
 */
export const blurredBicubic = (photo: Photo, table: Float32Array, sidePx: number): FloatTensor => {
  const { widthPx, heightPx } = photo;
  const sigmaOf = (length: number): number => Math.max((length / sidePx - 1) / 2, 0.001);
  const columns = needed(cornerSamples(widthPx, sidePx));
  const rows = needed(cornerSamples(heightPx, sidePx));
  const blurX = blurAt(columns.positions, widthPx, gaussian(sigmaOf(widthPx)));
  const blurY = blurAt(rows.positions, heightPx, gaussian(sigmaOf(heightPx)));
  const out = new Float32Array(3 * sidePx * sidePx);
  for (let channel = 0; channel < 3; channel++) {
    const blurred = alongColumns(alongBytes(photo, channel, table, blurX), columns.positions.length, blurY);
    const wide = alongRows(blurred, columns.positions.length, rows.positions.length, columns.taps);
    out.set(alongColumns(wide, sidePx, rows.taps), channel * sidePx * sidePx);
  }
  return { data: out, dims: [1, 3, sidePx, sidePx] };
};
