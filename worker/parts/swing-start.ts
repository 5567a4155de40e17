/** Where in its swing a loop begins: its last step leads back to the first frame, and must not be the fastest of all. */
import type { FloatTensor } from '../tensor/tensor.ts';

/** The field describes about this much time, one cycle of the slowest swing; longer clips repeat it. */
export const FIELD_SECONDS = 3;
/** The slowest swing and its overtones, in cycles of the slowest. */
export const SWING_MULTIPLES = [1, 2, 4] as const;
/** Beginnings that are compared. */
const CHOICES = 24;
/** Share of them that are slower. Below half: what catches the eye need not move with the sum, and a slow seam is seen less than a fast one. */
const SLOWER = 1 / 3;

/**
 * The beginning whose speed is on the slow side of the usual one of the whole cycle.
 * @param waves displacements [1, 12, h, w]: for each swing the cosine's x and y, then the sine's; fields of the same cells add up
 * @returns share of the slowest swing's cycle, 0..1
 */
export const usualStart = (waves: readonly FloatTensor[]): number => {
  const parts = 2 * SWING_MULTIPLES.length;
  const products = new Float64Array(parts * parts);
  for (const { data, dims } of waves) {
    const area = (dims[2] as number) * (dims[3] as number);
    for (let a = 0; a < parts; a++) {
      for (let b = a; b < parts; b++) {
        let sum = 0;
        for (let i = 0; i < 2 * area; i++) sum += (data[2 * a * area + i] as number) * (data[2 * b * area + i] as number);
        products[a * parts + b] = (products[a * parts + b] as number) + sum * (a === b ? 1 : 2);
      }
    }
  }
  const speeds = Array.from({ length: CHOICES }, (_, choice) => {
    const rates = SWING_MULTIPLES.flatMap((multiple) => {
      const angle = (2 * Math.PI * multiple * choice) / CHOICES;
      return [-multiple * Math.sin(angle), multiple * Math.cos(angle)];
    });
    return products.reduce((sum, product, at) => sum + product * (rates[Math.floor(at / parts)] as number) * (rates[at % parts] as number), 0);
  });
  const usual = speeds.toSorted((a, b) => a - b)[CHOICES * SLOWER] as number;
  const distance = speeds.map((speed) => Math.abs(speed - usual));
  return distance.indexOf(Math.min(...distance)) / CHOICES;
};
