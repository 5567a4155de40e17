/** The tokenizer against ids recorded by the training code (worker/train/text.py). */
import { expect, it } from 'vitest';
import cases from '../../worker/models/motion/tokenizer-cases.json' with { type: 'json' };
import vocabulary from '../../worker/models/motion/vocabulary.json' with { type: 'json' };
import { createTokenizer } from '../../worker/parts/tokenizer.ts';

const tokenize = createTokenizer(vocabulary);

it.each(cases)('$text', ({ text, ids }) => {
  expect(tokenize(text)).toEqual(ids);
});
