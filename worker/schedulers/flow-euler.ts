/** Euler's method along straight flows from noise to clip: diffusers' FlowMatchEulerDiscreteScheduler, as LTX-Video runs it. */
import { trainedTimesteps } from './betas.ts';
import { linspace } from './grid.ts';
import { checkSteps, choiceOption, flagOption, maybeNumber, numberOption, refuse, unsupported } from './options.ts';
import { forgetful, type Scheduler, type SchedulerConfig } from './scheduler.ts';
import { shifted, stretchedToTerminal } from './shift.ts';
import { spread, spreadOf } from './spread.ts';

const f = Math.fround;

/**
 * @throws EngineError SCHEDULER_UNSUPPORTED
 * @source Lipman et al. 2023, "Flow Matching for Generative Modeling"; shifting: Esser et al. 2024, section 5.3.2
 */
export const createFlowEuler = (config: SchedulerConfig): Scheduler => {
  const trained = trainedTimesteps(config);
  const shift = numberOption(config, 'shift', 1);
  const dynamic = flagOption(config, 'use_dynamic_shifting', false);
  const curve = choiceOption(config, 'time_shift_type', 'exponential', ['exponential', 'linear']);
  const terminal = maybeNumber(config, 'shift_terminal');
  const inverted = flagOption(config, 'invert_sigmas', false);
  refuse(config, 'stochastic_sampling');
  const kind = spreadOf(config);
  if (kind === 'flow' || kind === 'lu') throw unsupported(config, `${kind} sigmas belong to other schedulers`);
  // the training range itself is shifted where the shift is fixed, and once more below, as in diffusers
  const bound = (t: number): number => {
    const sigma = f(t / trained);
    return dynamic ? sigma : f(f(f(shift) * sigma) / f(1 + f(f(shift - 1) * sigma)));
  };

  return {
    start({ steps, mu, sigmas: given }) {
      if (dynamic && mu === undefined) throw unsupported(config, 'use_dynamic_shifting needs the shift that the clip size calls for');
      if (given !== undefined && given.length !== steps) throw unsupported(config, `${given.length} noise levels for ${steps} steps`);
      checkSteps(steps, trained);
      // numpy computes in float32 where the pipeline gave the levels, in float64 where they are spread evenly
      const round = given === undefined ? (value: number): number => value : f;
      let levels: Float64Array =
        given === undefined ? linspace(bound(trained) * trained, bound(1) * trained, steps).map((t) => t / trained) : Float64Array.from(given, round);
      levels = levels.map((sigma) => (dynamic ? shifted(curve, mu as number, sigma, round) : shifted('fixed', shift, sigma, round)));
      if (terminal !== undefined && terminal !== 0) levels = stretchedToTerminal(levels, terminal, round);
      if (kind !== 'trained') levels = spread(kind, config, levels, steps);
      const rounded = levels.map((sigma) => (inverted ? f(1 - f(sigma)) : f(sigma)));
      const sigmas = Float64Array.of(...rounded, inverted ? 1 : 0);

      return {
        ...forgetful,
        timesteps: rounded.map((sigma) => f(sigma * trained)),
        sigmas,
        initNoiseSigma: 1,
        scaleInput: (_, sample) => sample,
        step(i, output, sample) {
          const dt = f((sigmas[i + 1] as number) - (sigmas[i] as number));
          const next = new Float32Array(sample.length);
          for (let k = 0; k < next.length; k++) next[k] = (sample[k] as number) + f(dt * (output[k] as number));
          return next;
        },
      };
    },
  };
};
