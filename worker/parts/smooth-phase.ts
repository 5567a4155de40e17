/** Makes the phases of a sampled swing hang together inside each region: no point round which a phase winds, neighbours in step. */

/** Cells per side of a motion field. */
export const CELLS = 32;
export const AREA = CELLS * CELLS;
/** One number per cell, row by row. */
export type Plane = Float64Array;
/** A swing along one axis: re cos(wt) - im sin(wt), shares of the frame; planes of complex amplitudes. */
export interface Swing {
  readonly re: Plane;
  readonly im: Plane;
}
/** How strongly cells hang together with their right and lower neighbours, 0..1; 0 beyond the border. */
interface Edges {
  readonly right: Plane;
  readonly lower: Plane;
}

/** Cells over which the phase's steps are averaged, and the deviation of the Gaussian that weighs them. */
const STEP = { radius: 2, sigma: 1.5 } as const;
/** Cells over which what the steps leave of the phase is averaged. */
const REST_CELLS = 12;
/** Iterations per solution: as many cells hear of each other. */
const ROUNDS = 40;
/** Neighbours of different classes hang together by the power of what they share. */
const APART = 1.5;
/** Weights of a cell's own phase against the smooth one, for each swing. */
const KEPT = [0.15, 0.37, 0.48] as const;
/** Swings, in shares of the frame, below which nobody can see a phase. */
const FAINT = 1e-4;

/** One plane from a number per cell. */
export const plane = (value: (i: number) => number): Plane => {
  const out = new Float64Array(AREA);
  for (let i = 0; i < AREA; i++) out[i] = value(i);
  return out;
};

/**
 * Swings of the same sizes with smooth phases.
 * @param swings the x and y axis of each frequency
 * @param shares how far each cell belongs to each class that may swing, 0..1
 * @param sharper per frequency and cell: factor on the smooth phase's steps
 * @source Ghiglia and Romero 1994, weighted least-squares phase unwrapping; reference numbers in test/golden/settle.json
 */
export const smoothPhases = (swings: readonly (readonly Swing[])[], shares: readonly Plane[], sharper: readonly Plane[]): Swing[][] => {
  const there = plane((i) => shares.reduce((sum, share) => sum + (share[i] as number), 0));
  const edges = { right: likeness(shares, there, 1, 0), lower: likeness(shares, there, 0, 1) };
  const windows = kinWindows(shares);
  return swings.map((axes, f) => {
    const steps = [meanSteps(axes, edges.right, 1, 0, windows), meanSteps(axes, edges.lower, 0, 1, windows)] as const;
    const factor = sharper[f] as Plane;
    const joined = (right: Plane, lower: Plane): Plane =>
      solve(
        edges,
        plane(() => 1e-6),
        gain(right, lower),
      );
    const times = (values: Plane): Plane => values.map((v, i) => v * (factor[i] as number));
    const smooth = joined(...steps);
    const sharp = joined(times(steps[0]), times(steps[1]));
    return axes.map((swing) => settled(swing, smooth, sharp, edges, there, KEPT[f] as number));
  });
};

/** The neighbour's index, or -1 beyond the border. */
const neighbour = (i: number, dx: number, dy: number): number => {
  const x = (i % CELLS) + dx;
  const y = Math.floor(i / CELLS) + dy;
  return x < 0 || y < 0 || x >= CELLS || y >= CELLS ? -1 : y * CELLS + x;
};

/** What two cells have in common: the sum over the classes of both shares' product. */
const kin = (shares: readonly Plane[], i: number, j: number): number => {
  let sum = 0;
  for (const share of shares) sum += (share[i] as number) * (share[j] as number);
  return sum;
};

const likeness = (shares: readonly Plane[], there: Plane, dx: number, dy: number): Plane =>
  plane((i) => {
    const j = neighbour(i, dx, dy);
    return j < 0 ? 0 : ((kin(shares, i, j) + 1e-9) / ((there[i] as number) * (there[j] as number) + 1e-9)) ** APART;
  });

/** Per place of the window: the neighbour of every cell there and its weight. */
const kinWindows = (shares: readonly Plane[]): { readonly to: Int32Array; readonly weight: Plane }[] => {
  const windows = [];
  for (let dy = -STEP.radius; dy <= STEP.radius; dy++) {
    for (let dx = -STEP.radius; dx <= STEP.radius; dx++) {
      const near = Math.exp(-(dy * dy + dx * dx) / (2 * STEP.sigma * STEP.sigma));
      const to = Int32Array.from({ length: AREA }, (_, i) => neighbour(i, dx, dy));
      windows.push({ to, weight: plane((i) => ((to[i] as number) < 0 ? 0 : near * kin(shares, i, to[i] as number))) });
    }
  }
  return windows;
};

/** Steps of the phase to one neighbour, averaged over both axes and over a window of the same class, times the edge's weight. */
const meanSteps = (axes: readonly Swing[], edge: Plane, dx: number, dy: number, windows: ReturnType<typeof kinWindows>): Plane => {
  const re = new Float64Array(AREA);
  const im = new Float64Array(AREA);
  for (let i = 0; i < AREA; i++) {
    const j = neighbour(i, dx, dy);
    if (j < 0) continue;
    for (const { re: a, im: b } of axes) {
      re[i] = (re[i] as number) + (edge[i] as number) * ((a[j] as number) * (a[i] as number) + (b[j] as number) * (b[i] as number));
      im[i] = (im[i] as number) + (edge[i] as number) * ((b[j] as number) * (a[i] as number) - (a[j] as number) * (b[i] as number));
    }
  }
  return plane((i) => {
    let [real, imaginary] = [0, 0];
    for (const { to, weight } of windows) {
      const j = to[i] as number;
      if (j < 0) continue;
      real += (weight[i] as number) * (re[j] as number);
      imaginary += (weight[i] as number) * (im[j] as number);
    }
    const size = Math.hypot(real, imaginary);
    return ((edge[i] as number) * Math.atan2(imaginary, real) * size) / (size + FAINT * FAINT);
  });
};

/** What every cell gains when `right` flows to its right neighbour and `lower` to the lower one. */
const gain = (right: Plane, lower: Plane): Plane =>
  plane((i) => {
    const left = i % CELLS === 0 ? 0 : (right[i - 1] as number);
    const above = i < CELLS ? 0 : (lower[i - CELLS] as number);
    return left - (right[i] as number) + above - (lower[i] as number);
  });

/** The plane that is even along strong edges and near right / mass elsewhere, by conjugate gradients with a diagonal preconditioner. */
const solve = (edges: Edges, mass: Plane, right: Plane): Plane => {
  const diagonal = plane((i) => {
    const left = i % CELLS === 0 ? 0 : (edges.right[i - 1] as number);
    const above = i < CELLS ? 0 : (edges.lower[i - CELLS] as number);
    return (edges.right[i] as number) + left + (edges.lower[i] as number) + above + (mass[i] as number);
  });
  const answer = new Float64Array(AREA);
  const moved = new Float64Array(AREA);
  const rest = Float64Array.from(right);
  const way = plane((i) => (rest[i] as number) / (diagonal[i] as number));
  let size = dot(rest, way);
  for (let round = 0; round < ROUNDS; round++) {
    apply(moved, edges, mass, way);
    const far = size / (dot(way, moved) + 1e-30);
    let after = 0;
    for (let i = 0; i < AREA; i++) {
      answer[i] = (answer[i] as number) + far * (way[i] as number);
      rest[i] = (rest[i] as number) - far * (moved[i] as number);
      after += (rest[i] as number) ** 2 / (diagonal[i] as number);
    }
    const turn = after / (size + 1e-30);
    size = after;
    for (let i = 0; i < AREA; i++) way[i] = (rest[i] as number) / (diagonal[i] as number) + turn * (way[i] as number);
  }
  return answer;
};

/** Writes mass * a, less what every cell gains from its neighbours along the edges, to `out`. */
const apply = (out: Plane, { right, lower }: Edges, mass: Plane, a: Plane): void => {
  for (let i = 0; i < AREA; i++) out[i] = (mass[i] as number) * (a[i] as number);
  for (let i = 0; i < AREA; i++) {
    const value = a[i] as number;
    if (right[i] !== 0) {
      const flow = (right[i] as number) * ((a[i + 1] as number) - value);
      out[i] = (out[i] as number) - flow;
      out[i + 1] = (out[i + 1] as number) + flow;
    }
    if (lower[i] !== 0) {
      const flow = (lower[i] as number) * ((a[i + CELLS] as number) - value);
      out[i] = (out[i] as number) - flow;
      out[i + CELLS] = (out[i + CELLS] as number) + flow;
    }
  }
};

const dot = (a: Plane, b: Plane): number => {
  let sum = 0;
  for (let i = 0; i < AREA; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/** One axis with the smooth phase, what that leaves averaged over the region, and a little of each cell's own phase. */
const settled = ({ re, im }: Swing, smooth: Plane, sharp: Plane, edges: Edges, there: Plane, own: number): Swing => {
  const mass = plane((i) => (there[i] as number) / REST_CELLS ** 2 + 1e-6);
  const turned = (part: 're' | 'im'): Plane =>
    plane((i) => {
      const [cosine, sine] = [Math.cos(smooth[i] as number), Math.sin(smooth[i] as number)];
      const rest = part === 're' ? (re[i] as number) * cosine + (im[i] as number) * sine : (im[i] as number) * cosine - (re[i] as number) * sine;
      return (there[i] as number) * rest;
    });
  const restRe = solve(edges, mass, turned('re'));
  const restIm = solve(edges, mass, turned('im'));
  const out = { re: new Float64Array(AREA), im: new Float64Array(AREA) };
  for (let i = 0; i < AREA; i++) {
    const [a, b, phase] = [re[i] as number, im[i] as number, sharp[i] as number];
    const size = Math.hypot(a, b);
    const before = Math.atan2(b, a) + phase - (smooth[i] as number);
    const common = Math.atan2(restIm[i] as number, restRe[i] as number) + phase;
    const kept = (own * size) / (size + FAINT);
    const cosine = (1 - own) * Math.cos(common) + kept * Math.cos(before);
    const sine = (1 - own) * Math.sin(common) + kept * Math.sin(before);
    const length = Math.hypot(cosine, sine);
    out.re[i] = (size * cosine) / length;
    out.im[i] = (size * sine) / length;
  }
  return out;
};
