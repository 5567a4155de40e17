/** Which things the words want still: "the horse" in "waves, but horse and rider are frozen" is seen best without the rest of the sentence. */

import type { Vocabulary } from './tokenizer.ts';

/** Programs of rows of token ids, one after another; the text network. */
export type ReadRows = (rows: readonly (readonly number[])[]) => Promise<readonly Float32Array[]>;

/** What the words ask of each class but the first, and the classes (1 to 12) that they want still. */
export interface Wishes {
  readonly amplitudes: Float32Array;
  readonly still: readonly number[];
}

const CLASSES = 12;
/** Words between clauses; the tokenizer brings those of other languages to these. */
const BREAKS = [',', '.', ';', '!', 'but', 'while'];
const AND = 'and';
const ONLY = 'only';
const TOO = ['and', 'also', 'too'];
/** A word alone stands for a thing when at most so many classes move, and one of them at least so much. */
const THING = { classes: 2, amplitude: 0.4 } as const;
/** A clause that lets nearly everything move but the thing wants it still. */
const MOST = 8;

/**
 * The program of the text network, less what it lets move although a clause of its own wants it still, or "only" excludes it.
 * @param tokenIds of the prompt, padded or not
 * @param program of the whole prompt
 * @param read the text network
 */
export const toldToStay = async (tokenIds: readonly number[], program: Float32Array, { pad, words }: Vocabulary, read: ReadRows): Promise<Wishes> => {
  const amplitudes = program.slice(0, CLASSES);
  const known = (list: readonly string[]): readonly (number | undefined)[] => list.map((word) => words[word]);
  const clauses = clausesOf(
    tokenIds.filter((id) => id !== pad),
    known(BREAKS),
  );
  if (clauses.length < 2) return { amplitudes, still: [] };

  const tokens = [...new Set(clauses.flat())];
  const alone = await read([...clauses, ...tokens.map((token) => [token])]);
  const asks = alone.slice(0, clauses.length).map((row) => few(row, CLASSES - MOST + 1));
  const things = new Map(tokens.map((token, i) => [token, few(alone[clauses.length + i] as Float32Array, THING.classes)]));

  // each thing with what is said of it, without the other things that it is said of as well
  const questions = clauses.flatMap((clause, at) =>
    [...new Set(clause)].flatMap((token) => {
      const classes = things.get(token) ?? [];
      if (classes.length === 0) return [];
      const rest = clause.filter((other) => other === token || (other !== words[AND] && (things.get(other) ?? []).length === 0));
      return [rest, rest.slice(rest.indexOf(token))].map((row) => ({ at, classes, row }));
    }),
  );
  const answers = questions.length === 0 ? [] : await read(questions.map(({ row }) => row));
  const resting = questions.filter(({ classes }, i) => {
    const answer = answers[i] as Float32Array;
    return moving(answer, 0).length >= MOST && classes.every((k) => answer[k - 1] === 0);
  });

  const asked = (k: number): boolean => (amplitudes[k - 1] as number) > 0;
  const drop = resting.flatMap(({ at, classes }) => classes.filter((k) => asked(k) && !asks.some((others, j) => j !== at && others.includes(k))));
  const chosen = onlyIn(clauses, asks, words[ONLY], known(TOO));
  if (chosen.length > 0) for (let k = 1; k <= CLASSES; k++) if (asked(k) && !chosen.includes(k)) drop.push(k);
  const stays = Array.from({ length: CLASSES }, (_, i) => i + 1).some((k) => asked(k) && !drop.includes(k));
  if (stays) for (const k of drop) amplitudes[k - 1] = 0;
  const still = new Set(resting.flatMap(({ classes }) => classes).concat(stays ? drop : []));
  return { amplitudes, still: [...still].filter((k) => !asked(k)).sort((a, b) => a - b) };
};

const clausesOf = (ids: readonly number[], breaks: readonly (number | undefined)[]): readonly (readonly number[])[] => {
  const clauses: number[][] = [[]];
  for (const id of ids) {
    if (breaks.includes(id)) clauses.push([]);
    else clauses.at(-1)?.push(id);
  }
  return clauses.filter((clause) => clause.length > 0);
};

/** Classes that move more than this. */
const moving = (program: Float32Array, above: number): readonly number[] =>
  Array.from({ length: CLASSES }, (_, i) => i + 1).filter((k) => (program[k - 1] as number) > above);

/** The classes that move, when they are few and at least one moves well. */
const few = (program: Float32Array, most: number): readonly number[] => {
  const classes = moving(program, 0);
  return classes.length <= most && moving(program, THING.amplitude).length > 0 ? classes : [];
};

/** What a clause with "only" lets move; nothing where another clause adds to it. */
const onlyIn = (
  clauses: readonly (readonly number[])[],
  asks: readonly (readonly number[])[],
  only: number | undefined,
  too: readonly (number | undefined)[],
): readonly number[] => {
  const at = clauses.findIndex((clause, i) => only !== undefined && clause.includes(only) && (asks[i] as readonly number[]).length > 0);
  const adds = clauses.some((clause, i) => i !== at && (clause.includes(only ?? -1) || too.includes(clause[0]) || too.includes(clause.at(-1))));
  return at === -1 || adds ? [] : (asks[at] as readonly number[]);
};
