/** Settles a sampled motion field: smooth phases, sizes that differ from seed to seed but little from cell to cell, clouds that drift together, no flow where it is doubtful. */
import { clamp, smoothStep } from '../tensor/ops.ts';
import type { Random } from '../tensor/random.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import { evenSizes } from './even-sizes.ts';
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
const [SKY, SEA, FOLIAGE, GRASS, CLOTH, HAIR, LIGHT] = [0, 1, 3, 4, 5, 8, 11] as const;
const WINDY = [FOLIAGE, GRASS, CLOTH, HAIR] as const;
const MAY_FLOW = [0, 1, 2, 6, 7] as const;
const MAY_SWING = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

/** Deviations of the logarithm of sizes, those of worker/train/motion.py: the sea's swings, the wind over the whole picture and in its parts. */
const SPREAD = { swell: [0.27, 0.25, 0.42], pace: 0.16, gust: 0.22 } as const;
/** Factors on the phase steps of the sea: the sampled waves are too long. */
const SEA_WAVES = [1.65, 1.3, 1.2] as const;
/** Mean swing of a class that was asked to move normally, shares of the frame; it is reached by a factor of at most `MOST`. */
const LEAST: readonly (readonly [number, number])[] = [
  [SEA, 0.005],
  [FOLIAGE, 0.0065],
  [GRASS, 0.006],
  [CLOTH, 0.0065],
  [HAIR, 0.0056],
];
const MOST = 2.5;
/** Mean flicker of lights that were asked for normally, share of the brightness; within the same bounds. */
const LEAST_FLICKER = 0.16;
/** A class is asked for less where its shares are below this. */
const SURE = 0.85;
/** Share of the clouds' own drifts that stays beside their common one. */
const SHEAR = 0.6;
/** Deviation of the angle by which clouds are turned where no direction was said, radians: the denoiser knows the expected one best. */
const SLOPE = (5 * Math.PI) / 180;
/** Square of the drift's length in the program from which on a direction was said. */
const TOLD = 0.25;
/** Where the program holds the drift, x and y. */
const DRIFT = [12, 13] as const;
/** Share of the flow that stays where what may flow has the first share of a cell; all of it stays from the second on. */
const DOUBT = { least: 0.35, from: 0.3, to: 0.8 } as const;
/** Share of the sea's drift that stays. */
const STREAM = 0.65;
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
 * @param segmentation [1, 13, 64, 64], as the denoiser gets it
 * @param noise takes 14 normal numbers
 * @returns a new field
 * @source reference numbers in test/golden/settle.json, recorded by worker/train/settle.py
 */
export const settleField = (
  field: Float32Array,
  program: Float32Array,
  segmentation: FloatTensor,
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

  const isTold = DRIFT.reduce((total, place) => total + (program[place] as number) ** 2, 0) >= TOLD;
  const angle = isTold ? 0 : SLOPE * (draws[DRAWS - 1] as number);
  const velocity = settleFlow(asked, [expand(0, velocityScale), expand(1, velocityScale)], angle);
  for (const [axis, values] of velocity.entries()) compress(axis, values, velocityScale);

  compress(FLICKER, raiseFlicker(asked[LIGHT] as Plane, program[LIGHT] as number, expand(FLICKER, flickerScale)), flickerScale);

  // channel 2 + 4 f + axis holds the cosine, two channels on the sine of the swing cos(wt) re - sin(wt) im
  const cosine = (f: number, axis: number): number => 2 + 4 * f + axis;
  const swings = Array.from({ length: FREQUENCIES }, (_, f) =>
    [0, 1].map((axis) => ({ re: expand(cosine(f, axis), oscillationScale), im: expand(cosine(f, axis) + 2, oscillationScale).map((v) => -v) })),
  );
  const sea = asked[SEA] as Plane;
  const sharper = SEA_WAVES.map((factor) => plane((i) => 1 + (factor - 1) * (sea[i] as number)));
  const swinging = MAY_SWING.map((k) => asked[k] as Plane);
  const smooth = evenSizes(smoothPhases(swings, swinging, sharper), swinging, sea);
  const factors = sizeFactors(asked, program, jointSizes(smooth), draws);
  smooth.forEach((axes, f) => {
    const factor = factors[f] as Plane;
    axes.forEach(({ re, im }, axis) => {
      compress(
        cosine(f, axis),
        plane((i) => (re[i] as number) * (factor[i] as number)),
        oscillationScale,
      );
      compress(
        cosine(f, axis) + 2,
        plane((i) => -(im[i] as number) * (factor[i] as number)),
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

/** @param angle by which clouds are turned, radians */
const settleFlow = (asked: readonly Plane[], velocity: readonly [Plane, Plane], angle: number): Plane[] => {
  const [sky, sea] = [asked[SKY] as Plane, asked[SEA] as Plane];
  const clear = sky.map((share) => smoothStep(share, 0.5, 0.9));
  const flowing = plane((i) => MAY_FLOW.reduce<number>((sum, k) => sum + ((asked[k] as Plane)[i] as number), 0));
  const skyTotal = Math.max(sum(clear), 1e-6);
  const [x, y] = velocity.map((values) => {
    const mean = sum(values.map((v, i) => v * (clear[i] as number))) / skyTotal;
    return values.map((v, i) => v + (1 - SHEAR) * (clear[i] as number) * (mean - v));
  }) as [Plane, Plane];
  const turned = [
    plane((i) => Math.cos(angle) * (x[i] as number) - Math.sin(angle) * (y[i] as number)),
    plane((i) => Math.sin(angle) * (x[i] as number) + Math.cos(angle) * (y[i] as number)),
  ];
  return [x, y].map((values, axis) =>
    values.map((v, i) => {
      const together = v + (sky[i] as number) * (((turned[axis] as Plane)[i] as number) - v);
      const sure = DOUBT.least + (1 - DOUBT.least) * smoothStep(flowing[i] as number, DOUBT.from, DOUBT.to);
      return together * sure * (1 - (1 - STREAM) * (sea[i] as number));
    }),
  );
};

/** Joint length of all swings in every cell. */
const jointSizes = (swings: readonly (readonly Swing[])[]): Plane =>
  plane((i) => Math.sqrt(swings.flat().reduce((total, { re, im }) => total + (re[i] as number) ** 2 + (im[i] as number) ** 2, 0)));

/**
 * Factors on the three swings. What is asked to move moves at least as far as the formulas of motion.py move it on average,
 * less where the class is doubtful; then the swell has its heights, and the wind its pace and its gusts, as the seed says.
 */
const sizeFactors = (asked: readonly Plane[], program: Float32Array, sizes: Plane, draws: Float32Array): Plane[] => {
  const gusts = widen(draws.subarray(FREQUENCIES + 1, -1));
  const lifts = LEAST.map(([k, least]) => [asked[k] as Plane, liftTo(least * (program[k] as number), asked[k] as Plane, sizes)] as const);
  return SPREAD.swell.map((swell, f) =>
    plane((i) => {
      const windy = WINDY.reduce<number>((total, k) => total + ((asked[k] as Plane)[i] as number), 0);
      const wind = windy * (SPREAD.pace * (draws[FREQUENCIES] as number) + SPREAD.gust * (gusts[i] as number));
      const lift = lifts.reduce((total, [share, log]) => total + (share[i] as number) * log, 0);
      return Math.exp(wind + ((asked[SEA] as Plane)[i] as number) * swell * (draws[f] as number) + lift);
    }),
  );
};

/** Logarithm of the factor that brings the mean size where the class is to what was asked for, or to less where it is doubtful. */
const liftTo = (wanted: number, share: Plane, sizes: Plane): number => {
  const total = sum(share) + 1e-9;
  const weight = sum(share.map((s) => s * s));
  const mean = sum(share.map((s, i) => s * s * (sizes[i] as number))) / (weight + 1e-9);
  return Math.log(clamp((wanted * Math.min(1, weight / total / SURE)) / (mean + 1e-9), 1, MOST));
};

/** Lights that flicker at least as much as was asked for on average. */
const raiseFlicker = (lights: Plane, asked: number, flicker: Plane): Plane => {
  const lift = liftTo(LEAST_FLICKER * asked, lights, flicker.map(Math.abs));
  return flicker.map((value, i) => value * Math.exp((lights[i] as number) * lift));
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
