/** Euler's method on noise levels, as Stable Video Diffusion runs it: diffusers' EulerDiscreteScheduler without churn. */
import { trainedSigmas, trainedTimesteps } from './betas.ts';
import { interpolate, spacedTimesteps, spacings } from './grid.ts';
import { checkSteps, choiceOption, countOption, unsupported } from './options.ts';
import { forgetful, type Scheduler, type SchedulerConfig } from './scheduler.ts';
import { spread, spreadOf, timestepOf } from './spread.ts';

const f = Math.fround;

/**
 * @throws EngineError SCHEDULER_UNSUPPORTED
 * @source Karras et al. 2022, algorithm 2 without churn; recorded in test/golden/data/schedulers.safetensors
 */
export const createEulerDiscrete = (config: SchedulerConfig): Scheduler => {
  const trained = trainedTimesteps(config);
  const prediction = choiceOption(config, 'prediction_type', 'epsilon', ['epsilon', 'v_prediction', 'sample', 'original_sample']);
  const spacing = choiceOption(config, 'timestep_spacing', 'linspace', spacings);
  const continuous = choiceOption(config, 'timestep_type', 'discrete', ['discrete', 'continuous']) === 'continuous' && prediction === 'v_prediction';
  const final = choiceOption(config, 'final_sigmas_type', 'zero', ['zero', 'sigma_min']);
  const offset = countOption(config, 'steps_offset', 0, { min: 0, max: trained });
  choiceOption(config, 'interpolation_type', 'linear', ['linear']);
  const kind = spreadOf(config);
  if (kind === 'flow' || kind === 'lu') throw unsupported(config, `${kind} sigmas belong to other schedulers`);
  const table = trainedSigmas(config);
  const logTable = table.map(Math.log);

  return {
    start({ steps, sigmas: given }) {
      if (given !== undefined) throw unsupported(config, 'its noise levels cannot be given');
      checkSteps(steps, trained);
      let timesteps = spacedTimesteps(spacing, steps, trained, offset, false);
      let levels: Float64Array = timesteps.map((t) => interpolate(t, table));
      if (kind !== 'trained') {
        levels = spread(kind, config, levels, levels.length);
        timesteps = levels.map((sigma) => timestepOf(sigma, logTable));
      }
      const sigmas = Float64Array.from(Float32Array.of(...levels, final === 'zero' ? 0 : (table[0] as number)));
      const told = continuous ? sigmas.subarray(0, -1).map((sigma) => f(0.25 * f(Math.log(sigma)))) : timesteps.map(f);
      const sigmaMax = sigmas.reduce((a, b) => Math.max(a, b), 0);
      const spreadOfData = (sigma: number): number => f(Math.sqrt(f(f(sigma * sigma) + 1)));

      return {
        ...forgetful,
        timesteps: told,
        sigmas,
        initNoiseSigma: spacing === 'leading' ? spreadOfData(sigmaMax) : sigmaMax,
        scaleInput(i, sample) {
          const by = spreadOfData(sigmas[i] as number);
          return sample.map((value) => value / by);
        },
        step(i, output, sample) {
          const sigma = sigmas[i] as number;
          const dt = f((sigmas[i + 1] as number) - sigma);
          const variance = f(f(sigma * sigma) + 1);
          const ofOutput = f(-sigma / f(Math.sqrt(variance)));
          const next = new Float32Array(sample.length);
          for (let k = 0; k < next.length; k++) {
            const x = sample[k] as number;
            const out = output[k] as number;
            let clean = out;
            if (prediction === 'epsilon') clean = f(x - f(sigma * out));
            else if (prediction === 'v_prediction') clean = f(f(out * ofOutput) + f(x / variance));
            next[k] = x + f(f(f(x - clean) / sigma) * dt);
          }
          return next;
        },
      };
    },
  };
};
