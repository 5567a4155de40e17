/** Words through a T5 or UMT5 encoder, as the video transformers attend to them. */
import { type FloatTensor, integers, type Tensor } from '../tensor/tensor.ts';
import type { Model } from './resident-model.ts';
import { finite, type Run } from './run.ts';

export interface EncodedWords {
  /** [1, tokens, features] */
  readonly embeddings: FloatTensor;
  /** int64 [1, tokens]: 1 where the prompt is, 0 where it was filled up. */
  readonly mask: Tensor<BigInt64Array>;
}

/**
 * @param maxTokens the prompt is filled up or cut to so many; what follows it is attended too, so the number changes the clip
 * @param index how many prompts this run encoded before, for the observer
 * @throws CanceledError; EngineError NAN_OUTPUT
 * @source diffusers' _get_t5_prompt_embeds: LTX encodes the padding along, Wan masks it and makes zeros of it
 */
export const encodeT5 = async (
  { manifest, components, tokenize }: Model,
  run: Run,
  prompt: string,
  maxTokens: number,
  index: number,
): Promise<EncodedWords> => {
  run.check();
  const tokens = tokenize(prompt, maxTokens);
  const [inputIds, mask] = [tokens.ids, tokens.mask].map((values) => integers(values, [1, values.length])) as [Tensor<BigInt64Array>, Tensor<BigInt64Array>];
  const masked = manifest.text?.kind === 'umt5';
  await run.observe(`text_encoder/${index}/in/input_ids`, inputIds);
  if (masked) await run.observe(`text_encoder/${index}/in/attention_mask`, mask);
  // a T5 graph has no mask among its inputs; what a graph does not know is left out
  const encoded = await components.run('text_encoder', { input_ids: inputIds, attention_mask: mask });
  const embeddings = finite(encoded.float('last_hidden_state'));
  await run.observe(`text_encoder/${index}/out.last_hidden_state`, embeddings);
  const promptTokens = tokens.mask.filter((one) => one > 0).length;
  return { embeddings: manifest.text?.zeroPadding ? zeroedAfter(embeddings, promptTokens) : embeddings, mask };
};

/** [1, t, d] with zeros from row `tokens` on. */
const zeroedAfter = ({ data, dims }: FloatTensor, tokens: number): FloatTensor => ({
  data: data.slice().fill(0, tokens * (dims[2] as number)),
  dims,
});
