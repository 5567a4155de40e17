/** Steps in which the JavaScript tokenizers differ from the Rust ones that the reference pipelines run, done as those do them. */
import { createCharsmap } from './charsmap.ts';

/** A normaliser or pre-tokenizer of the library, as far as it is looked into here; sequences hold others. */
export interface Step {
  normalize?: (text: string) => string;
  pre_tokenize_text?: (text: string) => string[];
  normalizers?: (Step | null)[];
  tokenizers?: (Step | null)[];
}

/** The part of a tokenizer.json that a step was made from. */
interface StepConfig {
  readonly type?: string;
  readonly normalizers?: readonly StepConfig[];
  readonly pretokenizers?: readonly StepConfig[];
  readonly precompiled_charsmap?: string | null;
  readonly strip_left?: boolean;
  readonly strip_right?: boolean;
}

/** Character by character, so that no sigma at a word's end becomes a final one. */
const lowercase = (text: string): string => Array.from(text, (character) => character.toLowerCase()).join('');

const normalizerFor = (config: StepConfig): ((text: string) => string) | undefined => {
  switch (config.type) {
    case 'Precompiled':
      // the library reads no map and approximates it by NFKC
      return config.precompiled_charsmap ? createCharsmap(config.precompiled_charsmap) : (text) => text;
    case 'Lowercase':
      return lowercase;
    case 'Strip':
      return (text) => {
        const left = config.strip_left ? text.replace(/^\p{White_Space}+/u, '') : text;
        return config.strip_right ? left.replace(/\p{White_Space}+$/u, '') : left;
      };
    default:
      return undefined;
  }
};

/**
 * Replaces the differing steps of a library object by ours.
 * @param step made by the library from `config`; changed in place
 * @throws RangeError when a character map is damaged
 */
export const correctSteps = (step: Step | null, config: StepConfig | null | undefined): void => {
  if (step === null || !config) return;
  const normalize = normalizerFor(config);
  if (normalize !== undefined) step.normalize = normalize;
  // white space is Unicode's, which has next line and not the byte order mark
  if (config.type === 'WhitespaceSplit') step.pre_tokenize_text = (text) => text.split(/\p{White_Space}+/u).filter((word) => word !== '');
  step.normalizers?.forEach((inner, i) => {
    correctSteps(inner, config.normalizers?.[i]);
  });
  step.tokenizers?.forEach((inner, i) => {
    correctSteps(inner, config.pretokenizers?.[i]);
  });
};
