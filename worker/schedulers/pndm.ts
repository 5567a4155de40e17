/** Linear multistep steps between training timesteps: diffusers' PNDMScheduler without its Runge-Kutta beginning, as Stable Diffusion 1.5 ships it. */
import { remainingSignal, trainedTimesteps } from './betas.ts';
import { spacedTimesteps, spacings } from './grid.ts';
import { checkSteps, choiceOption, countOption, flagOption, unsupported } from './options.ts';
import type { Scheduler, SchedulerConfig } from './scheduler.ts';

const f = Math.fround;

/** Adams-Bashforth weights, newest prediction first. */
const weights: readonly (readonly number[])[] = [[1], [3, -1], [23, -16, 5], [55, -59, 37, -9]];

/** The newest up to four predictions as one, in torch's order of operations. */
const blend = (predictions: readonly Float32Array[]): Float32Array => {
  const [newest] = predictions as [Float32Array];
  if (predictions.length === 1) return newest;
  const sum = new Float32Array(newest.length);
  predictions.forEach((one, n) => {
    const weight = weights[predictions.length - 1]?.[n] as number;
    for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + f(weight * (one[k] as number));
  });
  if (predictions.length === 4) return sum.map((value) => f(1 / 24) * value);
  const divisor = predictions.length === 2 ? 2 : 12;
  return sum.map((value) => value / divisor);
};

/**
 * @throws EngineError SCHEDULER_UNSUPPORTED
 * @source Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models on Manifolds", formula 9
 */
export const createPndm = (config: SchedulerConfig): Scheduler => {
  if (!flagOption(config, 'skip_prk_steps', false)) throw unsupported(config, 'skip_prk_steps must be true');
  const trained = trainedTimesteps(config);
  const prediction = choiceOption(config, 'prediction_type', 'epsilon', ['epsilon', 'v_prediction']);
  const spacing = choiceOption(config, 'timestep_spacing', 'leading', spacings);
  const offset = countOption(config, 'steps_offset', 0, { min: 0, max: trained });
  const remaining = remainingSignal(config);
  const end = flagOption(config, 'set_alpha_to_one', false) ? 1 : (remaining[0] as number);

  /** From timestep `t` to `next` (below 0: to the clip itself). */
  const move = (sample: Float32Array, t: number, next: number, predicted: Float32Array): Float32Array => {
    const share = remaining[t] as number;
    const nextShare = next >= 0 ? (remaining[next] as number) : end;
    const noise = f(1 - share);
    const ofSample = f(Math.sqrt(f(nextShare / share)));
    const denominator = f(f(share * f(Math.sqrt(f(1 - nextShare)))) + f(Math.sqrt(f(f(share * noise) * nextShare))));
    const gained = f(nextShare - share);
    const [signalRoot, noiseRoot] = [f(Math.sqrt(share)), f(Math.sqrt(noise))];
    return sample.map((x, k) => {
      const out = predicted[k] as number;
      const epsilon = prediction === 'epsilon' ? out : f(f(signalRoot * out) + f(noiseRoot * x));
      return f(ofSample * x) - f(f(gained * epsilon) / denominator);
    });
  };

  return {
    start({ steps, sigmas: given }) {
      if (given !== undefined) throw unsupported(config, 'its noise levels cannot be given');
      checkSteps(steps, trained);
      const visited = spacedTimesteps(spacing, steps, trained, offset, true);
      if ((visited[0] as number) >= trained) throw unsupported(config, `${steps} steps with steps_offset ${offset} begin beyond the last trained timestep`);
      // the second timestep is visited twice: the first step is taken again with what was seen at its end
      const timesteps = steps === 1 ? visited : Float64Array.of(visited[0] as number, visited[1] as number, ...visited.subarray(1));
      const stride = Math.floor(trained / steps);
      let earlier: Float32Array[] = [];
      let first: Float32Array | undefined;

      return {
        timesteps,
        initNoiseSigma: 1,
        scaleInput: (_, sample) => sample,
        memory: () => (first === undefined ? [] : [first, ...earlier]),
        resume(_, [begun, ...outputs]) {
          first = begun;
          earlier = outputs;
        },
        step(i, output, sample) {
          const t = timesteps[i] as number;
          if (i === 1 && first !== undefined) {
            const [seen] = earlier as [Float32Array];
            const mean = output.map((value, k) => f(value + (seen[k] as number)) / 2);
            return move(first, t + stride, t, mean);
          }
          earlier = [output, ...earlier].slice(0, 4);
          if (i === 0) first = sample;
          return move(sample, t, t - stride, blend(earlier));
        },
      };
    },
  };
};
