/** PyTorch's CPU random generator (MT19937) and its normal distribution, so that a seed means the same here and there. */

import { roundBfloat16, roundFloat16 } from './half.ts';

const WORDS = 624;
const MIDDLE = 397;
/** From this count on torch draws in blocks of as many. */
const BLOCK = 16;

/** What torch may fill with random numbers. */
export type RandomDtype = 'float32' | 'float16' | 'bfloat16' | 'float64';

export interface Random {
  /** The next 32 bits. */
  u32(): number;
  /** Uniform in [0, 1) with 24 bits, as torch.rand in float32. */
  uniform(): number;
  /**
   * Standard normal values as torch.randn; the shape is irrelevant, the count is not.
   * @param dtype of the tensor that torch fills: half precision draws other numbers than float32 where the count is no multiple of 16
   * @returns the values of that type, half precision as rounded float32
   */
  normal(count: number, dtype?: 'float32' | 'float16' | 'bfloat16'): Float32Array;
  normal(count: number, dtype: 'float64'): Float64Array;
}

/**
 * A generator equal to torch.Generator().manual_seed(seed).
 * Below 16 values bit for bit; from 16 on torch itself differs by a few ulp between builds (vector or plain log and sin).
 * @param seed whole number; as in torch only its lowest 32 bits count
 * @source Matsumoto and Nishimura 1998; reference bits in test/golden/randn-bits.json
 */
export const random = (seed: number): Random => {
  const state = new Uint32Array(WORDS);
  // 2^53 bounds what a number can hold exactly; the modulus keeps the low 32 bits of larger seeds too
  state[0] = seed % 2 ** 32;
  for (let i = 1; i < WORDS; i++) {
    const previous = state[i - 1] as number;
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  let next = WORDS;
  let spare: number | undefined;

  const twist = (): void => {
    for (let i = 0; i < WORDS; i++) {
      const y = ((state[i] as number) & 0x8000_0000) | ((state[(i + 1) % WORDS] as number) & 0x7fff_ffff);
      state[i] = (state[(i + MIDDLE) % WORDS] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908_b0df : 0);
    }
    next = 0;
  };

  const u32 = (): number => {
    if (next === WORDS) twist();
    let y = state[next++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    y ^= y >>> 18;
    return y >>> 0;
  };

  const uniform = (): number => (u32() & 0xff_ffff) * 2 ** -24;

  // The first word drawn is the high half; 53 bits of the pair count.
  const uniform53 = (): number => {
    const high = u32() & 0x1f_ffff;
    return (high * 2 ** 32 + u32()) * 2 ** -53;
  };

  const scalar = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const angle = 2 * Math.PI * uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-uniform53()));
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  /** Box-Muller on sixteen uniforms in place: the first eight are radii, the last eight angles. */
  const transform = (values: Float32Array | Float64Array, start: number, round: (value: number) => number): void => {
    const turn = round(2 * Math.PI);
    for (let j = start; j < start + BLOCK / 2; j++) {
      const radius = round(Math.sqrt(round(-2 * round(Math.log(round(1 - (values[j] as number)))))));
      const angle = round(turn * (values[j + BLOCK / 2] as number));
      values[j] = radius * round(Math.cos(angle));
      values[j + BLOCK / 2] = radius * round(Math.sin(angle));
    }
  };

  const fill = (values: Float32Array | Float64Array, start: number, end: number): void => {
    const draw = values instanceof Float64Array ? uniform53 : uniform;
    for (let i = start; i < end; i++) values[i] = draw();
  };

  /** torch draws all uniforms first; in half precision those that are left over after whole blocks not at all. */
  const blocks = (values: Float32Array | Float64Array, half: boolean): void => {
    const round = values instanceof Float64Array ? (value: number): number => value : Math.fround;
    const count = values.length;
    const whole = count - (count % BLOCK);
    fill(values, 0, half ? whole : count);
    for (let start = 0; start < whole; start += BLOCK) transform(values, start, round);
    if (whole === count) return;
    // the last sixteen are drawn anew, some of which were already normal
    fill(values, count - BLOCK, count);
    transform(values, count - BLOCK, round);
  };

  const normal = (count: number, dtype: RandomDtype = 'float32'): Float32Array & Float64Array => {
    const values = dtype === 'float64' ? new Float64Array(count) : new Float32Array(count);
    const half = dtype === 'float16' || dtype === 'bfloat16';
    if (count >= BLOCK) blocks(values, half);
    else for (let i = 0; i < count; i++) values[i] = scalar();
    const rounded = half ? values.map(dtype === 'float16' ? roundFloat16 : roundBfloat16) : values;
    // the overloads of Random say which of the two it is
    return rounded as Float32Array & Float64Array;
  };

  return { u32, uniform, normal };
};
