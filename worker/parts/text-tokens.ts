/** The one door to @huggingface/tokenizers: prompts as token ids, padded and cut as the reference pipelines do it. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PrecompiledNormalizer, SequenceNormalizer, Tokenizer } from '@huggingface/tokenizers';
import { AppError } from '../../core/errors.ts';
import type { BundleManifest } from '../onnx/bundle-manifest.ts';
import { createCharsmap } from './charsmap.ts';
import { repairPrompt } from './prompt-repair.ts';

export type TextSpec = NonNullable<BundleManifest['text']>;

export interface TextTokens {
  /** As many as asked for, filled up with the family's padding id. */
  readonly ids: number[];
  /** 1 for the prompt's own tokens, 0 for padding. */
  readonly mask: number[];
}

/** UMT5 has 256 000 pieces in 17 megabytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The library approximates SentencePiece's character map by NFKC; this one reads the map. */
class Charsmap extends PrecompiledNormalizer {
  readonly #apply: (text: string) => string;

  constructor(config: ConstructorParameters<typeof PrecompiledNormalizer>[0]) {
    super(config);
    this.#apply = createCharsmap(String(config.precompiled_charsmap));
  }

  override normalize(text: string): string {
    return this.#apply(text);
  }
}

type Normalizer = Tokenizer['normalizer'];

const withCharsmaps = (normalizer: Normalizer): Normalizer => {
  if (normalizer instanceof SequenceNormalizer) normalizer.normalizers = normalizer.normalizers.map(withCharsmaps);
  if (!(normalizer instanceof PrecompiledNormalizer)) return normalizer;
  return typeof normalizer.charsmap === 'string' && normalizer.charsmap !== ''
    ? new Charsmap({ type: 'Precompiled', precompiled_charsmap: normalizer.charsmap })
    : null;
};

const readObject = async (folder: string, file: string): Promise<object> => {
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
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(json, config);
    tokenizer.normalizer = withCharsmaps(tokenizer.normalizer);
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
