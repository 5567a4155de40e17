/** Words to token ids, exactly as worker/train/text.py, whose docstring is the specification. */

/** The tokenizer's part of vocabulary.json. */
export interface Vocabulary {
  readonly maxTokens: number;
  readonly pad: number;
  /** Word → id, ids from 1 up. */
  readonly words: Readonly<Record<string, number>>;
  /** Irregular form → word. */
  readonly lemmas?: Readonly<Record<string, string>>;
}

const ENDINGS = ['s', 'es', 'ing', 'ed', 'd', 'ly', 'er', 'est', 'y', 'like'];

/** Lower case, without accents; clause punctuation stands alone, everything else but a-z and 0-9 separates. */
const splitWords = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[,.;!]/g, ' $& ')
    .replace(/[^a-z0-9,.;!]+/g, ' ')
    .split(' ')
    .filter((piece) => piece !== '');

/** True when `a` and `b` differ by exactly one insertion, deletion, replacement or swap of neighbours. */
const oneEditApart = (a: string, b: string): boolean => {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  const restA = a.slice(start);
  const restB = b.slice(start);
  if (a.length > b.length) return restA.slice(1) === restB;
  if (a.length < b.length) return restA === restB.slice(1);
  const swapped = restA.length > 1 && restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return swapped || restA.slice(1) === restB.slice(1);
};

/** Forms a word may come from once `ending` is cut off, in order of preference. */
const stems = (stem: string): string[] => {
  const forms = [stem, `${stem}e`];
  if (stem.at(-1) === stem.at(-2)) forms.push(stem.slice(0, -1));
  if (stem.endsWith('i')) forms.push(`${stem.slice(0, -1)}y`);
  return forms;
};

/** A function from text to `maxTokens` ids, padded; words that nothing in the vocabulary resembles are dropped. */
export const createTokenizer = ({ maxTokens, pad, words, lemmas = {} }: Vocabulary): ((text: string) => number[]) => {
  const ids = new Map(Object.entries(words));
  const irregular = new Map(Object.entries(lemmas));

  const lookUp = (word: string): number | undefined => {
    const known = ids.get(word) ?? ids.get(irregular.get(word) ?? '');
    if (known !== undefined) return known;
    for (const ending of ENDINGS) {
      if (!word.endsWith(ending) || word.length - ending.length < 3) continue;
      const form = stems(word.slice(0, -ending.length)).find((candidate) => ids.has(candidate));
      if (form !== undefined) return ids.get(form);
    }
    if (word.length < 5 || /\d/.test(word)) return undefined;
    let closest: number | undefined;
    for (const [candidate, id] of ids) {
      if (candidate.length >= 4 && (closest === undefined || id < closest) && oneEditApart(word, candidate)) closest = id;
    }
    return closest;
  };

  return (text) => {
    const found = splitWords(text)
      .map(lookUp)
      .filter((id) => id !== undefined)
      .slice(0, maxTokens);
    return [...found, ...Array<number>(maxTokens - found.length).fill(pad)];
  };
};
