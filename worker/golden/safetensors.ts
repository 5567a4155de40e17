/** Reads safetensors files: a JSON header that names the tensors, then their bytes. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../../core/errors.ts';

export interface StoredTensor {
  /** As the file says: F32, F16, BF16, F64, I64, I32, U8, BOOL. */
  readonly dtype: string;
  readonly dims: readonly number[];
  /** Whole numbers and booleans come as float64, which holds every id exactly; half precision as float32. */
  readonly data: Float32Array | Float64Array;
}

const HEADER_MAX_BYTES = 16 << 20;

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const fromBfloat16 = (bits: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
};

const fromFloat16 = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

type Reader = { readonly bytes: number; readonly double: boolean; readonly read: (view: DataView, at: number) => number };
const readers: Readonly<Record<string, Reader>> = {
  F64: { bytes: 8, double: true, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, double: false, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, double: false, read: (view, at) => fromFloat16(view.getUint16(at, true)) },
  BF16: { bytes: 2, double: false, read: (view, at) => fromBfloat16(view.getUint16(at, true)) },
  I64: { bytes: 8, double: true, read: (view, at) => Number(view.getBigInt64(at, true)) },
  I32: { bytes: 4, double: true, read: (view, at) => view.getInt32(at, true) },
  U8: { bytes: 1, double: true, read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, double: true, read: (view, at) => view.getUint8(at) },
};

const isEntry = (value: unknown): value is HeaderEntry => {
  const { dtype, shape, data_offsets: range } = (value ?? {}) as Partial<HeaderEntry>;
  const whole = (list: unknown): list is number[] => Array.isArray(list) && list.every((one) => Number.isSafeInteger(one) && one >= 0);
  return typeof dtype === 'string' && whole(shape) && whole(range) && range.length === 2;
};

/**
 * Every tensor of the file by its name.
 * @throws InputError REQUEST_MALFORMED when the file is not what it says
 * @source https://huggingface.co/docs/safetensors (format)
 */
export const readSafetensors = async (path: string): Promise<Map<string, StoredTensor>> => {
  const bytes = await readFile(path);
  const broken = (problem: string): AppError => new AppError('REQUEST_MALFORMED', { problem: `${path}: ${problem}` });
  const headerBytes = bytes.length < 8 ? Number.NaN : Number(bytes.readBigUInt64LE(0));
  if (!(headerBytes <= Math.min(HEADER_MAX_BYTES, bytes.length - 8))) throw broken('this is not a safetensors file');
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes));
  } catch (error) {
    throw new AppError('REQUEST_MALFORMED', { problem: `${path}: the header is not JSON` }, { cause: error });
  }
  const body = new DataView(bytes.buffer, bytes.byteOffset + 8 + headerBytes, bytes.length - 8 - headerBytes);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const reader = isEntry(entry) ? readers[entry.dtype] : undefined;
    if (!isEntry(entry) || reader === undefined) throw broken(`${name} is of a kind that is not known here`);
    const [from, to] = entry.data_offsets;
    const count = entry.shape.reduce((product, side) => product * side, 1);
    if (to - from !== count * reader.bytes || to > body.byteLength) throw broken(`${name} does not fill its dimensions`);
    const data = reader.double ? new Float64Array(count) : new Float32Array(count);
    for (let i = 0; i < count; i++) data[i] = reader.read(body, from + i * reader.bytes);
    tensors.set(name, { dtype: entry.dtype, dims: entry.shape, data });
  }
  return tensors;
};
