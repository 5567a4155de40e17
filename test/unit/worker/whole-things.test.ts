/** A named thing that the encoder half sees becomes one region up to its edge; one that it does not see stays nothing. */
import { describe, expect, it } from 'vitest';
import { classCue } from '../../../worker/parts/class-cues.ts';
import { wholeThings } from '../../../worker/parts/whole-things.ts';
import { random } from '../../../worker/tensor/random.ts';
import { toLab } from '../../../worker/vision/cielab.ts';
import { GRID_AREA as AREA, GRID_SIDE as GRID, shareOf } from '../../../worker/vision/class-grid.ts';
import { colourMean } from '../../../worker/vision/colour-mean.ts';

const [SKY, SEA, RIVER, FOLIAGE, GRASS, CLOTH, FIRE, SMOKE, HAIR, BODY, FLOATING, LIGHT] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const THING = { left: 10, top: 20, right: 34, bottom: 40 };
const inside = (i: number): boolean => {
  const [x, y] = [i % GRID, Math.floor(i / GRID)];
  return x >= THING.left && x < THING.right && y >= THING.top && y < THING.bottom;
};
const cellsOf = (where: (i: number) => boolean): readonly number[] => Array.from({ length: AREA }, (_, i) => i).filter(where);
const meanOf = (classes: Float32Array, index: number, where: (i: number) => boolean): number => {
  const cells = cellsOf(where);
  return cells.reduce((sum, i) => sum + (classes[index * AREA + i] as number), 0) / cells.length;
};
/** Element by element, which `toEqual` takes seconds for. */
const isSame = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((value, i) => value === b[i]);
const outside = (i: number): boolean => !inside(i);

/** A pale thing in front of a dark wall, with noise of a few per cent. */
const noise = random(3).normal(4 * AREA);
const photo = (there: readonly [number, number, number] = [0.75, 0.75, 0.78]): Float32Array =>
  toLab(
    Float32Array.from({ length: 3 * AREA }, (_, at) => {
      const colour = inside(at % AREA) ? there : [0.25, 0.2, 0.15];
      return (colour[Math.floor(at / AREA)] as number) + 0.02 * (noise[at] as number);
    }),
  );

/** Shares of one class, as unsure as they come: from cell to cell they differ by a factor of two, and every fifth cell is missed. */
const seen = (index: number, here: number, elsewhere: number): Float32Array => {
  const classes = new Float32Array(13 * AREA);
  for (let i = 0; i < AREA; i++) {
    const share = Math.min(0.98, (inside(i) && i % 5 !== 0 ? here : elsewhere) * Math.exp(0.4 * (noise[3 * AREA + i] as number)));
    classes[index * AREA + i] = share;
    classes[i] = 1 - share;
  }
  return classes;
};

describe('wholeThings', () => {
  it('makes a whole of what is faint everywhere but fainter beside it', () => {
    const classes = seen(SMOKE, 0.08, 0.008);
    const whole = wholeThings(classes, classes, photo(), [[SMOKE]]);
    expect(meanOf(classes, SMOKE, inside)).toBeLessThan(0.1);
    expect(meanOf(whole, SMOKE, inside)).toBeGreaterThan(0.95);
    expect(meanOf(whole, SMOKE, outside)).toBeLessThan(0.05);
  });
  it('finds nothing where no part of the picture speaks for it', () => {
    const even = seen(SMOKE, 0.02, 0.02);
    expect(meanOf(wholeThings(even, even, photo(), [[SMOKE]]), SMOKE, () => true)).toBeLessThan(0.03);
    const hardlyAnything = seen(SMOKE, 0.004, 0.0001);
    expect(meanOf(wholeThings(hardlyAnything, hardlyAnything, photo(), [[SMOKE]]), SMOKE, inside)).toBeLessThan(0.01);
  });
  it('takes back what the words alone had raised, when the thing is not there', () => {
    const classes = seen(SEA, 0.03, 0.02);
    const believed = seen(SEA, 0.9, 0.1);
    const whole = wholeThings(believed, classes, photo(), [[SEA]]);
    expect(meanOf(believed, SEA, inside)).toBeGreaterThan(0.6);
    expect(meanOf(whole, SEA, inside)).toBeLessThan(0.05);
  });
  it('leaves alone what the encoder is sure of, the sky, and what floats', () => {
    const sure = seen(CLOTH, 0.95, 0.02);
    expect(isSame(wholeThings(sure, sure, photo(), [[CLOTH]]), sure)).toBe(true);
    for (const index of [SKY, FLOATING]) {
      const faint = seen(index, 0.08, 0.008);
      expect(isSame(wholeThings(faint, faint, photo(), [[index]]), faint)).toBe(true);
    }
    const classes = seen(SMOKE, 0.08, 0.008);
    expect(isSame(wholeThings(classes, classes, photo(), []), classes)).toBe(true);
  });
  it('counts a group together, keeps its ratio in a cell, and all sums', () => {
    const classes = seen(SEA, 0.16, 0.01);
    for (let i = 0; i < AREA; i++) {
      classes[RIVER * AREA + i] = (classes[SEA * AREA + i] as number) / 4;
      classes[i] = (classes[i] as number) - (classes[RIVER * AREA + i] as number);
    }
    const whole = wholeThings(classes, classes, photo(), [[SEA, RIVER]]);
    const [first] = cellsOf(inside) as [number];
    expect((whole[SEA * AREA + first] as number) / (whole[RIVER * AREA + first] as number)).toBeCloseTo(4, 3);
    expect(meanOf(whole, SEA, inside) + meanOf(whole, RIVER, inside)).toBeGreaterThan(0.8);
    for (let i = 0; i < AREA; i += 61) expect(Array.from({ length: 13 }, (_, k) => whole[k * AREA + i] as number).reduce((a, b) => a + b)).toBeCloseTo(1, 4);
  });
});

describe('colourMean', () => {
  it('gives one value to what has one colour, and does not mix across an edge', () => {
    const values = Float32Array.from({ length: AREA }, (_, i) => (inside(i) ? 1 : -1) + 0.5 * (noise[i] as number));
    const mean = colourMean(values, photo());
    const deviation = (from: Float32Array): number =>
      Math.sqrt(cellsOf(inside).reduce((sum, i) => sum + ((from[i] as number) - 1) ** 2, 0) / cellsOf(inside).length);
    expect(deviation(values)).toBeGreaterThan(0.4);
    expect(deviation(mean)).toBeLessThan(0.2);
    expect(Math.min(...cellsOf(inside).map((i) => mean[i] as number))).toBeGreaterThan(0.3);
  });
  it('mixes where nothing marks an edge', () => {
    const values = Float32Array.from({ length: AREA }, (_, i) => (inside(i) ? 1 : -1));
    const grey = toLab(new Float32Array(3 * AREA).fill(0.5));
    expect(colourMean(values, grey)[30 * GRID + THING.left] as number).toBeLessThan(0.3);
  });
});

describe('classCue', () => {
  const none = seen(SMOKE, 0.01, 0.01);
  const pointsAt = (group: readonly number[], colour: readonly [number, number, number]): number => {
    const cue = classCue(group, none, photo(colour));
    return meanOf(cue, 0, inside) - meanOf(cue, 0, outside);
  };
  it('takes strong, rare colours for cloth, and pale ones for nothing in particular', () => {
    expect(pointsAt([CLOTH], [0.1, 0.2, 0.9])).toBeGreaterThan(0.3);
    expect(pointsAt([CLOTH], [0.24, 0.2, 0.16])).toBeLessThan(0.1);
  });
  it('takes an animal for fur, but not its skin', () => {
    const cueOn = (colour: readonly [number, number, number]): number => {
      const cue = classCue([HAIR], seen(BODY, 0.8, 0.01), photo(colour));
      return meanOf(cue, 0, inside) - meanOf(cue, 0, outside);
    };
    expect(cueOn([0.45, 0.42, 0.4])).toBeGreaterThan(1);
    expect(cueOn([0.85, 0.65, 0.53])).toBeLessThan(0.7 * cueOn([0.45, 0.42, 0.4]));
  });
  it('takes quick changes of bright and dark for lights', () => {
    const windows = toLab(Float32Array.from({ length: 3 * AREA }, (_, at) => (inside(at % AREA) && at % 3 === 0 ? 0.9 : 0.1)));
    const cue = classCue([LIGHT], none, windows);
    expect(meanOf(cue, 0, inside) - meanOf(cue, 0, outside)).toBeGreaterThan(0.5);
    const dark = classCue([LIGHT], none, toLab(new Float32Array(3 * AREA).fill(0.1)));
    expect(Math.max(...dark.map(Math.abs))).toBeLessThan(0.1);
  });
  it('takes warm and bright for fire, and steel or embers no brighter than the wall for none', () => {
    expect(pointsAt([FIRE], [1, 0.6, 0.1])).toBeGreaterThan(1);
    expect(pointsAt([FIRE], [0.7, 0.72, 0.75])).toBeLessThan(0.5);
    expect(pointsAt([FIRE], [0.1, 0.2, 0.3])).toBeLessThan(-0.5);
  });
  it('does not take skin for clothes', () => {
    expect(pointsAt([CLOTH], [0.85, 0.65, 0.53])).toBeLessThan(-0.2);
    expect(pointsAt([CLOTH], [0.9, 0.1, 0.2])).toBeGreaterThan(0.3);
  });
  it('says nothing about plants, or smoke', () => {
    for (const group of [[FOLIAGE], [GRASS], [FOLIAGE, GRASS], [SMOKE]])
      expect(classCue(group, none, photo([0.9, 0.1, 0.2])).every((value) => value === 0)).toBe(true);
  });
});

it('CIELAB of pure colours', () => {
  const lab = toLab(Float32Array.of(1, 1, 0, 1, 0, 0, 1, 0, 0));
  // white, red, black: Lindbloom's calculator
  for (const [pixel, expected] of [
    [0, [100, 0, 0]],
    [1, [53.24, 80.09, 67.2]],
    [2, [0, 0, 0]],
  ] as const) {
    for (let k = 0; k < 3; k++) expect(Math.abs((lab[3 * k + pixel] as number) - (expected[k] as number))).toBeLessThan(0.1);
  }
  expect(shareOf(seen(SMOKE, 0.5, 0.5), [0, SMOKE])[0] as number).toBeCloseTo(1, 5);
});
