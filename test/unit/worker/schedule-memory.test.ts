/** A schedule that goes on from the memory of another one makes the very same steps. */
import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../../worker/schedulers/index.ts';
import type { SchedulerConfig } from '../../../worker/schedulers/scheduler.ts';
import { random } from '../../../worker/tensor/random.ts';

const COUNT = 64;
const STEPS = 7;
const trained = { num_train_timesteps: 1000, beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear' };
const configs: readonly SchedulerConfig[] = [
  { _class_name: 'EulerDiscreteScheduler', ...trained },
  { _class_name: 'DDIMScheduler', ...trained, clip_sample: false },
  { _class_name: 'DPMSolverMultistepScheduler', ...trained, solver_order: 2 },
  { _class_name: 'DPMSolverMultistepScheduler', ...trained, solver_order: 3 },
  { _class_name: 'PNDMScheduler', ...trained, skip_prk_steps: true },
  { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: 1000, shift: 3 },
  { _class_name: 'UniPCMultistepScheduler', ...trained, solver_order: 3, prediction_type: 'flow_prediction', use_flow_sigmas: true, flow_shift: 5 },
];

describe.each(configs.map((config) => [`${config._class_name} of order ${config.solver_order ?? 1}`, config] as const))('%s', (_name, config) => {
  it.each([1, 2, 3, 5, STEPS - 1])('goes on after step %i', (after) => {
    const outputs = Array.from({ length: STEPS + 1 }, (_, i) => random(i).normal(COUNT));
    const run = (from: number, until: number, start: Float32Array, memory: readonly Float32Array[]) => {
      const schedule = createScheduler(config).start({ steps: STEPS });
      if (from > 0) schedule.resume(from, memory);
      let sample = start;
      for (let i = from; i < Math.min(until, schedule.timesteps.length); i++) sample = schedule.step(i, outputs[i] as Float32Array, sample);
      return { sample, memory: schedule.memory().map((one) => one.slice()) };
    };
    const start = random(99).normal(COUNT);
    const whole = run(0, 99, start, []);
    const half = run(0, after, start, []);
    expect(run(after, 99, half.sample, half.memory).sample).toEqual(whole.sample);
    // the memory is what does it
    if (half.memory.length > 1 && (after === 2 || after === 3))
      expect(
        run(
          after,
          99,
          half.sample,
          half.memory.map((one) => one.map((value) => value + 1)),
        ).sample,
      ).not.toEqual(whole.sample);
  });
});
