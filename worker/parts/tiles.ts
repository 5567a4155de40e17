/** Pictures in overlapping pieces: cut, worked on one by one, and joined again where each fades into the next. */
import { slice } from '../tensor/ops.ts';
import { type FloatTensor, sizeOf } from '../tensor/tensor.ts';
import { finite, type Run } from './run.ts';
import type { Tiling } from './tiling.ts';

/** A piece of [..., h, w], and its place among the others. */
export interface Tile {
  readonly row: number;
  readonly column: number;
  readonly input: FloatTensor;
}

/** Whether a picture [..., h, w] is larger than one piece. */
export const needsTiles = ({ rows, columns }: Tiling, { dims }: FloatTensor): boolean =>
  (dims.at(-2) as number) > rows.tile || (dims.at(-1) as number) > columns.tile;

const count = (side: number, step: number): number => Math.ceil(side / step);

/** Pieces row by row, each cut when its turn comes. @param picture [..., h, w] */
export function* cutTiles({ rows, columns }: Tiling, picture: FloatTensor): Generator<Tile> {
  const [height, width] = picture.dims.slice(-2) as [number, number];
  for (let row = 0; row < count(height, rows.step); row++) {
    const top = row * rows.step;
    const band = slice(picture, -2, top, Math.min(height, top + rows.tile));
    for (let column = 0; column < count(width, columns.step); column++) {
      const left = column * columns.step;
      yield { row, column, input: slice(band, -1, left, Math.min(width, left + columns.tile)) };
    }
  }
}

const f = Math.fround;

/**
 * Fades the end of `before` into the beginning of `after` along an axis, in place, every operation rounded to float32.
 * @param cell neighbours that get the same share; the fade is a multiple of it
 * @source diffusers' blend_v, blend_h and blend_t
 */
export const fade = (before: FloatTensor, after: FloatTensor, axis: number, length: number, cell = 1): void => {
  const along = after.dims.length + axis;
  const [given, taken] = [before.dims[along] as number, after.dims[along] as number];
  const extent = Math.min(given, taken, length);
  const outer = sizeOf(after.dims.slice(0, along));
  const inner = sizeOf(after.dims.slice(along + 1));
  for (let i = 0; i < extent; i++) {
    const share = Math.floor(i / cell) / (extent / cell);
    const [old, fresh] = [f(1 - share), f(share)];
    for (let o = 0; o < outer; o++) {
      let from = (o * given + given - extent + i) * inner;
      let to = (o * taken + i) * inner;
      for (let k = 0; k < inner; k++, from++, to++) after.data[to] = f((before.data[from] as number) * old) + f((after.data[to] as number) * fresh);
    }
  }
};

export interface Canvas {
  /** The next piece's result, row by row; it is changed. */
  put(tile: Pick<Tile, 'row' | 'column'>, result: FloatTensor): void;
  /** Everything joined, once every piece was put. */
  readonly picture: FloatTensor;
}

const lastPart = (t: FloatTensor, axis: number, length: number): FloatTensor => {
  const side = t.dims.at(axis) as number;
  return slice(t, axis, Math.max(0, side - length), side);
};

/**
 * Joins results row by row, with only the edges of the row above in memory besides the whole.
 * @param dims of the whole result, [..., h, w]
 */
export const openCanvas = ({ rows, columns, cell }: Tiling, dims: readonly number[]): Canvas => {
  const [height, width] = dims.slice(-2) as [number, number];
  const outer = sizeOf(dims.slice(0, -2));
  const picture: FloatTensor = { data: new Float32Array(sizeOf(dims)), dims };
  const above: FloatTensor[] = [];
  let left: FloatTensor | undefined;
  return {
    picture,
    put({ row, column }, result) {
      const [high, wide] = result.dims.slice(-2) as [number, number];
      const top = above[column];
      if (row > 0 && top) fade(top, result, -2, rows.blend, cell);
      if (column > 0 && left) fade(left, result, -1, columns.blend, cell);
      above[column] = lastPart(result, -2, rows.blend);
      left = lastPart(result, -1, columns.blend);
      const [y, x] = [row * rows.kept, column * columns.kept];
      const [keptRows, keptColumns] = [Math.min(rows.kept, high, height - y), Math.min(columns.kept, wide, width - x)];
      for (let o = 0; o < outer; o++) {
        for (let r = 0; r < keptRows; r++) {
          const from = (o * high + r) * wide;
          picture.data.set(result.data.subarray(from, from + keptColumns), (o * height + y + r) * width + x);
        }
      }
    },
  };
};

/**
 * A picture worked on piece by piece.
 * @param picture [..., h, w]
 * @param dims of the joined result
 * @param work of one piece; its result is changed
 * @throws CanceledError between two pieces; EngineError NAN_OUTPUT
 */
export const inTiles = async (
  run: Run,
  tiling: Tiling,
  picture: FloatTensor,
  dims: readonly number[],
  work: (piece: FloatTensor) => Promise<FloatTensor>,
): Promise<FloatTensor> => {
  const canvas = openCanvas(tiling, dims);
  for (const { input, ...place } of cutTiles(tiling, picture)) {
    run.check();
    canvas.put(place, finite(await work(input)));
  }
  return canvas.picture;
};
