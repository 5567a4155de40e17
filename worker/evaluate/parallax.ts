/** Near things passing far ones: what an orbit or a crane does that turning or shifting the picture cannot. */
import type { CameraTrack } from './camera-track.ts';
import { denseFlow, type Flow } from './flow.ts';
import { boxMean, type Grey, gradients, median } from './grey.ts';

/**
 * By how much the lower edge of the picture, where most photos are near, moves against the upper edge; the most extreme of
 * the frames looked at. Shares of width and height.
 */
export interface Parallax {
  /** Positive when what is below moves to the left against what is above: the camera goes around to the right. */
  readonly x: number;
  /** Positive when what is below moves down more than what is above: the camera rises. */
  readonly y: number;
}

const LOOKS = 2;
const TEXTURE = 3;
const ROUNDS = 4;

/** @param greys about 320 pixels on the longer side */
export const measureParallax = (greys: readonly Grey[], { frames }: CameraTrack): Parallax => {
  const [first] = greys as [Grey, ...Grey[]];
  const { width, height } = first;
  const { gx, gy } = gradients(first);
  const texture = boxMean({ ...first, data: gx.map((x, i) => Math.hypot(x, gy[i] as number)) }, 3).data;
  const places: number[] = [];
  for (let y = 4; y < height - 4; y += 3) for (let x = 4; x < width - 4; x += 3) if ((texture[y * width + x] as number) > TEXTURE) places.push(y * width + x);
  let found: Parallax = { x: 0, y: 0 };
  if (places.length < 50) return found;
  for (let k = 1; k <= LOOKS; k++) {
    const frame = frames[Math.round((k * (frames.length - 1)) / LOOKS)] as number;
    const { shearX, shearY, growX, growY } = affineOf(denseFlow(first, greys[frame] as Grey), places);
    // turning moves above and below apart too, but then left and right as well: the sum of both shears is free of it
    const x = (-(shearX + shearY) * height) / width;
    // zooming stretches width and height alike: the difference is free of it
    const y = growY - growX;
    found = { x: Math.abs(x) > Math.abs(found.x) ? x : found.x, y: Math.abs(y) > Math.abs(found.y) ? y : found.y };
  }
  return found;
};

/** u = a + growX x + shearX y, v = b + shearY x + growY y, by least squares over the places that agree with it best. */
const affineOf = ({ width, u, v }: Flow, places: readonly number[]) => {
  let kept = places;
  let [first, second]: [Plane, Plane] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (let round = 0; round < ROUNDS; round++) {
    first = fitPlane(kept, width, u);
    second = fitPlane(kept, width, v);
    const miss = (at: number): number => {
      const x = at % width;
      const y = Math.floor(at / width);
      return Math.hypot((u[at] as number) - first[0] - first[1] * x - first[2] * y, (v[at] as number) - second[0] - second[1] * x - second[2] * y);
    };
    const limit = Math.max(0.3, 2 * median(places.map(miss)));
    kept = places.filter((at) => miss(at) < limit);
  }
  return { growX: first[1], shearX: first[2], shearY: second[1], growY: second[2] };
};

/** Constant, slope along x, slope along y. */
type Plane = readonly [number, number, number];

/** The plane through values at some places, by the normal equations about the mean. */
const fitPlane = (places: readonly number[], width: number, values: Float32Array): Plane => {
  const n = Math.max(1, places.length);
  let [mx, my, mz] = [0, 0, 0];
  for (const at of places) {
    mx += (at % width) / n;
    my += Math.floor(at / width) / n;
    mz += (values[at] as number) / n;
  }
  let [xx, xy, yy, xz, yz] = [0, 0, 0, 0, 0];
  for (const at of places) {
    const x = (at % width) - mx;
    const y = Math.floor(at / width) - my;
    const z = (values[at] as number) - mz;
    xx += x * x;
    xy += x * y;
    yy += y * y;
    xz += x * z;
    yz += y * z;
  }
  const det = xx * yy - xy * xy;
  if (det < 1e-6) return [mz, 0, 0];
  const alongX = (xz * yy - yz * xy) / det;
  const alongY = (yz * xx - xz * xy) / det;
  return [mz - alongX * mx - alongY * my, alongX, alongY];
};
