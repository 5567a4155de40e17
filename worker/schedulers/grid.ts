/** NumPy's ways to space numbers, operation by operation: schedules depend on the last bit of them. */
import { roundEven } from '../tensor/half.ts';

/** numpy.linspace in float64: `count` values from `start` to `end`, both included. */
export const linspace = (start: number, end: number, count: number): Float64Array => {
  const step = (end - start) / (count - 1);
  const values = Float64Array.from({ length: count }, (_, i) => (i === 0 ? start : i * step + start));
  if (count > 1) values[count - 1] = end;
  return values;
};

/** numpy.arange in float64: from `start` on in steps of `step`, not reaching `end`. */
export const arange = (start: number, end: number, step: number): Float64Array => {
  const count = Math.max(0, Math.ceil((end - start) / step));
  const delta = start + step - start;
  return Float64Array.from({ length: count }, (_, i) => start + i * delta);
};

/** numpy.round: halves to the even neighbour. */
export const rounded = (values: Float64Array): Float64Array => values.map(roundEven);

/** numpy.interp of one position on values that lie at 0, 1, 2, …; beyond the ends the end values. */
export const interpolate = (at: number, values: Float32Array): number => {
  const last = values.length - 1;
  if (at <= 0) return values[0] as number;
  if (at >= last) return values[last] as number;
  const low = Math.floor(at);
  const from = values[low] as number;
  return at === low ? from : ((values[low + 1] as number) - from) * (at - low) + from;
};

export type Spacing = 'linspace' | 'leading' | 'trailing';
export const spacings: readonly Spacing[] = ['linspace', 'leading', 'trailing'];

/**
 * Which training timesteps the steps visit, from noise to clip, as the one-step schedulers (Euler, DDIM, PNDM) choose them.
 * @param whole round linspace's values to whole numbers (all but Euler do)
 * @source Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps Are Flawed", table 2; diffusers' set_timesteps
 */
export const spacedTimesteps = (spacing: Spacing, steps: number, trained: number, offset: number, whole: boolean): Float64Array => {
  if (spacing === 'linspace') {
    const even = linspace(0, trained - 1, steps).reverse();
    return whole ? rounded(even) : Float64Array.from(Float32Array.from(even));
  }
  if (spacing === 'trailing') return rounded(arange(trained, 0, -trained / steps)).map((value) => value - 1);
  const ratio = Math.floor(trained / steps);
  return Float64Array.from({ length: steps }, (_, i) => (steps - 1 - i) * ratio + offset);
};

/** The same for the multistep schedulers (DPM-Solver, UniPC), which place one point more and leave out the last. */
export const multistepTimesteps = (spacing: Spacing, steps: number, trained: number, offset: number, last = trained): Float64Array => {
  if (spacing === 'linspace') return rounded(linspace(0, last - 1, steps + 1).reverse()).subarray(0, steps);
  if (spacing === 'trailing') return rounded(arange(last, 0, -trained / steps)).map((value) => value - 1);
  const ratio = Math.floor(last / (steps + 1));
  return Float64Array.from({ length: steps }, (_, i) => (steps - i) * ratio + offset);
};
