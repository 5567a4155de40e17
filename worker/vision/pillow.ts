/** Resizing of byte pictures exactly as Pillow does it: fixed-point weights, rows first, bytes again between the passes. */
import type { Photo } from '../../core/engine.ts';

export type PillowFilter = 'lanczos' | 'bicubic' | 'bilinear' | 'box' | 'hamming';

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

const filters: Readonly<Record<PillowFilter, { readonly support: number; readonly weigh: (x: number) => number }>> = {
  box: { support: 0.5, weigh: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, weigh: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(x * Math.PI))) },
  bicubic: {
    support: 2,
    weigh: (signed) => {
      const x = Math.abs(signed);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
    },
  },
  lanczos: { support: 3, weigh: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Fractional bits of a weight: eight bits of colour and two of headroom leave 22 of 32. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

interface Taps {
  /** First source position of every output position. */
  readonly starts: Int32Array;
  /** How many source positions count. */
  readonly counts: Int32Array;
  /** `most` weights for every output position, in units of 2^-22. */
  readonly weights: Int32Array;
  readonly most: number;
}

const tapsFor = (from: number, to: number, filter: PillowFilter): Taps => {
  const { support, weigh } = filters[filter];
  const ratio = from / to;
  const stretch = Math.max(1, ratio);
  const reach = support * stretch;
  const most = Math.ceil(reach) * 2 + 1;
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Int32Array(to * most);
  const exact = new Float64Array(most);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * ratio;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const count = Math.min(from, Math.trunc(centre + reach + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const weight = weigh((k + start - centre + 0.5) * (1 / stretch));
      exact[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) {
      const share = (sum === 0 ? (exact[k] as number) : (exact[k] as number) / sum) * 2 ** PRECISION_BITS;
      weights[i * most + k] = Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    }
    starts[i] = start;
    counts[i] = count;
  }
  return { starts, counts, weights, most };
};

const acrossColumns = ({ widthPx, heightPx, rgb }: Photo, toPx: number, filter: PillowFilter): Photo => {
  const { starts, counts, weights, most } = tapsFor(widthPx, toPx, filter);
  // clamps while it stores, as Pillow's clip8
  const out = new Uint8ClampedArray(toPx * heightPx * 3);
  let to = 0;
  for (let row = 0; row < heightPx; row++) {
    for (let i = 0; i < toPx; i++) {
      let r = HALF;
      let g = HALF;
      let b = HALF;
      let from = (row * widthPx + (starts[i] as number)) * 3;
      const end = i * most + (counts[i] as number);
      for (let k = i * most; k < end; k++, from += 3) {
        const weight = weights[k] as number;
        r = (r + Math.imul(rgb[from] as number, weight)) | 0;
        g = (g + Math.imul(rgb[from + 1] as number, weight)) | 0;
        b = (b + Math.imul(rgb[from + 2] as number, weight)) | 0;
      }
      out[to++] = r >> PRECISION_BITS;
      out[to++] = g >> PRECISION_BITS;
      out[to++] = b >> PRECISION_BITS;
    }
  }
  return { widthPx: toPx, heightPx, rgb: new Uint8Array(out.buffer) };
};

const acrossRows = ({ widthPx, heightPx, rgb }: Photo, toPx: number, filter: PillowFilter): Photo => {
  const { starts, counts, weights, most } = tapsFor(heightPx, toPx, filter);
  const stride = widthPx * 3;
  const out = new Uint8ClampedArray(stride * toPx);
  const sums = new Int32Array(stride);
  for (let i = 0; i < toPx; i++) {
    sums.fill(HALF);
    for (let k = 0; k < (counts[i] as number); k++) {
      const weight = weights[i * most + k] as number;
      const from = ((starts[i] as number) + k) * stride;
      for (let x = 0; x < stride; x++) sums[x] = (sums[x] as number) + Math.imul(rgb[from + x] as number, weight);
    }
    for (let x = 0, to = i * stride; x < stride; x++, to++) out[to] = (sums[x] as number) >> PRECISION_BITS;
  }
  return { widthPx, heightPx: toPx, rgb: new Uint8Array(out.buffer) };
};

/**
 * A picture at another size, without regard to its proportions: PIL.Image.resize((widthPx, heightPx), filter), bit for bit.
 * @returns a side that already fits is not filtered; the same picture when both do
 * @throws RangeError when a side is no positive whole number
 * @source Pillow 12.1, libImaging/Resample.c; compared with recorded pictures in test/golden/pillow.test.ts
 */
export const pillowResize = (photo: Photo, widthPx: number, heightPx: number, filter: PillowFilter): Photo => {
  for (const side of [widthPx, heightPx]) if (!Number.isInteger(side) || side < 1) throw new RangeError(`${side} is no side of a picture`);
  const wide = photo.widthPx === widthPx ? photo : acrossColumns(photo, widthPx, filter);
  return wide.heightPx === heightPx ? wide : acrossRows(wide, heightPx, filter);
};

/**
 * The part of a picture that begins `leftPx`, `topPx` from its corner; black where it reaches beyond, as PIL.Image.crop.
 * @throws RangeError when a side is no positive whole number
 */
export const pillowCrop = ({ widthPx: fullPx, heightPx: tallPx, rgb }: Photo, leftPx: number, topPx: number, widthPx: number, heightPx: number): Photo => {
  for (const side of [widthPx, heightPx]) if (!Number.isInteger(side) || side < 1) throw new RangeError(`${side} is no side of a picture`);
  const out = new Uint8Array(widthPx * heightPx * 3);
  const from = Math.max(0, leftPx);
  const to = Math.min(fullPx, leftPx + widthPx);
  for (let y = Math.max(0, topPx); y < Math.min(tallPx, topPx + heightPx) && from < to; y++) {
    out.set(rgb.subarray((y * fullPx + from) * 3, (y * fullPx + to) * 3), ((y - topPx) * widthPx + from - leftPx) * 3);
  }
  return { widthPx, heightPx, rgb: out };
};
