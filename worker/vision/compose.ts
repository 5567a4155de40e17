/** Moves the pixels of a prepared photo to their places, frame by frame; the arithmetic behind it is in worker/train/renderer.py. */
import { CELL_FLOATS, kernelBytes, nameOf, REALS, type Span, type Task, WHOLES } from './compose-kernel.ts';

/** Full-size planes of a clip, made once. Luma planes are width x height, chroma planes U and V, each half as wide and high. */
export interface Sheets {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly luma: Uint8Array;
  readonly chroma: Uint8Array;
  /** 255 where the layer shows, 0 where something stands before it. */
  readonly mask: Uint8Array;
  readonly maskHalf: Uint8Array;
  /** Sky, water, smoke and fire, continued behind what stands before them. */
  readonly layer: Uint8Array;
  readonly layerChroma: Uint8Array;
}

/** One frame's positions and shading on a coarse grid. */
export interface Fields {
  readonly width: number;
  readonly height: number;
  /** Added to where the camera looks, x and y: still sheet, first copy, second copy of the layer. Picture units, -1..1 over an edge. */
  readonly shifts: Float32Array;
  /** Brightness of everything; contrast of the layer's copies; what contrast adds to their mean. */
  readonly shade: Float32Array;
}

export interface Arrangement {
  /** 2x3 matrix from a pixel of the frame to the place in the photo, picture units. */
  readonly pose: readonly number[];
  /** Weights of the layer's copies; a weight of 0 costs nothing, two leave the layer out. */
  readonly weights: readonly [number, number];
}

export interface Composer {
  /**
   * One frame. The same input gives the same bytes.
   * @returns I420, widthPx * heightPx * 3 / 2 bytes, a fresh buffer
   */
  compose(fields: Fields, arrangement: Arrangement): Uint8Array;
}

/** The part of WebAssembly's interface used here; TypeScript has it in the library for browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, (...numbers: number[]) => void>> };
};

const PAGE_BYTES = 65_536;
/** Sampling reads up to a line and a pixel past the end of a plane, with weight 0; writing goes less than 8 bytes past it. */
const spare = (width: number): number => width + 16;
/** From this width on, the fields change so little along 8 pixels that looking at both ends is enough. */
const WIDE_PX = 640;
const SHIFTS = 6;
const SHADES = 3;

const compiled = new Map<Span, object>();
const kernels = (span: Span): object => {
  const kept = compiled.get(span);
  if (kept !== undefined) return kept;
  const module = new WebAssembly.Module(kernelBytes(span));
  compiled.set(span, module);
  return module;
};

/** Hands out aligned addresses one after the other. */
const layOut = () => {
  let end = 0;
  return {
    take(bytes: number): number {
      const at = end;
      end = Math.ceil((at + bytes) / 16) * 16;
      return at;
    },
    pages: () => Math.ceil(end / PAGE_BYTES),
  };
};

/** Where pixels fall between cells, as entries of {bytes to the cell, share of the next one}: every `every`-th pixel of `size`, `entries` of them. */
const writeTable = (view: DataView, at: number, size: number, cells: number, cellBytes: number, entries: number, every: number): void => {
  for (let i = 0; i < entries; i++) {
    const place = Math.min(Math.max(((i * every + 0.5) * cells) / size - 0.5, 0), cells - 1.0001);
    view.setInt32(at + 8 * i, Math.floor(place) * cellBytes, true);
    view.setFloat32(at + 8 * i + 4, place - Math.floor(place), true);
  }
};

/** Planes of luma or of chroma in the kernels' memory. */
interface Part {
  readonly width: number;
  readonly height: number;
  readonly planes: 1 | 2;
  readonly still: number;
  readonly layer: number;
  readonly mask: number;
  readonly out: number;
  /** Bytes from U to V. */
  readonly between: number;
  readonly columns: number;
  readonly lines: number;
}

/**
 * Copies the sheets; they may be dropped afterwards.
 * @param grid size of the fields of all frames, both sides at least 2
 */
export const openComposer = (sheets: Sheets, grid: { readonly width: number; readonly height: number }): Composer => {
  const { widthPx, heightPx } = sheets;
  const cellBytes = 4 * CELL_FLOATS;
  const span: Span = widthPx < WIDE_PX ? 4 : 8;

  // 1 everything has its place in one memory
  const room = layOut();
  const part = (planes: 1 | 2): Part => {
    const [width, height] = [widthPx / planes, heightPx / planes];
    const between = width * height + spare(width);
    const [still, layer, out] = [room.take(planes * between), room.take(planes * between), room.take(planes * between)];
    const mask = room.take(between);
    return { width, height, planes, still, layer, mask, out, between, columns: room.take(8 * (Math.ceil(width / span) + 1)), lines: room.take(8 * height) };
  };
  const [luma, chroma] = [part(1), part(2)];
  const fieldsAt = room.take(grid.width * grid.height * cellBytes);
  const row = room.take(grid.width * cellBytes);
  const memory = new WebAssembly.Memory({ initial: room.pages() });
  const { exports } = new WebAssembly.Instance(kernels(span), { env: { memory } });
  const bytes = new Uint8Array(memory.buffer);
  const cells = new Float32Array(memory.buffer, fieldsAt, grid.width * grid.height * CELL_FLOATS);

  // 2 what stays the same for all frames
  const view = new DataView(memory.buffer);
  for (const { width, height, columns, lines } of [luma, chroma]) {
    writeTable(view, columns, width, grid.width, cellBytes, Math.ceil(width / span) + 1, span);
    writeTable(view, lines, height, grid.height, grid.width * cellBytes, height, 1);
  }
  const fill = (at: number, planes: Uint8Array, { width, height, between }: Part): void => {
    const area = width * height;
    for (let k = 0; k * area < planes.length; k++) bytes.set(planes.subarray(k * area, (k + 1) * area), at + k * between);
  };
  fill(luma.still, sheets.luma, luma);
  fill(luma.layer, sheets.layer, luma);
  fill(luma.mask, sheets.mask, luma);
  fill(chroma.still, sheets.chroma, chroma);
  fill(chroma.layer, sheets.layerChroma, chroma);
  fill(chroma.mask, sheets.maskHalf, chroma);

  /** Cell by cell instead of plane by plane, so that one look at the fields is one look at memory. @returns whether brightness changes */
  const interleave = ({ shifts, shade }: Fields): boolean => {
    const area = grid.width * grid.height;
    let shines = false;
    for (let i = 0, to = 0; i < area; i++, to += CELL_FLOATS) {
      for (let k = 0; k < SHIFTS; k++) cells[to + k] = shifts[k * area + i] as number;
      for (let k = 0; k < SHADES; k++) cells[to + SHIFTS + k] = shade[k * area + i] as number;
      shines ||= shade[i] !== 1;
    }
    return shines;
  };

  const run = ({ width, height, ...at }: Part, task: Task, { pose, weights }: Arrangement): void => {
    const [a, b, c, d, e, f] = pose as [number, number, number, number, number, number];
    // picture units → pixels: x = (u + 1) * width / 2 - 0.5, at the first pixel's centre and per pixel
    const [u, v] = [1 / width - 1, 1 / height - 1];
    const numbers: Readonly<Record<(typeof WHOLES)[number] | (typeof REALS)[number], number>> = {
      ...at,
      ...{ width, height, row, rowBytes: grid.width * cellBytes, fields: fieldsAt },
      ...{ scaleX: width / 2, scaleY: height / 2 },
      ...{ originX: ((a * u + b * v + c + 1) * width - 1) / 2, originY: ((d * u + e * v + f + 1) * height - 1) / 2 },
      ...{ perColumnX: a, perColumnY: (d * height) / width, perLineX: (b * width) / height, perLineY: e },
      ...{ weight0: weights[0], weight1: weights[1] },
    };
    exports[nameOf(task)]?.(...[...WHOLES, ...REALS].map((name) => numbers[name]));
  };

  return {
    compose(fields, arrangement) {
      const shines = interleave(fields);
      const [w0, w1] = arrangement.weights;
      const copies = w1 > 0 ? 2 : w0 > 0 ? 1 : 0;
      run(luma, { planes: 1, copies, shines }, arrangement);
      run(chroma, { planes: 2, copies, shines: false }, arrangement);
      const [area, quarter] = [luma.width * luma.height, chroma.width * chroma.height];
      const frame = new Uint8Array(area + 2 * quarter);
      frame.set(bytes.subarray(luma.out, luma.out + area));
      for (const k of [0, 1]) frame.set(bytes.subarray(chroma.out + k * chroma.between, chroma.out + k * chroma.between + quarter), area + k * quarter);
      return frame;
    },
  };
};
