/** Where the words let one thing move and nothing beside it, a cell must look like the surest of that thing, or it stays still. */
import { clamp, smoothStep } from '../tensor/ops.ts';
import { boxMean, GRID_AREA, GRID_SIDE, quantileOf, setShare, shareOf } from '../vision/class-grid.ts';

/** Sky lies in a layer of its own; flowers (foliage and grass in one word) are found by their colours alone; what floats is small. */
const LEFT_ALONE: readonly (readonly number[])[] = [[1], [4, 5], [11]];
/** Light is where it is bright; and what glitters is asked for as water and light, wherever it is water. */
const LIGHT = 12;
const STATIC = 0;
const FLOATING = 11;
/** Cells that count as the thing's, and the part of them whose share of the class the surest tenth exceeds. */
const FOUND = 0.5;
const SUREST = 0.9;
const LEAST_CELLS = 20;
/**
 * What counts how much in the logarithm of a cell's odds: the encoder's own odds of the class against those of its surest cells, how alike the
 * colours are, and the shares of what floats and of what never moves against those in the surest cells.
 */
const WORTH = { odds: 0.36, colour: 0.52, floating: -0.42, still: -0.12, always: 0.81 } as const;
/** Between these shares of the surest cells the encoder hardly knows the thing, its odds say less, and this much more is granted. */
const HARDLY = { from: 0.15, to: 0.4, granted: 0.5 } as const;
/** What the encoder by itself takes for the thing, from the first share on and in full at the second, is granted this much. */
const BELIEVED = { from: 0.5, to: 0.75, granted: 1.5 } as const;
/** At least this part of what was found stays: as much is granted, in steps, as that takes. */
const KEPT = { part: 0.67, step: 0.25, most: 4 } as const;
const MOST = 4;
const STEEP = 4;
const FAINT = 1e-3;
const FAINT_OTHER = 3e-3;
/** Deviations of the Gaussians of likeness: lightness, and the two colour axes of CIELAB; and of nearness, in cells. */
const ALIKE = [6, 5, 5] as const;
const NEAR_CELLS = 10;
/** What counts of a cell however far away it is. */
const ANYWHERE = 0.03;
/** Colours less alike than this exponent count as nothing; `UNSEEN` is counted on both sides, so that a colour seen nowhere proves nothing. */
const FAR = 6;
const UNSEEN = 3e-6;

/**
 * @param classes probabilities [13, 64, 64] after all else was decided
 * @param seen the same as the encoder gave them, before the words were believed
 * @param lab the photo in CIELAB, [3, 64, 64]
 * @param groups indices of the named classes, those that count together in one group
 * @returns probabilities of the same shape; no cell gains
 * @source weights by logistic regression on outlined photos; colour models as kernel densities, Parzen 1962
 */
export const onlyNamed = (classes: Float32Array, seen: Float32Array, lab: Float32Array, groups: readonly (readonly number[])[]): Float32Array => {
  const out = classes.slice();
  if (groups.some((group) => group.includes(LIGHT))) return out;
  for (const group of groups) {
    if (LEFT_ALONE.some((alone) => alone.length === group.length && alone.every((index) => group.includes(index)))) continue;
    const [decided, own] = [shareOf(out, group), shareOf(seen, group)];
    const found = own.filter((_, i) => (decided[i] as number) > FOUND);
    if (found.length < LEAST_CELLS) continue;
    const surest = quantileOf(found, SUREST);
    const relative = own.map((share) => Math.min(1, share / Math.max(surest, 1e-6)));
    const inside = relative.map((share) => share * share);
    const colours = likeness(
      inside,
      relative.map((share) => 1 - share),
      lab,
    );
    const [floating, still] = [more(seen, FLOATING, inside), more(seen, STATIC, inside)];
    const always = WORTH.always + HARDLY.granted * (1 - smoothStep(surest, HARDLY.from, HARDLY.to));
    const evidence = own.map((share, i) => {
      const odds = WORTH.odds * (logOdds(share) - logOdds(surest)) + BELIEVED.granted * smoothStep(share, BELIEVED.from, BELIEVED.to);
      const others = WORTH.floating * (floating[i] as number) + WORTH.still * (still[i] as number);
      return clamp(always + odds + WORTH.colour * (colours[i] as number) + others, -MOST, MOST);
    });
    const smooth = boxMean(evidence, 1);
    const left = (granted: number): Float32Array => decided.map((share, i) => share / (1 + Math.exp(-STEEP * ((smooth[i] as number) + granted))));
    const least = KEPT.part * sumOf(decided);
    let granted = 0;
    while (granted < KEPT.most && sumOf(left(granted)) < least) granted += KEPT.step;
    setShare(out, group, left(granted));
  }
  return out;
};

const sumOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0);

const logOdds = (share: number): number => {
  const bounded = clamp(share, FAINT, 1 - FAINT);
  return Math.log(bounded / (1 - bounded));
};

/** Logarithm of a class's share, against its mean over the cells weighted by `inside`. */
const more = (seen: Float32Array, index: number, inside: Float32Array): Float32Array => {
  const logs = seen.slice(index * GRID_AREA, (index + 1) * GRID_AREA).map((share) => Math.log(share + FAINT_OTHER));
  const total = inside.reduce((sum, weight) => sum + weight, 1e-9);
  const mean = logs.reduce((sum, value, i) => sum + value * (inside[i] as number), 0) / total;
  return logs.map((value) => value - mean);
};

/** Logarithm of how much likelier each cell's colour is, there, among the cells weighted by `inside` than among those weighted by `outside`. */
const likeness = (inside: Float32Array, outside: Float32Array, lab: Float32Array): Float32Array => {
  const planes = ALIKE.map((deviation, k) => lab.subarray(k * GRID_AREA, (k + 1) * GRID_AREA).map((value) => value / deviation / Math.SQRT2));
  const [L, a, b] = planes as [Float32Array, Float32Array, Float32Array];
  const [sampleL, sampleA, sampleB, weightInside, weightOutside] = [L, a, b, inside, outside].map((values) =>
    Float32Array.from(SAMPLES, (j) => values[j] as number),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
  const [totalInside, totalOutside] = [weightInside, weightOutside].map((weights) => weights.reduce((sum, weight) => sum + weight, 1e-9)) as [number, number];
  const out = new Float32Array(GRID_AREA);
  for (let i = 0; i < GRID_AREA; i++) {
    const [x, y] = [i % GRID_SIDE, Math.floor(i / GRID_SIDE)];
    let here = 0;
    let elsewhere = 0;
    for (let n = 0; n < SAMPLES.length; n++) {
      const dL = (L[i] as number) - (sampleL[n] as number);
      const da = (a[i] as number) - (sampleA[n] as number);
      const db = (b[i] as number) - (sampleB[n] as number);
      const unlike = dL * dL + da * da + db * db;
      if (unlike > FAR) continue;
      const j = SAMPLES[n] as number;
      const near = (NEAR[Math.abs(x - (j % GRID_SIDE))] as number) * (NEAR[Math.abs(y - (j >> 6))] as number);
      const weight = Math.exp(-unlike) * (ANYWHERE + near);
      here += weight * (weightInside[n] as number);
      elsewhere += weight * (weightOutside[n] as number);
    }
    out[i] = Math.log(here / totalInside + UNSEEN) - Math.log(elsewhere / totalOutside + UNSEEN);
  }
  return out;
};

/** Every tenth cell, no two of them near each other. */
const SAMPLES = Int32Array.from(Array.from({ length: GRID_AREA }, (_, i) => i).filter((i) => ((i % GRID_SIDE) + 3 * Math.floor(i / GRID_SIDE)) % 10 === 0));
const NEAR = Float32Array.from({ length: GRID_SIDE }, (_, cells) => Math.exp(-(cells * cells) / (2 * NEAR_CELLS * NEAR_CELLS)));
