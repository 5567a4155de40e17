/** The one door to @huggingface/tokenizers: prompts as token ids, padded and cut as the reference pipelines do it. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as library from '@huggingface/tokenizers';
import { AppError } from '../../core/errors.ts';
import type { BundleManifest } from '../onnx/bundle-manifest.ts';
import { repairPrompt } from './prompt-repair.ts';
import { correctSteps, type Step } from './tokenizer-steps.ts';

export type TextSpec = NonNullable<BundleManifest['text']>;

export interface TextTokens {
  /** As many as asked for, filled up with the family's padding id. */
  readonly ids: number[];
  /** 1 for the prompt's own tokens, 0 for padding. */
  readonly mask: number[];
}

/** UMT5 has 256 000 pieces in 17 megabytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What is used of the library, whose own types do not resolve under NodeNext. */
interface Library {
  readonly Tokenizer: new (
    json: object,
    config: object,
  ) => { readonly normalizer: Step | null; readonly pre_tokenizer: Step | null; encode(text: string): { readonly ids: readonly number[] } };
}
const { Tokenizer } = library as unknown as Library;

const readObject = async (folder: string, file: string): Promise<Record<string, object | null>> => {
  const engine = basename(dirname(folder));
  const path = join(folder, file);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) throw new AppError('MODEL_MISSING', { engine, file: `tokenizer/${file}` });
  if (found.size > MAX_BYTES) throw new AppError('MODEL_CORRUPT', { engine, file: `tokenizer/${file}: it has more than ${MAX_BYTES} bytes` });
  try {
    return Object(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new AppError('MODEL_CORRUPT', { engine, file: `tokenizer/${file}` }, { cause: error });
  }
};

/**
 * A bundle's tokenizer.
 * @param folder the bundle's tokenizer/, with tokenizer.json and tokenizer_config.json
 * @returns what a prompt is to the text encoder: `maxTokens` ids (the family's own number unless told otherwise), the end of a longer
 *   prompt cut off before its closing token
 * @throws EngineError MODEL_MISSING, MODEL_CORRUPT
 * @source transformers' fast tokenizers with padding="max_length", truncation=True; ids in test/golden/data/tokenizers.json
 */
export const openTokenizer = async (folder: string, spec: TextSpec): Promise<(prompt: string, maxTokens?: number) => TextTokens> => {
  const json = await readObject(folder, 'tokenizer.json');
  const config = await readObject(folder, 'tokenizer_config.json');
  let tokenizer: InstanceType<Library['Tokenizer']>;
  try {
    tokenizer = new Tokenizer(json, config);
    correctSteps(tokenizer.normalizer, json.normalizer);
    correctSteps(tokenizer.pre_tokenizer, json.pre_tokenizer);
  } catch (error) {
    throw new AppError('MODEL_CORRUPT', { engine: basename(dirname(folder)), file: 'tokenizer/tokenizer.json' }, { cause: error });
  }
  return (prompt, maxTokens = spec.maxTokens) => {
    const text = spec.clean === 'ftfy' ? repairPrompt(prompt) : prompt.toWellFormed();
    const { ids } = tokenizer.encode(text);
    const kept = ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ids.at(-1) as number];
    const padding = new Array<number>(maxTokens - kept.length);
    return { ids: [...kept, ...padding.fill(spec.padId)], mask: [...kept.map(() => 1), ...padding.map(() => 0)] };
  };
};
