/** Where a loop's swings begin: at a moderate speed, whatever they are. */
import { describe, expect, it } from 'vitest';
import { SWING_MULTIPLES, usualStart } from '../../../worker/parts/swing-start.ts';
import { random } from '../../../worker/tensor/random.ts';
import { tensor } from '../../../worker/tensor/tensor.ts';

/** Mean square speed of a field at a share of the slowest cycle, by differences of what the renderer adds up. */
const speedAt = (data: Float32Array, area: number, share: number): number => {
  const at = (cycles: number): Float32Array => {
    const out = new Float32Array(2 * area);
    for (const [k, multiple] of SWING_MULTIPLES.entries()) {
      const angle = 2 * Math.PI * multiple * cycles;
      for (const [part, factor] of [Math.cos(angle), Math.sin(angle)].entries()) {
        for (let i = 0; i < 2 * area; i++) out[i] = (out[i] as number) + factor * (data[(4 * k + 2 * part) * area + i] as number);
      }
    }
    return out;
  };
  const [before, after] = [at(share - 1e-3), at(share + 1e-3)];
  return after.reduce((sum, value, i) => sum + (value - (before[i] as number)) ** 2, 0);
};

describe('the start of a loop', () => {
  it('is not where one swing that everything shares is fastest', () => {
    // all sines: fastest at 0
    const data = new Float32Array(12 * 4);
    data.fill(0.02, 2 * 4, 4 * 4);
    const start = usualStart([tensor(data, [1, 12, 2, 2])]);
    // a third of the cycle is slower than at 60 degrees
    expect(Math.abs(Math.cos(2 * Math.PI * start))).toBeCloseTo(0.5, 1);
  });

  it.each([1, 2, 3])('has a speed that about two thirds of the cycle are above, field %i', (seed) => {
    const [a, b] = [random(seed).normal(12 * 6), random(seed + 10).normal(12 * 6)];
    const dims = [1, 12, 2, 3];
    const start = usualStart([tensor(a, dims), tensor(b, dims)]);
    const speed = (share: number): number => speedAt(a, 6, share) + speedAt(b, 6, share);
    const others = Array.from({ length: 48 }, (_, i) => speed(i / 48)).toSorted((x, y) => x - y);
    expect(speed(start)).toBeGreaterThan(others[10] as number);
    expect(speed(start)).toBeLessThan(others[24] as number);
  });

  it('is the photo as it is when nothing swings', () => {
    expect(usualStart([tensor(new Float32Array(12 * 4), [1, 12, 2, 2])])).toBe(0);
  });
});
