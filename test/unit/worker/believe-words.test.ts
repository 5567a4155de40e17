/** Named classes become likelier, as far as the picture allows. */
import { describe, expect, it } from 'vitest';
import { believeStill, believeWords } from '../../../worker/parts/believe-words.ts';
import { tensor } from '../../../worker/tensor/tensor.ts';

const AREA = 100;
const RIVER = 3;
const GRASS = 5;
const FIRE = 7;

/** Everything static but for `share` of `index` in the first `cells` cells. */
const scene = (index: number, share: number, cells: number) => {
  const data = new Float32Array(13 * AREA).fill(0);
  for (let i = 0; i < AREA; i++) {
    const here = i < cells ? share : 0.0001;
    data[index * AREA + i] = here;
    data[i] = 1 - here;
  }
  return tensor(data, [1, 13, 10, 10]);
};
const naming = (...indices: number[]): Float32Array => Float32Array.from({ length: 12 }, (_, i) => (indices.includes(i + 1) ? 1 : 0));
const at = (data: Float32Array, index: number, cell: number): number => data[index * AREA + cell] as number;

describe('believeWords', () => {
  it('changes nothing when nothing is named, or nearly everything', () => {
    const seen = scene(RIVER, 0.4, 20);
    expect(believeWords(seen, naming()).data).toEqual(seen.data);
    expect(believeWords(seen, naming(1, 2, 3, 4, 5, 6)).data).toEqual(seen.data);
  });
  it('raises the odds of what is named fivefold', () => {
    const { data } = believeWords(scene(RIVER, 0.4, 20), naming(RIVER));
    expect(at(data, RIVER, 0)).toBeCloseTo((5 * 0.4) / (5 * 0.4 + 0.6), 5);
    expect(at(data, RIVER, 99)).toBeLessThan(0.001);
  });
  it('finds a faint thing that must be there because it was named', () => {
    const { data } = believeWords(scene(RIVER, 0.06, 20), naming(RIVER));
    expect(at(data, RIVER, 0)).toBeGreaterThanOrEqual(0.499);
    expect(at(data, RIVER, 50)).toBeLessThan(0.01);
  });
  it('raises plants less, which are taken for each other', () => {
    const { data } = believeWords(scene(GRASS, 0.4, 20), naming(GRASS));
    expect(at(data, GRASS, 0)).toBeCloseTo((3 * 0.4) / (3 * 0.4 + 0.6), 5);
  });
  it('goes further for what is small in most photos', () => {
    expect(at(believeWords(scene(FIRE, 0.02, 20), naming(FIRE)).data, FIRE, 0)).toBeGreaterThanOrEqual(0.499);
    expect(at(believeWords(scene(RIVER, 0.02, 20), naming(RIVER)).data, RIVER, 0)).toBeCloseTo((5 * 0.02) / (5 * 0.02 + 0.98), 5);
  });
  it('does not invent what is not there', () => {
    const { data } = believeWords(scene(FIRE, 0.01, 20), naming(FIRE));
    expect(at(data, FIRE, 0)).toBeLessThan(0.06);
  });
  it('takes sea and river together for water', () => {
    const seen = scene(RIVER, 0.7, 20);
    const { data } = believeWords(seen, naming(2, RIVER));
    expect(at(data, RIVER, 0)).toBeCloseTo((5 * 0.7) / (5 * 0.7 + 0.3), 5);
  });
  it('keeps probabilities', () => {
    const { data } = believeWords(scene(RIVER, 0.06, 20), naming(RIVER, FIRE));
    for (let i = 0; i < AREA; i++) expect(Array.from({ length: 13 }, (_, k) => at(data, k, i)).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });
});

describe('believeStill', () => {
  it('raises the odds of what is to stay tenfold, where it is likely', () => {
    const { data } = believeStill(scene(RIVER, 0.4, 20), [RIVER]);
    expect(at(data, RIVER, 0)).toBeCloseTo((10 * 0.4) / (10 * 0.4 + 0.6), 5);
    expect(at(data, RIVER, 0) + at(data, 0, 0)).toBeCloseTo(1, 5);
    expect(at(data, RIVER, 99)).toBeLessThan(0.0011);
  });
  it('leaves the picture alone when nothing is to stay', () => {
    const seen = scene(RIVER, 0.4, 20);
    expect(believeStill(seen, []).data).toBe(seen.data);
  });
});
