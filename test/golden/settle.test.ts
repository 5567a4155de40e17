/** Settling a motion field against numbers recorded by worker/train/settle.py, and what it promises. */
import { describe, expect, it } from 'vitest';
import { settleField } from '../../worker/parts/settle-field.ts';
import { random } from '../../worker/tensor/random.ts';
import { type FloatTensor, tensor } from '../../worker/tensor/tensor.ts';
import recorded from './settle.json' with { type: 'json' };

const CELLS = 32;
const AREA = CELLS * CELLS;

/** The made-up field and class shares of the recorder. */
const madeUp = (seed: number): { readonly field: Float32Array; readonly segmentation: FloatTensor; readonly sway: FloatTensor } => {
  const field = Float32Array.from({ length: 15 * AREA }, (_, i) => 0.5 * Math.sin((0.37 * i) / CELLS + 0.11 * (i % CELLS) + seed) * Math.cos(0.013 * i));
  const likely = Float64Array.from({ length: 13 * 4096 }, (_, i) =>
    Math.exp(2 * Math.sin(0.9 * Math.floor(i / 4096) + 0.05 * (i % 64) + 0.07 * Math.floor((i % 4096) / 64) + seed)),
  );
  const total = (j: number): number => Array.from({ length: 13 }, (_, k) => likely[k * 4096 + j] as number).reduce((a, b) => a + b);
  return {
    field,
    segmentation: tensor(
      Float32Array.from(likely, (value, i) => value / total(i % 4096)),
      [1, 13, 64, 64],
    ),
    sway: tensor(
      Float32Array.from({ length: 4096 }, (_, i) => 0.5 + 0.5 * Math.sin(0.05 * i - 0.003 * (i % 64) ** 2)),
      [1, 1, 64, 64],
    ),
  };
};

/** What the engine saw: one class everywhere, as loose everywhere. */
const everywhere = (index: number): { readonly segmentation: FloatTensor; readonly sway: FloatTensor } => ({
  segmentation: tensor(
    new Float32Array(13 * 4096).map((_, i) => (Math.floor(i / 4096) === index ? 0.9999 : 0.0001 / 12)),
    [1, 13, 64, 64],
  ),
  sway: tensor(new Float32Array(4096).fill(0.5), [1, 1, 64, 64]),
});

/** A generator that has drawn what the engine draws before it settles the field. */
const begun = (seed: number) => {
  const noise = random(seed);
  for (const count of [15 * AREA, 8, 1]) noise.normal(count);
  return noise;
};

const settle = (seed: number, program: readonly number[], share = 1): Float32Array => {
  const { field, ...seen } = madeUp(seed);
  return settleField(
    field.map((value) => share * value),
    Float32Array.from(program),
    seen,
    begun(seed),
    recorded.companding,
  );
};

const size = (field: Float32Array): number => field.subarray(2 * AREA, 14 * AREA).reduce((sum, v) => sum + Math.max(Math.abs(v) - 0.07, 0) ** 2, 0);
const flicker = (field: Float32Array): number => field.subarray(14 * AREA).reduce((sum, v) => sum + Math.max(Math.abs(v) - 0.07, 0) ** 2, 0);
const LIGHT = 11;

describe.each(recorded.cases)('$name', ({ seed, program, settled }) => {
  it('has the recorded values', () => {
    const got = settle(seed, program).filter((_, i) => i % 37 === 0);
    expect(got).toHaveLength(settled.length);
    const worst = Math.max(...settled.map((value, i) => Math.abs(value - (got[i] as number))));
    expect(worst).toBeLessThan(2e-5);
  });

  it('moves more, the more it is asked for, where little was sampled', () => {
    const [gently, normally, strongly] = [0.4, 1, 2].map((factor) =>
      size(
        settle(
          seed,
          program.map((v, k) => (k < 12 ? Math.sign(v) * factor : v)),
          0.5,
        ),
      ),
    );
    expect(gently).toBeLessThan(normally as number);
    expect(normally).toBeLessThan(strongly as number);
  });
});

it('has other sizes for other seeds, and leaves its input alone', () => {
  const { field, ...seen } = madeUp(8);
  const before = Float32Array.from(field);
  const program = Float32Array.from(recorded.cases[1]?.program ?? []);
  const sizes = [1, 2, 3, 4, 5].map((seed) => size(settleField(field, program, seen, begun(seed), recorded.companding)));
  expect(Math.max(...sizes) / Math.min(...sizes)).toBeGreaterThan(1.05);
  expect(field).toEqual(before);
});

it('lets lights flicker as much as was asked for, and nothing else', () => {
  const field = new Float32Array(15 * AREA).fill(0.4, 14 * AREA);
  const brightness = (index: number, asked: number): number => {
    const program = new Float32Array(24);
    program[LIGHT] = asked;
    return (0.85 * flicker(settleField(field, program, everywhere(index), begun(3), recorded.companding))) / AREA;
  };
  const sampled = 0.85 * (0.4 - 0.07) ** 2;
  expect(brightness(LIGHT + 1, 0.5)).toBeCloseTo(sampled, 4);
  expect(brightness(LIGHT + 1, 0.8)).toBeCloseTo(0.8 * 0.16, 4);
  expect(brightness(LIGHT + 1, 1.1)).toBeCloseTo(1.1 * 0.16, 4);
  expect(brightness(1, 1.1)).toBeCloseTo(sampled, 4);
});

it('swings further towards the free ends of what stands in the wind, and alike where all of it is as loose', () => {
  const { segmentation } = everywhere(4);
  const program = new Float32Array(24);
  program[3] = 1;
  const field = new Float32Array(15 * AREA).fill(0.4, 2 * AREA, 14 * AREA);
  const swingAt = (sway: FloatTensor): readonly [number, number] => {
    const settled = settleField(field, program, { segmentation, sway }, begun(3), recorded.companding);
    const row = (y: number): number =>
      Array.from({ length: 12 * CELLS }, (_, j) => Math.abs(settled[(2 + Math.floor(j / CELLS)) * AREA + y * CELLS + (j % CELLS)] as number) - 0.07)
        .map((size) => Math.max(size, 0) ** 2)
        .reduce((a, b) => a + b);
    return [row(2), row(CELLS - 3)];
  };
  const [loose, alike] = swingAt(everywhere(4).sway);
  const upwards = tensor(
    Float32Array.from({ length: 4096 }, (_, i) => 0.8 - (0.6 * Math.floor(i / 64)) / 63),
    [1, 1, 64, 64],
  );
  const [top, foot] = swingAt(upwards);
  expect(top / foot).toBeGreaterThan(2 * (loose / alike));
});

it('takes the phase out of no motion: a still field stays still', () => {
  const { field, ...seen } = madeUp(7);
  const program = Float32Array.from(recorded.cases[0]?.program ?? []);
  expect(Math.max(...settleField(new Float32Array(field.length), program, seen, begun(7), recorded.companding).map(Math.abs))).toBe(0);
});

it('unwinds phases that wind round two points', () => {
  const program = new Float32Array(24);
  program[3] = 1;
  const field = new Float32Array(15 * AREA);
  for (let i = 0; i < AREA; i++) {
    const [x, y] = [i % CELLS, Math.floor(i / CELLS)];
    const angle = 0.2 * x + Math.atan2(y - 15.4, x - 12.6) - Math.atan2(y - 15.6, x - 18.4);
    for (const [channel, part] of [
      [2, Math.cos(angle)],
      [4, Math.sin(angle)],
    ] as const)
      field[channel * AREA + i] = Math.sign(part) * (0.07 + 0.5 * Math.sqrt(Math.abs(part)));
  }
  const windings = (values: Float32Array): number => {
    const part = (channel: number, i: number): number => {
      const v = values[channel * AREA + i] as number;
      return Math.sign(v) * Math.max(Math.abs(v) - 0.07, 0) ** 2;
    };
    const phase = (i: number): number => Math.atan2(part(4, i), part(2, i));
    const turn = (i: number, j: number): number => Math.atan2(Math.sin(phase(j) - phase(i)), Math.cos(phase(j) - phase(i)));
    let count = 0;
    for (let i = 0; i < AREA - CELLS; i++) {
      if (i % CELLS === CELLS - 1) continue;
      const round = turn(i, i + 1) + turn(i + 1, i + CELLS + 1) + turn(i + CELLS + 1, i + CELLS) + turn(i + CELLS, i);
      if (Math.abs(round) > Math.PI) count++;
    }
    return count;
  };
  expect(windings(field)).toBe(2);
  const settled = settleField(field, program, everywhere(4), begun(3), recorded.companding);
  expect(windings(settled)).toBe(0);
});
