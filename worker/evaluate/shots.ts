/** The shots of a list: which of them are wanted, and whether those that say the same with growing strength grow. */
import type { Shot } from './list.ts';

/** Seed of shots that name none. */
export const SEED = 1;
/** Each rank must move this much more than the one below. */
const STRONGER = 1.05;

const subsets: Readonly<Record<string, (shot: Shot) => boolean>> = {
  camera: ({ expect }) => expect.camera !== undefined,
  drift: ({ expect }) => expect.drift !== undefined,
  moves: ({ expect }) => expect.moves !== undefined,
  nothing: ({ expect }) => expect.nothing === true,
  loop: ({ loop }) => loop === true,
  intensity: ({ group }) => group !== undefined,
};

/** @param only the name of a subset, or a part of the wanted ids */
export const chosen = (shots: readonly Shot[], only: string | undefined): readonly Shot[] => {
  if (only === undefined) return shots;
  return shots.filter(Object.hasOwn(subsets, only) ? (subsets[only] as (shot: Shot) => boolean) : ({ id }) => id.includes(only));
};

/** What grows with the words where things were named: their motion, shares of the diagonal, and a little of their light, 0..255. */
export const amountOfNamed = (named: readonly { readonly moved: number; readonly light: number }[]): number =>
  named.reduce((sum, { moved, light }) => sum + moved + light / 2550, 0) / Math.max(1, named.length);

export interface Intensity {
  readonly group: string;
  /** Gently, as it is, strongly. */
  readonly amounts: readonly number[];
  readonly ordered: boolean;
}

/** @param amounts of motion, of each shot; groups of which less than three are there are left out */
export const intensityOrder = (amounts: ReadonlyMap<Shot, number>): readonly Intensity[] => {
  const shots = [...amounts.keys()];
  const groups = new Set(shots.flatMap(({ group }) => group ?? []));
  return [...groups].flatMap((group) => {
    const ranked = shots.filter((shot) => shot.group === group).sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
    const inOrder = ranked.map((shot) => amounts.get(shot) as number);
    if (inOrder.length < 3) return [];
    return [{ group, amounts: inOrder, ordered: inOrder.every((amount, i) => i === 0 || amount > STRONGER * (inOrder[i - 1] as number)) }];
  });
};
