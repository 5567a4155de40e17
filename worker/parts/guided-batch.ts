/** Classifier-free guidance in one batch, in the order of the references: first without the condition, then with it. */
import { concat, zerosLike } from '../tensor/ops.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import { guide } from './guidance.ts';

/** Half of a batch of two, without copying. */
const half = ({ data, dims: [, ...dims] }: FloatTensor, which: 0 | 1): FloatTensor => ({
  data: data.subarray((which * data.length) / 2, ((which + 1) * data.length) / 2),
  dims: [1, ...dims],
});

/**
 * What the denoiser says of a batch, guided.
 * @param prediction [2, …] without and with the condition, or [1, …], which is returned as it is
 * @param scale one number, or one per position along `frameAxis`
 * @returns [1, …]
 */
export const guideBatch = (prediction: FloatTensor, scale: number | Float32Array, frameAxis?: number): FloatTensor =>
  prediction.dims[0] === 1 ? prediction : guide(half(prediction, 0), half(prediction, 1), typeof scale === 'number' ? Math.fround(scale) : scale, frameAxis);

/** Writes latents [1, …] into every entry of a batch that was made once for all steps. */
export const fillBatch = (batch: FloatTensor, { data }: FloatTensor): void => {
  for (let start = 0; start < batch.data.length; start += data.length) batch.data.set(data, start);
};

/** A condition [1, …] behind its absence, all zeros, when there is guidance. */
export const orNothing = (condition: FloatTensor, guided: boolean): FloatTensor => (guided ? concat([zerosLike(condition), condition], 0) : condition);
