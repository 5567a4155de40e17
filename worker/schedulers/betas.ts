/** How much noise each training timestep holds: the beta tables of diffusers, in float32 as torch computes them. */
import { linspace } from '../tensor/ops.ts';
import { choiceOption, countOption, flagOption, numberOption, unsupported } from './options.ts';
import type { SchedulerConfig } from './scheduler.ts';

const f = Math.fround;

/** Nichol and Dhariwal 2021, "Improved Denoising Diffusion Probabilistic Models": a cosine, cut off where beta would reach 1. */
const cosineBetas = (count: number): Float32Array => {
  const remaining = (t: number): number => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  return Float32Array.from({ length: count }, (_, i) => Math.min(1 - remaining((i + 1) / count) / remaining(i / count), 0.999));
};

/** torch.cumprod in float32 adds up in double and rounds what it stores. */
const cumulativeProduct = (values: Float32Array): Float32Array => {
  let product = 1;
  return values.map((value) => (product *= value));
};

/**
 * Betas shifted and stretched so that the last timestep is pure noise.
 * @source Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps Are Flawed", algorithm 1
 */
const rescaledToZeroSnr = (betas: Float32Array): Float32Array => {
  const roots = cumulativeProduct(betas.map((beta) => 1 - beta)).map(Math.sqrt);
  const first = roots[0] as number;
  const last = roots[roots.length - 1] as number;
  const stretch = f(first / f(first - last));
  const remaining = roots.map((root) => f(f(root - last) * stretch) ** 2);
  return remaining.map((value, i) => 1 - f(i === 0 ? value : value / (remaining[i - 1] as number)));
};

const tableOf = (config: SchedulerConfig, trained: number): Float32Array => {
  const given = config.trained_betas;
  if (given !== undefined && given !== null) {
    if (!Array.isArray(given) || given.length !== trained || !given.every((beta) => typeof beta === 'number' && beta >= 0 && beta <= 1)) {
      throw unsupported(config, `trained_betas must be ${trained} numbers from 0 to 1`);
    }
    return Float32Array.from(given as number[]);
  }
  const start = numberOption(config, 'beta_start', 0.0001);
  const end = numberOption(config, 'beta_end', 0.02);
  if (start < 0 || end >= 1 || end < start) throw unsupported(config, 'beta_start and beta_end must rise between 0 and 1');
  switch (choiceOption(config, 'beta_schedule', 'linear', ['linear', 'scaled_linear', 'squaredcos_cap_v2'])) {
    case 'linear':
      return linspace(start, end, trained);
    case 'scaled_linear':
      return linspace(Math.sqrt(start), Math.sqrt(end), trained).map((root) => root * root);
    case 'squaredcos_cap_v2':
      return cosineBetas(trained);
  }
};

/** How many timesteps a model was trained on. @throws EngineError SCHEDULER_UNSUPPORTED */
export const trainedTimesteps = (config: SchedulerConfig): number => countOption(config, 'num_train_timesteps', 1000, { min: 2, max: 100_000 });

/**
 * The share of the clip (squared) that is left at each training timestep: diffusers' alphas_cumprod.
 * @returns float32, falling from nearly 1 to nearly 0, one per training timestep
 * @throws EngineError SCHEDULER_UNSUPPORTED
 */
export const remainingSignal = (config: SchedulerConfig): Float32Array => {
  const betas = tableOf(config, trainedTimesteps(config));
  return cumulativeProduct((flagOption(config, 'rescale_betas_zero_snr', false) ? rescaledToZeroSnr(betas) : betas).map((beta) => 1 - beta));
};

/**
 * Noise over signal at each training timestep, as the schedulers that think in sigmas use it; rising, float32.
 * @throws EngineError SCHEDULER_UNSUPPORTED
 */
export const trainedSigmas = (config: SchedulerConfig): Float32Array => {
  const remaining = remainingSignal(config);
  // with a wholly noisy last timestep the ratio would be infinite; the smallest float16 stands in for 0
  if (flagOption(config, 'rescale_betas_zero_snr', false)) remaining[remaining.length - 1] = 2 ** -24;
  return remaining.map((share) => Math.sqrt(f(f(1 - share) / share)));
};
