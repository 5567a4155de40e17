/** What neighbouring frames owe each other: a loop without a seam, motion without tearing, no flicker, and that anything changes at all. */
import { denseFlow, type Flow } from './flow.ts';
import { boxMean, type Grey, meanDifference, median, quantile, sampleCubic } from './grey.ts';

/** Grey levels between neighbouring frames, where most happens, below which a clip stands still as far as a seam is concerned. */
const MOTIONLESS = 0.3;
/** Share of the picture that is looked at: a seam in the clouds must not drown in the meadow that rests below. */
const LIVELIEST = 0.1;

/**
 * How much more the step from the last frame to the first changes than the usual step from frame to frame, over the
 * liveliest tenth of the pixels.
 * @returns mean |last - first| / median of mean |next - this|, or null for a clip that hardly moves
 */
export const loopSeam = (greys: readonly Grey[]): number | null => {
  const before = (i: number): Float32Array => (greys.at(i - 1) as Grey).data;
  const total = new Float32Array((greys[0] as Grey).data.length);
  // the seam counts among the steps, so that the choice of pixels favours neither
  for (const [i, { data }] of greys.entries()) {
    const last = before(i);
    for (let at = 0; at < total.length; at++) total[at] = (total[at] as number) + Math.abs((data[at] as number) - (last[at] as number));
  }
  const least = quantile(total, 1 - LIVELIEST);
  const lively = [...total.keys()].filter((at) => (total[at] as number) >= least);
  const change = (i: number): number => {
    const [now, last] = [(greys[i] as Grey).data, before(i)];
    let sum = 0;
    for (const at of lively) sum += Math.abs((now[at] as number) - (last[at] as number));
    return sum / lively.length;
  };
  const usual = median(greys.slice(1).map((_, i) => change(i + 1)));
  return usual < MOTIONLESS ? null : change(0) / usual;
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
 * Without detail finer than about 3 pixels. Where a photo has texture up to the finest that its pixels can hold, reading
 * between pixels cannot bring it back: unsoftened, a pan by exact Fourier shifts had an error of 1.1 to 3.6 on five photos.
 */
const softened = (grey: Grey): Grey => boxMean(grey, 1);

/** The next frame read where the flow puts each pixel. By straight lines between pixels, an exact zoom into fur had an error of 1.14; by cubics 0.92. */
const pulledBack = (next: Grey, { width, height, u, v }: Flow): Grey => {
  const data = new Float32Array(width * height);
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at++) data[at] = sampleCubic(next, x + (u[at] as number), y + (v[at] as number));
  return { width, height, data };
};

/**
 * Whether each frame is the one before with its pixels moved. What tears, pops, flickers or fades is not.
 * Measured on frames of 640 pixels on the longer side. Two things that are no fault reach 1.0: bare twigs finer than those
 * frames hold (an exact pan with zoom out, band-limited and coded without loss: 1.15; shrunk by lanczos instead of area
 * 1.03), and light that was asked to blaze (a camp fire: 1.53, of which 0.53 is left without changes of light coarser than
 * 25 pixels).
 * @source warp error as in Lai et al. 2018, "Learning blind video temporal consistency", without its mask of occlusions
 */
export const warpBetweenNeighbours = (greys: readonly Grey[]): Warp => {
  const count = Math.min(PAIRS, greys.length - 1);
  const firsts = [...new Set(Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) / count) * (greys.length - 1))))];
  let [error, consistency] = [0, 0];
  for (const i of firsts) {
    const [here, next] = [greys[i] as Grey, greys[i + 1] as Grey];
    const flow = denseFlow(here, next, 4);
    const back = pulledBack(next, flow);
    error += meanDifference(softened(here), softened(back)) / firsts.length;
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
