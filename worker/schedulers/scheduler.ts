/** What every scheduler offers: a schedule made once per clip, and steps that keep their state to that clip. */

/** A diffusers scheduler_config.json, verbatim; every scheduler reads the keys that it knows and refuses values it cannot honour. */
export type SchedulerConfig = Readonly<Record<string, unknown>> & { readonly _class_name: string };

/** What a schedule depends on besides the configuration. */
export interface ScheduleRequest {
  readonly steps: number;
  /** Flow matching with dynamic shifting (LTX): the shift that the token count calls for. */
  readonly mu?: number;
  /** Noise levels given by the pipeline instead of the configuration, without the final 0. */
  readonly sigmas?: readonly number[];
}

/** One clip's way through the noise levels; never shared between clips. */
export interface Schedule {
  /** As the network is told, one per step. */
  readonly timesteps: Float64Array;
  /** Noise levels, steps + 1 of them, where the scheduler works with them. */
  readonly sigmas?: Float64Array;
  /** What unit noise is multiplied with to begin. */
  readonly initNoiseSigma: number;
  /** The sample as the network wants to see it at step i; may return `sample` itself. */
  scaleInput(i: number, sample: Float32Array): Float32Array;
  /**
   * One step; called with i = 0, 1, … in order.
   * @param output the network's prediction at step i, guidance applied; not modified
   * @param sample latents at step i; not modified
   * @returns latents at step i + 1
   */
  step(i: number, output: Float32Array, sample: Float32Array): Float32Array;
  /** What it remembers of the steps so far, for `resume`; empty where every step stands alone. */
  memory(): readonly Float32Array[];
  /**
   * Goes on with step i as if this schedule had made the steps before it.
   * @param memory of a schedule of the same configuration and request, taken after step i - 1
   */
  resume(i: number, memory: readonly Float32Array[]): void;
}

/** For schedules that remember nothing. */
export const forgetful: Pick<Schedule, 'memory' | 'resume'> = { memory: () => [], resume: () => undefined };

export interface Scheduler {
  start(request: ScheduleRequest): Schedule;
}
