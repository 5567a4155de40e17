/** What the eye goes by where the encoder hardly knows a thing: a few properties of the picture that speak for one kind of thing. */
import { boxMean, GRID_AREA, GRID_SIDE, standardised } from '../vision/class-grid.ts';

/** Colours within about this distance in CIELAB are the same; every fourth cell along each axis is compared. */
const SAME_COLOUR = 15;
const SPARSE = 4;
/** What a cue that is one deviation above its mean adds. */
const DYED = 0.2;
const SPECKLED = 0.5;
const BURNING = 0.6;
/** What lightness adds to it beside warmth. */
const BRIGHT = 0.5;
/** Lit skin in CIELAB, about this green to red and blue to yellow with these deviations; what is darker than `from` says nothing. */
const SKIN_COLOUR = { red: 14, redWide: 8, yellow: 17, yellowWide: 10, from: 25, to: 50 } as const;
/** What skin takes from the odds of clothes. */
const BARE = 2;
/** What the logarithm of the odds of an animal or a person adds to that of hair. */
const COAT = 0.3;
const BODY_FAINT = 0.01;
/** Cells around a cell whose lightness differs where there are details. */
const DETAIL_CELLS = 2;

const CLOTH = 6;
const FIRE = 7;
const HAIR = 9;
const BODY = 10;
const LIGHT = 12;

type Cue = (classes: Float32Array, lab: Float32Array) => Float32Array;

/** Clothes are dyed: their colours are strong, and rare in the rest of the picture. Faces and hands are not clothes. */
const dyed: Cue = (_, lab) => {
  const chroma = standardised(cells((i) => Math.hypot(channel(lab, 1, i), channel(lab, 2, i))));
  const rare = standardised(rarity(lab));
  return chroma.map((value, i) => DYED * (value + (rare[i] as number)) - BARE * skinLikeness(lab, i));
};

/** Flames are warm and bright. */
const burning: Cue = (_, lab) => {
  const warmth = standardised(cells((i) => Math.max(0, channel(lab, 1, i)) + Math.max(0, channel(lab, 2, i))));
  const lightness = standardised(lab.slice(0, GRID_AREA));
  return warmth.map((value, i) => BURNING * (value + BRIGHT * (lightness[i] as number)));
};

/** Lamps and lit windows are where bright and dark change quickly. */
const speckled: Cue = (_, lab) => {
  const lightness = lab.subarray(0, GRID_AREA);
  const mean = boxMean(lightness, DETAIL_CELLS);
  const square = boxMean(
    lightness.map((value) => value * value),
    DETAIL_CELLS,
  );
  const detail = cells((i) => Math.log(Math.sqrt(Math.max(0, (square[i] as number) - (mean[i] as number) ** 2)) + 0.5));
  return standardised(detail).map((value) => SPECKLED * value);
};

/** Fur, wool and feathers are hair in words, and the encoder takes them for the animal; skin has none. */
const furry: Cue = (classes, lab) =>
  cells((i) => {
    const body = (classes[BODY * GRID_AREA + i] as number) * (1 - skinLikeness(lab, i));
    return COAT * Math.log((body + BODY_FAINT) / (1 - body + BODY_FAINT));
  });

const CUES: readonly { readonly group: readonly number[]; readonly cue: Cue }[] = [
  { group: [CLOTH], cue: dyed },
  { group: [FIRE], cue: burning },
  { group: [HAIR], cue: furry },
  { group: [LIGHT], cue: speckled },
];

/**
 * @param group indices of the classes that are looked for together
 * @param classes probabilities [13, 64, 64]
 * @param lab the picture in CIELAB, [3, 64, 64]
 * @returns what to add to the natural logarithm of the group's odds in each cell; zeros where there is no cue for such a thing
 */
export const classCue = (group: readonly number[], classes: Float32Array, lab: Float32Array): Float32Array => {
  const known = CUES.find((one) => one.group.length === group.length && one.group.every((index) => group.includes(index)));
  return known?.cue(classes, lab) ?? new Float32Array(GRID_AREA);
};

const cells = (value: (i: number) => number): Float32Array => Float32Array.from({ length: GRID_AREA }, (_, i) => value(i));

const channel = (lab: Float32Array, index: number, i: number): number => lab[index * GRID_AREA + i] as number;

/** 0..1 */
const skinLikeness = (lab: Float32Array, i: number): number => {
  const { red, redWide, yellow, yellowWide, from, to } = SKIN_COLOUR;
  const away = ((channel(lab, 1, i) - red) / redWide) ** 2 + ((channel(lab, 2, i) - yellow) / yellowWide) ** 2;
  return Math.exp(-away / 2) * Math.min(1, Math.max(0, (channel(lab, 0, i) - from) / (to - from)));
};

/** How few cells of the picture have the colour of each cell. */
const rarity = (lab: Float32Array): Float32Array => {
  const [L, a, b] = [lab.subarray(0, GRID_AREA), lab.subarray(GRID_AREA, 2 * GRID_AREA), lab.subarray(2 * GRID_AREA)];
  const sample = Array.from(L.keys()).filter((i) => i % SPARSE === SPARSE / 2 && Math.floor(i / GRID_SIDE) % SPARSE === SPARSE / 2);
  return cells((i) => {
    let alike = 0;
    for (const j of sample) {
      const square = ((L[i] as number) - (L[j] as number)) ** 2 + ((a[i] as number) - (a[j] as number)) ** 2 + ((b[i] as number) - (b[j] as number)) ** 2;
      alike += Math.exp(-square / (2 * SAME_COLOUR * SAME_COLOUR));
    }
    return -Math.log(alike / sample.length + 1 / (2 * sample.length));
  });
};
