/** The VAE encoder's answer as a distribution: its moments taken apart, sampled, or reduced to their mean. */
import { slice } from '../tensor/ops.ts';
import type { FloatTensor } from '../tensor/tensor.ts';

/**
 * Mean and logarithm of the variance.
 * @param moments [b, 2c, …] as an encoder returns them
 * @returns two tensors [b, c, …]; the log variance clamped to -30..20 as diffusers' DiagonalGaussianDistribution does it
 */
export const splitMoments = (moments: FloatTensor): { readonly mean: FloatTensor; readonly logVariance: FloatTensor } => {
  const channels = moments.dims[1] as number;
  if (channels % 2 !== 0) throw new RangeError(`${channels} channels are no mean and variance`);
  const logVariance = slice(moments, 1, channels / 2, channels);
  return {
    mean: slice(moments, 1, 0, channels / 2),
    logVariance: { data: logVariance.data.map((value) => Math.min(20, Math.max(-30, value))), dims: logVariance.dims },
  };
};

/**
 * mean + exp(logVariance / 2) * noise, every operation rounded to float32 as in torch.
 * @param moments [b, 2c, …]
 * @param noise standard normal values, as many as the mean has, in its order
 * @returns [b, c, …]
 * @throws RangeError when there are more or fewer noise values
 * @source diffusers.models.autoencoders.vae.DiagonalGaussianDistribution.sample
 */
export const samplePosterior = (moments: FloatTensor, noise: Float32Array): FloatTensor => {
  const { mean, logVariance } = splitMoments(moments);
  if (noise.length !== mean.data.length) throw new RangeError(`${noise.length} noise values for ${mean.data.length} latents`);
  const f = Math.fround;
  const data = mean.data.map((value, i) => value + f(f(Math.exp(f(0.5 * (logVariance.data[i] as number)))) * (noise[i] as number)));
  return { data, dims: mean.dims };
};

/** The most likely latents, which are the mean: moments [b, 2c, …] → [b, c, …]. */
export const posteriorMode = (moments: FloatTensor): FloatTensor => splitMoments(moments).mean;
