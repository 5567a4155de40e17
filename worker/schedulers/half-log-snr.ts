/** What the log-SNR solvers (DPM-Solver++, UniPC) compute of a noise level, in float32 as torch does on single numbers. */

const f = Math.fround;

/** A noise level as weight of the signal, weight of the noise, and half the logarithm of their squared ratio. */
export interface NoiseLevel {
  readonly alpha: number;
  readonly sigma: number;
  readonly lambda: number;
}

/** @param flow whether signal and noise weights sum to 1 (flow matching) or their squares do */
export const noiseLevel = (sigma: number, flow: boolean): NoiseLevel => {
  const alpha = flow ? f(1 - sigma) : f(1 / f(Math.sqrt(f(f(sigma * sigma) + 1))));
  const weight = flow ? sigma : f(sigma * alpha);
  return { alpha, sigma: weight, lambda: f(f(Math.log(alpha)) - f(Math.log(weight))) };
};

export type Prediction = 'epsilon' | 'sample' | 'v_prediction' | 'flow_prediction';
export const predictions: readonly Prediction[] = ['epsilon', 'sample', 'v_prediction', 'flow_prediction'];

/** The clean sample that a network's output means at this noise level; `raw` is the level itself, before weighting. */
export const cleanSample = (prediction: Prediction, { alpha, sigma }: NoiseLevel, raw: number, output: Float32Array, sample: Float32Array): Float32Array => {
  switch (prediction) {
    case 'sample':
      return output;
    case 'epsilon':
      return sample.map((x, k) => f(x - f(sigma * (output[k] as number))) / alpha);
    case 'v_prediction':
      return sample.map((x, k) => f(alpha * x) - f(sigma * (output[k] as number)));
    case 'flow_prediction':
      return sample.map((x, k) => x - f(raw * (output[k] as number)));
  }
};

/** The noise that a network's output means at this noise level. */
export const noiseOf = (
  prediction: Exclude<Prediction, 'flow_prediction'>,
  { alpha, sigma }: NoiseLevel,
  output: Float32Array,
  sample: Float32Array,
): Float32Array => {
  switch (prediction) {
    case 'epsilon':
      return output;
    case 'sample':
      return sample.map((x, k) => f(x - f(alpha * (output[k] as number))) / sigma);
    case 'v_prediction':
      return sample.map((x, k) => f(alpha * (output[k] as number)) + f(sigma * x));
  }
};
