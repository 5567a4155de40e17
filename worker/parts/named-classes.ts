/** From what the encoder saw to what the photo shows, given what the words name: the stages that find the named things, in their order. */
import { tensor } from '../tensor/tensor.ts';
import { GRID_SIDE } from '../vision/class-grid.ts';
import { spreadByColour } from '../vision/same-colours.ts';
import { believeWords, namedFamilies } from './believe-words.ts';
import { decideClasses } from './decided-classes.ts';
import { smokeBeforeSky } from './smoke-before-sky.ts';
import { wholeThings } from './whole-things.ts';

const CLASS_COUNT = 13;

/**
 * @param seen probabilities [13, 64, 64] as the encoder gave them
 * @param lab the photo in CIELAB, [3, 64, 64]
 * @param amplitudes how much each class but the first was asked to move, 12 numbers; 0 = not named
 * @returns probabilities of the same shape
 */
export const namedClasses = (seen: Float32Array, lab: Float32Array, amplitudes: Float32Array): Float32Array => {
  const families = namedFamilies(amplitudes);
  const believed = believeWords(tensor(seen, [1, CLASS_COUNT, GRID_SIDE, GRID_SIDE]), amplitudes).data;
  const decided = decideClasses(spreadByColour(believed, lab, families), families);
  return smokeBeforeSky(wholeThings(decided, seen, lab, families), seen, families);
};
