/** Token ids against transformers' (record-tokenizers.py), and SentencePiece's character maps (record-charsmap.py). */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createCharsmap } from '../../worker/parts/charsmap.ts';
import { openTokenizer, type TextSpec } from '../../worker/parts/text-tokens.ts';
import mapped from './data/charsmap.json' with { type: 'json' };
import recorded from './data/tokenizers.json' with { type: 'json' };

const folderOf = (name: string): string => fileURLToPath(new URL(`data/tokenizers/${name}`, import.meta.url));
const common = { skip: 0, zeroPadding: false, clean: 'none' } as const;
const specs = {
  clip: { ...common, kind: 'clip', maxTokens: 77, padId: 785 },
  t5: { ...common, kind: 't5', maxTokens: 32, padId: 0 },
  umt5: { ...common, kind: 'umt5', maxTokens: 64, padId: 0, clean: 'ftfy' },
} as const satisfies Record<string, TextSpec>;

const short = (text: string): string => JSON.stringify(text.slice(0, 40));
const padded = (ids: readonly number[], { maxTokens, padId }: TextSpec): { ids: number[]; mask: number[] } => ({
  ids: Array.from({ length: maxTokens }, (_, i) => ids[i] ?? padId),
  mask: Array.from({ length: maxTokens }, (_, i) => (i < ids.length ? 1 : 0)),
});

describe.each(['clip', 't5', 'umt5'] as const)('%s', (kind) => {
  const tokenizer = openTokenizer(folderOf(kind), specs[kind]);

  it.each(recorded.prompts.map((prompt, i) => ({ title: short(prompt), prompt, ids: recorded[kind][i] as number[] })))('$title', async ({ prompt, ids }) => {
    expect((await tokenizer)(prompt)).toEqual(padded(ids, specs[kind]));
  });

  it('cuts to the number asked for, the closing token stays', async () => {
    const tokens = (await tokenizer)('a red fox running through deep snow', 6);
    const [first] = (await tokenizer)('a red fox').ids;
    expect(tokens.ids).toHaveLength(6);
    expect([tokens.ids[0], tokens.ids[5]]).toEqual([first, (recorded[kind][0] as number[]).at(-1)]);
    expect(tokens.mask).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('takes half a surrogate pair for an unknown character', async () => {
    expect((await tokenizer)('fox \ud83e')).toEqual((await tokenizer)('fox \ufffd'));
  });
});

describe('a tokenizer with a character map', () => {
  const spec: TextSpec = { ...common, kind: 'umt5', maxTokens: 4096, padId: 0 };
  const tokenizer = openTokenizer(folderOf('charsmap'), spec);
  const normalize = createCharsmap(mapped.charsmap);
  const cases = mapped.texts.map(([text, normal], i) => ({
    title: short(text as string),
    text: text as string,
    normal: normal as string,
    ids: mapped.ids[i] as number[],
  }));

  it.each(cases)('$title', async ({ text, normal, ids }) => {
    expect(normalize(text)).toBe(normal);
    expect((await tokenizer)(text)).toEqual(padded(ids, spec));
  });
});
