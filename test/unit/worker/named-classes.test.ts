/** What the words name is found: two things at once, petals without their leaves, a small flame, reeds among leaves, and nothing where nothing is. */
import { describe, expect, it } from 'vitest';
import { namedFamilies } from '../../../worker/parts/believe-words.ts';
import { bloomingSooner, namesFlowers, petalsOnly } from '../../../worker/parts/flowers.ts';
import { namedClasses } from '../../../worker/parts/named-classes.ts';
import { otherPlants } from '../../../worker/parts/other-plants.ts';
import { smallFlames } from '../../../worker/parts/small-flames.ts';
import { random } from '../../../worker/tensor/random.ts';
import { toLab } from '../../../worker/vision/cielab.ts';
import { GRID_AREA as AREA, GRID_SIDE as GRID, setShare, shareOf } from '../../../worker/vision/class-grid.ts';

const [STATIC, SKY, FOLIAGE, GRASS, CLOTH, FIRE, HAIR, BODY] = [0, 1, 4, 5, 6, 7, 9, 10];
type Box = readonly [left: number, top: number, right: number, bottom: number];
type Colour = readonly [number, number, number];
const within = (i: number, [left, top, right, bottom]: Box): boolean => {
  const [x, y] = [i % GRID, Math.floor(i / GRID)];
  return x >= left && x < right && y >= top && y < bottom;
};
const noise = random(5).normal(3 * AREA);

/** A picture of one colour with boxes of others, with noise of one per cent; CIELAB. */
const picture = (ground: Colour, ...boxes: readonly (readonly [Box, Colour])[]): Float32Array =>
  toLab(
    Float32Array.from({ length: 3 * AREA }, (_, at) => {
      const colour = boxes.find(([box]) => within(at % AREA, box))?.[1] ?? ground;
      return Math.min(1, Math.max(0, (colour[Math.floor(at / AREA)] as number) + 0.01 * (noise[at] as number)));
    }),
  );

/** Shares of some classes in a box or, without one, everywhere else; the rest is static. */
const classesOf = (ground: Readonly<Record<number, number>>, ...boxes: readonly (readonly [Box, Readonly<Record<number, number>>])[]): Float32Array => {
  const classes = new Float32Array(13 * AREA);
  for (let i = 0; i < AREA; i++) {
    const shares = boxes.find(([box]) => within(i, box))?.[1] ?? ground;
    for (const [k, share] of Object.entries(shares)) classes[Number(k) * AREA + i] = share;
    classes[i] = 1 - Object.values(shares).reduce((sum, share) => sum + share, 0);
  }
  return classes;
};

const asked = (amplitudes: Readonly<Record<number, number>>): Float32Array => Float32Array.from({ length: 12 }, (_, k) => amplitudes[k + 1] ?? 0);
const meanIn = (classes: Float32Array, group: readonly number[], box: Box): number => {
  const share = shareOf(classes, group).filter((_, i) => within(i, box));
  return share.reduce((sum, value) => sum + value, 0) / share.length;
};
/** Largest distance of a cell's sum from 1. */
const worstSum = (classes: Float32Array): number => {
  const all = shareOf(
    classes,
    Array.from({ length: 13 }, (_, k) => k),
  );
  return all.reduce((worst, sum) => Math.max(worst, Math.abs(sum - 1)), 0);
};
const isSame = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((value, i) => value === b[i]);

const SKIRT: Box = [20, 20, 40, 44];
const LAWN: Box = [0, 48, 64, 64];
const HALF: Box = [0, 0, 64, 32];

describe('namedClasses', () => {
  const grassSkirt = classesOf({ [SKY]: 0.9 }, [SKIRT, { [GRASS]: 0.7, [CLOTH]: 0.1 }], [LAWN, { [GRASS]: 0.9 }]);
  const scene = picture([0.7, 0.8, 0.95], [SKIRT, [0.8, 0.7, 0.1]], [LAWN, [0.2, 0.5, 0.15]]);

  it('finds what two named things both claim, and every cell sums to 1', () => {
    const both = namedClasses(grassSkirt, scene, asked({ [GRASS]: 1, [CLOTH]: 1 }));
    expect(meanIn(both, [GRASS, CLOTH], SKIRT)).toBeGreaterThan(0.9);
    expect(meanIn(both, [GRASS, CLOTH], [0, 0, 64, 16])).toBeLessThan(0.05);
    expect(worstSum(both)).toBeLessThan(1e-4);
  });
  it('finds one of them as it does alone where the other has no claim', () => {
    const both = namedClasses(grassSkirt, scene, asked({ [GRASS]: 1, [CLOTH]: 1 }));
    const alone = namedClasses(grassSkirt, scene, asked({ [GRASS]: 1 }));
    expect(meanIn(both, [GRASS], LAWN)).toBeCloseTo(meanIn(alone, [GRASS], LAWN), 1);
  });
  it('changes nothing when nothing is named', () => expect(isSame(namedClasses(grassSkirt, scene, asked({})), grassSkirt)).toBe(true));
  it('takes an animal for its fur, and leaves its surroundings', () => {
    const coat: Box = [12, 12, 44, 44];
    const animal = classesOf({ [HAIR]: 0.04 }, [coat, { [HAIR]: 0.06, [BODY]: 0.8 }]);
    const photo = picture([0.35, 0.45, 0.3], [coat, [0.45, 0.42, 0.4]]);
    const found = namedClasses(animal, photo, asked({ [HAIR]: 1 }));
    expect(meanIn(found, [HAIR], coat)).toBeGreaterThan(0.7);
    expect(meanIn(found, [HAIR], [48, 0, 64, 64])).toBeLessThan(0.1);
    const wall = classesOf({ [HAIR]: 0.04 }, [coat, { [HAIR]: 0.06 }]);
    expect(meanIn(namedClasses(wall, photo, asked({ [HAIR]: 1 })), [HAIR], coat)).toBeLessThan(0.3);
  });
});

describe('setShare', () => {
  it('gives nothing to classes that had none, and what is left of a cell that was theirs alone to static', () => {
    const classes = classesOf({ [GRASS]: 1 }, [HALF, { [SKY]: 1 }]);
    setShare(classes, [GRASS], new Float32Array(AREA).fill(0.25));
    expect(meanIn(classes, [GRASS], HALF)).toBe(0);
    expect(meanIn(classes, [SKY], HALF)).toBe(1);
    expect(meanIn(classes, [GRASS], LAWN)).toBeCloseTo(0.25, 6);
    expect(meanIn(classes, [STATIC], LAWN)).toBeCloseTo(0.75, 6);
  });
});

describe('flowers', () => {
  const BUSH: Box = [10, 10, 54, 54];
  const CLUSTER: Box = [20, 20, 44, 44];
  const FACE: Box = [0, 0, 10, 10];
  const seen = classesOf({ [FOLIAGE]: 0.1 }, [CLUSTER, { [FOLIAGE]: 0.2, [BODY]: 0.5 }], [BUSH, { [FOLIAGE]: 0.95 }]);
  const pink = picture([0.4, 0.4, 0.4], [FACE, [0.8, 0.6, 0.45]], [CLUSTER, [0.85, 0.45, 0.75]], [BUSH, [0.2, 0.45, 0.15]]);
  const words = asked({ [FOLIAGE]: 0.7, [GRASS]: 1 });

  it('hears flowers, and neither plants, grass alone, nor nearly everything', () => {
    const hear = (amplitudes: Float32Array): boolean => namesFlowers(amplitudes, namedFamilies(amplitudes));
    expect(hear(words)).toBe(true);
    for (const other of [{ [FOLIAGE]: 1, [GRASS]: 1 }, { [GRASS]: 1 }, { [FOLIAGE]: 0.7 }, {}]) expect(hear(asked(other))).toBe(false);
    expect(hear(asked({ ...{ 1: 1, 2: 1, 3: 1, 6: 1 }, [FOLIAGE]: 0.7, [GRASS]: 1 }))).toBe(false);
  });
  it('takes the petals for what was named, not the leaves that the encoder is sure of, nor skin', () => {
    const green = [FOLIAGE, GRASS];
    const found = petalsOnly(seen, pink);
    expect(meanIn(found, green, CLUSTER)).toBeGreaterThan(0.9);
    expect(meanIn(found, green, [10, 10, 54, 20])).toBeLessThan(0.6);
    expect(meanIn(found, green, FACE)).toBeLessThan(0.1);
    expect(worstSum(found)).toBeLessThan(1e-4);
    expect(meanIn(namedClasses(seen, pink, words), green, CLUSTER)).toBeGreaterThan(0.9);
    expect(meanIn(namedClasses(seen, pink, words), green, [10, 10, 54, 20])).toBeLessThan(0.1);
  });
  it('is about the leaves when plants are named, or no petals stand out', () => {
    const plants = namedClasses(seen, pink, asked({ [FOLIAGE]: 1, [GRASS]: 1 }));
    expect(meanIn(plants, [FOLIAGE, GRASS], [10, 10, 54, 20])).toBeGreaterThan(0.9);
    const green = picture([0.4, 0.4, 0.4], [BUSH, [0.2, 0.45, 0.15]]);
    expect(isSame(petalsOnly(seen, green), seen)).toBe(true);
  });
  it('takes a bed of flowers as one thing, stalks and all, and not a cluster in a bush', () => {
    const spikes = Array.from({ length: 8 }, (_, k): [Box, [number, number, number]] => [
      [8 * k, 0, 8 * k + 4, 64],
      [0.75, 0.4, 0.75],
    ]);
    const bed = classesOf({ [GRASS]: 0.95 });
    expect(isSame(petalsOnly(bed, picture([0.2, 0.45, 0.15], ...spikes)), bed)).toBe(true);
    expect(isSame(petalsOnly(bed, picture([0.2, 0.45, 0.15], [CLUSTER, [0.75, 0.4, 0.75]])), bed)).toBe(false);
  });
  it('takes no red wall for petals that the encoder is sure of', () => {
    const barn = picture([0.4, 0.4, 0.4], [CLUSTER, [0.85, 0.1, 0.1]]);
    const maybe = classesOf({ [FOLIAGE]: 0.1 }, [CLUSTER, { [FOLIAGE]: 0.2 }]);
    const sure = classesOf({ [FOLIAGE]: 0.1 }, [CLUSTER, { [FOLIAGE]: 0.02 }]);
    expect(meanIn(petalsOnly(maybe, barn), [FOLIAGE], CLUSTER)).toBeGreaterThan(0.7);
    expect(isSame(petalsOnly(sure, barn), sure)).toBe(true);
  });
  it('raises the odds of what is redder than the rest', () => {
    const after = bloomingSooner(seen, pink);
    expect(meanIn(after, [FOLIAGE], CLUSTER)).toBeGreaterThan(2 * meanIn(seen, [FOLIAGE], CLUSTER));
    expect(meanIn(after, [FOLIAGE], [56, 56, 64, 64])).toBeLessThan(0.1);
  });
});

describe('smallFlames', () => {
  const FLAME: Box = [30, 30, 33, 36];
  const LAMP: Box = [5, 5, 8, 11];
  const night = picture([0.08, 0.07, 0.06], [FLAME, [1, 0.7, 0.2]], [LAMP, [1, 0.7, 0.2]]);
  const EMBERS: Box = [40, 50, 60, 60];
  const faint = classesOf({ [FIRE]: 0.002 }, [FLAME, { [FIRE]: 0.03 }], [EMBERS, { [FIRE]: 0.01 }]);

  it('is what glows among the cells likeliest to burn', () => {
    const found = smallFlames(faint, faint, night, [[FIRE]]);
    expect(meanIn(found, [FIRE], FLAME)).toBeGreaterThan(0.9);
    expect(meanIn(found, [FIRE], LAMP)).toBeLessThan(0.01);
    expect(meanIn(found, [FIRE], EMBERS)).toBeLessThan(0.02);
  });
  it('is none where nothing glows, where all does, where fire was found, or not named', () => {
    const dark = picture([0.08, 0.07, 0.06]);
    expect(isSame(smallFlames(faint, faint, dark, [[FIRE]]), faint)).toBe(true);
    const sunset = picture([1, 0.7, 0.2]);
    expect(isSame(smallFlames(faint, faint, sunset, [[FIRE]]), faint)).toBe(true);
    expect(isSame(smallFlames(faint, faint, night, [[CLOTH]]), faint)).toBe(true);
    const blaze = classesOf({}, [HALF, { [FIRE]: 0.9 }]);
    expect(isSame(smallFlames(blaze, faint, night, [[FIRE]]), blaze)).toBe(true);
  });
});

describe('otherPlants', () => {
  it('takes leaves for grass that is nowhere, and only then', () => {
    const reeds = classesOf({ [GRASS]: 0.02 }, [HALF, { [FOLIAGE]: 0.8, [GRASS]: 0.02 }]);
    expect(meanIn(otherPlants(reeds, [[GRASS]]), [GRASS], HALF)).toBeCloseTo(0.82, 5);
    expect(worstSum(otherPlants(reeds, [[GRASS]]))).toBeLessThan(1e-5);
    for (const named of [[[FOLIAGE]], [[FOLIAGE, GRASS]], [[SKY]]]) expect(isSame(otherPlants(reeds, named), reeds)).toBe(true);
    const lawn = classesOf({ [GRASS]: 0.8 }, [HALF, { [FOLIAGE]: 0.8 }]);
    expect(isSame(otherPlants(lawn, [[GRASS]]), lawn)).toBe(true);
    const bare = classesOf({ [GRASS]: 0.02, [FOLIAGE]: 0.1 });
    expect(isSame(otherPlants(bare, [[GRASS]]), bare)).toBe(true);
  });
});
