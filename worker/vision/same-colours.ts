/** Where else a thing is: a class that was found in part of the photo spreads to what has its colours nearby, and leaves what has not. */

/** Side of the grid of classes. */
const GRID = 64;
const AREA = GRID * GRID;
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
 * @param photo float32 [3, 64, 64] in 0..1, sRGB
 * @param groups indices of the classes to spread; those of one group share their colours, their ratio in a cell stays
 * @returns probabilities of the same shape
 * @source the colour models of Rother, Kolmogorov and Blake 2004, "GrabCut", as histograms; instead of a cut, likeness
 *   multiplies the odds that the encoder gave
 */
export const spreadByColour = (classes: Float32Array, photo: Float32Array, groups: readonly (readonly number[])[]): Float32Array => {
  const bins = binsOf(photo);
  const out = classes.slice();
  for (const group of groups) {
    for (let round = 0; round < ROUNDS; round++) {
      const found = sumOf(out, group);
      if ((found.toSorted().at(-LEAST_CELLS) as number) < LEAST_SURE) break;
      const here = histogram(bins, (i) => (found[i] as number) ** 2);
      const elsewhere = histogram(bins, (i) => 1 - (found[i] as number));
      const near = vicinity(found);
      for (let i = 0; i < AREA; i++) {
        const bin = bins[i] as number;
        const likeness = ((here[bin] as number) + UNSEEN) / ((elsewhere[bin] as number) + UNSEEN);
        const factor = likeness > 1 ? Math.min(likeness, LIKEST) ** (near[i] as number) : Math.max(likeness, UNLIKEST);
        const before = found[i] as number;
        const odds = (before / (1 - before + 1e-6)) * factor;
        const after = odds / (1 + odds);
        const [inside, outside] = [after / (before + 1e-9), (1 - after) / (1 - before + 1e-9)];
        for (let k = 0; k * AREA < out.length; k++) out[k * AREA + i] = (out[k * AREA + i] as number) * (group.includes(k) ? inside : outside);
      }
    }
  }
  return out;
};

const sumOf = (classes: Float32Array, group: readonly number[]): Float32Array =>
  Float32Array.from({ length: AREA }, (_, i) =>
    Math.min(
      1,
      group.reduce((sum, k) => sum + (classes[k * AREA + i] as number), 0),
    ),
  );

/** The bin of each cell's colour in CIELAB (D65). */
const binsOf = (photo: Float32Array): Uint16Array => {
  const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const bend = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const bin = (value: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(value * count)));
  return Uint16Array.from({ length: AREA }, (_, i) => {
    const [r, g, b] = [linear(photo[i] as number), linear(photo[AREA + i] as number), linear(photo[2 * AREA + i] as number)];
    const x = bend((0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.950456);
    const y = bend(0.212671 * r + 0.71516 * g + 0.072169 * b);
    const z = bend((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.088754);
    const [lightness, red, yellow] = [1.16 * y - 0.16, 2.5 * (x - y) + 0.5, y - z + 0.5];
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
    counts = from.map((value, at) => {
      const place = Math.floor(at / stride) % size;
      const before = place > 0 ? (from[at - stride] as number) : 0;
      const after = place < size - 1 ? (from[at + stride] as number) : 0;
      return value / 2 + (before + after) / 4;
    });
  }
  return counts.map((value) => value / total);
};

/** The largest value within reach, softly fading: 0..1. */
const vicinity = (found: Float32Array): Float32Array => {
  const along = (from: Float32Array, stride: number, radius: number, join: (values: readonly number[]) => number): Float32Array =>
    from.map((_, at) => {
      const place = Math.floor(at / stride) % GRID;
      const values: number[] = [];
      for (let k = -radius; k <= radius; k++) values.push(from[at + (Math.min(GRID - 1, Math.max(0, place + k)) - place) * stride] as number);
      return join(values);
    });
  const largest = (values: readonly number[]): number => Math.max(...values);
  const mean = (values: readonly number[]): number => values.reduce((sum, value, k) => sum + value * (FADE[k] as number), 0);
  const wide = along(along(found, 1, REACH_CELLS, largest), GRID, REACH_CELLS, largest);
  return along(along(wide, 1, FADE_RADIUS, mean), GRID, FADE_RADIUS, mean);
};

const FADE_RADIUS = 3 * FADE_CELLS;
const FADE = ((): readonly number[] => {
  const weights = Array.from({ length: 2 * FADE_RADIUS + 1 }, (_, k) => Math.exp(-0.5 * ((k - FADE_RADIUS) / FADE_CELLS) ** 2));
  const total = weights.reduce((sum, value) => sum + value, 0);
  return weights.map((value) => value / total);
})();
