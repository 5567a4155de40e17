/** CLIP's image encoder: a preprocessed photo as one embedding. */
import { reshape } from '../tensor/ops.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import type { Model } from './resident-model.ts';
import { finite, type Run } from './run.ts';

/**
 * @param pixels [1, 3, side, side], normalised as the family's preprocessing says
 * @returns [1, 1, width]: one token
 * @throws EngineError NAN_OUTPUT; CanceledError
 */
export const encodePhoto = async ({ components }: Model, run: Run, pixels: FloatTensor): Promise<FloatTensor> => {
  run.check();
  await run.observe('image_encoder/0/in/pixel_values', pixels);
  const embeds = finite((await components.run('image_encoder', { pixel_values: pixels })).float('image_embeds'));
  await run.observe('image_encoder/0/out.image_embeds', embeds);
  return reshape(embeds, [1, 1, -1]);
};
