/** A photo is looked at as a whole, which shows what it is about, and in four overlapping parts, which show where things end. */
import { type Raster, toPlanes } from './resample.ts';

/** Looks per photo: the whole first, then the parts from the upper left to the lower right. */
export const LOOKS = 5;
/** Side of the grid of classes, and how many of its cells a part covers. */
const GRID = 64;
const PART = 45;
const STARTS = [0, GRID - PART] as const;
const PARTS = STARTS.flatMap((y) => STARTS.map((x) => ({ x, y })));

/** @returns float32 [LOOKS, 3, sidePx, sidePx] in 0..1, each look squashed to a square */
export const takeLooks = (photo: Raster, sidePx: number): Float32Array => {
  const { widthPx, heightPx } = photo;
  const looks = [
    toPlanes(photo, sidePx, sidePx),
    ...PARTS.map(({ x, y }) =>
      toPlanes(photo, sidePx, sidePx, {
        x: (x * widthPx) / GRID,
        y: (y * heightPx) / GRID,
        width: (PART * widthPx) / GRID,
        height: (PART * heightPx) / GRID,
      }),
    ),
  ];
  const batch = new Float32Array(LOOKS * 3 * sidePx * sidePx);
  for (const [i, look] of looks.entries()) batch.set(look, i * look.length);
  return batch;
};

/**
 * What all looks agree on: in every cell the mean of the whole and of the parts that show it.
 * @param classes probabilities [LOOKS, classCount, 64, 64]
 * @returns probabilities [1, classCount, 64, 64]
 */
export const mergeLooks = (classes: Float32Array): Float32Array => {
  const area = GRID * GRID;
  const whole = classes.slice(0, classes.length / LOOKS);
  const seen = new Float32Array(whole.length);
  const times = new Uint8Array(area);
  for (const [i, part] of PARTS.entries()) {
    const from = classes.subarray((i + 1) * whole.length, (i + 2) * whole.length);
    for (let y = 0; y < PART; y++) {
      const [above, down] = between(y);
      for (let x = 0; x < PART; x++) {
        const [left, across] = between(x);
        const cell = (part.y + y) * GRID + part.x + x;
        times[cell] = (times[cell] as number) + 1;
        for (let plane = 0; plane < whole.length; plane += area) {
          const at = plane + above * GRID + left;
          const upper = (from[at] as number) * (1 - across) + (from[at + 1] as number) * across;
          const lower = (from[at + GRID] as number) * (1 - across) + (from[at + GRID + 1] as number) * across;
          seen[plane + cell] = (seen[plane + cell] as number) + upper * (1 - down) + lower * down;
        }
      }
    }
  }
  return whole.map((share, i) => (share + (seen[i] as number) / (times[i % area] as number)) / 2);
};

/** The cell of a part's own grid before the place of its cell number `i` in the whole, and the share of the next one. */
const between = (i: number): readonly [number, number] => {
  const place = Math.min(Math.max(((i + 0.5) * GRID) / PART - 0.5, 0), GRID - 1.0001);
  return [Math.floor(place), place - Math.floor(place)];
};
