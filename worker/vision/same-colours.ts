/** Where else a thing is: a class that was found in part of the photo spreads to what has its colours nearby, and leaves what has not. */
import { GRID_AREA as AREA, GRID_SIDE as GRID, setShare, shareOf } from './class-grid.ts';

/** Bins of lightness, and of the two colour axes of CIELAB. */
const BINS = [10, 40, 40] as const;
const BIN_COUNT = BINS[0] * BINS[1] * BINS[2];
const ROUNDS = 3;
/** With fewer cells, or less sure ones, there is nothing to learn colours from. */
const LEAST_CELLS = 20;
const LEAST_SURE = 0.12;
/** By how much a cell's colour changes the odds at most, and at least. */
const LIKEST = 8;
const UNLIKEST = 0.1;
/** Counted into both histograms, so that a colour seen once proves nothing. */
const UNSEEN = 1e-5;
/** Likeness counts within so many cells of where the thing was found, and fades beyond by a Gaussian of this deviation. */
const REACH_CELLS = 4;
const FADE_CELLS = 3;

/**
 * @param classes probabilities [classCount, 64, 64]
 * @param lab the photo in CIELAB, float32 [3, 64, 64]
 * @param groups indices of the classes to spread; those of one group share their colours, their ratio in a cell stays
 * @returns probabilities of the same shape
 * @source the colour models of Rother, Kolmogorov and Blake 2004, "GrabCut", as histograms; instead of a cut, likeness
 *   multiplies the odds that the encoder gave
 */
export const spreadByColour = (classes: Float32Array, lab: Float32Array, groups: readonly (readonly number[])[]): Float32Array => {
  const bins = binsOf(lab);
  const out = classes.slice();
  for (const group of groups) {
    for (let round = 0; round < ROUNDS; round++) {
      const found = shareOf(out, group);
      if ((found.toSorted().at(-LEAST_CELLS) as number) < LEAST_SURE) break;
      const here = histogram(bins, (i) => (found[i] as number) ** 2);
      const elsewhere = histogram(bins, (i) => 1 - (found[i] as number));
      const near = vicinity(found);
      const after = found.map((before, i) => {
        const bin = bins[i] as number;
        const likeness = ((here[bin] as number) + UNSEEN) / ((elsewhere[bin] as number) + UNSEEN);
        const factor = likeness > 1 ? Math.min(likeness, LIKEST) ** (near[i] as number) : Math.max(likeness, UNLIKEST);
        const odds = (before / (1 - before + 1e-6)) * factor;
        return odds / (1 + odds);
      });
      setShare(out, group, after);
    }
  }
  return out;
};

/** The bin of each cell's colour. @param lab CIELAB, [3, 64, 64] */
const binsOf = (lab: Float32Array): Uint16Array => {
  const bin = (value: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(value * count)));
  return Uint16Array.from({ length: AREA }, (_, i) => {
    const [lightness, red, yellow] = [(lab[i] as number) / 100, (lab[AREA + i] as number) / 200 + 0.5, (lab[2 * AREA + i] as number) / 200 + 0.5];
    return (bin(lightness, BINS[0]) * BINS[1] + bin(red, BINS[1])) * BINS[2] + bin(yellow, BINS[2]);
  });
};

/** Shares of the weight in each bin, neighbouring bins blurred into each other by 1-2-1 along each axis. */
const histogram = (bins: Uint16Array, weigh: (cell: number) => number): Float32Array => {
  let counts = new Float32Array(BIN_COUNT);
  let total = 1e-9;
  for (const [i, bin] of bins.entries()) {
    const weight = weigh(i);
    counts[bin] = (counts[bin] as number) + weight;
    total += weight;
  }
  for (const [stride, size] of [
    [1, BINS[2]],
    [BINS[2], BINS[1]],
    [BINS[1] * BINS[2], BINS[0]],
  ] as const) {
    const from = counts;
    counts = new Float32Array(BIN_COUNT);
    const span = stride * size;
    for (let at = 0; at < BIN_COUNT; at++) {
      const place = at % span;
      const before = place >= stride ? (from[at - stride] as number) : 0;
      const after = place < span - stride ? (from[at + stride] as number) : 0;
      counts[at] = (from[at] as number) / 2 + (before + after) / 4;
    }
  }
  for (let at = 0; at < BIN_COUNT; at++) counts[at] = (counts[at] as number) / total;
  return counts;
};

/** The largest value within reach, softly fading: 0..1. */
const vicinity = (found: Float32Array): Float32Array => {
  const wide = largestAlong(largestAlong(found, 1), GRID);
  return fadedAlong(fadedAlong(wide, 1), GRID);
};

/** The first cells of all rows or columns. */
const lines = (stride: number): readonly number[] => Array.from({ length: GRID }, (_, k) => (stride === 1 ? k * GRID : k));

/** @param stride 1 along rows, GRID along columns; lines end at their last cell */
const largestAlong = (from: Float32Array, stride: number): Float32Array => {
  const out = new Float32Array(AREA);
  for (const start of lines(stride)) {
    for (let place = 0; place < GRID; place++) {
      let largest = 0;
      const last = Math.min(GRID - 1, place + REACH_CELLS);
      for (let k = Math.max(0, place - REACH_CELLS); k <= last; k++) largest = Math.max(largest, from[start + k * stride] as number);
      out[start + place * stride] = largest;
    }
  }
  return out;
};

/** As `largestAlong`; what is beyond the end of a line is like its last cell. */
const fadedAlong = (from: Float32Array, stride: number): Float32Array => {
  const out = new Float32Array(AREA);
  for (const start of lines(stride)) {
    for (let place = 0; place < GRID; place++) {
      let sum = 0;
      for (let k = -FADE_RADIUS; k <= FADE_RADIUS; k++) {
        const at = Math.min(GRID - 1, Math.max(0, place + k));
        sum += (from[start + at * stride] as number) * (FADE[k + FADE_RADIUS] as number);
      }
      out[start + place * stride] = sum;
    }
  }
  return out;
};

const FADE_RADIUS = 3 * FADE_CELLS;
const FADE = ((): readonly number[] => {
  const weights = Array.from({ length: 2 * FADE_RADIUS + 1 }, (_, k) => Math.exp(-0.5 * ((k - FADE_RADIUS) / FADE_CELLS) ** 2));
  const total = weights.reduce((sum, value) => sum + value, 0);
  return weights.map((value) => value / total);
})();
