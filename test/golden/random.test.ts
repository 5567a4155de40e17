/** The random generator against bits recorded from PyTorch by record-randn.py. */
import { describe, expect, it } from 'vitest';
import { random } from '../../worker/tensor/random.ts';
import recorded from './randn-bits.json' with { type: 'json' };

const cases = Object.entries(recorded as Record<string, Record<string, number[]>>).flatMap(([seed, counts]) =>
  Object.entries(counts).map(([count, bits]) => ({ seed: Number(seed), count: Number(count), wanted: new Float32Array(Uint32Array.from(bits).buffer) })),
);

describe('normal numbers', () => {
  it.each(cases.filter(({ count }) => count < 16))('seed $seed, $count values: bit for bit', ({ seed, count, wanted }) => {
    expect([...random(seed).normal(count)]).toEqual([...wanted]);
  });

  // torch's own builds differ from each other here: they compute log and sine with vector polynomials
  it.each(cases.filter(({ count }) => count >= 16))('seed $seed, $count values: within 5e-7', ({ seed, count, wanted }) => {
    const got = random(seed).normal(count);
    expect(Math.max(...got.map((value, i) => Math.abs(value - (wanted[i] as number))))).toBeLessThan(5e-7);
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
