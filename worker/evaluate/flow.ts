/** Dense motion between two pictures by inverse search of small patches, coarse to fine. */
import { type Grey, gradients, pyramid, sample } from './grey.ts';

/** For every pixel of the first picture, how far its content went, in pixels. */
export interface Flow {
  readonly width: number;
  readonly height: number;
  readonly u: Float32Array;
  readonly v: Float32Array;
}

const PATCH = 8;
const STRIDE = 4;
const STEPS = 6;
/** Added to the patch's structure tensor: where there is no texture the displacement stays what the coarser level said. */
const DAMPING = 40;

/**
 * DIS flow without its variational refinement: every 4 pixels a patch of 8x8 is searched by inverse compositional
 * steps, starting from the best of what the coarser level and its neighbours found; pixels average the patches that
 * cover them, weighed by how well each explains the pixel.
 * @returns flow of `from`'s size
 * @source Kroeger, Timofte, Dai and Van Gool 2016, "Fast optical flow using dense inverse search"
 */
export const denseFlow = (from: Grey, to: Grey, levelCount = 5): Flow => {
  const a = pyramid(from, levelCount);
  const b = pyramid(to, levelCount);
  let flow: Flow | null = null;
  for (let level = a.length - 1; level >= 0; level--) flow = refineLevel(a[level] as Grey, b[level] as Grey, flow);
  return flow as Flow;
};

const refineLevel = (a: Grey, b: Grey, coarser: Flow | null): Flow => {
  const { width, height } = a;
  const columns = Math.max(1, Math.ceil((width - PATCH) / STRIDE) + 1);
  const rows = Math.max(1, Math.ceil((height - PATCH) / STRIDE) + 1);
  const gridU = new Float32Array(columns * rows);
  const gridV = new Float32Array(columns * rows);
  const search = patchSearch(a, b);
  const left = (column: number): number => Math.max(0, Math.min(column * STRIDE, width - PATCH));
  const top = (row: number): number => Math.max(0, Math.min(row * STRIDE, height - PATCH));
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const [x, y] = [left(column), top(row)];
      search.start(x, y);
      if (coarser) {
        const cx = Math.min(coarser.width - 1, (x + PATCH / 2) >> 1);
        const cy = Math.min(coarser.height - 1, (y + PATCH / 2) >> 1);
        search.offer(2 * (coarser.u[cy * coarser.width + cx] as number), 2 * (coarser.v[cy * coarser.width + cx] as number));
      } else search.offer(0, 0);
      if (column > 0) search.offer(gridU[at - 1] as number, gridV[at - 1] as number);
      if (row > 0) search.offer(gridU[at - columns] as number, gridV[at - columns] as number);
      search.descend();
      gridU[at] = search.u;
      gridV[at] = search.v;
    }
  }
  medianGrid(gridU, gridV, columns, rows);
  return densify(a, b, { columns, rows, gridU, gridV, left, top });
};

/** One patch after the other: `start` at its place, `offer` displacements to begin from, `descend` from the best. */
const patchSearch = (a: Grey, b: Grey) => {
  const { width } = a;
  const { gx, gy } = gradients(a);
  const area = PATCH * PATCH;
  const template = new Float32Array(area);
  const tx = new Float32Array(area);
  const ty = new Float32Array(area);
  let [px, py, det, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  let best = Number.POSITIVE_INFINITY;
  const state = { u: 0, v: 0 };
  let [ex, ey] = [0, 0];
  const seen = new Float32Array(area);

  /** Squared error at a displacement after removing the difference in brightness; leaves the gradient in ex, ey. */
  const compare = (u: number, v: number): number => {
    const { width: bw, height: bh, data } = b;
    const x0 = Math.min(Math.max(px + u, 0), bw - PATCH - 0.001);
    const y0 = Math.min(Math.max(py + v, 0), bh - PATCH - 0.001);
    const ix = Math.floor(x0);
    const iy = Math.floor(y0);
    const fx = x0 - ix;
    const fy = y0 - iy;
    const w00 = (1 - fx) * (1 - fy);
    const w10 = fx * (1 - fy);
    const w01 = (1 - fx) * fy;
    const w11 = fx * fy;
    let mean = 0;
    for (let j = 0, i = 0; j < PATCH; j++) {
      for (let k = 0, at = (iy + j) * bw + ix; k < PATCH; k++, i++, at++) {
        const value =
          w00 * (data[at] as number) +
          w10 * (data[at + 1] as number) +
          w01 * (data[Math.min(at + bw, data.length - 2)] as number) +
          w11 * (data[Math.min(at + bw + 1, data.length - 1)] as number);
        const wrong = value - (template[i] as number);
        seen[i] = wrong;
        mean += wrong;
      }
    }
    mean /= area;
    let sum = 0;
    ex = 0;
    ey = 0;
    for (let i = 0; i < area; i++) {
      const wrong = (seen[i] as number) - mean;
      sum += wrong * wrong;
      ex += wrong * (tx[i] as number);
      ey += wrong * (ty[i] as number);
    }
    return sum;
  };

  return {
    get u() {
      return state.u;
    },
    get v() {
      return state.v;
    },
    start(x: number, y: number): void {
      [px, py, xx, xy, yy] = [x, y, 0, 0, 0];
      let [mx, my] = [0, 0];
      for (let j = 0, i = 0; j < PATCH; j++) {
        for (let k = 0, at = (y + j) * width + x; k < PATCH; k++, i++, at++) {
          template[i] = a.data[at] as number;
          tx[i] = gx[at] as number;
          ty[i] = gy[at] as number;
          mx += (gx[at] as number) / area;
          my += (gy[at] as number) / area;
        }
      }
      for (let i = 0; i < area; i++) {
        // errors are taken about their mean, so gradients are too
        const dx = (tx[i] as number) - mx;
        const dy = (ty[i] as number) - my;
        tx[i] = dx;
        ty[i] = dy;
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
      }
      xx += DAMPING;
      yy += DAMPING;
      det = xx * yy - xy * xy;
      best = Number.POSITIVE_INFINITY;
    },
    offer(u: number, v: number): void {
      const error = compare(u, v);
      if (error < best) {
        best = error;
        state.u = u;
        state.v = v;
      }
    },
    descend(): void {
      let { u, v } = state;
      for (let step = 0; step < STEPS; step++) {
        const error = compare(u, v);
        if (error < best) {
          best = error;
          state.u = u;
          state.v = v;
        }
        const du = -(yy * ex - xy * ey) / det;
        const dv = -(xx * ey - xy * ex) / det;
        u += du;
        v += dv;
        if (du * du + dv * dv < 2e-3) break;
      }
      if (compare(u, v) < best) {
        state.u = u;
        state.v = v;
      }
    },
  };
};

/** Each displacement becomes the median of itself and its neighbours, axis by axis: single wrong matches vanish. */
const medianGrid = (gridU: Float32Array, gridV: Float32Array, columns: number, rows: number): void => {
  const window = new Float32Array(9);
  for (const grid of [gridU, gridV]) {
    const before = grid.slice();
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        let n = 0;
        for (let j = Math.max(0, y - 1); j <= Math.min(rows - 1, y + 1); j++)
          for (let i = Math.max(0, x - 1); i <= Math.min(columns - 1, x + 1); i++) window[n++] = before[j * columns + i] as number;
        const some = window.subarray(0, n).sort();
        grid[y * columns + x] = some[n >> 1] as number;
      }
    }
  }
};

interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly gridU: Float32Array;
  readonly gridV: Float32Array;
  readonly left: (column: number) => number;
  readonly top: (row: number) => number;
}

const densify = (a: Grey, b: Grey, { columns, rows, gridU, gridV, left, top }: Grid): Flow => {
  const { width, height } = a;
  const u = new Float32Array(width * height);
  const v = new Float32Array(width * height);
  const weight = new Float32Array(width * height);
  for (let row = 0, patch = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, patch++) {
      const du = gridU[patch] as number;
      const dv = gridV[patch] as number;
      for (let y = top(row), bottom = Math.min(height, y + PATCH); y < bottom; y++) {
        for (let x = left(column), right = Math.min(width, x + PATCH), at = y * width + x; x < right; x++, at++) {
          const w = 1 / Math.max(1, Math.abs(sample(b, x + du, y + dv) - (a.data[at] as number)));
          u[at] = (u[at] as number) + w * du;
          v[at] = (v[at] as number) + w * dv;
          weight[at] = (weight[at] as number) + w;
        }
      }
    }
  }
  for (let at = 0; at < u.length; at++) {
    const w = weight[at] as number;
    u[at] = (u[at] as number) / w;
    v[at] = (v[at] as number) / w;
  }
  return { width, height, u, v };
};

/** The second picture pulled back along the flow, so that it should look like the first. */
export const unwarp = (to: Grey, { width, height, u, v }: Flow): Grey => {
  const data = new Float32Array(width * height);
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at++) data[at] = sample(to, x + (u[at] as number), y + (v[at] as number));
  return { width, height, data };
};
