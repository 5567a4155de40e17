/** Whether long straight edges stay straight: walls, masts and trunks must not bend like jelly. */
import { boxMean, type Grey, gradients, quantile, sample } from './grey.ts';
import type { Held } from './motion.ts';

/** A straight edge of a picture, in pixels. */
export interface Edge {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  /** Mean difference of brightness across it per pixel. */
  readonly contrast: number;
}

/** Gradients shorter than this are noise or haze. */
const LEAST_GRADIENT = 5;
/** Directions that differ by more do not belong to one edge. */
const TOLERANCE = Math.PI / 8;
/** Half the width of an edge's region, as root mean square in pixels. */
const LARGEST_THICKNESS = 1.3;

/**
 * Long straight edges by growing regions of pixels whose gradients point the same way, keeping those that are long and
 * thin. The test against chance of the original is replaced by a minimum of length and contrast.
 * @param leastLength pixels
 * @source Grompone von Gioi, Jakubowicz, Morel and Randall 2012, "LSD: a line segment detector"
 */
export const findEdges = (grey: Grey, leastLength: number): readonly Edge[] => {
  const { width, height } = grey;
  const smooth = boxMean(grey, 1);
  const { gx, gy } = gradients(smooth);
  const strength = gx.map((x, i) => Math.hypot(x, gy[i] as number));
  const order = [...strength.keys()]
    .filter((at) => (strength[at] as number) > LEAST_GRADIENT)
    .sort((a, b) => (strength[b] as number) - (strength[a] as number));
  const used = new Uint8Array(width * height);
  const edges: Edge[] = [];
  for (const seed of order) {
    if (used[seed]) continue;
    const region = grow(seed, { width, height, gx, gy, strength, used });
    if (region.length < leastLength) continue;
    const edge = asEdge(region, width, strength);
    if (edge && Math.hypot(edge.x1 - edge.x0, edge.y1 - edge.y0) >= leastLength) edges.push(edge);
  }
  return edges;
};

interface Field {
  readonly width: number;
  readonly height: number;
  readonly gx: Float32Array;
  readonly gy: Float32Array;
  readonly strength: Float32Array;
  readonly used: Uint8Array;
}

const grow = (seed: number, { width, height, gx, gy, strength, used }: Field): readonly number[] => {
  const region = [seed];
  used[seed] = 1;
  let sx = (gx[seed] as number) / (strength[seed] as number);
  let sy = (gy[seed] as number) / (strength[seed] as number);
  for (let i = 0; i < region.length; i++) {
    const at = region[i] as number;
    const x = at % width;
    const y = (at - x) / width;
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx;
        const length = strength[next] as number;
        if (used[next] || length <= LEAST_GRADIENT) continue;
        const along = ((gx[next] as number) * sx + (gy[next] as number) * sy) / (length * Math.hypot(sx, sy));
        if (along < Math.cos(TOLERANCE)) continue;
        used[next] = 1;
        region.push(next);
        sx += (gx[next] as number) / length;
        sy += (gy[next] as number) / length;
      }
    }
  }
  return region;
};

/** The main axis of a region, or null when it is thick or bent. */
const asEdge = (region: readonly number[], width: number, strength: Float32Array): Edge | null => {
  let [sum, mx, my] = [0, 0, 0];
  for (const at of region) {
    const w = strength[at] as number;
    sum += w;
    mx += w * (at % width);
    my += w * Math.floor(at / width);
  }
  mx /= sum;
  my /= sum;
  let [xx, xy, yy] = [0, 0, 0];
  for (const at of region) {
    const w = (strength[at] as number) / sum;
    const dx = (at % width) - mx;
    const dy = Math.floor(at / width) - my;
    xx += w * dx * dx;
    xy += w * dx * dy;
    yy += w * dy * dy;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const thin = (xx + yy) / 2 - Math.hypot((xx - yy) / 2, xy);
  if (Math.sqrt(Math.max(0, thin)) > LARGEST_THICKNESS) return null;
  const [ux, uy] = [Math.cos(angle), Math.sin(angle)];
  let [low, high] = [0, 0];
  for (const at of region) {
    const along = ((at % width) - mx) * ux + (Math.floor(at / width) - my) * uy;
    low = Math.min(low, along);
    high = Math.max(high, along);
  }
  return { x0: mx + low * ux, y0: my + low * uy, x1: mx + high * ux, y1: my + high * uy, contrast: sum / region.length };
};

/** Half of the stretch across an edge that is compared, and how far it is searched for, in pixels. */
const ACROSS = 4;
const SEARCH = 6;
const EVERY_PX = 3;
/** Fewer points than this say nothing about a bend. */
const LEAST_POINTS = 10;

/**
 * How far an edge of frame 0 is from straight in a later frame.
 * Points along it are searched for across it; the best line through where they are now is taken away, and what their
 * places in frame 0 already differed from a line.
 * @param later a later frame as the camera saw it in frame 0
 * @returns root mean square of what is left in pixels, or null when the edge cannot be found again
 */
export const bendOf = (first: Grey, later: Held, { x0, y0, x1, y1 }: Edge): number | null => {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const points: { along: number; away: number }[] = [];
  for (let along = EVERY_PX; along <= length - EVERY_PX; along += EVERY_PX) {
    const away = shiftAcross(first, later, x0 + along * ux, y0 + along * uy, { ux, uy });
    if (away !== null) points.push({ along, away });
  }
  if (points.length < Math.max(LEAST_POINTS, (0.6 * length) / EVERY_PX)) return null;
  return offLine(points);
};

/** Root mean square distance from the best line, with the farthest tenth left out: single wrong matches are no bend. */
const offLine = (points: readonly { readonly along: number; readonly away: number }[]): number => {
  let kept = points;
  let off: number[] = [];
  for (let round = 0; round < 2; round++) {
    const n = kept.length;
    const ma = kept.reduce((sum, { along }) => sum + along, 0) / n;
    const mb = kept.reduce((sum, { away }) => sum + away, 0) / n;
    const slope =
      kept.reduce((sum, { along, away }) => sum + (along - ma) * (away - mb), 0) /
      Math.max(
        1e-6,
        kept.reduce((sum, { along }) => sum + (along - ma) ** 2, 0),
      );
    const from = ({ along, away }: { readonly along: number; readonly away: number }): number => Math.abs(away - mb - slope * (along - ma));
    const limit = quantile(kept.map(from), 0.9);
    if (round === 0) kept = points.filter((point) => from(point) <= limit);
    off = kept.map(from);
  }
  return Math.sqrt(off.reduce((sum, value) => sum + value ** 2, 0) / off.length);
};

/** Where the profile across an edge went, in pixels along its normal, to a fraction; null when nothing there looks like it. */
const shiftAcross = (first: Grey, later: Held, x: number, y: number, { ux, uy }: { readonly ux: number; readonly uy: number }): number | null => {
  const [nx, ny] = [-uy, ux];
  const reach = ACROSS + SEARCH;
  const inside = (px: number, py: number): boolean =>
    px >= 0 && py >= 0 && px <= first.width - 1 && py <= first.height - 1 && later.inside[Math.round(py) * first.width + Math.round(px)] === 1;
  if (!inside(x + reach * nx, y + reach * ny) || !inside(x - reach * nx, y - reach * ny)) return null;
  // averaged along the edge, so that texture and noise count less than the edge
  const profile = (grey: Grey, at: number): number =>
    (sample(grey, x + at * nx - ux, y + at * ny - uy) + sample(grey, x + at * nx, y + at * ny) + sample(grey, x + at * nx + ux, y + at * ny + uy)) / 3;
  const wanted = Array.from({ length: 2 * ACROSS + 1 }, (_, i) => profile(first, i - ACROSS));
  const now = Array.from({ length: 2 * reach + 1 }, (_, i) => profile(later.grey, i - reach));
  const spread = Math.max(...wanted) - Math.min(...wanted);
  if (spread < 2 * LEAST_GRADIENT) return null;
  const errors = Array.from({ length: 2 * SEARCH + 1 }, (_, shift) => wanted.reduce((sum, value, i) => sum + (value - (now[shift + i] as number)) ** 2, 0));
  let best = 0;
  for (const [i, error] of errors.entries()) if (error < (errors[best] as number)) best = i;
  // at the end of the search the true place may lie beyond; a bad fit is another thing
  if (best === 0 || best === errors.length - 1) return null;
  const [before, at, after] = [errors[best - 1], errors[best], errors[best + 1]] as [number, number, number];
  if (Math.sqrt(at / wanted.length) > 0.25 * spread) return null;
  return best - SEARCH + (before - after) / (2 * Math.max(1e-6, before - 2 * at + after));
};

export interface Jelly {
  /** The bend that 9 of 10 edges stay below, in pixels of a clip 1280 wide; 0 without edges. */
  readonly usualPx: number;
  /** The most bent edge. */
  readonly worstPx: number;
  readonly edgeCount: number;
  /** Edges of frame 0 that bend more than `BENT_PX`, worst first, as shares of width and height. */
  readonly bent: readonly (Edge & { readonly bendPx: number })[];
}

/** Bends of more than this on a clip 1280 wide are seen as jelly. */
export const BENT_PX = 1.5;
/** Edges of at least this share of the longer side are followed. */
const LONG = 0.075;

/**
 * @param first frame 0, about 640 pixels wide
 * @param later later frames as the camera saw them in frame 0
 */
export const jellyOf = (first: Grey, later: readonly Held[]): Jelly => {
  const side = Math.max(first.width, first.height);
  const scale = 1280 / first.width;
  const judged = findEdges(first, LONG * side).flatMap((edge) => {
    const bends = later.flatMap((frame) => bendOf(first, frame, edge) ?? []);
    // found again in one frame only is luck
    return bends.length < 2 ? [] : [{ edge, bendPx: scale * Math.max(...bends) }];
  });
  const bent = judged
    .filter(({ bendPx }) => bendPx > BENT_PX)
    .sort((a, b) => b.bendPx - a.bendPx)
    .map(({ edge, bendPx }) => ({
      ...{ x0: edge.x0 / first.width, y0: edge.y0 / first.height, x1: edge.x1 / first.width, y1: edge.y1 / first.height },
      contrast: edge.contrast,
      bendPx,
    }));
  const bends = judged.map(({ bendPx }) => bendPx);
  return { usualPx: quantile(bends, 0.9), worstPx: Math.max(0, ...bends), edgeCount: bends.length, bent };
};
