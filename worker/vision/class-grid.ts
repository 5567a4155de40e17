/** The grid of 64 x 64 cells on which classes are told apart, and what is often done on it. */

export const GRID_SIDE = 64;
export const GRID_AREA = GRID_SIDE * GRID_SIDE;

/** Mean over a square of 2 radius + 1 cells; beyond the border the outermost cells go on. */
export const boxMean = (values: Float32Array, radius: number): Float32Array => {
  const along = (from: Float32Array, stride: 1 | typeof GRID_SIDE): Float32Array =>
    from.map((_, at) => {
      const place = stride === 1 ? at % GRID_SIDE : Math.floor(at / GRID_SIDE);
      let sum = 0;
      for (let d = -radius; d <= radius; d++) sum += from[at + (Math.min(GRID_SIDE - 1, Math.max(0, place + d)) - place) * stride] as number;
      return sum / (2 * radius + 1);
    });
  return along(along(values, 1), GRID_SIDE);
};

/** In deviations from the mean. */
export const standardised = (values: Float32Array): Float32Array => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) + 1e-6;
  return values.map((value) => (value - mean) / deviation);
};

/** The value that this part of all cells stays below. */
export const quantileOf = (values: Float32Array, part: number): number =>
  values.toSorted()[Math.min(values.length - 1, Math.floor(part * values.length))] as number;

/** Sum of some classes in every cell. @param classes probabilities [classCount, 64, 64] */
export const shareOf = (classes: Float32Array, group: readonly number[]): Float32Array =>
  Float32Array.from({ length: GRID_AREA }, (_, i) => group.reduce((sum, k) => sum + (classes[k * GRID_AREA + i] as number), 0));

/** Below this share there is no ratio to keep. */
const NO_SHARE = 1e-6;

/**
 * Gives some classes together another share of every cell; their ratio in a cell stays, and that of all others. Where the classes
 * had no share they get none; where the others had none, what is left becomes static: every cell still sums to 1.
 * @param classes probabilities [classCount, 64, 64], the first of them static; changed in place
 * @param group indices of the classes, never that of static
 */
export const setShare = (classes: Float32Array, group: readonly number[], share: Float32Array): void => {
  for (let i = 0; i < GRID_AREA; i++) {
    let [inside, outside] = [0, 0];
    for (let k = 0; k * GRID_AREA < classes.length; k++) {
      if (group.includes(k)) inside += classes[k * GRID_AREA + i] as number;
      else outside += classes[k * GRID_AREA + i] as number;
    }
    if (inside <= NO_SHARE) continue;
    const after = share[i] as number;
    for (let k = 0; k * GRID_AREA < classes.length; k++) {
      const at = k * GRID_AREA + i;
      const before = classes[at] as number;
      if (group.includes(k)) classes[at] = (before / inside) * after;
      else classes[at] = outside > NO_SHARE ? (before / outside) * (1 - after) : k === 0 ? 1 - after : 0;
    }
  }
};
