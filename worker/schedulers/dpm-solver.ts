/** DPM-Solver++ as diffusers configures it: DPMSolverMultistepScheduler, orders 1 to 3, midpoint or Heun. */
import { combineRounded } from '../tensor/ops.ts';
import { trainedSigmas, trainedTimesteps } from './betas.ts';
import { interpolate, linspace, multistepTimesteps, rounded, spacings } from './grid.ts';
import { cleanSample, type NoiseLevel, noiseLevel, predictions } from './half-log-snr.ts';
import { checkSteps, choiceOption, countOption, flagOption, maybeNumber, numberOption, refuse, unsupported } from './options.ts';
import type { Scheduler, SchedulerConfig } from './scheduler.ts';
import { spread, spreadOf, timestepOf } from './spread.ts';

const f = Math.fround;

/** Timesteps below which the half log-SNR falls under a bound are left out (needed with cosine betas). */
const lastTimestep = (table: Float32Array, bound: number | undefined): number => {
  if (bound === undefined) return table.length;
  const beyond = table.findLastIndex((sigma) => {
    const share = f(1 / f(f(sigma * sigma) + 1));
    return f(f(Math.log(f(Math.sqrt(share)))) - f(Math.log(f(Math.sqrt(f(1 - share)))))) >= bound;
  });
  return beyond + 1;
};

/**
 * @throws EngineError SCHEDULER_UNSUPPORTED
 * @source Lu et al. 2022, "DPM-Solver++", algorithm 2
 */
export const createDpmSolver = (config: SchedulerConfig): Scheduler => {
  const trained = trainedTimesteps(config);
  const order = countOption(config, 'solver_order', 2, { min: 1, max: 3 });
  choiceOption(config, 'algorithm_type', 'dpmsolver++', ['dpmsolver++', 'deis']);
  // diffusers reads the names of its other solvers as midpoint
  const heun = choiceOption(config, 'solver_type', 'midpoint', ['midpoint', 'heun', 'logrho', 'bh1', 'bh2']) === 'heun';
  const prediction = choiceOption(config, 'prediction_type', 'epsilon', predictions);
  const spacing = choiceOption(config, 'timestep_spacing', 'linspace', spacings);
  const offset = countOption(config, 'steps_offset', 0, { min: 0, max: trained });
  const final = choiceOption(config, 'final_sigmas_type', 'zero', ['zero', 'sigma_min']);
  const lowerOrderFinal = flagOption(config, 'lower_order_final', true);
  const eulerAtFinal = flagOption(config, 'euler_at_final', false);
  const dynamic = flagOption(config, 'use_dynamic_shifting', false);
  const cosine = config.beta_schedule === 'squaredcos_cap_v2';
  choiceOption(config, 'time_shift_type', 'exponential', ['exponential']);
  refuse(config, 'thresholding', 'variance_type');
  const kind = spreadOf(config);
  const flow = flagOption(config, 'use_flow_sigmas', false);
  const table = trainedSigmas(config);
  const logTable = table.map(Math.log);
  const last = lastTimestep(table, maybeNumber(config, 'lambda_min_clipped'));

  return {
    start({ steps, mu, sigmas: given }) {
      if (given !== undefined) throw unsupported(config, 'its noise levels cannot be given');
      if (dynamic && mu === undefined) throw unsupported(config, 'use_dynamic_shifting needs the shift that the clip size calls for');
      checkSteps(steps, last - 1);
      const shift = mu === undefined ? numberOption(config, 'flow_shift', 1) : Math.exp(mu);
      let timesteps = multistepTimesteps(spacing, steps, trained, offset, last);
      let levels: Float64Array = timesteps.map((t) => interpolate(t, table));
      if (kind === 'flow') {
        const noise = linspace(1, 1 / trained, steps + 1).map((share) => 1 - share);
        levels = noise
          .map((sigma) => (shift * sigma) / (1 + (shift - 1) * sigma))
          .reverse()
          .subarray(0, steps);
        timesteps = levels.map((sigma) => sigma * trained);
      } else if (kind !== 'trained') {
        levels = spread(kind, config, table.toReversed(), steps);
        timesteps = levels.map((sigma) => timestepOf(sigma, logTable));
        if ((kind === 'karras' || kind === 'lu') && !cosine) timesteps = rounded(timesteps);
      }
      const count = timesteps.length;
      const sigmas = Float64Array.from(Float32Array.of(...levels, final === 'zero' ? 0 : (table[0] as number)));
      const at = Array.from(sigmas, (sigma): NoiseLevel => noiseLevel(sigma, flow));
      let earlier: Float32Array[] = [];

      return {
        timesteps: timesteps.map(Math.trunc),
        sigmas,
        initNoiseSigma: 1,
        scaleInput: (_, sample) => sample,
        memory: () => earlier,
        resume: (_, memory) => void (earlier = [...memory]),
        step(i, output, sample) {
          const [here, next] = [at[i], at[i + 1]] as [NoiseLevel, NoiseLevel];
          const clean = cleanSample(prediction, here, sigmas[i] as number, output, sample);
          earlier = [clean, ...earlier].slice(0, order);
          const few = lowerOrderFinal && count < 15;
          const now = Math.min(earlier.length, i === count - 1 && (eulerAtFinal || few || final === 'zero') ? 1 : i === count - 2 && few ? 2 : 3);

          const h = f(next.lambda - here.lambda);
          const decay = f(f(Math.exp(-h)) - 1);
          const x = combineRounded(f(next.sigma / here.sigma), sample, -f(next.alpha * decay), clean);
          if (now === 1) return x;

          const h0 = f(here.lambda - (at[i - 1] as NoiseLevel).lambda);
          const r0 = f(h0 / h);
          const slope = combineRounded(1, clean, -1, earlier[1] as Float32Array).map((value) => f(1 / r0) * value);
          const ofSlope = f(next.alpha * f(f(decay / h) + 1));
          if (now === 2) return combineRounded(1, x, heun ? ofSlope : -f(0.5 * f(next.alpha * decay)), slope);

          const h1 = f((at[i - 1] as NoiseLevel).lambda - (at[i - 2] as NoiseLevel).lambda);
          const r1 = f(h1 / h);
          const before = combineRounded(1, earlier[1] as Float32Array, -1, earlier[2] as Float32Array).map((value) => f(1 / r1) * value);
          const bend = combineRounded(1, slope, -1, before);
          const first = combineRounded(1, slope, f(r0 / f(r0 + r1)), bend);
          const second = bend.map((value) => f(1 / f(r0 + r1)) * value);
          const ofSecond = f(next.alpha * f(f(f(decay + h) / f(h * h)) - 0.5));
          return combineRounded(1, combineRounded(1, x, ofSlope, first), -ofSecond, second);
        },
      };
    },
  };
};
