/** Reeds may look like bushes: grass that was named and is nowhere is looked for among the leaves. */
import { GRID_AREA, quantileOf, shareOf } from '../vision/class-grid.ts';

const FOLIAGE = 4;
const GRASS = 5;
/** At the encoder's surest cells, as a part of all, grass has less than the one share, and foliage more than the other. */
const SUREST = 0.98;
const NOWHERE = 0.15;
const THERE = 0.5;

/**
 * @param seen probabilities [13, 64, 64]
 * @param groups indices of the named classes
 * @returns probabilities of the same shape, the leaves taken for grass; unchanged where grass was not named, leaves were, or grass is to be seen
 */
export const otherPlants = (seen: Float32Array, groups: readonly (readonly number[])[]): Float32Array => {
  const named = groups.flat();
  if (!named.includes(GRASS) || named.includes(FOLIAGE)) return seen;
  const [grass, foliage] = [shareOf(seen, [GRASS]), shareOf(seen, [FOLIAGE])];
  if (quantileOf(grass, SUREST) > NOWHERE || quantileOf(foliage, SUREST) < THERE) return seen;
  const out = seen.slice();
  for (let i = 0; i < GRID_AREA; i++) {
    out[GRASS * GRID_AREA + i] = (grass[i] as number) + (foliage[i] as number);
    out[FOLIAGE * GRID_AREA + i] = 0;
  }
  return out;
};
