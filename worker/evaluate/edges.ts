/** Long straight edges of a picture: walls, masts, rails, horizons. */
import { boxMean, type Grey, gradients } from './grey.ts';

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
export const LEAST_GRADIENT = 5;
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
