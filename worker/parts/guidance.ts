/** Classifier-free guidance: away from what the network says without the words, towards what it says with them. */
import { type FloatTensor, sizeOf } from '../tensor/tensor.ts';

const sameDims = (a: FloatTensor, b: FloatTensor): void => {
  if (a.dims.length !== b.dims.length || a.dims.some((side, i) => side !== b.dims[i])) {
    throw new RangeError(`[${a.dims.join(', ')}] cannot guide [${b.dims.join(', ')}]`);
  }
};

/**
 * uncond + scale * (cond - uncond), every operation rounded to float32 as in torch.
 * @param scale one number, or one per position along `frameAxis` (SVD guides later frames more)
 * @throws RangeError when the shapes differ, or the scales do not fit the axis
 * @source Ho and Salimans 2022, "Classifier-Free Diffusion Guidance"
 */
export const guide = (uncond: FloatTensor, cond: FloatTensor, scale: number | Float32Array, frameAxis = 1): FloatTensor => {
  sameDims(uncond, cond);
  const f = Math.fround;
  const scales = typeof scale === 'number' ? Float32Array.of(scale) : scale;
  const inner = typeof scale === 'number' ? Math.max(1, cond.data.length) : sizeOf(cond.dims.slice(frameAxis + 1));
  if (typeof scale !== 'number' && scale.length !== cond.dims[frameAxis]) {
    throw new RangeError(`${scale.length} guidance scales for axis ${frameAxis} of [${cond.dims.join(', ')}]`);
  }
  const { data: u } = uncond;
  const { data: c } = cond;
  const data = new Float32Array(c.length);
  for (let start = 0, frame = 0; start < c.length; start += inner, frame = (frame + 1) % scales.length) {
    const s = scales[frame] as number;
    for (let i = start; i < start + inner; i++) {
      const from = u[i] as number;
      data[i] = from + f(s * f((c[i] as number) - from));
    }
  }
  return { data, dims: cond.dims };
};

/** Unbiased standard deviation of count values from start on, rounded to float32. */
const deviation = (values: Float32Array, start: number, count: number): number => {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += values[i] as number;
  const mean = sum / count;
  let squares = 0;
  for (let i = start; i < start + count; i++) squares += ((values[i] as number) - mean) ** 2;
  return Math.fround(Math.sqrt(squares / (count - 1)));
};

/**
 * Gives a guided prediction the contrast of the unguided one again, as far as `rescale` says (0 not, 1 wholly).
 * @param guided, cond [b, …]; the deviation is taken over everything but the batch
 * @source Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps Are Flawed", section 3.4; diffusers' rescale_noise_cfg
 */
export const rescaleGuidance = (guided: FloatTensor, cond: FloatTensor, rescale: number): FloatTensor => {
  sameDims(guided, cond);
  if (rescale === 0) return guided;
  const f = Math.fround;
  const count = guided.data.length / (guided.dims[0] as number);
  const [share, rest] = [f(rescale), f(1 - rescale)];
  const data = new Float32Array(guided.data.length);
  for (let start = 0; start < data.length; start += count) {
    const factor = f(deviation(cond.data, start, count) / deviation(guided.data, start, count));
    for (let i = start; i < start + count; i++) {
      const value = guided.data[i] as number;
      data[i] = f(share * f(value * factor)) + f(rest * value);
    }
  }
  return { data, dims: guided.dims };
};
