/** CLIP's text encoder: a prompt's ids, and what the network makes of them. */
import { AppError } from '../../core/errors.ts';
import { type FloatTensor, integers } from '../tensor/tensor.ts';
import type { Model } from './resident-model.ts';
import { finite, type Run } from './run.ts';

/** diffusers' clip_skip: null and 0 are the last layer's answer, 1 that of the layer before, through the final norm. */
export type ClipSkip = number | null;

/**
 * @param index how many prompts this run encoded before, for the observer
 * @returns [1, tokens, width]
 * @throws InputError REQUEST_MALFORMED when more layers are to be skipped than the graph can; EngineError NAN_OUTPUT; CanceledError
 */
export const encodePrompt = async ({ components, tokenize }: Model, run: Run, prompt: string, clipSkip: ClipSkip, index: number): Promise<FloatTensor> => {
  if (clipSkip !== null && clipSkip > 1) {
    throw new AppError('REQUEST_MALFORMED', { problem: `clip_skip: the exported text encoder skips 0 or 1 layers, not ${clipSkip}` });
  }
  run.check();
  const { ids } = tokenize(prompt);
  const input_ids = integers(ids, [1, ids.length]);
  await run.observe(`text_encoder/${index}/in/input_ids`, input_ids);
  const outputs = await components.run('text_encoder', { input_ids });
  await run.observe(`text_encoder/${index}/out.last_hidden_state`, outputs.float('last_hidden_state'));
  return finite(outputs.float(clipSkip === 1 ? 'penultimate' : 'last_hidden_state'));
};
