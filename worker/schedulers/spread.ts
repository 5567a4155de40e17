/** Other ways to spread the noise levels over the steps, and the training timesteps that belong to given levels. */
import { betaQuantile } from './beta-quantile.ts';
import { linspace } from './grid.ts';
import { karrasSigmas } from './karras.ts';
import { flagOption, maybeNumber, unsupported } from './options.ts';
import type { SchedulerConfig } from './scheduler.ts';

export type Spread = 'trained' | 'karras' | 'exponential' | 'beta' | 'lu' | 'flow';

/** Which spread a configuration asks for. @throws EngineError SCHEDULER_UNSUPPORTED for two at once */
export const spreadOf = (config: SchedulerConfig): Spread => {
  const asked = (['karras', 'exponential', 'beta'] as const).filter((kind) => flagOption(config, `use_${kind}_sigmas`, false));
  if (asked.length > 1) throw unsupported(config, `${asked.map((kind) => `use_${kind}_sigmas`).join(' and ')} exclude each other`);
  const [kind] = asked;
  if (kind !== 'karras' && flagOption(config, 'use_lu_lambdas', false)) return 'lu';
  return kind ?? (flagOption(config, 'use_flow_sigmas', false) ? 'flow' : 'trained');
};

/**
 * Noise levels between the largest and the smallest of `levels` (or the configuration's own bounds).
 * @param levels falling
 * @returns `steps` falling levels, float64
 * @source karras: Karras et al. 2022, equation 5; exponential: k-diffusion; beta: Lee et al. 2024;
 *   lu: Lu et al. 2022, "DPM-Solver"
 */
export const spread = (kind: Exclude<Spread, 'trained' | 'flow'>, config: SchedulerConfig, levels: ArrayLike<number>, steps: number): Float64Array => {
  const min = maybeNumber(config, 'sigma_min') ?? (levels[levels.length - 1] as number);
  const max = maybeNumber(config, 'sigma_max') ?? (levels[0] as number);
  if (kind === 'lu') {
    const from = Math.fround(Math.log(levels[0] as number));
    const to = Math.fround(Math.log(levels[levels.length - 1] as number));
    return linspace(0, 1, steps).map((along) => Math.exp(from + along * (to - from)));
  }
  if (kind === 'karras') return karrasSigmas(steps, { min, max, rho: 7 }).subarray(0, steps);
  if (kind === 'beta') return linspace(0, 1, steps).map((along) => min + betaQuantile(1 - along) * (max - min));
  return linspace(Math.log(max), Math.log(min), steps).map(Math.exp);
};

/** Where a noise level lies among the trained ones, by linear interpolation of the logarithms; `logSigmas` rises. */
export const timestepOf = (sigma: number, logSigmas: Float32Array): number => {
  const wanted = Math.log(Math.max(sigma, 1e-10));
  let low = 0;
  while (low < logSigmas.length - 2 && (logSigmas[low + 1] as number) <= wanted) low++;
  const from = logSigmas[low] as number;
  const share = (from - wanted) / Math.fround(from - (logSigmas[low + 1] as number));
  const clipped = Math.min(1, Math.max(0, share));
  return (1 - clipped) * low + clipped * (low + 1);
};
