/** Arithmetic on flat float32 data; every function returns new data and leaves its arguments alone. */

/** factor * x */
export const scale = (x: Float32Array, factor: number): Float32Array => x.map((value) => value * factor);

/** a * x + b * y, element by element, in double and rounded once. */
export const combine = (a: number, x: Float32Array, b: number, y: Float32Array): Float32Array => {
  if (x.length !== y.length) throw new RangeError(`${x.length} and ${y.length} values cannot be combined`);
  return x.map((value, i) => a * value + b * (y[i] as number));
};

/** True when no value is NaN or infinite. */
export const allFinite = (x: Float32Array): boolean => {
  // 0 * NaN and 0 * Infinity are NaN: one running sum replaces a branch per value
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += 0 * (x[i] as number);
  return sum === 0;
};

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** 0 below `low`, 1 above `high`, with zero slope at both: t^2 (3 - 2 t). */
export const smoothStep = (value: number, low: number, high: number): number => {
  const t = clamp((value - low) / (high - low), 0, 1);
  return t * t * (3 - 2 * t);
};
