/** Random numbers that are the same in every run. */

export interface Seeded {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number from 0 up to, not including, `count`. */
  below(count: number): number;
  pick<T>(among: readonly T[]): T;
  /** Exponentially distributed with this mean. */
  wait(mean: number): number;
  /** Normally distributed, mean 0, deviation 1. */
  normal(): number;
}

/** @source Mulberry32, public domain */
export const seeded = (seed: number): Seeded => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    pick: <T>(among: readonly T[]): T => among[below(among.length)] as T,
    wait: (mean) => -mean * Math.log(1 - next()),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
};
