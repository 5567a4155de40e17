/** The random generator against bits recorded from PyTorch by record-randn.py. */
import { describe, expect, it } from 'vitest';
import { fromBfloat16Bits, fromFloat16Bits } from '../../worker/tensor/half.ts';
import { random } from '../../worker/tensor/random.ts';
import recorded from './randn-bits.json' with { type: 'json' };

const floats = (bits: readonly number[]): Float32Array => new Float32Array(Uint32Array.from(bits).buffer);
const byCount = <Values>(seeds: Readonly<Record<string, Readonly<Record<string, Values>>>>): { seed: number; count: number; recorded: Values }[] =>
  Object.entries(seeds).flatMap(([seed, counts]) =>
    Object.entries(counts).map(([count, values]) => ({ seed: Number(seed), count: Number(count), recorded: values })),
  );
const farthest = (got: ArrayLike<number>, wanted: ArrayLike<number>): number =>
  Array.from(wanted, (value, i) => Math.abs(value - (got[i] as number))).reduce((a, b) => Math.max(a, b), 0);

describe('normal numbers', () => {
  const cases = byCount(recorded.float32);

  it.each(cases.filter(({ count }) => count < 16))('seed $seed, $count values: bit for bit', ({ seed, count, recorded: bits }) => {
    expect([...random(seed).normal(count)]).toEqual([...floats(bits)]);
  });

  // torch's own builds differ from each other here: they compute log and sine with vector polynomials
  it.each(cases.filter(({ count }) => count >= 16))('seed $seed, $count values: within 5e-7', ({ seed, count, recorded: bits }) => {
    const got = random(seed).normal(count);
    expect(got).toHaveLength(count);
    expect(farthest(got, floats(bits))).toBeLessThan(5e-7);
  });

  it.each(recorded.sequences)('several draws from seed $seed: $counts', ({ seed, counts, bits }) => {
    const source = random(seed);
    counts.forEach((count, i) => {
      expect(farthest(source.normal(count), floats(bits[i] as number[]))).toBeLessThan(5e-7);
    });
  });

  it('keeps the second of a pair for the next small draw', () => {
    const [together, apart] = [random(42), random(42)];
    expect([...together.normal(4)]).toEqual([...apart.normal(1), ...apart.normal(2), ...apart.normal(1)]);
  });

  it('is standard normal', () => {
    const values = random(7).normal(20_000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  });
});

describe('normal numbers of other types', () => {
  it.each(byCount(recorded.dtypes.float64))('float64, seed $seed, $count values', ({ seed, count, recorded: values }) => {
    const got = random(seed).normal(count, 'float64');
    expect(got).toBeInstanceOf(Float64Array);
    expect(farthest(got, values.map(Number))).toBeLessThan(1e-15 * 4);
  });

  describe.each([
    { dtype: 'float16' as const, read: fromFloat16Bits, step: 2 ** -10 },
    { dtype: 'bfloat16' as const, read: fromBfloat16Bits, step: 2 ** -7 },
  ])('$dtype', ({ dtype, read, step }) => {
    it.each(byCount(recorded.dtypes[dtype]))('seed $seed, $count values', ({ seed, count, recorded: bits }) => {
      const got = random(seed).normal(count, dtype);
      const wanted = bits.map(read);
      // a value on the edge between two halves may fall to the other side, by one step and rarely
      const others = wanted.filter((value, i) => value !== got[i]);
      expect(others.length).toBeLessThanOrEqual(1);
      expect(farthest(got, wanted)).toBeLessThanOrEqual(step * 4);
    });
  });

  it('half precision draws other numbers than float32 where the count is no multiple of 16', () => {
    expect(farthest(random(0).normal(48, 'float16'), random(0).normal(48))).toBeLessThan(0.002);
    expect(farthest(random(0).normal(33, 'float16'), random(0).normal(33))).toBeGreaterThan(0.5);
  });
});
