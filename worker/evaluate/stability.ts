/** What neighbouring frames owe each other: a loop without a seam, motion without tearing, no flicker, and that anything changes at all. */
import { denseFlow, unwarp } from './flow.ts';
import { boxMean, type Grey, meanDifference, median, quantile } from './grey.ts';

/** Grey levels between neighbouring frames below which a clip stands still as far as a seam is concerned. */
const MOTIONLESS = 0.12;

/**
 * How much more the step from the last frame to the first changes than the usual step from frame to frame.
 * @returns mean |last - first| / median of mean |next - this|, or null for a clip that hardly moves
 */
export const loopSeam = (greys: readonly Grey[]): number | null => {
  const steps = greys.slice(1).map((grey, i) => meanDifference(grey, greys[i] as Grey));
  const usual = median(steps);
  return usual < MOTIONLESS ? null : meanDifference(greys.at(-1) as Grey, greys[0] as Grey) / usual;
};

/** True when no frame differs from the first by more than a codec's noise: everywhere on average, and in the liveliest 1/20 of the places. */
export const isFrozen = (greys: readonly Grey[]): boolean => {
  const [first] = greys as [Grey, ...Grey[]];
  const some = greys.filter((_, i) => i > 0 && (i % 6 === 0 || i === greys.length - 1));
  return some.every((grey) => {
    const difference = { ...first, data: first.data.map((value, i) => Math.abs(value - (grey.data[i] as number))) };
    return quantile(boxMean(difference, 3).data, 0.95) < 1.5;
  });
};

export interface Warp {
  /** Mean |this - next pulled back along the flow| over pairs of neighbouring frames, 0..255. */
  readonly error: number;
  /** Mean structural similarity of the same pairs, 1 is best. */
  readonly consistency: number;
}

const PAIRS = 6;

/**
 * Whether each frame is the one before with its pixels moved. What tears, pops, flickers or fades is not.
 * Measured on frames of 640 pixels on the longer side.
 * @source warp error as in Lai et al. 2018, "Learning blind video temporal consistency", without its mask of occlusions
 */
export const warpBetweenNeighbours = (greys: readonly Grey[]): Warp => {
  const count = Math.min(PAIRS, greys.length - 1);
  const firsts = [...new Set(Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) / count) * (greys.length - 1))))];
  let [error, consistency] = [0, 0];
  for (const i of firsts) {
    const [here, next] = [greys[i] as Grey, greys[i + 1] as Grey];
    const back = unwarp(next, denseFlow(here, next, 4));
    error += meanDifference(here, back) / firsts.length;
    consistency += structuralSimilarity(here, back) / firsts.length;
  }
  return { error, consistency };
};

/**
 * Mean of luminance x contrast x structure over windows of 9x9 pixels.
 * @source Wang, Bovik, Sheikh and Simoncelli 2004, with a square window
 */
export const structuralSimilarity = (a: Grey, b: Grey): number => {
  const C1 = (0.01 * 255) ** 2;
  const C2 = (0.03 * 255) ** 2;
  const product = (p: Grey, q: Grey): Grey => boxMean({ ...p, data: p.data.map((value, i) => value * (q.data[i] as number)) }, 4);
  const [ma, mb, aa, bb, ab] = [boxMean(a, 4), boxMean(b, 4), product(a, a), product(b, b), product(a, b)].map(({ data }) => data) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  let sum = 0;
  for (let i = 0; i < ma.length; i++) {
    const [x, y] = [ma[i] as number, mb[i] as number];
    const covariance = (ab[i] as number) - x * y;
    const variances = (aa[i] as number) - x * x + (bb[i] as number) - y * y;
    sum += ((2 * x * y + C1) * (2 * covariance + C2)) / ((x * x + y * y + C1) * (variances + C2));
  }
  return sum / ma.length;
};
