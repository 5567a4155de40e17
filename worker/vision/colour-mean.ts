/** Averages values over cells that lie near each other and look alike, so that a thing of one colour gets one value up to its edge. */
import { GRID_AREA as AREA, GRID_SIDE as GRID } from './class-grid.ts';

/** Every second cell so far around is looked at; nearness counts by a Gaussian of this deviation. */
const REACH_CELLS = 12;
const STRIDE = 2;
const NEAR_CELLS = 8 / Math.SQRT2;
/** Deviations of the Gaussians of likeness: lightness, and the two colour axes of CIELAB. */
const ALIKE = [8 / Math.SQRT2, 5.6 / Math.SQRT2, 5.6 / Math.SQRT2] as const;
/** Exponents from here on count as nothing. */
const FAR = 9;

/**
 * @param values one per cell, 64 x 64
 * @param lab the picture in CIELAB, float32 [3, 64, 64]
 * @returns new values
 * @source the bilateral filter of Tomasi and Manduchi 1998, steered by the picture instead of the values (joint)
 */
export const colourMean = (values: Float32Array, lab: Float32Array): Float32Array => {
  const [L, a, b] = ALIKE.map((deviation, k) => lab.subarray(k * AREA, (k + 1) * AREA).map((value) => value / deviation / Math.SQRT2)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const out = new Float32Array(AREA);
  for (let y = 0; y < GRID; y++) {
    for (let x = 0; x < GRID; x++) {
      const at = y * GRID + x;
      let [sum, total] = [0, 0];
      for (let dy = -REACH_CELLS; dy <= REACH_CELLS; dy += STRIDE) {
        if (y + dy < 0 || y + dy >= GRID) continue;
        for (let dx = -REACH_CELLS; dx <= REACH_CELLS; dx += STRIDE) {
          if (x + dx < 0 || x + dx >= GRID) continue;
          const other = at + dy * GRID + dx;
          const unlike =
            ((L[at] as number) - (L[other] as number)) ** 2 + ((a[at] as number) - (a[other] as number)) ** 2 + ((b[at] as number) - (b[other] as number)) ** 2;
          const exponent = unlike + (dx * dx + dy * dy) / (2 * NEAR_CELLS * NEAR_CELLS);
          if (exponent > FAR) continue;
          const weight = Math.exp(-exponent);
          sum += weight * (values[other] as number);
          total += weight;
        }
      }
      out[at] = sum / total;
    }
  }
  return out;
};
