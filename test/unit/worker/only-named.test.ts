/** What stands in the named thing and looks otherwise stays still; the thing itself, in all its shades, is not cut into. */
import { describe, expect, it } from 'vitest';
import { onlyNamed } from '../../../worker/parts/only-named.ts';
import { random } from '../../../worker/tensor/random.ts';
import { toLab } from '../../../worker/vision/cielab.ts';
import { GRID_AREA as AREA, GRID_SIDE as GRID } from '../../../worker/vision/class-grid.ts';

const [STATIC, SKY, SEA, RIVER, FOLIAGE, GRASS, FLOATING, LIGHT] = [0, 1, 2, 3, 4, 5, 11, 12];
type Colour = readonly [number, number, number];
const BLUE: Colour = [0.2, 0.35, 0.5];
const BROWN: Colour = [0.45, 0.3, 0.2];
const GREY: Colour = [0.7, 0.7, 0.72];

/** Water in the lower half, a rock in it, and the shore above. */
const isWater = (i: number): boolean => i >= AREA / 2;
const isRock = (i: number): boolean => {
  const [x, y] = [i % GRID, Math.floor(i / GRID)];
  return x >= 16 && x < 44 && y >= 38 && y < 58;
};
const isSea = (i: number): boolean => isWater(i) && !isRock(i);

const noise = random(5).normal(4 * AREA);
const photo = (rock: Colour): Float32Array =>
  toLab(
    Float32Array.from({ length: 3 * AREA }, (_, at) => {
      const i = at % AREA;
      return ((isRock(i) ? rock : isWater(i) ? BLUE : GREY)[Math.floor(at / AREA)] as number) + 0.02 * (noise[at] as number);
    }),
  );
/** Shares of one class in the water and on the rock, with noise in their odds; the rest never moves. */
const shares = (index: number, water: number, rock: number): Float32Array => {
  const classes = new Float32Array(13 * AREA);
  for (let i = 0; i < AREA; i++) {
    const share = isRock(i) ? rock : isWater(i) ? water : 0.01;
    const odds = (share / (1 - share)) * Math.exp(0.5 * (noise[3 * AREA + i] as number));
    classes[index * AREA + i] = odds / (1 + odds);
    classes[STATIC * AREA + i] = 1 / (1 + odds);
  }
  return classes;
};
const meanOf = (classes: Float32Array, index: number, where: (i: number) => boolean): number => {
  const cells = Array.from({ length: AREA }, (_, i) => i).filter(where);
  return cells.reduce((sum, i) => sum + (classes[index * AREA + i] as number), 0) / cells.length;
};

describe('onlyNamed', () => {
  const decided = shares(SEA, 0.99, 0.99);
  const told = (seenOnRock: number, rock: Colour, seenInWater = 0.9): Float32Array =>
    onlyNamed(decided, shares(SEA, seenInWater, seenOnRock), photo(rock), [[SEA, RIVER]]);

  it('lets go of what has other colours and was half doubted', () => {
    const out = told(0.3, BROWN);
    expect(meanOf(out, SEA, isRock)).toBeLessThan(0.2);
    expect(meanOf(out, STATIC, isRock)).toBeGreaterThan(0.8);
    expect(meanOf(out, SEA, isSea)).toBeGreaterThan(0.93);
  });
  it('keeps what has the colours of the thing although it was half doubted, and other colours that were not doubted', () => {
    expect(meanOf(told(0.5, BLUE), SEA, isRock)).toBeGreaterThan(0.85);
    expect(meanOf(told(0.85, BROWN), SEA, isRock)).toBeGreaterThan(0.85);
  });
  it('grants more where the encoder hardly knows the thing at all', () => {
    const faint = told(0.03, BLUE, 0.08);
    expect(meanOf(faint, SEA, isSea)).toBeGreaterThan(0.95);
    expect(meanOf(faint, SEA, isRock)).toBeGreaterThan(0.85);
  });
  it('never lets go of more than a third of what was found, however little of it is sure', () => {
    const out = told(0.9, BROWN, 0.2);
    const total = (classes: Float32Array): number => meanOf(classes, SEA, isWater);
    expect(total(out) / total(decided)).toBeGreaterThan(0.66);
    expect(total(out) / total(decided)).toBeLessThan(0.95);
  });
  it('takes only, and keeps the sum of every cell', () => {
    const out = told(0.3, BROWN);
    for (let i = 0; i < AREA; i += 7) {
      expect(out[SEA * AREA + i] as number).toBeLessThanOrEqual((decided[SEA * AREA + i] as number) + 1e-6);
      expect(Array.from({ length: 13 }, (_, k) => out[k * AREA + i] as number).reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    }
  });
  it.each([
    ['the sky', [SKY]],
    ['flowers', [FOLIAGE, GRASS]],
    ['what floats', [FLOATING]],
    ['light', [LIGHT]],
    ['nothing', []],
  ])('leaves %s alone', (_, group) => {
    const index = group[0] ?? SEA;
    const before = shares(index, 0.99, 0.99);
    const out = onlyNamed(before, shares(index, 0.9, 0.3), photo(BROWN), group.length === 0 ? [] : [group]);
    expect(out.every((value, i) => value === before[i])).toBe(true);
  });
  it('does nothing where the thing was not found', () => {
    const nowhere = shares(SEA, 0.2, 0.2);
    expect(onlyNamed(nowhere, shares(SEA, 0.9, 0.3), photo(BROWN), [[SEA]]).every((value, i) => value === nowhere[i])).toBe(true);
  });
});
