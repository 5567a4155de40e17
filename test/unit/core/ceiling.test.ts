/** What a refused file says about the limit of a place. */
import { describe, expect, it } from 'vitest';
import { nextCeiling } from '../../../core/ceiling.ts';

const MIB = 1024 * 1024;

describe('the next ceiling', () => {
  it.each([
    [600, 500],
    [500, 200],
    [60, 50],
    [25, 20],
    [12, 10],
    [9, 8],
  ])('after %i MiB were refused is the known limit of %i MiB', (refused, next) => expect(nextCeiling(refused * MIB)).toBe(next * MIB));

  it('keeps shrinking below every known limit, and ends', () => {
    const tried = [8 * MIB];
    for (let next = nextCeiling(8 * MIB); next !== null; next = nextCeiling(next)) tried.push(next);
    expect(tried).toEqual([...tried].sort((a, b) => b - a));
    expect(tried.at(-1)).toBeGreaterThanOrEqual(MIB / 4);
    expect(tried.length).toBeLessThan(12);
  });
});
