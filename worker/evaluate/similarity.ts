/** Similarity transforms of the picture plane: turning, scaling and shifting around the centre of the frame. */

/**
 * (x, y) → (c x - s y + tx, s x + c y + ty); x and y in pixels from the centre of the frame, y down.
 * c = scale cos, s = scale sin of the angle by which the picture turns clockwise on the screen.
 */
export interface Similarity {
  readonly c: number;
  readonly s: number;
  readonly tx: number;
  readonly ty: number;
}

export const identity: Similarity = { c: 1, s: 0, tx: 0, ty: 0 };

/** First `inner`, then `outer`. */
export const compose = (outer: Similarity, inner: Similarity): Similarity => ({
  c: outer.c * inner.c - outer.s * inner.s,
  s: outer.s * inner.c + outer.c * inner.s,
  tx: outer.c * inner.tx - outer.s * inner.ty + outer.tx,
  ty: outer.s * inner.tx + outer.c * inner.ty + outer.ty,
});

export const invert = ({ c, s, tx, ty }: Similarity): Similarity => {
  const norm = c * c + s * s;
  return { c: c / norm, s: -s / norm, tx: -(c * tx + s * ty) / norm, ty: (s * tx - c * ty) / norm };
};

/** The same transform for a frame `factor` times as large. */
export const rescale = ({ c, s, tx, ty }: Similarity, factor: number): Similarity => ({ c, s, tx: tx * factor, ty: ty * factor });

/** Where one point was and is, in pixels from the centre. */
export interface Match {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Distance in pixels between where the transform puts a point and where it is. */
export const missPx = ({ c, s, tx, ty }: Similarity, { x0, y0, x1, y1 }: Match): number => Math.hypot(c * x0 - s * y0 + tx - x1, s * x0 + c * y0 + ty - y1);

/**
 * The least-squares similarity of matched points (Umeyama 1991 without reflections, in the closed form of the plane).
 * @returns null for fewer than two different points
 */
export const fitSimilarity = (matches: readonly Match[]): Similarity | null => {
  let [mx0, my0, mx1, my1] = [0, 0, 0, 0];
  for (const { x0, y0, x1, y1 } of matches) {
    mx0 += x0 / matches.length;
    my0 += y0 / matches.length;
    mx1 += x1 / matches.length;
    my1 += y1 / matches.length;
  }
  let [dot, cross, spread] = [0, 0, 0];
  for (const { x0, y0, x1, y1 } of matches) {
    const [ax, ay, bx, by] = [x0 - mx0, y0 - my0, x1 - mx1, y1 - my1];
    dot += ax * bx + ay * by;
    cross += ax * by - ay * bx;
    spread += ax * ax + ay * ay;
  }
  if (spread < 1e-6) return null;
  const c = dot / spread;
  const s = cross / spread;
  return { c, s, tx: mx1 - (c * mx0 - s * my0), ty: my1 - (s * mx0 + c * my0) };
};
