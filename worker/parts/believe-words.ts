/** What the photo shows, given what the words name: somebody who asks for waves has water in the picture. */
import { type FloatTensor, tensor } from '../tensor/tensor.ts';

const CLASS_COUNT = 13;
/** By how much the odds of a class rise when the words name it; sky is rarely missed, and plants are taken for each other. */
const NAMED_ODDS = 5;
const NAMED_SKY_ODDS = 1.5;
const NAMED_GREEN_ODDS = 3;
/** By how much the odds of a class rise when the words want it still: it is in the picture, and not to be taken for what moves. */
const STILL_ODDS = 10;
/** More names than these say nothing. */
const MAX_NAMED = 5;
/** What is named fills at least `share` of the picture, unless that takes odds beyond `maxOdds`: then it is not there. */
const THERE = { share: 0.06, maxOdds: 30 } as const;
/** The same for what is small in most photos, and rare in those that the encoder learned from: cloth, fire, smoke, hair, floating things, light. */
const SMALL_THERE = { share: 0.04, maxOdds: 60 } as const;
const SMALL = [6, 7, 8, 9, 11, 12];
/** Sea and river are both water, and words rarely tell which one is meant. */
const WATER = [2, 3];
/** Flowers are foliage or grass. */
const GREEN = [4, 5];
/** People and animals have any colours. */
const BODY = 10;

/**
 * Raises the odds of the named classes.
 * @param segmentation probabilities [1, 13, h, w]
 * @param amplitudes how much each class but the first was asked to move, 12 numbers; 0 = not named
 * @returns probabilities of the same shape
 */
export const believeWords = ({ data, dims }: FloatTensor, amplitudes: Float32Array): FloatTensor => {
  const named = namedClasses(amplitudes);
  if (named.length === 0) return { data, dims };
  const area = data.length / CLASS_COUNT;
  const plane = (index: number): Float32Array => data.subarray(index * area, (index + 1) * area);

  const odds = new Float32Array(CLASS_COUNT).fill(1);
  for (const index of named) {
    const kin = WATER.includes(index) ? named.filter((other) => WATER.includes(other)) : [index];
    const usual = index === 1 ? NAMED_SKY_ODDS : GREEN.includes(index) ? NAMED_GREEN_ODDS : NAMED_ODDS;
    const { share, maxOdds } = SMALL.includes(index) ? SMALL_THERE : THERE;
    const needed = oddsForShare(kin.map(plane), share);
    odds[index] = needed > maxOdds ? usual : Math.max(usual, needed);
  }

  return tensor(raiseOdds(data, odds), dims);
};

/**
 * Raises the odds of the classes that the words want still.
 * @param segmentation probabilities [1, 13, h, w]
 * @param still indices of these classes
 * @returns probabilities of the same shape
 */
export const believeStill = ({ data, dims }: FloatTensor, still: readonly number[]): FloatTensor =>
  still.length === 0
    ? { data, dims }
    : tensor(
        raiseOdds(
          data,
          Float32Array.from({ length: CLASS_COUNT }, (_, k) => (still.includes(k) ? STILL_ODDS : 1)),
        ),
        dims,
      );

const raiseOdds = (data: Float32Array, odds: Float32Array): Float32Array => {
  const area = data.length / CLASS_COUNT;
  const total = new Float32Array(area);
  const weighed = data.map((share, i) => {
    const value = share * (odds[Math.floor(i / area)] as number);
    total[i % area] = (total[i % area] as number) + value;
    return value;
  });
  return weighed.map((value, i) => value / (total[i % area] as number));
};

/** Indices of what the words name; none when they name nearly everything. */
const namedClasses = (amplitudes: Float32Array): readonly number[] => {
  const named = Array.from(amplitudes.keys(), (i) => i + 1).filter((i) => amplitudes[i - 1] !== 0);
  return named.length > MAX_NAMED ? [] : named;
};

/** The named classes that have colours of their own, those that words and pictures rarely tell apart together. @param amplitudes as of `believeWords` */
export const namedFamilies = (amplitudes: Float32Array): readonly (readonly number[])[] => {
  const named = namedClasses(amplitudes).filter((index) => index !== BODY);
  const families = [WATER, GREEN].map((family) => named.filter((index) => family.includes(index)));
  const others = named.filter((index) => ![...WATER, ...GREEN].includes(index)).map((index) => [index]);
  return [...families, ...others].filter((family) => family.length > 0);
};

/** The factor that makes these classes together as likely as not in the given share of all cells. */
const oddsForShare = (planes: readonly Float32Array[], share: number): number => {
  const [first = new Float32Array(), ...others] = planes;
  const likely = first.map((value, i) => others.reduce((sum, other) => sum + (other[i] as number), value)).sort();
  const least = likely[Math.floor(likely.length * (1 - share))] as number;
  return (1 - least) / Math.max(least, 1e-6);
};
