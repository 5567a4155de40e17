/** Predictor and corrector steps of any order up to 3: diffusers' UniPCMultistepScheduler, as Wan runs it. */
import { combineRounded } from '../tensor/ops.ts';
import { trainedSigmas, trainedTimesteps } from './betas.ts';
import { interpolate, linspace, multistepTimesteps, rounded, spacings } from './grid.ts';
import { cleanSample, type NoiseLevel, noiseLevel, noiseOf, predictions } from './half-log-snr.ts';
import { solve } from './linear-system.ts';
import { checkSteps, choiceOption, countOption, flagOption, maybeNumber, numberOption, refuse, unsupported } from './options.ts';
import type { Schedule, ScheduleRequest, Scheduler, SchedulerConfig } from './scheduler.ts';
import { shifted, stretchedToTerminal } from './shift.ts';
import { spread, spreadOf, timestepOf } from './spread.ts';

const f = Math.fround;
const exactly = (value: number): number => value;

/** Noise levels (without the last) and the timesteps that belong to them. */
const createLevels = (config: SchedulerConfig): ((request: ScheduleRequest) => { levels: Float64Array; timesteps: Float64Array }) => {
  const trained = trainedTimesteps(config);
  const spacing = choiceOption(config, 'timestep_spacing', 'linspace', spacings);
  const offset = countOption(config, 'steps_offset', 0, { min: 0, max: trained });
  const dynamic = flagOption(config, 'use_dynamic_shifting', false);
  const curve = choiceOption(config, 'time_shift_type', 'exponential', ['exponential', 'linear']);
  const shift = numberOption(config, 'flow_shift', 1);
  const terminal = maybeNumber(config, 'shift_terminal');
  const flow = flagOption(config, 'use_flow_sigmas', false);
  const kind = spreadOf(config);
  if (kind === 'lu') throw unsupported(config, 'lu sigmas belong to other schedulers');
  const table = trainedSigmas(config);
  const logTable = table.map(Math.log);

  return ({ steps, mu, sigmas: given }) => {
    if (given !== undefined && (kind !== 'flow' || given.length !== steps))
      throw unsupported(config, 'noise levels can be given to flow schedules only, one per step');
    if (kind === 'flow') {
      if (dynamic && mu === undefined) throw unsupported(config, 'use_dynamic_shifting needs the shift that the clip size calls for');
      let levels = given === undefined ? linspace(1, 1 / trained, steps + 1).subarray(0, steps) : Float64Array.from(given);
      levels = levels.map((sigma) => (dynamic ? shifted(curve, mu as number, sigma, exactly) : (shift * sigma) / (1 + (shift - 1) * sigma)));
      if (terminal !== undefined && terminal !== 0) levels = stretchedToTerminal(levels, terminal, exactly);
      // at 1 the signal would be 0 and its logarithm infinite
      if (Math.abs((levels[0] as number) - 1) < 1e-6) levels[0] = (levels[0] as number) - 1e-6;
      return { levels, timesteps: levels.map((sigma) => sigma * trained) };
    }
    if (kind === 'trained') {
      const timesteps = multistepTimesteps(spacing, steps, trained, offset);
      return { timesteps, levels: timesteps.map((t) => interpolate(t, table)) };
    }
    const levels = spread(kind, config, table.toReversed(), steps);
    if (kind === 'karras' && flow) {
      const bounded = levels.map((sigma) => sigma / (sigma + 1));
      return { levels: bounded, timesteps: bounded.map((sigma) => sigma * trained) };
    }
    const timesteps = levels.map((sigma) => timestepOf(sigma, logTable));
    return { levels, timesteps: kind === 'karras' ? rounded(timesteps) : timesteps };
  };
};

/** The solver's numbers for one step of size h over the predictions at `behind`. */
const createStepNumbers = (predictsClean: boolean, bh1: boolean) => (from: NoiseLevel, to: NoiseLevel, behind: readonly NoiseLevel[]) => {
  const h = f(to.lambda - from.lambda);
  const ratios = behind.map((level) => f(f(level.lambda - from.lambda) / h));
  const order = behind.length + 1;
  const hh = predictsClean ? -h : h;
  const phi1 = f(Math.expm1(hh));
  const scale = bh1 ? hh : phi1;
  const nodes = [...ratios, 1];
  const matrix: number[][] = [];
  const right: number[] = [];
  let phi = f(f(phi1 / hh) - 1);
  let factorial = 1;
  for (let i = 1; i <= order; i++) {
    matrix.push(nodes.map((node) => f(node ** (i - 1))));
    right.push(f(f(phi * factorial) / scale));
    factorial *= i + 1;
    phi = f(f(phi / hh) - f(1 / factorial));
  }
  return { ratios, phi1, scale, matrix, right };
};

/**
 * @throws EngineError SCHEDULER_UNSUPPORTED
 * @source Zhao et al. 2023, "UniPC: A Unified Predictor-Corrector Framework", algorithms 5 to 8
 */
export const createUniPc = (config: SchedulerConfig): Scheduler => {
  const trained = trainedTimesteps(config);
  const order = countOption(config, 'solver_order', 2, { min: 1, max: 3 });
  // diffusers reads the names of its other solvers as bh2
  const bh1 = choiceOption(config, 'solver_type', 'bh2', ['bh1', 'bh2', 'midpoint', 'heun', 'logrho']) === 'bh1';
  const prediction = choiceOption(config, 'prediction_type', 'epsilon', predictions);
  const predictsClean = flagOption(config, 'predict_x0', true);
  if (prediction === 'flow_prediction' && !predictsClean) throw unsupported(config, 'flow_prediction needs predict_x0');
  const lowerOrderFinal = flagOption(config, 'lower_order_final', true);
  const final = choiceOption(config, 'final_sigmas_type', 'zero', ['zero', 'sigma_min']);
  const flow = flagOption(config, 'use_flow_sigmas', false);
  const uncorrected = config.disable_corrector ?? [];
  if (!Array.isArray(uncorrected)) throw unsupported(config, 'disable_corrector must be a list of steps');
  refuse(config, 'thresholding', 'solver_p');
  const kind = spreadOf(config);
  const levelsFor = createLevels(config);
  const numbersFor = createStepNumbers(predictsClean, bh1);
  const smallest = trainedSigmas(config)[0] as number;

  const start = (request: ScheduleRequest): Schedule => {
    checkSteps(request.steps, trained - 1);
    const { levels, timesteps } = levelsFor(request);
    const count = timesteps.length;
    const lowest = kind === 'trained' ? smallest : (levels[count - 1] as number);
    const sigmas = Float64Array.from(Float32Array.of(...levels, final === 'zero' ? 0 : lowest));
    const at = Array.from(sigmas, (sigma): NoiseLevel => noiseLevel(sigma, flow));
    const level = (i: number): NoiseLevel => at[i] as NoiseLevel;
    let earlier: Float32Array[] = [];
    let before: { readonly sample: Float32Array; readonly order: number } | undefined;

    const orderAt = (i: number): number => Math.min(lowerOrderFinal ? Math.min(order, count - i) : order, i + 1);

    const convert = (i: number, output: Float32Array, sample: Float32Array): Float32Array =>
      prediction === 'flow_prediction' || predictsClean
        ? cleanSample(prediction, level(i), sigmas[i] as number, output, sample)
        : noiseOf(prediction, level(i), output, sample);

    /** From level i to level i + 1 along the predictions so far, newest first, and `arrived`, the prediction there, once it is known. */
    const move = (i: number, x: Float32Array, used: number, arrived: Float32Array | undefined): Float32Array => {
      const [from, to] = [level(i), level(i + 1)];
      const behind = Array.from({ length: used - 1 }, (_, k) => level(i - k - 1));
      const { ratios, phi1, scale, matrix, right } = numbersFor(from, to, behind);
      const m0 = earlier[0] as Float32Array;
      const weights =
        arrived === undefined
          ? used === 2
            ? [0.5]
            : solve(
                matrix.slice(0, -1).map((row) => row.slice(0, -1)),
                right.slice(0, -1),
              )
          : used === 1
            ? [0.5]
            : solve(matrix, right);
      const along = predictsClean ? f(to.sigma / from.sigma) : f(to.alpha / from.alpha);
      const strength = predictsClean ? to.alpha : to.sigma;
      const straight = combineRounded(along, x, -f(strength * phi1), m0);
      let bend: Float32Array | undefined;
      ratios.forEach((ratio, k) => {
        const slope = combineRounded(1, earlier[k + 1] as Float32Array, -1, m0).map((value) => value / ratio);
        const weight = weights[k] as number;
        bend = bend === undefined ? slope.map((value) => weight * value) : combineRounded(1, bend, weight, slope);
      });
      if (arrived !== undefined) {
        const weight = weights[used - 1] as number;
        const gained = combineRounded(1, arrived, -1, m0);
        bend = bend === undefined ? gained.map((value) => weight * value) : combineRounded(1, bend, weight, gained);
      }
      return bend === undefined ? straight : combineRounded(1, straight, -f(strength * scale), bend);
    };

    return {
      timesteps: timesteps.map(Math.trunc),
      sigmas,
      initNoiseSigma: 1,
      scaleInput: (_, sample) => sample,
      memory: () => (before === undefined ? [] : [before.sample, ...earlier]),
      resume(i, [sample, ...predictions]) {
        earlier = predictions;
        before = sample && { sample, order: orderAt(i - 1) };
      },
      step(i, output, sample) {
        const converted = convert(i, output, sample);
        const corrected = before === undefined || uncorrected.includes(i - 1) ? sample : move(i - 1, before.sample, before.order, converted);
        earlier = [converted, ...earlier].slice(0, order);
        const used = orderAt(i);
        before = { sample: corrected, order: used };
        return move(i, corrected, used, undefined);
      },
    };
  };
  return { start };
};
