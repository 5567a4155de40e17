/** Grey pictures as the metrics see them, and the few operations on them that all metrics share. */

/** One channel, row major. Values are brightness 0..255 unless a function says otherwise. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export const blank = (width: number, height: number): Grey => ({ width, height, data: new Float32Array(width * height) });

/** Luma of BT.709 from interleaved RGB bytes. */
export const lumaOf = (rgb: Uint8Array, width: number, height: number): Grey => {
  const out = blank(width, height);
  for (let i = 0, at = 0; i < out.data.length; i++, at += 3) {
    out.data[i] = 0.2126 * (rgb[at] as number) + 0.7152 * (rgb[at + 1] as number) + 0.0722 * (rgb[at + 2] as number);
  }
  return out;
};

/** Half the size by the mean of 2x2 pixels; an odd last row or column is dropped. */
export const halve = ({ width, height, data }: Grey): Grey => {
  const out = blank(Math.max(1, width >> 1), Math.max(1, height >> 1));
  for (let y = 0, to = 0; y < out.height; y++) {
    for (let x = 0, at = 2 * y * width; x < out.width; x++, at += 2, to++) {
      out.data[to] = ((data[at] as number) + (data[at + 1] as number) + (data[at + width] as number) + (data[at + width + 1] as number)) / 4;
    }
  }
  return out;
};

/** The picture and its halves, finest first, while the shorter side stays at `leastSide` pixels or more. */
export const pyramid = (finest: Grey, levelCount: number, leastSide = 20): readonly Grey[] => {
  const levels = [finest];
  for (let last = finest; levels.length < levelCount && Math.min(last.width, last.height) >= 2 * leastSide; ) {
    last = halve(last);
    levels.push(last);
  }
  return levels;
};

/** Bilinear value at a place in pixels (0 is the centre of the first one); outside, the border goes on. */
export const sample = ({ width, height, data }: Grey, x: number, y: number): number => {
  const px = Math.min(Math.max(x, 0), width - 1.001);
  const py = Math.min(Math.max(y, 0), height - 1.001);
  const ix = px | 0;
  const iy = py | 0;
  const fx = px - ix;
  const fy = py - iy;
  const at = iy * width + ix;
  const upper = (data[at] as number) + fx * ((data[at + 1] as number) - (data[at] as number));
  const lower = (data[at + width] as number) + fx * ((data[at + width + 1] as number) - (data[at + width] as number));
  return upper + fy * (lower - upper);
};

/** The cubic of Keys with a = -0.5 through four neighbouring values, between the second and the third. */
const cubic = (a: number, b: number, c: number, d: number, t: number): number =>
  b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));

const cubicAlong = (data: Float32Array, at: number, t: number): number =>
  cubic(data[at - 1] as number, data[at] as number, data[at + 1] as number, data[at + 2] as number, t);

/** Bicubic value at a place in pixels; keeps more of the fine detail than `sample`. Within two pixels of the border it is bilinear. */
export const sampleCubic = (grey: Grey, x: number, y: number): number => {
  const { width, height, data } = grey;
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  if (ix < 1 || iy < 1 || ix > width - 3 || iy > height - 3) return sample(grey, x, y);
  const fx = x - ix;
  const at = iy * width + ix;
  return cubic(cubicAlong(data, at - width, fx), cubicAlong(data, at, fx), cubicAlong(data, at + width, fx), cubicAlong(data, at + 2 * width, fx), y - iy);
};

/** Central differences per pixel; 0 on the border. */
export const gradients = ({ width, height, data }: Grey): { readonly gx: Float32Array; readonly gy: Float32Array } => {
  const gx = new Float32Array(data.length);
  const gy = new Float32Array(data.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      gx[at] = ((data[at + 1] as number) - (data[at - 1] as number)) / 2;
      gy[at] = ((data[at + width] as number) - (data[at - width] as number)) / 2;
    }
  }
  return { gx, gy };
};

/** Mean over (2 radius + 1)² pixels, cut off at the borders; running sums, so that the radius costs nothing. */
export const boxMean = ({ width, height, data }: Grey, radius: number): Grey => {
  const rows = blank(width, height);
  const out = blank(width, height);
  const along = (from: Float32Array, to: Float32Array, start: number, step: number, length: number): void => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < Math.min(radius, length); i++, count++) sum += from[start + i * step] as number;
    for (let i = 0; i < length; i++) {
      if (i + radius < length) {
        sum += from[start + (i + radius) * step] as number;
        count++;
      }
      if (i > radius) {
        sum -= from[start + (i - radius - 1) * step] as number;
        count--;
      }
      to[start + i * step] = sum / count;
    }
  };
  for (let y = 0; y < height; y++) along(data, rows.data, y * width, 1, width);
  for (let x = 0; x < width; x++) along(rows.data, out.data, x, width, height);
  return out;
};

/** Mean of |a - b|. */
export const meanDifference = (a: Grey, b: Grey): number => {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs((a.data[i] as number) - (b.data[i] as number));
  return sum / a.data.length;
};

/** The value below which the share `q` of the numbers lies; 0 when there are none. */
export const quantile = (values: Iterable<number>, q: number): number => {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return 0;
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  return below + (place - Math.floor(place)) * ((sorted[Math.ceil(place)] as number) - below);
};

export const median = (values: Iterable<number>): number => quantile(values, 0.5);
