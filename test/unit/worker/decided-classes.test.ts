/** Things that were found in part are decided for or against, cell by cell. */
import { describe, expect, it } from 'vitest';
import { decideClasses } from '../../../worker/parts/decided-classes.ts';

const AREA = 400;
const [SEA, FOLIAGE, GRASS, HAIR] = [2, 4, 5, 9];

/** `share` of the class in the first `cells` cells, `beside` everywhere else; the rest is static. */
const scene = (index: number, share: number, cells: number, beside: number): Float32Array => {
  const classes = new Float32Array(13 * AREA);
  for (let i = 0; i < AREA; i++) {
    const here = i < cells ? share : beside;
    classes[index * AREA + i] = here;
    classes[i] = 1 - here;
  }
  return classes;
};
const at = (classes: Float32Array, index: number, cell: number): number => classes[index * AREA + cell] as number;

describe('decideClasses', () => {
  it('makes the likeliest places of a half-found thing surer, and doubtful ones less so', () => {
    const decided = decideClasses(scene(HAIR, 0.55, 60, 0.2), [[HAIR]]);
    expect(at(decided, HAIR, 0)).toBeGreaterThan(0.65);
    expect(at(decided, HAIR, 200)).toBeLessThan(0.2);
  });
  it('asks for more where the thing is sure elsewhere: the same share decides otherwise', () => {
    const beside = (sure: number): number => at(decideClasses(scene(HAIR, sure, 60, 0.5), [[HAIR]]), HAIR, 200);
    expect(beside(0.99)).toBeLessThan(0.35);
    expect(beside(0.55)).toBeGreaterThan(0.6);
  });
  it('does not invent what is not there', () => {
    const faint = scene(HAIR, 0.14, 60, 0.01);
    expect(decideClasses(faint, [[HAIR]])).toEqual(faint);
  });
  it('counts a group together and keeps its ratio and all sums', () => {
    const green = scene(FOLIAGE, 0.4, 60, 0.01);
    for (let i = 0; i < AREA; i++) {
      green[GRASS * AREA + i] = at(green, FOLIAGE, i) / 4;
      green[i] = at(green, 0, i) - at(green, GRASS, i);
    }
    const decided = decideClasses(green, [[FOLIAGE, GRASS]]);
    for (const cell of [0, 300]) {
      expect(at(decided, FOLIAGE, cell) / at(decided, GRASS, cell)).toBeCloseTo(4, 4);
      expect(Array.from({ length: 13 }, (_, k) => at(decided, k, cell)).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    }
    expect(at(decided, FOLIAGE, 0) + at(decided, GRASS, 0)).toBeGreaterThan(0.6);
  });
  it('leaves the layers to their mask', () => {
    const sea = scene(SEA, 0.5, 60, 0.1);
    expect(decideClasses(sea, [[SEA]])).toEqual(sea);
  });
  it('changes nothing unasked, and not its input', () => {
    const before = scene(HAIR, 0.5, 60, 0.1);
    const kept = before.slice();
    expect(decideClasses(before, [])).toEqual(kept);
    decideClasses(before, [[HAIR]]);
    expect(before).toEqual(kept);
  });
});
