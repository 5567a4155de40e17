/** PyTorch's CPU random generator (MT19937) and its normal distribution, so that a seed means the same here and there. */

const WORDS = 624;
const MIDDLE = 397;

export interface Random {
  /** The next 32 bits. */
  u32(): number;
  /** Uniform in [0, 1) with 24 bits, as torch.rand in float32. */
  uniform(): number;
  /** Standard normal values as torch.randn in float32; the shape is irrelevant, the count is not. */
  normal(count: number): Float32Array;
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

  /** Box-Muller on 16 uniforms in place: the first eight are radii, the last eight angles. */
  const transform = (values: Float32Array, start: number): void => {
    const f = Math.fround;
    for (let j = start; j < start + 8; j++) {
      const radius = f(Math.sqrt(f(-2 * f(Math.log(f(1 - (values[j] as number)))))));
      const angle = f(f(2 * Math.PI) * (values[j + 8] as number));
      values[j] = radius * f(Math.cos(angle));
      values[j + 8] = radius * f(Math.sin(angle));
    }
  };

  const normal = (count: number): Float32Array => {
    if (count < 16) return Float32Array.from({ length: count }, scalar);
    const values = Float32Array.from({ length: count }, uniform);
    for (let start = 0; start <= count - 16; start += 16) transform(values, start);
    if (count % 16 !== 0) {
      // torch redraws the last sixteen, some of which were already normal
      for (let i = count - 16; i < count; i++) values[i] = uniform();
      transform(values, count - 16);
    }
    return values;
  };

  return { u32, uniform, normal };
};
