/** A flame too small for the encoder: where fire was named and found nowhere, it is what glows yellow before darker surroundings. */
import { smoothStep } from '../tensor/ops.ts';
import { boxMean, GRID_AREA, GRID_SIDE, quantileOf, setShare, shareOf } from '../vision/class-grid.ts';

const FIRE = 7;
/** Fire was found when it has the greater share of so many cells. */
const FOUND = { share: 0.5, cells: 12 } as const;
/** A flame in CIELAB: blue to yellow, lightness, and by how much it is lighter than the mean within so many cells. */
const YELLOW = { from: 20, to: 30 } as const;
const LIGHT = { from: 30, to: 40 } as const;
const LIGHTER = { from: 4, to: 12, reachCells: 7 } as const;
/** Only among these surest cells of the encoder, as a part of all: a lamp may glow too. */
const SUREST = 0.97;
/** Fewer cells than this are a spark, and more than this are no small flame. */
const AREA_CELLS = { least: 3, most: 200 } as const;
/** Share of a cell that is all flame, and what a neighbour of one has of that. */
const SURE = 0.97;
const BESIDE = 0.8;

/**
 * @param classes probabilities [13, 64, 64] after everything else was looked for
 * @param seen the same as the encoder gave them
 * @param lab the photo in CIELAB, [3, 64, 64]
 * @param groups indices of the named classes
 * @returns probabilities of the same shape; unchanged where fire was not named, was found, or nothing glows
 */
export const smallFlames = (classes: Float32Array, seen: Float32Array, lab: Float32Array, groups: readonly (readonly number[])[]): Float32Array => {
  if (!groups.some((group) => group.includes(FIRE))) return classes;
  if (shareOf(classes, [FIRE]).filter((share) => share > FOUND.share).length >= FOUND.cells) return classes;
  const fire = shareOf(seen, [FIRE]);
  const least = quantileOf(fire, SUREST);
  const lightness = lab.subarray(0, GRID_AREA);
  const around = boxMean(lightness, LIGHTER.reachCells);
  const flame = fire.map((share, i) => {
    if (share < least) return 0;
    const light = lightness[i] as number;
    const glow = smoothStep(light, LIGHT.from, LIGHT.to) * smoothStep(light - (around[i] as number), LIGHTER.from, LIGHTER.to);
    return glow * smoothStep(lab[2 * GRID_AREA + i] as number, YELLOW.from, YELLOW.to);
  });
  const cells = flame.reduce((sum, value) => sum + value, 0);
  if (cells < AREA_CELLS.least || cells > AREA_CELLS.most) return classes;
  const out = classes.slice();
  setShare(
    out,
    [FIRE],
    flame.map((_, i) => Math.max(classes[FIRE * GRID_AREA + i] as number, SURE * brightest(flame, i))),
  );
  return out;
};

/** The cell's own value, or a part of its brightest neighbour's. */
const brightest = (flame: Float32Array, i: number): number => {
  const [x, y] = [i % GRID_SIDE, Math.floor(i / GRID_SIDE)];
  let most = flame[i] as number;
  for (const [dx, dy] of [
    [-1, 0],
    [1, 0],
    [0, -1],
    [0, 1],
  ] as const) {
    const inside = x + dx >= 0 && x + dx < GRID_SIDE && y + dy >= 0 && y + dy < GRID_SIDE;
    if (inside) most = Math.max(most, BESIDE * (flame[i + dy * GRID_SIDE + dx] as number));
  }
  return most;
};
