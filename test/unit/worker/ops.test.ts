/** Whole-tensor operations, checked against plain indexing. */
import { describe, expect, it } from 'vitest';
import { affine, combineRounded, concat, permute, repeat, repeatInterleave, reshape, slice, zeros, zerosLike } from '../../../worker/tensor/ops.ts';
import { random } from '../../../worker/tensor/random.ts';
import { type FloatTensor, tensor } from '../../../worker/tensor/tensor.ts';

const counted = (...dims: number[]): FloatTensor =>
  tensor(
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i),
    dims,
  );
/** Every position of these dimensions, in order. */
const positions = (dims: readonly number[]): number[][] =>
  dims.reduce<number[][]>((all, side) => all.flatMap((head) => Array.from({ length: side }, (_, i) => [...head, i])), [[]]);
const at = (t: FloatTensor, position: readonly number[]): number => t.data[position.reduce((sum, p, i) => sum * (t.dims[i] as number) + p, 0)] as number;
const expectEach = (t: FloatTensor, dims: readonly number[], value: (position: number[]) => number): void => {
  expect(t.dims).toEqual(dims);
  expect([...t.data]).toEqual(positions(dims).map(value));
};

describe('permute', () => {
  it.each([
    [
      [2, 3, 4],
      [2, 0, 1],
    ],
    [
      [2, 3, 4],
      [1, 0, 2],
    ],
    [
      [1, 4, 3, 2, 5],
      [0, 2, 1, 3, 4],
    ],
    [
      [2, 3, 1, 2, 2],
      [3, 2, 4, 1, 0],
    ],
    [
      [3, 2],
      [1, 0],
    ],
    [[5], [0]],
    [
      [1, 1],
      [1, 0],
    ],
    [
      [2, 2, 3, 2],
      [0, 1, 2, 3],
    ],
  ])('%j by %j', (dims, axes) => {
    const t = counted(...dims);
    expectEach(
      permute(t, axes),
      axes.map((axis) => dims[axis] as number),
      (position) =>
        at(
          t,
          dims.map((_, axis) => position[axes.indexOf(axis)] as number),
        ),
    );
  });

  it('wants every axis once', () => {
    for (const axes of [
      [0, 1],
      [0, 1, 1],
      [0, 1, 3],
    ])
      expect(() => permute(counted(2, 2, 2), axes)).toThrow(RangeError);
  });

  it('is undone by its inverse', () => {
    const t = tensor(random(5).normal(2 * 3 * 5 * 7), [2, 3, 5, 7]);
    expect(permute(permute(t, [2, 0, 3, 1]), [1, 3, 0, 2])).toEqual(t);
  });
});

describe('concat and slice', () => {
  it.each([0, 1, 2, -1])('are each other along axis %d', (axis) => {
    const t = counted(4, 5, 6);
    const side = t.dims.at(axis) as number;
    expect(concat([slice(t, axis, 0, 1), slice(t, axis, 1, 3), slice(t, axis, 3, side)], axis)).toEqual(t);
  });

  it('count from the end where negative', () => {
    const t = counted(2, 4, 3);
    expectEach(slice(t, 1, -2, 4), [2, 2, 3], ([a, b, c]) => at(t, [a as number, (b as number) + 2, c as number]));
    expectEach(slice(t, -1, 0, -1), [2, 4, 2], (position) => at(t, position));
    expect(slice(t, 0, 1, 1).dims).toEqual([0, 4, 3]);
  });

  it('refuse what does not fit', () => {
    const t = counted(2, 3);
    expect(() => concat([t, counted(2, 4)], 0)).toThrow(RangeError);
    expect(() => concat([t, counted(2, 3, 1)], 0)).toThrow(RangeError);
    expect(() => concat([], 0)).toThrow(RangeError);
    for (const [from, to] of [
      [0, 4],
      [2, 1],
      [-4, 2],
    ] as const)
      expect(() => slice(t, 1, from, to)).toThrow(RangeError);
    expect(() => slice(t, 2, 0, 1)).toThrow(RangeError);
  });
});

describe('repeat and repeatInterleave', () => {
  const t = counted(2, 3, 2);

  it('tile the whole', () => {
    expectEach(repeat(t, 1, 2), [2, 6, 2], ([a, b, c]) => at(t, [a as number, (b as number) % 3, c as number]));
    expectEach(repeat(t, 0, 3), [6, 3, 2], ([a, b, c]) => at(t, [(a as number) % 2, b as number, c as number]));
  });

  it('double every part', () => {
    expectEach(repeatInterleave(t, 1, 2), [2, 6, 2], ([a, b, c]) => at(t, [a as number, Math.floor((b as number) / 2), c as number]));
    expectEach(repeatInterleave(t, -1, 3), [2, 3, 6], ([a, b, c]) => at(t, [a as number, b as number, Math.floor((c as number) / 3)]));
  });
});

it('reshape keeps the values and finds one side itself', () => {
  expect(reshape(counted(2, 6), [3, -1]).dims).toEqual([3, 4]);
  expect(() => reshape(counted(2, 6), [5, -1])).toThrow(RangeError);
});

it('affine and combineRounded round every operation', () => {
  const f = Math.fround;
  const x = random(1).normal(40);
  const y = random(2).normal(40);
  expect([...affine(tensor(x, [40]), 1 / 3, 0.1).data]).toEqual([...x].map((value) => f(f(f(1 / 3) * value) + f(0.1))));
  expect([...combineRounded(1 / 3, x, 0.1, y)]).toEqual([...x].map((value, i) => f(f(f(1 / 3) * value) + f(f(0.1) * (y[i] as number)))));
});

it('zeros are zero', () => {
  expect(zeros([2, 2])).toEqual(zerosLike(counted(2, 2)));
  expect([...zeros([3]).data]).toEqual([0, 0, 0]);
});
