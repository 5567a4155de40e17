/** Whether a frame shows things twice, as cross-fades between displaced copies do: two layers of the photo explain what one cannot. */
import { denseFlow, unwarp } from './flow.ts';
import { boxMean, type Grey } from './grey.ts';
import type { Held } from './motion.ts';

export interface GhostBlock {
  /** Place and size as shares of the frame's width and height. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How strongly the weaker of the two copies shows; 0.5 is an even cross-fade. */
  readonly strength: number;
}

export interface Ghosts {
  /** Share of the blocks with something to see that show it twice, in the worst frame. */
  readonly share: number;
  /** Those of the worst frame. */
  readonly blocks: readonly GhostBlock[];
}

const BLOCK = 24;
/** How far apart the copies may lie, in pixels of a frame 640 wide. */
const REACH = 40;
/** Copies nearer than this look like blur, which sharpness measures. */
const APART = 4;
/** Standard deviation of brightness without which a block has nothing to show twice. */
const LEAST_CONTRAST = 6;
/** What one copy leaves unexplained: below this share, or below these grey levels, nobody sees a second one. */
const EXPLAINED = 0.12;
const VISIBLE = 3.5;
/** Two copies must leave less than this share of what one leaves, and less than one leaves under another light. */
const BETTER = 0.45;
const FAINTEST = 0.2;

/**
 * @param first frame 0, about 640 pixels on the longer side
 * @param later later frames as the camera saw them in frame 0
 */
export const ghostsOf = (first: Grey, later: readonly Held[]): Ghosts => {
  let worst: Ghosts = { share: 0, blocks: [] };
  // fine grain is not what shows twice, and it would hide what does
  const source = boxMean(first, 1);
  for (const { grey, inside } of later) {
    const found = inFrame(source, boxMean(grey, 1), inside);
    if (found.share > worst.share) worst = found;
  }
  return worst;
};

const inFrame = (first: Grey, frame: Grey, inside: Uint8Array): Ghosts => {
  const { width, height } = first;
  const flow = denseFlow(frame, first);
  const explained = unwarp(first, flow);
  const blocks: GhostBlock[] = [];
  let count = 0;
  for (let top = 0; top + BLOCK <= height; top += BLOCK) {
    for (let left = 0; left + BLOCK <= width; left += BLOCK) {
      const corners = [0, BLOCK - 1].flatMap((dy) => [0, BLOCK - 1].map((dx) => (top + dy) * width + left + dx));
      if (corners.some((at) => !inside[at])) continue;
      const seen = cutOut(frame, left, top);
      const energy = dot(seen, seen);
      if (energy < LEAST_CONTRAST ** 2 * BLOCK ** 2) continue;
      count++;
      const one = cutOut(explained, left, top);
      const oneEnergy = dot(one, one);
      const gain = oneEnergy > 0 ? dot(seen, one) / oneEnergy : 0;
      const left1 = energy - gain ** 2 * oneEnergy;
      if (left1 < EXPLAINED * energy || left1 < VISIBLE ** 2 * BLOCK ** 2) continue;
      const middle = (top + BLOCK / 2) * width + left + BLOCK / 2;
      const second = secondCopy(first, { left, top, seen, one }, { u: flow.u[middle] as number, v: flow.v[middle] as number });
      if (second && second.remains < BETTER * left1 && second.gains.every((value) => value > FAINTEST && value < 1.2)) {
        // light that explains it as well is the simpler reason
        const unlit = without(seen, underOtherLight(explained, left, top, one));
        if (second.remains < dot(unlit, unlit))
          blocks.push({ x: left / width, y: top / height, width: BLOCK / width, height: BLOCK / height, strength: Math.min(...second.gains) });
      }
    }
  }
  return { share: count === 0 ? 0 : blocks.length / count, blocks };
};

/** A block with its mean taken off. */
const cutOut = ({ width, data }: Grey, left: number, top: number): Float32Array => {
  const out = new Float32Array(BLOCK * BLOCK);
  let mean = 0;
  for (let y = 0, i = 0; y < BLOCK; y++) {
    for (let x = 0, at = (top + y) * width + left; x < BLOCK; x++, i++, at++) {
      out[i] = data[at] as number;
      mean += (data[at] as number) / out.length;
    }
  }
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) - mean;
  return out;
};

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/**
 * What one copy may look like when light falls on it otherwise: brighter or darker, more so towards a side, more so where it
 * is bright already, as lamps, flames and the sides of waves do. None of it is a second copy.
 * @returns vectors of length 1, at right angles to each other, without a mean
 */
const underOtherLight = ({ width, data }: Grey, left: number, top: number, one: Float32Array): readonly Float32Array[] => {
  const inBlock = (weight: (value: number, x: number, y: number) => number): Float32Array => {
    const out = new Float32Array(BLOCK * BLOCK);
    for (let y = 0, i = 0; y < BLOCK; y++) for (let x = 0; x < BLOCK; x++, i++) out[i] = weight(data[(top + y) * width + left + x] as number, x, y);
    const mean = out.reduce((sum, value) => sum + value, 0) / out.length;
    return out.map((value) => value - mean);
  };
  const centre = (BLOCK - 1) / 2;
  const found: Float32Array[] = [];
  for (const light of [one, inBlock((value, x) => value * (x - centre)), inBlock((value, _, y) => value * (y - centre)), inBlock((value) => value * value)]) {
    const fresh = without(light, found);
    const length = Math.sqrt(dot(fresh, fresh));
    // nothing but rounding is left of what the others hold already
    if (length > 1e-3 * Math.sqrt(dot(light, light)) && length > 0) found.push(fresh.map((value) => value / length));
  }
  return found;
};

/** What is left of a block that `lights`, at right angles to each other, do not explain. */
const without = (block: Float32Array, lights: readonly Float32Array[]): Float32Array => {
  const out = block.slice();
  for (const light of lights) {
    const share = dot(block, light);
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) - share * (light[i] as number);
  }
  return out;
};

interface Block {
  readonly left: number;
  readonly top: number;
  readonly seen: Float32Array;
  readonly one: Float32Array;
}

/** The displaced copy that, together with the first one, explains most: a coarse search over every second place, then its neighbours. */
const secondCopy = (
  first: Grey,
  { left, top, seen, one }: Block,
  known: { readonly u: number; readonly v: number },
): { readonly remains: number; readonly gains: readonly [number, number] } | null => {
  const energy = dot(seen, seen);
  const oneEnergy = dot(one, one);
  const seenOne = dot(seen, one);
  let best: { remains: number; gains: readonly [number, number]; dx: number; dy: number } | null = null;
  const attempt = (dx: number, dy: number): void => {
    const [x, y] = [left + dx, top + dy];
    if (x < 0 || y < 0 || x + BLOCK > first.width || y + BLOCK > first.height) return;
    if (Math.hypot(dx - known.u, dy - known.v) < APART) return;
    const other = cutOut(first, x, y);
    const otherEnergy = dot(other, other);
    const seenOther = dot(seen, other);
    const both = dot(one, other);
    const det = oneEnergy * otherEnergy - both * both;
    // copies that look alike cannot be told apart
    if (det < 0.1 * oneEnergy * otherEnergy) return;
    const g1 = (seenOne * otherEnergy - seenOther * both) / det;
    const g2 = (seenOther * oneEnergy - seenOne * both) / det;
    const remains = energy - g1 * seenOne - g2 * seenOther;
    if (!best || remains < best.remains) best = { remains, gains: [g1, g2], dx, dy };
  };
  for (let dy = -REACH; dy <= REACH; dy += 2) for (let dx = -REACH; dx <= REACH; dx += 2) attempt(dx, dy);
  const around = best as { dx: number; dy: number } | null;
  if (around) for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) attempt(around.dx + dx, around.dy + dy);
  return best;
};
