/** How true a clip stays to its photo: the first frame pixel by pixel, later frames in their sharpness. */
import type { Raster } from '../vision/resample.ts';
import { type Grey, quantile, type sample, sampleCubic } from './grey.ts';
import type { Similarity } from './similarity.ts';

/** Peak signal-to-noise ratio over all three colours, decibels; 99 for equal pictures. */
export const psnr = (a: Raster, b: Raster): number => {
  let sum = 0;
  for (let i = 0; i < a.rgb.length; i++) sum += ((a.rgb[i] as number) - (b.rgb[i] as number)) ** 2;
  return sum === 0 ? 99 : Math.min(99, 10 * Math.log10((255 ** 2 * a.rgb.length) / sum));
};

/** Peak signal-to-noise ratio of a first frame that shows only a part of the photo: the photo is brought to that part first. */
export const psnrOfCrop = (photo: Grey, frame: Grey, transform: Similarity): number => {
  const view = asSeen(photo, transform, sampleCubic);
  let [sum, count] = [0, 0];
  for (let i = 0; i < frame.data.length; i++) {
    if (Number.isNaN(view.data[i])) continue;
    sum += ((frame.data[i] as number) - (view.data[i] as number)) ** 2;
    count++;
  }
  return 10 * Math.log10((255 ** 2 * count) / Math.max(1e-6, sum));
};

/**
 * A picture as the camera sees it; NaN where it shows what the picture does not hold.
 * @param transform where a point of the picture is in the frame, pixels from the centre
 */
const asSeen = (picture: Grey, transform: Similarity, read: typeof sample): Grey => {
  const { width, height } = picture;
  const data = new Float32Array(width * height);
  const { c, s, tx, ty } = transform;
  const norm = c * c + s * s;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const dx = x - (width - 1) / 2 - tx;
      const dy = y - (height - 1) / 2 - ty;
      const px = (c * dx + s * dy) / norm + (width - 1) / 2;
      const py = (c * dy - s * dx) / norm + (height - 1) / 2;
      data[at] = px < 0 || py < 0 || px > width - 1 || py > height - 1 ? Number.NaN : read(picture, px, py);
    }
  }
  return { width, height, data };
};

const line = (data: Float32Array, at: number): number => (data[at - 1] as number) + 2 * (data[at] as number) + (data[at + 1] as number);

/** Everything finer than about 5 pixels: a Laplacian of what a 3x3 binomial leaves. NaN spreads to its neighbours. */
const fineDetail = ({ width, height, data }: Grey): Float32Array => {
  const smooth = new Float32Array(data.length).fill(Number.NaN);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      smooth[at] = (line(data, at - width) + 2 * line(data, at) + line(data, at + width)) / 16;
    }
  }
  const out = new Float32Array(data.length).fill(Number.NaN);
  for (let y = 2; y < height - 2; y++) {
    for (let x = 2, at = y * width + 2; x < width - 2; x++, at++) {
      out[at] =
        4 * (smooth[at] as number) - (smooth[at - 1] as number) - (smooth[at + 1] as number) - (smooth[at - width] as number) - (smooth[at + width] as number);
    }
  }
  return out;
};

/** A fiftieth of a pixel or less everywhere: resampling would blur for nothing. */
const isRest = ({ c, s, tx, ty }: Similarity): boolean => Math.hypot(c - 1, s) < 1e-4 && Math.hypot(tx, ty) < 0.02;

export interface Sharpness {
  /** Amplitude of fine detail against the photo seen from the same place; 1 is as sharp as the photo. */
  readonly kept: number;
  /** The same for the worst 1/10 of blocks of 32x32 pixels that have detail. */
  readonly worst: number;
}

const BLOCK_PX = 32;
/** Fine detail below this is the codec's or the sensor's noise. */
const LEAST_DETAIL = 1.2;

/**
 * Root of the energy of fine detail (the variance of a slightly smoothed Laplacian) in a frame over that in the photo
 * brought to the same view by a cubic filter.
 * @param view where a point of the photo is in the frame, pixels from the centre
 */
export const sharpnessKept = (photo: Grey, frame: Grey, view: Similarity): Sharpness => {
  const [wanted, got] = [fineDetail(isRest(view) ? photo : asSeen(photo, view, sampleCubic)), fineDetail(frame)];
  const { width, height } = photo;
  let [sumWanted, sumGot] = [0, 0];
  const ratios: number[] = [];
  for (let top = 0; top + BLOCK_PX <= height; top += BLOCK_PX) {
    for (let left = 0; left + BLOCK_PX <= width; left += BLOCK_PX) {
      let [w, g, n] = [0, 0, 0];
      for (let y = top; y < top + BLOCK_PX; y++) {
        for (let x = left, at = y * width + left; x < left + BLOCK_PX; x++, at++) {
          const value = wanted[at] as number;
          if (Number.isNaN(value) || Number.isNaN(got[at])) continue;
          w += value ** 2;
          g += (got[at] as number) ** 2;
          n++;
        }
      }
      if (n < BLOCK_PX ** 2 / 2 || Math.sqrt(w / n) < LEAST_DETAIL) continue;
      sumWanted += w;
      sumGot += g;
      ratios.push(Math.sqrt(g / w));
    }
  }
  return sumWanted === 0 ? { kept: 1, worst: 1 } : { kept: Math.sqrt(sumGot / sumWanted), worst: quantile(ratios, 0.1) };
};
