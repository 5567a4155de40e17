/** Tensors, their arithmetic, and their files. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allFinite, combine, scale, smoothStep } from '../../../worker/tensor/ops.ts';
import { random } from '../../../worker/tensor/random.ts';
import { integers, tensor, vector } from '../../../worker/tensor/tensor.ts';
import { createTrace, toNpy } from '../../../worker/trace.ts';

describe('tensors', () => {
  it('must be filled by their data', () => {
    expect(() => tensor(new Float32Array(5), [2, 3])).toThrow(RangeError);
    expect(vector(1, 2).dims).toEqual([2]);
    expect(integers([3, 4], [1, 2]).data).toEqual(BigInt64Array.of(3n, 4n));
  });

  it('are combined and scaled into new ones', () => {
    const x = Float32Array.of(1, 2);
    expect([...combine(2, x, -1, Float32Array.of(5, 6))]).toEqual([-3, -2]);
    expect([...scale(x, 3)]).toEqual([3, 6]);
    expect([...x]).toEqual([1, 2]);
    expect(() => combine(1, x, 1, new Float32Array(3))).toThrow(RangeError);
  });

  it('know whether all values are finite', () => {
    expect(allFinite(Float32Array.of(-3e38, 3e38, 3e38))).toBe(true);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) expect(allFinite(Float32Array.of(1, bad, 2))).toBe(false);
  });

  it('step smoothly', () => {
    expect([-1, 1, 2, 3, 9].map((value) => smoothStep(value, 1, 3))).toEqual([0, 0, 0.5, 1, 1]);
  });
});

describe('random numbers', () => {
  // torch.Generator().manual_seed(5489) is the reference MT19937 stream
  it('are the Mersenne Twister', () => {
    const { u32 } = random(5489);
    expect([u32(), u32(), u32()]).toEqual([3499211612, 581869302, 3890346734]);
    for (let i = 3; i < 9999; i++) u32();
    expect(u32()).toBe(4123659995);
  });

  it('count the lowest 32 bits of a seed only', () => {
    expect(random(2 ** 40 + 9).u32()).toBe(random(9).u32());
  });
});

describe('trace files', () => {
  it('are NumPy arrays', async () => {
    const bytes = Buffer.from(toNpy(Float32Array.of(1.5, -2), [2]));
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
    const start = 10 + bytes.readUInt16LE(8);
    expect(start % 64).toBe(0);
    expect(bytes.subarray(10, start).toString()).toMatch(/^{'descr': '<f4', 'fortran_order': False, 'shape': \(2,\), } *\n$/);
    expect([bytes.readFloatLE(start), bytes.readFloatLE(start + 4)]).toEqual([1.5, -2]);
  });

  it('land in their folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stillmotion-trace-'));
    await createTrace(join(folder, 'new'))('x', Uint8Array.of(1, 2, 3, 4), [2, 2]);
    expect((await readFile(join(folder, 'new', 'x.npy'))).toString('latin1')).toContain("'|u1'");
    await rm(folder, { recursive: true });
  });
});
