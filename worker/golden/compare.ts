/** Holds what an engine computed against what the reference wrote down, stage by stage. */
import type { Photo } from '../../core/engine.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import type { StoredTensor } from './safetensors.ts';

/** All tensors of one kind, for example the denoiser's outputs of every step. */
export interface StageReport {
  readonly stage: string;
  readonly compared: number;
  readonly maxError: number;
  readonly meanError: number;
  readonly tolerance: number;
  /** What stopped a comparison, for example another number of values. */
  readonly problem?: string;
  readonly passed: boolean;
}

/** Frames are within this of the reference on the scale 0..1; every single mistake in parity.md moves them further, but one. */
export const FRAME_TOLERANCE = 1e-4;
/** One 8-bit level, where a case has pictures only: rounding may fall to the other side. */
const LEVEL = 1 / 255 + 1e-9;
/** torch's own builds differ by as much. */
const NOISE_TOLERANCE = 2e-6;
/** Of what is handed on inside, relative to its largest value. */
const INNER_TOLERANCE = 1e-3;

const stageOf = (key: string): string => key.replace(/\/\d+(?=\/)/g, '/*');

const toleranceOf = (stage: string, largest: number): number => {
  if (stage === 'frames') return FRAME_TOLERANCE;
  if (stage.endsWith('/input_ids') || stage.endsWith('/attention_mask')) return 0;
  if (stage.startsWith('randn/')) return NOISE_TOLERANCE;
  if (stage === 'sched/timesteps' || stage === 'sched/sigmas') return 1e-6 * Math.max(1, largest);
  return INNER_TOLERANCE * Math.max(1, largest);
};

interface Tally {
  compared: number;
  values: number;
  sum: number;
  max: number;
  largest: number;
  problem?: string;
}

export interface Comparison {
  /** Compares one tensor at once and forgets it; keys the reference did not write down are left out. */
  observe(key: string, data: Float32Array | Float64Array | BigInt64Array, dims: readonly number[]): void;
  frames(frames: FloatTensor, pictures: readonly Photo[]): void;
  report(): readonly StageReport[];
  /** What the reference wrote down and this run never computed. */
  missing(): readonly string[];
}

export const createComparison = (recorded: ReadonlyMap<string, StoredTensor>): Comparison => {
  const tallies = new Map<string, Tally>();
  const seen = new Set<string>();

  const tallyOf = (stage: string): Tally => {
    const tally = tallies.get(stage) ?? { compared: 0, values: 0, sum: 0, max: 0, largest: 0 };
    tallies.set(stage, tally);
    return tally;
  };
  const compare = (key: string, got: ArrayLike<number | bigint>, want: ArrayLike<number>, dims: readonly number[], wantDims: readonly number[]): void => {
    const tally = tallyOf(stageOf(key));
    tally.compared++;
    if (got.length !== want.length) {
      tally.problem ??= `${key} is [${dims.join(', ')}], the reference has [${wantDims.join(', ')}]`;
      return;
    }
    for (let i = 0; i < want.length; i++) {
      const expected = want[i] as number;
      const error = Math.abs(Number(got[i]) - expected);
      // NaN must not pass for equal
      if (!(error <= tally.max)) tally.max = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      tally.sum += error;
      const size = Math.abs(expected);
      if (size > tally.largest) tally.largest = size;
    }
    tally.values += want.length;
  };

  return {
    observe(key, data, dims) {
      const want = recorded.get(key);
      if (want === undefined || seen.has(key)) return;
      seen.add(key);
      compare(key, data, want.data, dims, want.dims);
    },

    frames(frames, pictures) {
      const want = recorded.get('frames');
      if (want !== undefined) {
        seen.add('frames');
        return compare('frames', frames.data, want.data, frames.dims, want.dims);
      }
      if (pictures.length === 0) return;
      const levels = pictures.flatMap(({ rgb }) => Array.from(rgb, (level) => level / 255));
      compare('pictures', frames.data, levels, frames.dims, [pictures.length, pictures[0]?.heightPx ?? 0, pictures[0]?.widthPx ?? 0, 3]);
    },

    report: () =>
      [...tallies].map(([stage, { compared, values, sum, max, largest, problem }]) => {
        const tolerance = stage === 'pictures' ? LEVEL : toleranceOf(stage, largest);
        return {
          stage,
          compared,
          maxError: max,
          meanError: values === 0 ? 0 : sum / values,
          tolerance,
          ...(problem === undefined ? {} : { problem }),
          passed: problem === undefined && max <= tolerance,
        };
      }),

    missing: () => [...new Set([...recorded.keys()].filter((key) => !seen.has(key)).map(stageOf))].filter((stage) => stage !== 'frames' || !seen.has('frames')),
  };
};
