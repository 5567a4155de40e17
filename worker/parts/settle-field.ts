/** Settles a sampled motion field: smooth phases, sizes that differ from seed to seed but little from cell to cell, clouds that drift together, no flow where it is doubtful. */
import { clamp } from '../tensor/ops.ts';
import type { Random } from '../tensor/random.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import { evenSizes } from './even-sizes.ts';
import { liftTo, MOST, raiseFlicker, settleFlow, weightedSum } from './settle-flow.ts';
import { AREA, CELLS, type Plane, plane, type Swing, smoothPhases } from './smooth-phase.ts';

const CLASSES = 12;
const FREQUENCIES = 3;
/** The last channel. */
const FLICKER = 14;
/** Rows and columns of the map of gusts. */
const GUSTS = 3;
/** Normal numbers that one field takes: heights of the sea's three swings, the wind's pace, its gusts row by row, the clouds' slope. */
const DRAWS = FREQUENCIES + 1 + GUSTS * GUSTS + 1;

// classes without the static one, as in the text program
const [SEA, RIVER, FOLIAGE, GRASS, CLOTH, FIRE, SMOKE, HAIR, FLOATING, LIGHT] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11] as const;
const WINDY = [FOLIAGE, GRASS, CLOTH, HAIR] as const;
const MAY_SWING = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

/** Deviations of the logarithm of sizes: the sea's swings as in worker/train/motion.py, the wind over the whole picture and in its parts. */
const SPREAD = { swell: [0.27, 0.25, 0.42], pace: 0.22, gust: 0.1 } as const;
/** Factors on the phase steps of the sea: the sampled waves are too long. */
const SEA_WAVES = [1.75, 1.48, 1.3] as const;
/** Power of the sea's perspective by which its waves are made shorter still towards the horizon. */
const FAR = 0.2;
/** How far sizes are evened at sea, for each swing: its perspective stays. */
const EVEN_SEA = [0.45, 0.2, 0] as const;
/** What swings in the wind grows towards its free ends by this power: the encoder tells them less apart than they are. */
const ANCHORS = 1.5;
/** At an anchor swings are 0.25 / 1.25 of what they are at a free end. */
const ROOTED = 0.25;
/** Mean swing of a class that was asked to move normally, shares of the frame; it is reached by a factor of at most `MOST`. */
const LEAST: readonly (readonly [number, number])[] = [
  [SEA, 0.0054],
  [RIVER, 0.003],
  [FOLIAGE, 0.0064],
  [GRASS, 0.0068],
  [CLOTH, 0.0074],
  [FIRE, 0.0075],
  [SMOKE, 0.005],
  [HAIR, 0.0065],
  [FLOATING, 0.0065],
];
/** Companded size below which values are too small to keep. */
const SMALL = 0.002;

/** How companded values become displacements: scale * sign(v) * max(|v| - deadZone, 0)^2. */
export interface Companding {
  readonly velocityScale: number;
  readonly oscillationScale: number;
  readonly flickerScale: number;
  readonly deadZone: number;
}

/**
 * Settles a field once after the last denoising step; the twin of worker/train/settle.py.
 * @param field companded, 15 planes of 32 x 32; not modified
 * @param program the text program, 24 numbers
 * @param seen segmentation [1, 13, 64, 64] and sway [1, 1, 64, 64], as the denoiser gets them
 * @param noise takes 14 normal numbers
 * @returns a new field
 * @source reference numbers in test/golden/settle.json, recorded by worker/train/settle.py
 */
export const settleField = (
  field: Float32Array,
  program: Float32Array,
  { segmentation, sway }: { readonly segmentation: FloatTensor; readonly sway: FloatTensor },
  noise: Random,
  { velocityScale, oscillationScale, flickerScale, deadZone }: Companding,
): Float32Array => {
  const draws = noise.normal(DRAWS);
  const asked = askedShares(segmentation.data, program);
  const expand = (channel: number, scale: number): Plane =>
    plane((i) => {
      const value = field[channel * AREA + i] as number;
      return scale * Math.sign(value) * Math.max(Math.abs(value) - deadZone, 0) ** 2;
    });
  const out = Float32Array.from(field);
  const compress = (channel: number, values: Plane, scale: number): void => {
    for (let i = 0; i < AREA; i++) {
      const size = Math.sqrt(Math.abs(values[i] as number) / scale);
      out[channel * AREA + i] = Math.sign(values[i] as number) * (size + deadZone * Math.min(1, size / SMALL));
    }
  };

  const velocity = settleFlow(asked, program, [expand(0, velocityScale), expand(1, velocityScale)], draws[DRAWS - 1] as number, draws[FREQUENCIES] as number);
  for (const [axis, values] of velocity.entries()) compress(axis, values, velocityScale);

  compress(FLICKER, raiseFlicker(asked[LIGHT] as Plane, program[LIGHT] as number, expand(FLICKER, flickerScale)), flickerScale);

  // channel 2 + 4 f + axis holds the cosine, two channels on the sine of the swing cos(wt) re - sin(wt) im
  const cosine = (f: number, axis: number): number => 2 + 4 * f + axis;
  const swings = Array.from({ length: FREQUENCIES }, (_, f) =>
    [0, 1].map((axis) => ({ re: expand(cosine(f, axis), oscillationScale), im: expand(cosine(f, axis) + 2, oscillationScale).map((v) => -v) })),
  );
  const sea = asked[SEA] as Plane;
  const far = farWaves(sea);
  const sharper = SEA_WAVES.map((factor) => plane((i) => (1 + (factor - 1) * (sea[i] as number)) * (far[i] as number)));
  const swinging = MAY_SWING.map((k) => asked[k] as Plane);
  const powers = EVEN_SEA.map((even) => plane((i) => 1 - (sea[i] as number) * (1 - even)));
  const roots = rooted(
    WINDY.map((k) => asked[k] as Plane),
    coarse(sway.data),
  );
  const smooth = scaled(evenSizes(smoothPhases(swings, swinging, sharper), swinging, powers), [roots, roots, roots]);
  const settled = scaled(smooth, sizeFactors(asked, program, jointSizes(smooth), draws));
  settled.forEach((axes, f) => {
    axes.forEach(({ re, im }, axis) => {
      compress(cosine(f, axis), re, oscillationScale);
      compress(
        cosine(f, axis) + 2,
        im.map((v) => -v),
        oscillationScale,
      );
    });
  });
  return out;
};

/** Shares of the classes that were asked to move in every cell, after the graph's own raise of the named ones. */
const askedShares = (segmentation: Float32Array, program: Float32Array): Plane[] => {
  const fine = segmentation.length / (CLASSES + 1);
  const side = Math.sqrt(fine);
  const named = Array.from({ length: CLASSES }, (_, k) => (program[k] as number) > 0);
  const count = Math.max(1, named.filter(Boolean).length);
  const shares = named.map(() => new Float64Array(AREA));
  for (let j = 0; j < fine; j++) {
    const odds = (k: number): number => (segmentation[(k + 1) * fine + j] as number) * (named[k] ? 1 + 4 / count : 1);
    let total = segmentation[j] as number;
    for (let k = 0; k < CLASSES; k++) total += odds(k);
    const cell = Math.floor((Math.floor(j / side) * CELLS) / side) * CELLS + Math.floor(((j % side) * CELLS) / side);
    shares.forEach((share, k) => {
      const wanted = clamp((program[k] as number) * 4, 0, 1);
      share[cell] = (share[cell] as number) + ((odds(k) / total) * wanted * AREA) / fine;
    });
  }
  return shares;
};

/** A square map averaged over the cells of the field. */
const coarse = (fine: Float32Array): Plane => {
  const side = Math.sqrt(fine.length);
  const out = new Float64Array(AREA);
  for (let j = 0; j < fine.length; j++) {
    const cell = Math.floor((Math.floor(j / side) * CELLS) / side) * CELLS + Math.floor(((j % side) * CELLS) / side);
    out[cell] = (out[cell] as number) + ((fine[j] as number) * AREA) / fine.length;
  }
  return out;
};

/** Factors on phase steps: 1 on land, larger at sea towards the horizon, as in the perspective of worker/train/motion.py. */
const farWaves = (sea: Plane): Plane => {
  const begun = sea.findIndex((share) => share > 0.3);
  const first = begun < 0 ? 1 : Math.floor(begun / CELLS) / CELLS;
  const horizon = first < 0.05 ? -0.4 : first - 0.02;
  const shorter = plane((i) => Math.log((1.35 - horizon) / (Math.max(0, (Math.floor(i / CELLS) + 0.5) / CELLS - horizon) + 0.35)));
  const usual = sum(shorter.map((log, i) => log * (sea[i] as number))) / (sum(sea) + 1e-9);
  return plane((i) => Math.exp(FAR * (sea[i] as number) * ((shorter[i] as number) - usual)));
};

/** Factors on what swings in the wind: more towards the free ends, about 1 in the mean of each class. */
const rooted = (windy: readonly Plane[], sway: Plane): Plane => {
  const means = windy.map((share) => weightedSum(share, sway) / (sum(share.map((s) => s * s)) + 1e-9));
  return plane((i) =>
    Math.exp(
      windy.reduce((total, share, k) => total + ANCHORS * (share[i] as number) * Math.log((ROOTED + (sway[i] as number)) / (ROOTED + (means[k] as number))), 0),
    ),
  );
};

/** Swings times a factor per frequency and cell. */
const scaled = (swings: readonly (readonly Swing[])[], factors: readonly Plane[]): Swing[][] =>
  swings.map((axes, f) => {
    const times = (values: Plane): Plane => values.map((value, i) => value * ((factors[f] as Plane)[i] as number));
    return axes.map(({ re, im }) => ({ re: times(re), im: times(im) }));
  });

/** Joint length of all swings in every cell. */
const jointSizes = (swings: readonly (readonly Swing[])[]): Plane =>
  plane((i) => Math.sqrt(swings.flat().reduce((total, { re, im }) => total + (re[i] as number) ** 2 + (im[i] as number) ** 2, 0)));

/**
 * Factors on the three swings. What is asked to move moves at least as far as the formulas of motion.py move it on average,
 * less where the class is doubtful; then the swell has its heights, and the wind its pace and its gusts, as the seed says.
 */
const sizeFactors = (asked: readonly Plane[], program: Float32Array, sizes: Plane, draws: Float32Array): Plane[] => {
  const gusts = widen(draws.subarray(FREQUENCIES + 1, -1));
  const lifts = LEAST.map(([k, least]) => [asked[k] as Plane, liftTo(least * (program[k] as number), asked[k] as Plane, sizes, 1, MOST)] as const);
  return SPREAD.swell.map((swell, f) =>
    plane((i) => {
      const windy = WINDY.reduce<number>((total, k) => total + ((asked[k] as Plane)[i] as number), 0);
      const wind = windy * (SPREAD.pace * (draws[FREQUENCIES] as number) + SPREAD.gust * (gusts[i] as number));
      const lift = lifts.reduce((total, [share, log]) => total + (share[i] as number) * log, 0);
      return Math.exp(wind + ((asked[SEA] as Plane)[i] as number) * swell * (draws[f] as number) + lift);
    }),
  );
};

/**
 * A map of 3 x 3 numbers on all cells, with the deviation of motion.py's smooth_noise.
 * @source torch.nn.functional.interpolate, bicubic with align_corners (Keys 1981, a = -0.75)
 */
const widen = (coarse: Float32Array): Plane => {
  const A = -0.75;
  const near = (x: number): number => ((A + 2) * x - (A + 3)) * x * x + 1;
  const far = (x: number): number => ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
  const rows = Array.from({ length: CELLS }, (_, i) => {
    const at = (i * (GUSTS - 1)) / (CELLS - 1);
    const first = Math.floor(at);
    const t = at - first;
    const weights = new Float64Array(GUSTS);
    [far(t + 1), near(t), near(1 - t), far(2 - t)].forEach((weight, k) => {
      const to = clamp(first - 1 + k, 0, GUSTS - 1);
      weights[to] = (weights[to] as number) + weight;
    });
    return weights;
  });
  return plane((i) => {
    const [row, column] = [rows[Math.floor(i / CELLS)] as Plane, rows[i % CELLS] as Plane];
    let total = 0;
    for (let k = 0; k < coarse.length; k++) total += (coarse[k] as number) * (row[Math.floor(k / GUSTS)] as number) * (column[k % GUSTS] as number);
    return 1.15 * total;
  });
};

const sum = (values: Plane): number => values.reduce((total, value) => total + value, 0);
