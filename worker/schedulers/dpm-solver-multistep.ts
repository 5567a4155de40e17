/** DPM-Solver++ (2M) for a network that predicts the clean sample, in the variance-exploding (EDM) form. */
import { combine } from '../tensor/ops.ts';

export interface Solver {
  /**
   * One step of the probability-flow ODE, x(sigma_i) → x(sigma_{i+1}).
   * @param i index of the step, called with 0, 1, … in order
   * @param x latents noised at sigma_i; not modified
   * @param clean the network's prediction of the clean sample at x; not modified
   */
  step(i: number, x: Float32Array, clean: Float32Array): Float32Array;
}

/**
 * Fresh state for one sample: the solver remembers one earlier prediction.
 * @param sigmas falling noise levels that end with 0
 * @source Lu et al. 2022, "DPM-Solver++", Algorithm 2; numbers in test/golden/scheduler.json
 */
export const startDpmSolver = (sigmas: Float64Array): Solver => {
  let earlier: Float32Array | undefined;
  const lambda = (i: number): number => -Math.log(sigmas[i] as number);
  return {
    step(i, x, clean) {
      const sigma = sigmas[i] as number;
      const next = sigmas[i + 1] as number;
      let direction = clean;
      if (next > 0 && earlier !== undefined) {
        const h = lambda(i + 1) - lambda(i);
        const r = (lambda(i) - lambda(i - 1)) / h;
        direction = combine(1 + 1 / (2 * r), clean, -1 / (2 * r), earlier);
      }
      earlier = clean;
      // 1 - next / sigma is -expm1(-h); at the last step next is 0 and the sample becomes the prediction itself
      return combine(next / sigma, x, 1 - next / sigma, direction);
    },
  };
};
