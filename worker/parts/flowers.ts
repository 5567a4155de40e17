/** Flowers are foliage and grass in one word, but not the leaves: where petals stand out from the green, they are what was meant. */
import { smoothStep } from '../tensor/ops.ts';
import { boxMean, GRID_AREA, quantileOf, setShare, shareOf, standardised } from '../vision/class-grid.ts';

const FOLIAGE = 4;
const GRASS = 5;
const BODY = 10;
/** Words for flowers move foliage by about this much less than grass; words for both kinds of plants do not. */
const FLOWERS = 0.85;
/** Sky, sea, river and hair are no petals, whatever their colour. */
const NEVER = [1, 2, 3, 9];
/** Nor is what the encoder is sure never moves: from the first share on less, from the second not at all. */
const STATIC = 0;
const SURE_STATIC = { from: 0.75, to: 0.95 } as const;
/** The reddest cells of the picture, green to red in CIELAB, within bounds; from which part of that a cell may be a petal, and surely is one. */
const REDDEST = { part: 0.97, least: 24, most: 60 } as const;
const RED = { from: 0.25, to: 0.6 } as const;
/** Skin and coats are red and yellow alike, and pale. Petals are redder than yellow by so much, or of so strong a colour (CIELAB). */
const PINK = { from: -2, to: 6 } as const;
const STRONG = { from: 40, to: 60 } as const;
/** Petals stand out when they fill at least this share of the picture. */
const LEAST_AREA = 0.03;
/** Where plants fill this part of the picture, and this part of them has petals within so many cells, it is one bed: stalks and all are meant. */
const BED = { plants: 0.9, petals: 0.4, reachCells: 2, share: 0.3 } as const;
/** What a petal adds to the natural logarithm of the odds, what leaves lose, and how far the encoder's own logarithm counts. */
const PETAL = 4;
const LEAF = 1;
const MOST_OWN = 1;
const FAINT = 1e-4;
/** What a share of skin adds per deviation, and green to red (CIELAB) per so many units, up to so much. */
const SKIN = { weight: 0.7, faint: 0.003 } as const;
const REDDER = { unit: 12, most: 2 } as const;

/**
 * Do the words speak of flowers?
 * @param amplitudes how much each class but the first was asked to move, 12 numbers
 * @param groups indices of the named classes
 */
export const namesFlowers = (amplitudes: Float32Array, groups: readonly (readonly number[])[]): boolean => {
  if (!groups.some((group) => group.includes(FOLIAGE) && group.includes(GRASS))) return false;
  const [foliage, grass] = [amplitudes[FOLIAGE - 1] as number, amplitudes[GRASS - 1] as number];
  return foliage > 0 && foliage <= FLOWERS * grass;
};

/**
 * @param seen probabilities [13, 64, 64]
 * @param lab the photo in CIELAB, [3, 64, 64]
 * @returns probabilities of the same shape, where foliage and grass are petals; unchanged where none stand out
 */
export const petalsOnly = (seen: Float32Array, lab: Float32Array): Float32Array => {
  const still = shareOf(seen, [STATIC]);
  const never = shareOf(seen, NEVER).map((share, i) => Math.max(share, smoothStep(still[i] as number, SURE_STATIC.from, SURE_STATIC.to)));
  const petals = petalLikeness(lab, never);
  if (petals.reduce((sum, value) => sum + value, 0) / GRID_AREA < LEAST_AREA || isBed(petals, shareOf(seen, [FOLIAGE, GRASS]))) return seen;
  return withOdds(seen, (odds, i) => {
    const petal = petals[i] as number;
    return Math.min(odds, MOST_OWN) + PETAL * petal - LEAF * (1 - petal);
  });
};

/** Does the picture show nothing but flowers on their stalks? */
const isBed = (petals: Float32Array, plants: Float32Array): boolean => {
  const near = boxMean(petals, BED.reachCells);
  const planted = plants.map((share, i) => (Math.max(share, petals[i] as number) > BED.share ? 1 : 0));
  const cells = planted.reduce((sum, value) => sum + value, 0);
  const petalled = near.filter((share, i) => planted[i] && share > BED.share).length;
  return cells > BED.plants * GRID_AREA && petalled > BED.petals * cells;
};

/** Evidence by which flowers are cut out whole: they are not green, and the encoder takes petals for skin. @param seen what `petalsOnly` returned */
export const bloomingSooner = (seen: Float32Array, lab: Float32Array): Float32Array => {
  const skin = standardised(shareOf(seen, [BODY]).map((share) => Math.log(share + SKIN.faint)));
  return withOdds(
    seen,
    (odds, i) => odds + SKIN.weight * (skin[i] as number) + Math.min(Math.max((lab[GRID_AREA + i] as number) / REDDER.unit, 0), REDDER.most),
  );
};

/** The classes with other odds of foliage and grass together. @param change of the natural logarithm of the odds in each cell */
const withOdds = (seen: Float32Array, change: (odds: number, i: number) => number): Float32Array => {
  const out = seen.slice();
  const share = shareOf(seen, [FOLIAGE, GRASS]).map((value, i) => 1 / (1 + Math.exp(-change(Math.log((value + FAINT) / (1 - value + FAINT)), i))));
  setShare(out, [FOLIAGE, GRASS], share);
  return out;
};

/** 0..1 @param never share of each cell that is no petal */
const petalLikeness = (lab: Float32Array, never: Float32Array): Float32Array => {
  const reds = lab.slice(GRID_AREA, 2 * GRID_AREA);
  const reddest = Math.min(Math.max(quantileOf(reds, REDDEST.part), REDDEST.least), REDDEST.most);
  return reds.map((red, i) => {
    const yellow = lab[2 * GRID_AREA + i] as number;
    const unlikeSkin = Math.max(smoothStep(red - yellow, PINK.from, PINK.to), smoothStep(Math.hypot(red, yellow), STRONG.from, STRONG.to));
    return smoothStep(red / reddest, RED.from, RED.to) * unlikeSkin * (1 - (never[i] as number));
  });
};
