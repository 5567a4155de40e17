/** How sure a swaying thing must be of a cell before it moves there: what was half found moves in full where it is likeliest, and not at all where it hardly is. */
const CLASS_COUNT = 13;
/** Foliage, grass, cloth, hair, floating things. Sky, water, fire and smoke lie in a layer, whose mask decides by itself. */
const SWAYING = [4, 5, 6, 9, 11];
/** A cell is undecided at this part of the share that the surest tenth of the picture has, within bounds; its odds against that are squared. */
const UNDECIDED = { part: 0.7, of: 0.9, least: 0.2, most: 0.7 } as const;
const POWER = 2;
/** Where not one cell in a hundred has this share, the thing is not there. */
const THERE = { share: 0.15, of: 0.99 } as const;
const NEVER = 1e-6;

/**
 * The renderer moves a swaying cell by about the third power of its share, so one that is as likely as not would hardly be seen to move.
 * @param classes probabilities [13, cells]
 * @param groups indices of the named classes; those of one group count together, their ratio in a cell stays; what does not sway is left alone
 * @returns probabilities of the same shape
 */
export const decideClasses = (classes: Float32Array, groups: readonly (readonly number[])[]): Float32Array => {
  const out = classes.slice();
  const area = classes.length / CLASS_COUNT;
  for (const group of groups) {
    if (!group.every((k) => SWAYING.includes(k))) continue;
    const share = Float32Array.from({ length: area }, (_, i) => group.reduce((sum, k) => sum + (out[k * area + i] as number), 0));
    const sorted = share.toSorted();
    const reached = (part: number): number => sorted[Math.min(area - 1, Math.floor(part * area))] as number;
    if (reached(THERE.of) < THERE.share) continue;
    const undecided = Math.min(UNDECIDED.most, Math.max(UNDECIDED.least, UNDECIDED.part * reached(UNDECIDED.of)));
    for (let i = 0; i < area; i++) {
      const before = Math.min(Math.max(share[i] as number, NEVER), 1 - NEVER);
      const odds = ((before / (1 - before)) * ((1 - undecided) / undecided)) ** POWER;
      const after = odds / (1 + odds);
      const [inside, outside] = [after / before, (1 - after) / (1 - before)];
      for (let k = 0; k < CLASS_COUNT; k++) out[k * area + i] = (out[k * area + i] as number) * (group.includes(k) ? inside : outside);
    }
  }
  return out;
};
