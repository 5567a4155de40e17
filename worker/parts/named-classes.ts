/** From what the encoder saw to what the photo shows, given what the words name: the stages that find the named things, in their order. */
import { tensor } from '../tensor/tensor.ts';
import { GRID_AREA, GRID_SIDE } from '../vision/class-grid.ts';
import { spreadByColour } from '../vision/same-colours.ts';
import { believeWords, namedFamilies } from './believe-words.ts';
import { decideClasses } from './decided-classes.ts';
import { bloomingSooner, namesFlowers, petalsOnly } from './flowers.ts';
import { otherPlants } from './other-plants.ts';
import { smallFlames } from './small-flames.ts';
import { smokeBeforeSky } from './smoke-before-sky.ts';
import { wholeThings } from './whole-things.ts';

const CLASS_COUNT = 13;
/** Below this share the other classes have no ratio to keep. */
const NO_SHARE = 1e-6;

/**
 * @param encoded probabilities [13, 64, 64] as the encoder gave them
 * @param lab the photo in CIELAB, [3, 64, 64]
 * @param amplitudes how much each class but the first was asked to move, 12 numbers; 0 = not named
 * @returns probabilities of the same shape
 */
export const namedClasses = (encoded: Float32Array, lab: Float32Array, amplitudes: Float32Array): Float32Array => {
  const families = namedFamilies(amplitudes);
  const flowers = namesFlowers(amplitudes, families);
  const seen = flowers ? petalsOnly(encoded, lab) : otherPlants(encoded, families);
  const evident = flowers ? bloomingSooner(seen, lab) : seen;
  const believed = believeWords(tensor(seen, [1, CLASS_COUNT, GRID_SIDE, GRID_SIDE]), amplitudes).data;
  // each thing is looked for by itself: what one of them takes, another could not get back
  const found = families.map((family) => {
    const decided = decideClasses(spreadByColour(believed, lab, [family]), [family]);
    return wholeThings(decided, evident, lab, [family]);
  });
  const [only] = found;
  const joined = found.length < 2 ? (only ?? believed) : join(believed, families, found);
  return smallFlames(smokeBeforeSky(joined, seen, families), seen, lab, families);
};

/** Each family as it was found alone, and of the others what that leaves; where families claim more than there is they share it. */
const join = (believed: Float32Array, families: readonly (readonly number[])[], found: readonly Float32Array[]): Float32Array => {
  const out = believed.slice();
  const named = families.flat();
  for (let i = 0; i < GRID_AREA; i++) {
    let [claimed, others] = [0, 0];
    for (const [f, family] of families.entries()) for (const k of family) claimed += found[f]?.[k * GRID_AREA + i] as number;
    for (let k = 0; k < CLASS_COUNT; k++) if (!named.includes(k)) others += believed[k * GRID_AREA + i] as number;
    const left = Math.max(0, 1 - claimed);
    for (let k = 0; k < CLASS_COUNT; k++) {
      const at = k * GRID_AREA + i;
      const by = families.findIndex((family) => family.includes(k));
      if (by >= 0) out[at] = (found[by]?.[at] as number) / Math.max(1, claimed);
      else out[at] = others > NO_SHARE ? ((out[at] as number) / others) * left : k === 0 ? left : 0;
    }
  }
  return out;
};
