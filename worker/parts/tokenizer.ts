/** Words to token ids, exactly as worker/train/text.py, whose docstring is the specification. */

/** The tokenizer's part of vocabulary.json. */
export interface Vocabulary {
  readonly maxTokens: number;
  readonly pad: number;
  /** Word → id, ids from 1 up. */
  readonly words: Readonly<Record<string, number>>;
  /** Form in any language → the words it stands for, separated by spaces; empty = the form is dropped. */
  readonly lemmas?: Readonly<Record<string, string>>;
  /** The words that things stand for → their names, separated by spaces, of up to four words joined by _; no typing mistake is taken for one. */
  readonly names?: Readonly<Record<string, string>>;
}

type Ids = readonly number[];

const ENDINGS = ['s', 'es', 'ing', 'ed', 'd', 'ly', 'er', 'est', 'y', 'like'];
const ALIAS_ENDINGS = ['s', 'e', 'n', 'en', 'er', 'em', 'es', 'x', 'a', 'o', 'as', 'os'];
const LINKS = ['', 's', 'n', 'en', 'es'];
const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', œ: 'oe', æ: 'ae', ø: 'o', '、': ',', '。': '.' };

const UMLAUTS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };
/** Words of the longest alias. */
const PHRASE = 4;

/** Kana, kanji, the iteration mark and the prolonged sound mark. */
const JAPANESE = /^[々\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff]/;
const PIECES = /[a-z0-9]+|[々\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff]+|[,.;!]/g;

/** Of lower case: without accents; runs of Latin letters and digits, runs of Japanese, clause punctuation alone. */
const splitWords = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[ßœæø、。]/g, (letter) => LETTERS[letter] ?? letter)
    .match(PIECES) ?? [];

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
export const createTokenizer = ({ maxTokens, pad, words, lemmas = {}, names = {} }: Vocabulary): ((text: string) => number[]) => {
  const ids = new Map(Object.entries(words));
  const idsOf = (meaning: string): Ids =>
    meaning
      .split(' ')
      .map((word) => ids.get(word))
      .filter((id) => id !== undefined);
  const aliases = new Map([
    ...Object.entries(names).flatMap(([meaning, forms]) => forms.split(' ').map((form): [string, Ids] => [form.replaceAll('_', ' '), idsOf(meaning)])),
    ...Object.entries(lemmas).map(([form, meaning]): [string, Ids] => [form, idsOf(meaning)]),
  ]);
  const longest = Math.max(0, ...[...aliases.keys()].filter((form) => JAPANESE.test(form)).map((form) => form.length));

  const known = (word: string): Ids | undefined => {
    const id = ids.get(word);
    return id === undefined ? aliases.get(word) : [id];
  };

  /** The longest aliases from the left; a character that starts none is skipped. */
  const segment = (run: string): Ids => {
    const found: number[] = [];
    let start = 0;
    while (start < run.length) {
      let length = Math.min(longest, run.length - start);
      while (length > 0 && !aliases.has(run.slice(start, start + length))) length--;
      found.push(...(aliases.get(run.slice(start, start + length)) ?? []));
      start += Math.max(length, 1);
    }
    return found;
  };

  /** The words cut off `word`'s ending come from. */
  const inflected = (word: string): Ids | undefined => {
    for (const ending of ENDINGS) {
      if (!word.endsWith(ending) || word.length - ending.length < 3) continue;
      const id = stems(word.slice(0, -ending.length))
        .map((form) => ids.get(form))
        .find((candidate) => candidate !== undefined);
      if (id !== undefined) return [id];
    }
    for (const ending of ALIAS_ENDINGS) {
      const form = word.length - ending.length >= 4 && word.endsWith(ending) ? aliases.get(word.slice(0, -ending.length)) : undefined;
      if (form !== undefined) return form;
    }
    return undefined;
  };

  /** Both parts of a compound such as "Kameraschwenk", the longest known tail first. */
  const compound = (word: string): Ids => {
    for (let start = 4; word.length >= 8 && start <= word.length - 4; start++) {
      const tail = known(word.slice(start));
      if (tail === undefined || tail.length === 0) continue;
      for (const link of LINKS) {
        const front = word.slice(0, start).endsWith(link) ? word.slice(0, start - link.length) : '';
        const head = front.length >= 4 ? known(front) : undefined;
        if (head !== undefined && head.length > 0) return [...head, ...tail];
      }
    }
    return [];
  };

  /** One typing mistake: the word with the smallest id, else the first alias. */
  const repair = (word: string): Ids => {
    let closest: number | undefined;
    if (word.length < 5) return [];
    for (const [candidate, id] of ids) {
      if (candidate.length >= 4 && (closest === undefined || id < closest) && oneEditApart(word, candidate)) closest = id;
    }
    if (closest !== undefined) return [closest];
    if (word.length < 6) return [];
    const form = Object.keys(lemmas).find((other) => other.length >= 5 && !JAPANESE.test(other) && oneEditApart(word, other));
    return form === undefined ? [] : (aliases.get(form) ?? []);
  };

  const lookUp = (piece: string): Ids => {
    if (JAPANESE.test(piece)) return segment(piece);
    const direct = known(piece) ?? inflected(piece);
    if (direct !== undefined) return direct;
    if (!/^[a-z]+$/.test(piece)) return [];
    const parts = compound(piece);
    return parts.length > 0 ? parts : repair(piece);
  };

  /** Lower case; a word with an umlaut that the vocabulary holds spelt out is that one: "Fähre" is not "fahre". */
  const spellOut = (text: string): string =>
    text
      .toLowerCase()
      .normalize('NFC')
      .replace(/[a-zäöüß]+/g, (word) => {
        const spelt = word.replace(/[äöüß]/g, (letter) => UMLAUTS[letter] ?? letter);
        return /[äöü]/.test(word) && aliases.has(spelt) ? spelt : word;
      });

  /** How many of the pieces stand for one thing, the longest name first, and its ids. */
  const phrase = (pieces: readonly string[]): { readonly length: number; readonly ids: Ids } => {
    for (let length = pieces.length; length > 1; length--) {
      const name = pieces.slice(0, length).join(' ');
      const named = aliases.get(name) ?? (name.endsWith('s') ? aliases.get(name.slice(0, -1)) : undefined);
      if (named !== undefined) return { length, ids: named };
    }
    return { length: 1, ids: lookUp(pieces[0] ?? '') };
  };

  return (text) => {
    const pieces = splitWords(spellOut(text));
    const all: number[] = [];
    for (let start = 0; start < pieces.length; ) {
      const { length, ids: named } = phrase(pieces.slice(start, start + PHRASE));
      all.push(...named);
      start += length;
    }
    const found = all.slice(0, maxTokens);
    return [...found, ...Array<number>(maxTokens - found.length).fill(pad)];
  };
};
