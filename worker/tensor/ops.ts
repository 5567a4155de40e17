/** Arithmetic on flat float32 data and on whole tensors; every function returns new data and leaves its arguments alone. */
import { type FloatTensor, sizeOf, tensor } from './tensor.ts';

/** factor * x */
export const scale = (x: Float32Array, factor: number): Float32Array => x.map((value) => value * factor);

/** a * x + b * y, element by element, in double and rounded once. */
export const combine = (a: number, x: Float32Array, b: number, y: Float32Array): Float32Array => {
  if (x.length !== y.length) throw new RangeError(`${x.length} and ${y.length} values cannot be combined`);
  return x.map((value, i) => a * value + b * (y[i] as number));
};

/** a * x + b * y with every operation rounded to float32, as torch computes it on float32 tensors. */
export const combineRounded = (a: number, x: Float32Array, b: number, y: Float32Array): Float32Array => {
  if (x.length !== y.length) throw new RangeError(`${x.length} and ${y.length} values cannot be combined`);
  const [p, q] = [Math.fround(a), Math.fround(b)];
  const data = new Float32Array(x.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.fround(p * (x[i] as number)) + Math.fround(q * (y[i] as number));
  return data;
};

/** True when no value is NaN or infinite. */
export const allFinite = (x: Float32Array): boolean => {
  // 0 * NaN and 0 * Infinity are NaN: one running sum replaces a branch per value
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += 0 * (x[i] as number);
  return sum === 0;
};

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** 0 below `low`, 1 above `high`, with zero slope at both: t^2 (3 - 2 t). */
export const smoothStep = (value: number, low: number, high: number): number => {
  const t = clamp((value - low) / (high - low), 0, 1);
  return t * t * (3 - 2 * t);
};

/** a * x + b, each operation rounded to float32 as torch does it. */
export const affine = (t: FloatTensor, a: number, b: number): FloatTensor => {
  const factor = Math.fround(a);
  const offset = Math.fround(b);
  const data = new Float32Array(t.data.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.fround(factor * (t.data[i] as number)) + offset;
  return { data, dims: t.dims };
};

/** torch.linspace in float32: `count` values from both ends to the middle, each rounded once. */
export const linspace = (start: number, end: number, count: number): Float32Array => {
  const [from, to] = [Math.fround(start), Math.fround(end)];
  const step = count > 1 ? Math.fround(Math.fround(to - from) / (count - 1)) : 0;
  return Float32Array.from({ length: count }, (_, i) => (i < count / 2 ? from + step * i : to - step * (count - 1 - i)));
};

/** All zero, of these dimensions. */
export const zeros = (dims: readonly number[]): FloatTensor => tensor(new Float32Array(sizeOf(dims)), dims);

export const zerosLike = (t: FloatTensor): FloatTensor => zeros(t.dims);

/**
 * The same values read with other dimensions; the data is shared. One side may be -1: whatever is left.
 * @throws RangeError when the values do not fill them
 */
export const reshape = (t: FloatTensor, dims: readonly number[]): FloatTensor => {
  const rest = t.data.length / sizeOf(dims.filter((side) => side !== -1));
  if (!Number.isInteger(rest)) throw new RangeError(`${t.data.length} values do not fill [${dims.join(', ')}]`);
  return tensor(
    t.data,
    dims.map((side) => (side === -1 ? rest : side)),
  );
};

const axisOf = (t: FloatTensor, axis: number): number => {
  const found = axis < 0 ? axis + t.dims.length : axis;
  if (!Number.isInteger(found) || found < 0 || found >= t.dims.length) throw new RangeError(`[${t.dims.join(', ')}] has no axis ${axis}`);
  return found;
};

/** A tensor as `outer` blocks of `side` rows of `inner` values around one axis. */
const around = (t: FloatTensor, axis: number): { readonly outer: number; readonly side: number; readonly inner: number } => ({
  outer: sizeOf(t.dims.slice(0, axis)),
  side: t.dims[axis] as number,
  inner: sizeOf(t.dims.slice(axis + 1)),
});

/**
 * Tensors one after the other along `axis` (negative: from the end).
 * @throws RangeError when another side differs
 */
export const concat = (tensors: readonly FloatTensor[], axis: number): FloatTensor => {
  const [first] = tensors;
  if (first === undefined) throw new RangeError('nothing to concatenate');
  const along = axisOf(first, axis);
  for (const { dims } of tensors) {
    if (dims.length !== first.dims.length || dims.some((side, i) => i !== along && side !== first.dims[i])) {
      throw new RangeError(`[${first.dims.join(', ')}] and [${dims.join(', ')}] cannot be joined along axis ${axis}`);
    }
  }
  const total = tensors.reduce((sum, t) => sum + (t.dims[along] as number), 0);
  const { outer, inner } = around(first, along);
  const data = new Float32Array(outer * total * inner);
  let offset = 0;
  for (const t of tensors) {
    const run = (t.dims[along] as number) * inner;
    for (let o = 0; o < outer; o++) data.set(t.data.subarray(o * run, (o + 1) * run), o * total * inner + offset);
    offset += run;
  }
  return { data, dims: first.dims.with(along, total) };
};

/**
 * The part from `start` up to, not including, `end` along `axis`; negative positions count from the end.
 * @throws RangeError when that reaches outside
 */
export const slice = (t: FloatTensor, axis: number, start: number, end: number): FloatTensor => {
  const along = axisOf(t, axis);
  const { outer, side, inner } = around(t, along);
  const from = start < 0 ? start + side : start;
  const to = end < 0 ? end + side : end;
  if (from < 0 || to > side || from > to) throw new RangeError(`[${t.dims.join(', ')}] has no ${start}..${end} along axis ${axis}`);
  const run = (to - from) * inner;
  const data = new Float32Array(outer * run);
  for (let o = 0; o < outer; o++) {
    const begin = (o * side + from) * inner;
    data.set(t.data.subarray(begin, begin + run), o * run);
  }
  return { data, dims: t.dims.with(along, to - from) };
};

/** Blocks of `run` values, each written `times` times in a row. */
const repeatRuns = (t: FloatTensor, axis: number, times: number, run: number): FloatTensor => {
  const data = new Float32Array(t.data.length * times);
  let to = 0;
  for (let from = 0; from < t.data.length; from += run) {
    const block = t.data.subarray(from, from + run);
    for (let k = 0; k < times; k++, to += run) data.set(block, to);
  }
  return { data, dims: t.dims.with(axis, (t.dims[axis] as number) * times) };
};

/** The whole again and again along `axis`: [a, b] → [a, b, a, b]; torch's repeat. */
export const repeat = (t: FloatTensor, axis: number, times: number): FloatTensor => {
  const along = axisOf(t, axis);
  const { side, inner } = around(t, along);
  return repeatRuns(t, along, times, side * inner);
};

/** Every part in a row along `axis`: [a, b] → [a, a, b, b]; torch's repeat_interleave. */
export const repeatInterleave = (t: FloatTensor, axis: number, times: number): FloatTensor => {
  const along = axisOf(t, axis);
  return repeatRuns(t, along, times, around(t, along).inner);
};

/** Axes that stay neighbours in the same order are one axis, and sides of 1 are none: [source sides, source strides], in the order of the result. */
const mergedAxes = (dims: readonly number[], axes: readonly number[]): { sides: number[]; strides: number[] } => {
  const strideOf = dims.map((_, i) => sizeOf(dims.slice(i + 1)));
  const sides: number[] = [];
  const strides: number[] = [];
  for (const axis of axes) {
    const side = dims[axis] as number;
    const stride = strideOf[axis] as number;
    if (side === 1) continue;
    const last = sides.length - 1;
    if (last >= 0 && strides[last] === stride * side) {
      sides[last] = (sides[last] as number) * side;
      strides[last] = stride;
    } else {
      sides.push(side);
      strides.push(stride);
    }
  }
  return { sides, strides };
};

/**
 * Axes in another order: side i of the result is side axes[i] of `t`; the data is copied.
 * @throws RangeError when `axes` does not name every axis once
 */
export const permute = (t: FloatTensor, axes: readonly number[]): FloatTensor => {
  if (axes.length !== t.dims.length || t.dims.some((_, axis) => !axes.includes(axis))) {
    throw new RangeError(`[${axes.join(', ')}] does not order the axes of [${t.dims.join(', ')}]`);
  }
  const dims = axes.map((axis) => t.dims[axis] as number);
  const { sides, strides } = mergedAxes(t.dims, axes);
  const data = new Float32Array(t.data.length);
  const { data: source } = t;
  if (data.length === 0) return { data, dims };
  // the innermost run is copied whole where it is contiguous, else value by value along one stride
  const run = sides.pop() ?? 1;
  const step = strides.pop() ?? 1;
  const at = sides.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to += run) {
    if (step === 1) data.set(source.subarray(from, from + run), to);
    else for (let k = 0, s = from; k < run; k++, s += step) data[to + k] = source[s] as number;
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      const next = (at[axis] as number) + 1;
      from += strides[axis] as number;
      if (next < (sides[axis] as number)) {
        at[axis] = next;
        break;
      }
      from -= next * (strides[axis] as number);
      at[axis] = 0;
    }
  }
  return { data, dims };
};
