/** Whether a camera stands still: parts all over the picture that never leave their places, however much the rest moves. */
import type { Point } from './corners.ts';
import { median } from './grey.ts';

/** Corners of one frame and where they were in each frame that was looked at from it on, null where they were out of sight. */
export interface Sightings {
  readonly corners: readonly Point[];
  readonly places: readonly (readonly (Point | null)[])[];
}

/** Farther than this from its place a corner is not at rest; the tracker's own error is a tenth to a third of it. */
const REST_PX = 0.5;
/** Over several sets of corners, one after the other, the picture may not creep away farther than this. */
const CREEP_PX = 1;
/** Least shares of the looks in which a resting corner is seen, and of those in which it is in its place. */
const SEEN = 0.7;
const IN_PLACE = 0.9;
/** Cells of a coarse grid over the picture that vote. */
const GRID = { columns: 8, rows: 6 } as const;
/**
 * Least share of the cells with corners that must hold a resting one, and how far apart the outermost of these must be, as
 * a share of the diagonal. Of the 44 clips of one list whose camera moves none had more than 0.05 (what an orbit goes
 * around), of the 97 with a camera at rest the seagull before nothing but sea had 0.11, the next one 0.32.
 */
const LEAST_CELLS = 0.09;
const LEAST_SPREAD = 0.2;

/** Where the picture is in each look, as an offset from its place in the first, or null for a camera that moves. */
export const offsetsAtRest = (parts: readonly Sightings[], size: { readonly width: number; readonly height: number }): readonly Point[] | null => {
  const offsets: Point[] = [];
  let base: Point = { x: 0, y: 0 };
  for (const part of parts) {
    const resting = restingOf(part);
    if (!areSpread(part.corners, resting, size)) return null;
    for (const row of part.places) {
      const shifts = resting.flatMap((i) => {
        const [from, to] = [part.corners[i] as Point, row[i]];
        return to ? [{ x: to.x - from.x, y: to.y - from.y }] : [];
      });
      offsets.push(
        shifts.length === 0 ? (offsets.at(-1) ?? base) : { x: base.x + median(shifts.map(({ x }) => x)), y: base.y + median(shifts.map(({ y }) => y)) },
      );
    }
    base = offsets.at(-1) ?? base;
  }
  return offsets.every(({ x, y }) => Math.hypot(x, y) < CREEP_PX) ? offsets : null;
};

/** Numbers of the corners that stay where they are. */
const restingOf = ({ corners, places }: Sightings): readonly number[] =>
  corners.flatMap((corner, i) => {
    const seen = places.flatMap((row) => row[i] ?? []);
    const inPlace = seen.filter(({ x, y }) => Math.hypot(x - corner.x, y - corner.y) < REST_PX).length;
    return seen.length >= SEEN * places.length && inPlace >= IN_PLACE * seen.length ? [i] : [];
  });

const areSpread = (corners: readonly Point[], resting: readonly number[], { width, height }: { readonly width: number; readonly height: number }): boolean => {
  const cellOf = ({ x, y }: Point): number => Math.floor((y * GRID.rows) / height) * GRID.columns + Math.floor((x * GRID.columns) / width);
  const still = resting.map((i) => corners[i] as Point);
  const share = new Set(still.map(cellOf)).size / Math.max(1, new Set(corners.map(cellOf)).size);
  const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
  return share >= LEAST_CELLS && Math.hypot(range(still.map(({ x }) => x)), range(still.map(({ y }) => y))) >= LEAST_SPREAD * Math.hypot(width, height);
};
