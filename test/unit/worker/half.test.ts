/** Half precision: every float16, ties, and the ends of the range. */
import { describe, expect, it } from 'vitest';
import { fromBfloat16Bits, fromFloat16Bits, roundBfloat16, roundEven, roundFloat16, toBfloat16Bits, toFloat16Bits } from '../../../worker/tensor/half.ts';

describe('float16', () => {
  it('survives the way there and back, all 65536 of them', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromFloat16Bits(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(fromFloat16Bits(toFloat16Bits(value)))).toBe(true);
      else if (toFloat16Bits(value) !== bits) expect([bits, toFloat16Bits(value)]).toEqual([bits, bits]);
    }
  });

  it.each([
    [1 / 3, 0.333251953125],
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [65519.99, 65504],
    [65520, Number.POSITIVE_INFINITY],
    [-1e9, Number.NEGATIVE_INFINITY],
    [2 ** -25, 0],
    [1.5 * 2 ** -24, 2 ** -23],
    [2 ** -14 - 2 ** -26, 2 ** -14],
  ])('%d becomes %d', (value, wanted) => {
    expect(roundFloat16(Math.fround(value))).toBe(wanted);
  });
});

describe('bfloat16', () => {
  it('survives the way there and back', () => {
    for (let bits = 0; bits < 65536; bits += 7) {
      const value = fromBfloat16Bits(bits);
      if (!Number.isNaN(value)) expect(toBfloat16Bits(value)).toBe(bits);
    }
    expect(Number.isNaN(roundBfloat16(Number.NaN))).toBe(true);
  });

  it.each([
    [1 + 2 ** -8, 1],
    [1 + 3 * 2 ** -8, 1 + 2 ** -6],
    [-3.4028234663852886e38, Number.NEGATIVE_INFINITY],
  ])('%d becomes %d', (value, wanted) => {
    expect(roundBfloat16(value)).toBe(wanted);
  });
});

it('rounds halves to the even neighbour', () => {
  expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 2.5001].map(roundEven)).toEqual([-2, -2, 0, 0, 2, 2, 2, 3]);
});
