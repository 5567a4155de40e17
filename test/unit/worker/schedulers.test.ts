/** What the schedulers refuse, how they read a configuration, and that no clip's state reaches another's. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../core/errors.ts';
import { createScheduler } from '../../../worker/schedulers/index.ts';
import { solve } from '../../../worker/schedulers/linear-system.ts';
import { parseSchedulerConfig } from '../../../worker/schedulers/options.ts';
import type { SchedulerConfig } from '../../../worker/schedulers/scheduler.ts';
import { random } from '../../../worker/tensor/random.ts';

const euler = { _class_name: 'EulerDiscreteScheduler' };
const dpm = { _class_name: 'DPMSolverMultistepScheduler' };
const unipc = { _class_name: 'UniPCMultistepScheduler' };
const flow = { _class_name: 'FlowMatchEulerDiscreteScheduler' };
const ddim = { _class_name: 'DDIMScheduler' };
const pndm = { _class_name: 'PNDMScheduler' };

const refusal = (run: () => unknown): AppError => {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a configuration is refused in words when', () => {
  it.each<[string, SchedulerConfig, RegExp]>([
    ['its class is unknown', { _class_name: 'LCMScheduler' }, /LCMScheduler: possible are Euler/],
    ['its class is one of JavaScript’s own names', { _class_name: 'constructor' }, /possible are/],
    ['the schedule is unknown', { ...euler, beta_schedule: 'sigmoid' }, /beta_schedule can be linear, .* not "sigmoid"/],
    ['a prediction is unknown', { ...ddim, prediction_type: 'flow_prediction' }, /prediction_type/],
    ['thresholding is on', { ...ddim, thresholding: true }, /thresholding is not supported/],
    ['lu lambdas are wanted elsewhere', { ...euler, use_lu_lambdas: true }, /lu sigmas belong to other schedulers/],
    ['two spreads are wanted', { ...dpm, use_karras_sigmas: true, use_exponential_sigmas: true }, /exclude each other/],
    ['a solver needs noise', { ...dpm, algorithm_type: 'sde-dpmsolver++' }, /algorithm_type/],
    ['the order is too high', { ...unipc, solver_order: 4 }, /solver_order must be a whole number from 1 to 3/],
    ['a flow is predicted as noise', { ...unipc, prediction_type: 'flow_prediction', predict_x0: false }, /predict_x0/],
    ['Runge-Kutta steps are wanted', pndm, /skip_prk_steps/],
    ['sampling is stochastic', { ...flow, stochastic_sampling: true }, /stochastic_sampling/],
    ['a number is text', { ...ddim, beta_start: '0.1' }, /beta_start must be a number, not "0.1"/],
    ['a number is huge', { ...ddim, num_train_timesteps: 1e12 }, /num_train_timesteps/],
    ['betas fall', { ...ddim, beta_start: 0.5, beta_end: 0.1 }, /rise between 0 and 1/],
    ['a flag is text', { ...flow, use_dynamic_shifting: 'yes' }, /use_dynamic_shifting must be true or false/],
    ['trained betas are too few', { ...ddim, trained_betas: [0.1, 0.2] }, /trained_betas must be 1000 numbers/],
  ])('%s', (_, config, words) => {
    const error = refusal(() => createScheduler(config));
    expect(error.code).toBe('SCHEDULER_UNSUPPORTED');
    expect(error.message).toMatch(words);
  });
});

describe('a request is refused when', () => {
  it.each([0, -1, 2.5, 1001, Number.NaN])('it has %d steps', (steps) => {
    for (const config of [euler, ddim, dpm, flow, unipc, { ...pndm, skip_prk_steps: true }]) {
      expect(refusal(() => createScheduler(config).start({ steps })).code).toBe('OPTION_OUT_OF_RANGE');
    }
  });

  it('its steps would begin beyond the training', () => {
    expect(refusal(() => createScheduler({ ...ddim, steps_offset: 1 }).start({ steps: 1000 })).message).toMatch(/beyond the last trained timestep/);
  });

  it('it lacks the shift, or gives levels where none are taken', () => {
    const sigmas = [1, 0.5];
    expect(refusal(() => createScheduler({ ...flow, use_dynamic_shifting: true }).start({ steps: 4 })).message).toMatch(/needs the shift/);
    for (const config of [euler, ddim, dpm, unipc]) expect(refusal(() => createScheduler(config).start({ steps: 2, sigmas })).message).toMatch(/noise levels/);
    expect(refusal(() => createScheduler(flow).start({ steps: 3, sigmas })).message).toMatch(/2 noise levels for 3 steps/);
  });
});

describe('parseSchedulerConfig', () => {
  it('reads what Python writes', () => {
    const text = '{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "x": [NaN, Infinity, "-Infinity NaN \\" Infinity"]}';
    expect(parseSchedulerConfig(text)).toEqual({ _class_name: dpm._class_name, lambda_min_clipped: null, x: [null, null, '-Infinity NaN " Infinity'] });
  });

  it.each(['', '{', 'null', '[]', '{}', '{"_class_name": 7}', 'Infinity'])('refuses %j', (text) => {
    expect(() => parseSchedulerConfig(text)).toThrow(SyntaxError);
  });
});

describe.each([euler, ddim, dpm, flow, { ...unipc, solver_order: 3 }, { ...pndm, skip_prk_steps: true }])('$_class_name', (config) => {
  const walk = (scheduler: ReturnType<typeof createScheduler>): Float32Array[] => {
    const schedule = scheduler.start({ steps: 5 });
    const path: Float32Array[] = [];
    let x: Float32Array = random(1)
      .normal(32)
      .map((value) => value * schedule.initNoiseSigma);
    for (let i = 0; i < schedule.timesteps.length; i++) {
      const before = Float32Array.from(x);
      const output = schedule.scaleInput(i, x).map((value) => Math.sin(value));
      const next = schedule.step(i, output, x);
      expect(x).toEqual(before);
      expect(next.every(Number.isFinite)).toBe(true);
      path.push((x = next));
    }
    return path;
  };

  it('keeps its state to one clip and its arguments as they are', () => {
    const scheduler = createScheduler(config);
    const [first, other] = [scheduler.start({ steps: 5 }), scheduler.start({ steps: 5 })];
    first.step(0, random(2).normal(8), random(3).normal(8));
    other.step(0, random(4).normal(8), random(5).normal(8));
    expect(walk(scheduler)).toEqual(walk(createScheduler(config)));
  });

  it('falls from noise to clip', () => {
    const { timesteps } = createScheduler(config).start({ steps: 12 });
    expect(timesteps[0] as number).toBeGreaterThan(900);
    for (let i = 1; i < timesteps.length; i++) expect(timesteps[i] as number).toBeLessThanOrEqual(timesteps[i - 1] as number);
  });
});

it('small systems are solved, also where the first pivot is 0', () => {
  const [x, y, z] = solve(
    [
      [0, 2, 1],
      [1, -1, 0],
      [3, 0, -2],
    ],
    [7, -1, -3],
  ) as [number, number, number];
  expect([x, y, z].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([1, 2, 3]);
});
