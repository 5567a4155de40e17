/** One clip on its way through an engine: who may stop it, who is told how far it is, and who sees what it computes. */
import type { Checkpoints, Progress, Trace } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import type { Schedule } from '../schedulers/scheduler.ts';
import { allFinite } from '../tensor/ops.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import type { Observe } from './reference-call.ts';

export interface RunContext {
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly observe?: Observe | undefined;
  readonly checkpoints?: Checkpoints | undefined;
}

export interface Run {
  /** @throws CanceledError as soon as the signal was given */
  check(): void;
  /** What it is given stays unchanged only until the promise resolves. */
  observe(key: string, { data, dims }: { readonly data: Parameters<Observe>[1]; readonly dims: readonly number[] }): Promise<void>;
  /** A network's inputs by their names, under `<call>/in/`. */
  observeInputs(call: string, inputs: Readonly<Record<string, FloatTensor>>): Promise<void>;
  /** True when somebody watches, for what is only computed to be seen. */
  readonly observed: boolean;
  /** Where an earlier attempt stopped: brings the schedule there. @returns the step to begin with, and its latents */
  resume(latents: FloatTensor, schedule: Pick<Schedule, 'resume'>): { readonly first: number; readonly latents: FloatTensor };
  /** Keeps what a later attempt would need to go on with step `step`. */
  keep(step: number, latents: FloatTensor, schedule: Pick<Schedule, 'memory'>): void;
  /** Words and photo are understood. */
  encoded(): void;
  denoised(done: number, total: number): void;
  rendered(done: number, total: number): void;
}

/** Shares of the whole job up to the end of each stage. */
const ENCODED = 0.03;
const DENOISED = 0.85;

export const startRun = ({ signal, onProgress, observe, checkpoints }: RunContext): Run => ({
  check() {
    if (signal.aborted) throw new AppError('CANCELED', {}, { cause: signal.reason });
  },
  async observe(key, { data, dims }) {
    await observe?.(key, data, dims);
  },
  async observeInputs(call, inputs) {
    if (observe) for (const [name, { data, dims }] of Object.entries(inputs)) await observe(`${call}/in/${name}`, data, dims);
  },
  observed: observe !== undefined,
  resume(latents, schedule) {
    const [kept, ...memory] = checkpoints?.last?.tensors ?? [];
    if (!checkpoints?.last || kept?.length !== latents.data.length) return { first: 0, latents };
    schedule.resume(checkpoints.last.step, memory);
    return { first: checkpoints.last.step, latents: { data: kept, dims: latents.dims } };
  },
  keep: (step, latents, schedule) => checkpoints?.save({ step, tensors: [latents.data, ...schedule.memory()] }),
  encoded: () => onProgress?.({ stage: 'encode', done: 1, total: 1, fraction: ENCODED }),
  denoised: (done, total) => onProgress?.({ stage: 'denoise', done, total, fraction: ENCODED + ((DENOISED - ENCODED) * done) / total }),
  rendered: (done, total) => onProgress?.({ stage: 'render', done, total, fraction: DENOISED + ((1 - DENOISED) * done) / total }),
});

/**
 * A trace as an observer: the recorded keys become file names, and what a step leaves behind is called `latents_00`, `latents_01`, …
 */
export const traced = (trace: Trace | undefined): Observe | undefined =>
  trace &&
  ((key, data, dims) => {
    const name = key.replace(/^sched\/(\d+)\/out\/prev_sample$/, (_, step: string) => `latents_${step.padStart(2, '0')}`).replaceAll('/', '.');
    return trace(name, data instanceof Float32Array ? data : Float32Array.from(data, Number), dims);
  });

/** @throws EngineError NAN_OUTPUT when a value is NaN or infinite */
export const finite = (values: FloatTensor): FloatTensor => {
  if (!allFinite(values.data)) throw new AppError('NAN_OUTPUT');
  return values;
};
