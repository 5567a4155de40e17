/** By how much a camera turned around its axis, kept apart from the shear that a sideways move over ground leaves in a picture. */
import { type Match, missPx, type Similarity } from './similarity.ts';

/** (x, y) → (xx x + xy y + tx, yx x + yy y + ty), pixels from the centre. */
interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly tx: number;
  readonly ty: number;
}

/** From the band of rows in which a similarity holds to all that the shear explains. */
const GROWING_PX = [3, 3, 2.5, 2.5, 2, 2, 1.5, 1.5] as const;
const INLIER_PX = 0.5;
/** A shear, or what is across it, is believed when it holds for this many times as many points as the similarity. */
const MARKEDLY = 1.15;
/** Depth that is no plane leaves misses along the parallax; this many times as many as across tell its direction. */
const CLEARLY = 1.6;
const LEAST_POINTS = 12;
/** Misses shorter than this are the tracker's own. */
const TRACKER_PX = 0.15;
const TELLING_PX = 2 * TRACKER_PX;

/** The picture's turn clockwise on the screen since some frame, as its rows and as its columns tell it, radians. */
export interface Turn {
  readonly rows: number;
  readonly columns: number;
  /** What neither explains, across and down, pixels: depth leaves more along the parallax. 0 without a shear. */
  readonly across: number;
  readonly down: number;
}

export const noTurn: Turn = { rows: 0, columns: 0, across: 0, down: 0 };

export const addTurns = (a: Turn, b: Turn): Turn => ({ rows: a.rows + b.rows, columns: a.columns + b.columns, across: b.across, down: b.down });

/**
 * A turn moves the left and the right of the picture apart vertically (dy grows with x) and above and below apart
 * horizontally (dx grows with -y) by the same angle. Parallax adds to one of the two only: sideways moves to the second,
 * upright ones to the first. Which of the two is the turn is a question about the whole clip: see `turnsAround`.
 * @param matches points of an earlier frame and where they are now
 * @param similarity what most of them agree on
 * @source Koenderink and van Doorn 1991, "Affine structure from motion": across the epipolar lines only the similarity is left
 */
export const turnOf = (matches: readonly Match[], similarity: Similarity): Turn => {
  const angle = Math.atan2(similarity.s, similarity.c);
  const alone: Turn = { ...noTurn, rows: angle, columns: angle };
  let affine: Affine = { xx: similarity.c, xy: -similarity.s, yx: similarity.s, yy: similarity.c, tx: similarity.tx, ty: similarity.ty };
  for (const withinPx of GROWING_PX) {
    const near = matches.filter((match) => affineMissPx(affine, match) < withinPx);
    const fitted = near.length < LEAST_POINTS ? null : fitAffine(near);
    if (fitted === null) return alone;
    affine = fitted;
  }
  const misses = matches.map((match) => missOf(affine, match));
  const [across, down] = [misses.map(([x]) => x), misses.map(([, y]) => y)];
  const hold = Math.max(count(misses.map(([x, y]) => Math.hypot(x, y))), count(across, INLIER_PX / 2), count(down, INLIER_PX / 2));
  if (hold < MARKEDLY * count(matches.map((match) => missPx(similarity, match)))) return alone;
  return { rows: Math.atan2(affine.yx, affine.xx), columns: Math.atan2(-affine.xy, affine.yy), across: spread(across), down: spread(down) };
};

/**
 * The turn across the parallax in every frame; where nothing tells which way that is, the smaller of both. A camera goes
 * one way: decided frame by frame, a roll would come and go.
 * @returns radians, one per frame
 */
export const turnsAround = (turns: readonly Turn[]): readonly number[] => {
  const sum = (of: (turn: Turn) => number): number => turns.reduce((total, turn) => total + of(turn), 0);
  const [across, down] = [sum((turn) => turn.across), sum((turn) => turn.down)];
  const [rows, columns] = [sum((turn) => Math.abs(turn.rows)), sum((turn) => Math.abs(turn.columns))];
  // spreads near the tracker's own error are of a plane, and tell nothing
  const tells = Math.max(across, down) > TELLING_PX * turns.filter((turn) => turn.across > 0).length;
  const apart = tells && Math.max(across, down) > CLEARLY * Math.min(across, down);
  const byRows = apart ? across > down : rows < columns;
  return turns.map((turn) => (byRows ? turn.rows : turn.columns));
};

const count = (misses: readonly number[], withinPx = INLIER_PX): number => misses.filter((miss) => Math.abs(miss) < withinPx).length;

const missOf = ({ xx, xy, yx, yy, tx, ty }: Affine, { x0, y0, x1, y1 }: Match): [number, number] => [xx * x0 + xy * y0 + tx - x1, yx * x0 + yy * y0 + ty - y1];
const affineMissPx = (affine: Affine, match: Match): number => Math.hypot(...missOf(affine, match));

/** Upper quartile of the lengths: things that move by themselves are fewer. */
const spread = (misses: readonly number[]): number => {
  const sorted = misses.map(Math.abs).sort((a, b) => a - b);
  return Math.max(TRACKER_PX, sorted[Math.floor(0.75 * sorted.length)] as number);
};

/** The least-squares affine transform; null when the points lie on a line. */
const fitAffine = (matches: readonly Match[]): Affine | null => {
  const n = matches.length;
  const mean = (of: (match: Match) => number): number => matches.reduce((sum, match) => sum + of(match), 0) / n;
  const [mx0, my0, mx1, my1] = [mean(({ x0 }) => x0), mean(({ y0 }) => y0), mean(({ x1 }) => x1), mean(({ y1 }) => y1)];
  let [aa, ab, bb, ax, ay, bx, by] = [0, 0, 0, 0, 0, 0, 0];
  for (const { x0, y0, x1, y1 } of matches) {
    const [a, b, x, y] = [x0 - mx0, y0 - my0, x1 - mx1, y1 - my1];
    aa += a * a;
    ab += a * b;
    bb += b * b;
    ax += a * x;
    ay += a * y;
    bx += b * x;
    by += b * y;
  }
  const det = aa * bb - ab * ab;
  // about two pixels of spread in the thin direction
  if (det < 4 * n * Math.max(aa, bb)) return null;
  const [xx, xy] = [(ax * bb - bx * ab) / det, (bx * aa - ax * ab) / det];
  const [yx, yy] = [(ay * bb - by * ab) / det, (by * aa - ay * ab) / det];
  return { xx, xy, yx, yy, tx: mx1 - xx * mx0 - xy * my0, ty: my1 - yx * mx0 - yy * my0 };
};
