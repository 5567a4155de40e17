/** One reading of a model file: its SHA-256, and whether a weight in it is not a number or infinite. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FloatKind, Weight } from './graph-weights.ts';

export interface Scan {
  readonly sha256: string;
  /** The first weight that no network can work with, in words that complete “the file …”. */
  readonly problem: string | undefined;
}

const CHUNK_BYTES = 4 * 1024 * 1024;
const LARGEST_VALUE_BYTES = 8;

interface Float {
  readonly bytes: number;
  /** Whether any value has all exponent bits set, as infinities and what is not a number have; little-endian words. */
  readonly suspicious: (words: Uint32Array) => boolean;
  readonly value: (view: DataView, at: number) => number;
}

const half = (bits: number): number => ((bits & 0x7c00) !== 0x7c00 ? bits & 0x7fff : (bits & 0x3ff) !== 0 ? Number.NaN : Number.POSITIVE_INFINITY);
const bfloat = (bits: number): number => ((bits & 0x7f80) !== 0x7f80 ? bits & 0x7fff : (bits & 0x7f) !== 0 ? Number.NaN : Number.POSITIVE_INFINITY);

/** Loops without closures: this runs over every byte of every model. */
const floats: Readonly<Record<FloatKind, Float>> = {
  float32: {
    bytes: 4,
    suspicious: (words) => {
      for (let i = 0; i < words.length; i++) if (((words[i] as number) & 0x7f800000) === 0x7f800000) return true;
      return false;
    },
    value: (view, at) => view.getFloat32(at, true),
  },
  float16: {
    bytes: 2,
    suspicious: (words) => {
      for (let i = 0; i < words.length; i++) {
        const word = words[i] as number;
        if ((word & 0x7c00) === 0x7c00 || (word & 0x7c000000) === 0x7c000000) return true;
      }
      return false;
    },
    value: (view, at) => half(view.getUint16(at, true)),
  },
  bfloat16: {
    bytes: 2,
    suspicious: (words) => {
      for (let i = 0; i < words.length; i++) {
        const word = words[i] as number;
        if ((word & 0x7f80) === 0x7f80 || (word & 0x7f800000) === 0x7f800000) return true;
      }
      return false;
    },
    value: (view, at) => bfloat(view.getUint16(at, true)),
  },
  float64: {
    bytes: 8,
    suspicious: (words) => {
      for (let i = 1; i < words.length; i += 2) if (((words[i] as number) & 0x7ff00000) === 0x7ff00000) return true;
      return false;
    },
    value: (view, at) => view.getFloat64(at, true),
  },
};

/** What is known about one weight while its bytes pass by. */
interface Watch {
  readonly weight: Weight;
  readonly float: Float;
  /** The bytes of a value that a chunk's end has cut. */
  rest: Uint8Array;
  infinite: boolean;
  ordinary: boolean;
}

/** Only constants and masks hold infinities: single values, or nothing but zeros besides. */
const problemOf = ({ weight, infinite, ordinary }: Watch): string | undefined =>
  infinite && ordinary && weight.elements > 1 ? `holds an infinite weight (in ${weight.tensor})` : undefined;

/** @returns what is wrong, as soon as it is sure */
const look = (watch: Watch, scratch: ArrayBuffer, piece: Uint8Array, last: boolean): string | undefined => {
  const { float, weight, rest } = watch;
  const bytes = new Uint8Array(scratch);
  bytes.set(rest);
  bytes.set(piece, rest.length);
  const filled = rest.length + piece.length;
  const whole = last ? filled : filled - (filled % LARGEST_VALUE_BYTES);
  watch.rest = bytes.slice(whole, filled);
  const words = Math.ceil(whole / LARGEST_VALUE_BYTES) * 2;
  bytes.fill(0, whole, words * 4);
  // once infinite, every value counts, because an ordinary one beside it decides
  if (!watch.infinite && !float.suspicious(new Uint32Array(scratch, 0, words))) {
    watch.ordinary ||= whole > 0 && new Uint32Array(scratch, 0, words).some((word) => word !== 0);
    return undefined;
  }
  const view = new DataView(scratch);
  for (let at = 0; at + float.bytes <= whole; at += float.bytes) {
    const value = float.value(view, at);
    if (Number.isNaN(value)) return `holds a weight that is not a number (in ${weight.tensor})`;
    if (!Number.isFinite(value)) watch.infinite = true;
    else if (value !== 0) watch.ordinary = true;
  }
  return problemOf(watch);
};

/**
 * Reads a file once, from its beginning to its end.
 * @param weights those that lie in this file; the others are ignored only in so far as they are not floating-point
 */
export const scanFile = async (path: string, weights: readonly Weight[]): Promise<Scan> => {
  const waiting: Watch[] = weights
    .flatMap((weight) => (weight.kind === 'other' || weight.bytes === 0 ? [] : [{ weight, float: floats[weight.kind] }]))
    .map(({ weight, float }) => ({ weight, float, rest: new Uint8Array(0), infinite: false, ordinary: false }))
    .sort((a, b) => b.weight.offset - a.weight.offset);
  let watched: Watch[] = [];
  let problem: string | undefined;
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const scratch = new ArrayBuffer(CHUNK_BYTES + 2 * LARGEST_VALUE_BYTES);
  const file = await open(path, 'r');
  try {
    for (let start = 0; ; ) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, start);
      if (bytesRead === 0) break;
      const end = start + bytesRead;
      hash.update(chunk.subarray(0, bytesRead));
      for (let next = waiting.at(-1); next !== undefined && next.weight.offset < end; next = waiting.at(-1)) watched.push(waiting.pop() as Watch);
      for (const watch of watched) {
        const { offset, bytes } = watch.weight;
        const piece = chunk.subarray(Math.max(0, offset - start), Math.min(bytesRead, offset + bytes - start));
        problem ??= look(watch, scratch, piece, offset + bytes <= end);
      }
      watched = watched.filter(({ weight }) => weight.offset + weight.bytes > end);
      start = end;
    }
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), problem };
};
