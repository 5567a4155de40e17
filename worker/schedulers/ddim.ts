/** Deterministic steps between training timesteps: diffusers' DDIMScheduler with eta 0. */
import { remainingSignal, trainedTimesteps } from './betas.ts';
import { spacedTimesteps, spacings } from './grid.ts';
import { checkSteps, choiceOption, countOption, flagOption, numberOption, refuse, unsupported } from './options.ts';
import { forgetful, type Scheduler, type SchedulerConfig } from './scheduler.ts';

const f = Math.fround;

/**
 * @throws EngineError SCHEDULER_UNSUPPORTED
 * @source Song et al. 2021, "Denoising Diffusion Implicit Models", equation 12
 */
export const createDdim = (config: SchedulerConfig): Scheduler => {
  const trained = trainedTimesteps(config);
  const prediction = choiceOption(config, 'prediction_type', 'epsilon', ['epsilon', 'sample', 'v_prediction']);
  const spacing = choiceOption(config, 'timestep_spacing', 'leading', spacings);
  const offset = countOption(config, 'steps_offset', 0, { min: 0, max: trained });
  const reach = flagOption(config, 'clip_sample', true) ? f(numberOption(config, 'clip_sample_range', 1)) : Number.POSITIVE_INFINITY;
  refuse(config, 'thresholding');
  const remaining = remainingSignal(config);
  const end = flagOption(config, 'set_alpha_to_one', true) ? 1 : (remaining[0] as number);

  return {
    start({ steps, sigmas: given }) {
      if (given !== undefined) throw unsupported(config, 'its noise levels cannot be given');
      checkSteps(steps, trained);
      const timesteps = spacedTimesteps(spacing, steps, trained, offset, true);
      if ((timesteps[0] as number) >= trained) throw unsupported(config, `${steps} steps with steps_offset ${offset} begin beyond the last trained timestep`);
      const stride = Math.floor(trained / steps);

      return {
        ...forgetful,
        timesteps,
        initNoiseSigma: 1,
        scaleInput: (_, sample) => sample,
        step(i, output, sample) {
          const t = timesteps[i] as number;
          const share = remaining[t] as number;
          const nextShare = t - stride >= 0 ? (remaining[t - stride] as number) : end;
          const signal = f(Math.sqrt(share));
          const noise = f(Math.sqrt(f(1 - share)));
          const nextSignal = f(Math.sqrt(nextShare));
          const nextNoise = f(Math.sqrt(f(1 - nextShare)));
          const next = new Float32Array(sample.length);
          for (let k = 0; k < next.length; k++) {
            const x = sample[k] as number;
            const out = output[k] as number;
            let clean = out;
            let epsilon = out;
            if (prediction === 'epsilon') clean = f(f(x - f(noise * out)) / signal);
            else if (prediction === 'sample') epsilon = f(f(x - f(signal * out)) / noise);
            else {
              clean = f(f(signal * x) - f(noise * out));
              epsilon = f(f(signal * out) + f(noise * x));
            }
            if (clean > reach) clean = reach;
            else if (clean < -reach) clean = -reach;
            next[k] = f(nextSignal * clean) + f(nextNoise * epsilon);
          }
          return next;
        },
      };
    },
  };
};
