/** Noise levels spaced as in Karras et al. 2022, equation 5. */

/**
 * @param steps number of denoising steps, at least 1
 * @returns steps + 1 sigmas, from `max` down to `min`, then 0
 * @source Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models"; numbers in test/golden/scheduler.json
 */
export const karrasSigmas = (steps: number, { min, max, rho }: { min: number; max: number; rho: number }): Float64Array => {
  const low = min ** (1 / rho);
  const high = max ** (1 / rho);
  const sigmas = new Float64Array(steps + 1);
  for (let i = 0; i < steps; i++) {
    const along = steps === 1 ? 0 : i / (steps - 1);
    sigmas[i] = (high + along * (low - high)) ** rho;
  }
  return sigmas;
};
