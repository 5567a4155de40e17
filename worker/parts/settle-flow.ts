/** Settles the flow and the flicker of a sampled field: as far as was asked, where it was told, less where its class is doubtful. */
import { clamp, smoothStep } from '../tensor/ops.ts';
import { AREA, CELLS, type Plane, plane } from './smooth-phase.ts';

// classes without the static one, as in the text program
const [SKY, SEA, RIVER, FIRE, SMOKE] = [0, 1, 2, 6, 7] as const;
const MAY_FLOW = [SKY, SEA, RIVER, FIRE, SMOKE] as const;
/** Classes that go as one where they are told to. */
const DRIFTING = [SKY, RIVER, SMOKE] as const;
/** Share of the clouds' own drifts that stays beside their common one. */
const SHEAR = 0.72;
/** Deviation of the angle by which clouds are turned where no direction was said, radians: the denoiser knows the expected one best. */
const SLOPE = (5 * Math.PI) / 180;
/** Square of the drift's length in the program from which on a direction was said. */
const TOLD = 0.25;
/** Where the program holds the drift, x and y. */
const DRIFT = [12, 13] as const;
/** Share of towards the viewer in a river's course that nobody told. */
const DOWNSTREAM = 0.9;
/** Mean flow of a class that was asked to flow normally, shares of the frame, reached by a factor within `FLOW_BOUNDS`; that of clouds times `height`. */
const FLOWS: readonly (readonly [number, number])[] = [
  [SKY, 0.064],
  [RIVER, 0.055],
  [FIRE, 0.026],
  [SMOKE, 0.075],
];
const FLOW_BOUNDS = [0.5, 2.5] as const;
/** Deviation of its logarithm over the seeds, that of worker/train/motion.py; flames have none. */
const FLOW_PACE = 0.16;
/** Share of the flow that stays where what may flow has the first share of a cell; all of it stays from the second on. */
const DOUBT = { least: 0.35, from: 0.3, to: 0.8 } as const;
/** Share of the sea's drift that stays. */
const STREAM = 0.65;
/** Mean flicker of lights that were asked for normally, share of the brightness, reached by a factor of at most `MOST`. */
const LEAST_FLICKER = 0.16;
/** Factor by which what is asked for may be raised. */
export const MOST = 3.5;
/** A class is asked for less where its shares are below this. */
const SURE = 0.85;

/** Speed of clouds by their height, as in worker/train/motion.py: what is higher is nearer. */
const height = (i: number): number => 1.3 - (0.65 * (Math.floor(i / CELLS) + 0.5)) / CELLS;

/**
 * Logarithm of the factor within bounds that brings the mean size where the class is to what was asked for, or to less where it is doubtful.
 * @param share how far each cell belongs to the class, 0..1
 */
export const liftTo = (wanted: number, share: Plane, sizes: Plane, least: number, most: number): number => {
  const total = sum(share) + 1e-9;
  const weight = sum(share.map((s) => s * s));
  const mean = weightedSum(share, sizes) / (weight + 1e-9);
  return Math.log(clamp((wanted * Math.min(1, weight / total / SURE)) / (mean + 1e-9), least, most));
};

/**
 * Clouds that drift together and as steeply as the seed says; everything the way and as far as the words say; less flow where its class is
 * doubtful, and a sea that does not stream.
 * @param asked shares of the classes that were asked to move, 12 planes
 * @param program the text program, 24 numbers
 * @param velocity the x and y axis, shares of the frame; not modified
 * @param slope normal number of the clouds' slope
 * @param pace normal number of the wind
 * @source worker/train/settle_flow.py
 */
export const settleFlow = (
  asked: readonly Plane[],
  program: Float32Array,
  velocity: readonly [Plane, Plane],
  slope: number,
  pace: number,
): readonly Plane[] => {
  const told = DRIFT.map((place) => program[place] as number) as [number, number];
  const isTold = told[0] ** 2 + told[1] ** 2 >= TOLD;
  const drifting = turnDrifts(flockTogether(velocity, asked[SKY] as Plane), asked, SLOPE * slope, isTold ? told : undefined);
  const running = isTold ? drifting : runDown(drifting, asked[RIVER] as Plane);
  const lengths = lengthsOf(running);
  const lifts = FLOWS.map(([k, usual]) => {
    const share = asked[k] as Plane;
    const high = k === SKY ? weightedSum(share, plane(height)) / (sum(share.map((s) => s * s)) + 1e-9) : 1;
    const wanted = usual * high * (program[k] as number) * (k === FIRE ? 1 : Math.exp(FLOW_PACE * pace));
    return [share, liftTo(wanted, share, lengths, ...FLOW_BOUNDS)] as const;
  });
  return running.map((values) =>
    values.map((v, i) => {
      const at = (k: number): number => (asked[k] as Plane)[i] as number;
      const lift = lifts.reduce((total, [share, log]) => total + (share[i] as number) * log, 0);
      const flowing = MAY_FLOW.reduce<number>((total, k) => total + at(k), 0);
      const sure = DOUBT.least + (1 - DOUBT.least) * smoothStep(flowing, DOUBT.from, DOUBT.to);
      return v * Math.exp(lift) * sure * (1 - (1 - STREAM) * at(SEA));
    }),
  );
};

/** Clouds nearer to their common drift. */
const flockTogether = (velocity: readonly [Plane, Plane], sky: Plane): readonly [Plane, Plane] => {
  const clear = sky.map((share) => smoothStep(share, 0.5, 0.9));
  const total = Math.max(sum(clear), 1e-6);
  return both(velocity, (values) => {
    const mean = sum(values.map((v, i) => v * (clear[i] as number))) / total;
    return values.map((v, i) => v + (1 - SHEAR) * (clear[i] as number) * (mean - v));
  });
};

/** Classes turned as one to where they were told to go; where nothing was told, clouds turned by an angle. */
const turnDrifts = (
  [x, y]: readonly [Plane, Plane],
  asked: readonly Plane[],
  angle: number,
  told: readonly [number, number] | undefined,
): readonly [Plane, Plane] => {
  const out = [Float64Array.from(x), Float64Array.from(y)] as const;
  for (const k of DRIFTING) {
    const share = asked[k] as Plane;
    const mean = [weightedSum(share, x), weightedSum(share, y)] as const;
    const way = told !== undefined ? Math.atan2(mean[0] * told[1] - mean[1] * told[0], mean[0] * told[0] + mean[1] * told[1]) : k === SKY ? angle : 0;
    const [cosine, sine] = [Math.cos(way), Math.sin(way)];
    for (let i = 0; i < AREA; i++) {
      const [s, a, b] = [share[i] as number, x[i] as number, y[i] as number];
      out[0][i] = (out[0][i] as number) + s * (cosine * a - sine * b - a);
      out[1][i] = (out[1][i] as number) + s * (sine * a + cosine * b - b);
    }
  }
  return out;
};

/** Rivers run more or less towards the viewer, as worker/train/motion.py guesses; as fast as before. */
const runDown = (velocity: readonly [Plane, Plane], river: Plane): readonly [Plane, Plane] => {
  const lengths = lengthsOf(velocity);
  const course = [velocity[0].map((v) => (1 - DOWNSTREAM) * v), velocity[1].map((v, i) => (1 - DOWNSTREAM) * v + DOWNSTREAM * (lengths[i] as number))] as const;
  const faster = lengthsOf(course).map((length, i) => (lengths[i] as number) / (length + 1e-9));
  return both(velocity, (values, axis) => values.map((v, i) => v + (river[i] as number) * ((course[axis][i] as number) * (faster[i] as number) - v)));
};

/** Lights that flicker at least as much as was asked for on average. */
export const raiseFlicker = (lights: Plane, asked: number, flicker: Plane): Plane => {
  const lift = liftTo(LEAST_FLICKER * asked, lights, flicker.map(Math.abs), 1, MOST);
  return flicker.map((value, i) => value * Math.exp((lights[i] as number) * lift));
};

const both = (velocity: readonly [Plane, Plane], change: (values: Plane, axis: 0 | 1) => Plane): readonly [Plane, Plane] => [
  change(velocity[0], 0),
  change(velocity[1], 1),
];
const lengthsOf = ([x, y]: readonly [Plane, Plane]): Plane => plane((i) => Math.sqrt((x[i] as number) ** 2 + (y[i] as number) ** 2));
const sum = (values: Plane): number => values.reduce((total, value) => total + value, 0);
/** Sum over the cells, each weighed by the square of its share. */
export const weightedSum = (share: Plane, values: Plane): number => share.reduce((total, s, i) => total + s * s * (values[i] as number), 0);
