/** Corners of a picture and where they went: Shi-Tomasi corners followed by pyramidal Lucas-Kanade. */
import { boxMean, type Grey, gradients, sample } from './grey.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

const BORDER_PX = 5;

/**
 * Points that can be followed in both directions: local maxima of the smaller eigenvalue of the structure tensor,
 * strongest first, spread over a grid of cells so that one busy bush does not take all of them.
 * @returns at most `perCell` points in each of `columns` x `rows` cells, in pixels
 * @source Shi and Tomasi 1994, "Good features to track"
 */
export const findCorners = (grey: Grey, { columns = 12, rows = 8, perCell = 3, leastShare = 0.004 } = {}): readonly Point[] => {
  const { width, height } = grey;
  const strength = cornerStrength(grey);
  let strongest = 0;
  for (const value of strength) if (value > strongest) strongest = value;
  // 4 grey levels per pixel over the window: below that the codec's noise makes corners
  const least = Math.max(strongest * leastShare, 4);
  const cells = new Map<number, { x: number; y: number; value: number }[]>();
  for (let y = BORDER_PX; y < height - BORDER_PX; y++) {
    for (let x = BORDER_PX, at = y * width + x; x < width - BORDER_PX; x++, at++) {
      const value = strength[at] as number;
      if (value < least || !isPeak(strength, at, width, value)) continue;
      const cell = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
      const kept = cells.get(cell) ?? [];
      kept.push({ x, y, value });
      cells.set(cell, kept);
    }
  }
  return [...cells.values()].flatMap((found) => found.sort((a, b) => b.value - a.value).slice(0, perCell)).map(({ x, y }) => ({ x, y }));
};

const isPeak = (strength: Float32Array, at: number, width: number, value: number): boolean => {
  for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) if ((strength[at + dy * width + dx] as number) > value) return false;
  return true;
};

/** Smaller eigenvalue of the mean structure tensor over 5x5 pixels. */
const cornerStrength = (grey: Grey): Float32Array => {
  const { width, height } = grey;
  const { gx, gy } = gradients(grey);
  const product = (a: Float32Array, b: Float32Array): Float32Array => boxMean({ width, height, data: a.map((value, i) => value * (b[i] as number)) }, 2).data;
  const [xx, xy, yy] = [product(gx, gx), product(gx, gy), product(gy, gy)];
  return xx.map((a, i) => {
    const [b, c] = [xy[i] as number, yy[i] as number];
    return (a + c) / 2 - Math.hypot((a - c) / 2, b);
  });
};

const RADIUS = 5;
const SIDE = 2 * RADIUS + 1;
const AREA = SIDE * SIDE;
const STEPS = 10;

/** What a point looks like at each size of its picture: brightness, gradients, and the inverse of their structure tensor. */
export interface Template {
  readonly x: number;
  readonly y: number;
  readonly levels: readonly ({ readonly patch: Float32Array; readonly px: Float32Array; readonly py: Float32Array; readonly inverse: Inverse } | null)[];
}

/** xx, xy, yy of an inverse 2x2 matrix. */
type Inverse = readonly [number, number, number];

/** @param levels pyramid of the picture, finest first */
export const templateAt = (levels: readonly Grey[], { x, y }: Point): Template => ({
  ...{ x, y },
  levels: levels.map((grey, level) => {
    // the centre of a pixel of a coarser picture lies between those of a finer one
    const cx = (x + 0.5) * 2 ** -level - 0.5;
    const cy = (y + 0.5) * 2 ** -level - 0.5;
    const patch = new Float32Array(AREA);
    const px = new Float32Array(AREA);
    const py = new Float32Array(AREA);
    let [xx, xy, yy] = [0, 0, 0];
    for (let j = -RADIUS, i = 0; j <= RADIUS; j++) {
      for (let k = -RADIUS; k <= RADIUS; k++, i++) {
        patch[i] = sample(grey, cx + k, cy + j);
        const gx = (sample(grey, cx + k + 1, cy + j) - sample(grey, cx + k - 1, cy + j)) / 2;
        const gy = (sample(grey, cx + k, cy + j + 1) - sample(grey, cx + k, cy + j - 1)) / 2;
        px[i] = gx;
        py[i] = gy;
        xx += gx * gx;
        xy += gx * gy;
        yy += gy * gy;
      }
    }
    const det = xx * yy - xy * xy;
    return det < 1e-3 * AREA ? null : { patch, px, py, inverse: [yy / det, -xy / det, xx / det] as const };
  }),
});

/**
 * Follows a point into another picture.
 * @param to pyramid of that picture, of the same sizes as the template's
 * @param guess where the point may be in it
 * @returns its place in pixels, or null when it left the picture, has nothing to hold on to, or looks different there
 * @source Bouguet 2000, "Pyramidal implementation of the Lucas Kanade feature tracker"
 */
export const follow = ({ x, y, levels }: Template, to: readonly Grey[], guess: Point): Point | null => {
  let dx = guess.x - x;
  let dy = guess.y - y;
  for (let level = levels.length - 1; level >= 0; level--) {
    const template = levels[level];
    if (!template) continue;
    const { patch, px, py, inverse } = template;
    const grey = to[level] as Grey;
    const factor = 2 ** -level;
    const cx = (x + 0.5) * factor - 0.5;
    const cy = (y + 0.5) * factor - 0.5;
    let ux = dx * factor;
    let uy = dy * factor;
    for (let step = 0; step < STEPS; step++) {
      let ex = 0;
      let ey = 0;
      for (let j = -RADIUS, i = 0; j <= RADIUS; j++) {
        for (let k = -RADIUS; k <= RADIUS; k++, i++) {
          const wrong = (patch[i] as number) - sample(grey, cx + ux + k, cy + uy + j);
          ex += wrong * (px[i] as number);
          ey += wrong * (py[i] as number);
        }
      }
      const sx = inverse[0] * ex + inverse[1] * ey;
      const sy = inverse[1] * ex + inverse[2] * ey;
      ux += sx;
      uy += sy;
      if (sx * sx + sy * sy < 4e-4) break;
    }
    dx = ux / factor;
    dy = uy / factor;
  }
  const [finest] = to as [Grey, ...Grey[]];
  const place = { x: x + dx, y: y + dy };
  const inside = place.x >= 2 && place.y >= 2 && place.x <= finest.width - 3 && place.y <= finest.height - 3;
  const look = levels[0];
  return inside && look && likeness(look.patch, finest, place) > LEAST_LIKENESS ? place : null;
};

const LEAST_LIKENESS = 0.85;

/** Normalised correlation of a patch and what is at a place. */
const likeness = (patch: Float32Array, grey: Grey, { x, y }: Point): number => {
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
  for (let j = -RADIUS, i = 0; j <= RADIUS; j++) {
    for (let k = -RADIUS; k <= RADIUS; k++, i++) {
      const a = patch[i] as number;
      const b = sample(grey, x + k, y + j);
      sa += a;
      sb += b;
      saa += a * a;
      sbb += b * b;
      sab += a * b;
    }
  }
  return (sab - (sa * sb) / AREA) / Math.sqrt(Math.max(1e-6, (saa - (sa * sa) / AREA) * (sbb - (sb * sb) / AREA)));
};
