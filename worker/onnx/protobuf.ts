/** Walks the fields of a protobuf file of any size through a small window, trusting no length in it. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What is wrong with a file, in words that complete “the file …”. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** One field of a message: a number for varints, a place in the file for everything that has a length. */
export interface Field {
  readonly number: number;
  readonly wire: 'varint' | 'fixed64' | 'bytes' | 'fixed32';
  /** Of a varint; exact up to 2^53, negative numbers as two's complement of 64 bits. */
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

export interface ProtobufFile {
  readonly bytes: number;
  /** The fields between two places, which must be the borders of one message. @throws Malformed */
  fields(start: number, end: number): Generator<Field>;
  /** @throws Malformed when it is longer than `maxBytes` or not UTF-8 */
  text(field: Field, maxBytes: number): string;
  /** A copy of the bytes. @throws Malformed when there are more than `maxBytes` */
  read(field: Field, maxBytes: number): Uint8Array;
  close(): void;
}

/** The longest name or other text that is read. */
export const NAME_MAX_BYTES = 64 * 1024;

const WINDOW_BYTES = 256 * 1024;
const wires: readonly (Field['wire'] | undefined)[] = ['varint', 'fixed64', 'bytes', undefined, undefined, 'fixed32'];

/** A little-endian base-128 number; `next` gives one byte after the other. @throws Malformed after ten bytes */
const varint = (next: () => number): number => {
  let low = 0;
  for (let factor = 1; factor < 2 ** 49; factor *= 128) {
    const byte = next();
    low += (byte & 0x7f) * factor;
    if (byte < 0x80) return low;
  }
  let high = 0n;
  for (let shift = 49n; shift < 70n; shift += 7n) {
    const byte = next();
    high |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return Number(BigInt.asIntN(64, high | BigInt(low)));
  }
  throw new Malformed('holds a number that never ends');
};

/** A field that must hold a message, text or bytes. @throws Malformed otherwise */
export const message = (field: Field): Field => {
  if (field.wire !== 'bytes') throw new Malformed('is not a model: a part of it has the wrong kind');
  return field;
};

/** The numbers of a packed repeated varint field. @throws Malformed when the last one is cut off */
export const unpackVarints = (bytes: Uint8Array): number[] => {
  const values: number[] = [];
  let at = 0;
  const next = (): number => {
    if (at >= bytes.length) throw new Malformed('holds a list that is cut off');
    return bytes[at++] as number;
  };
  while (at < bytes.length) values.push(varint(next));
  return values;
};

/** Opens a file for walking; the caller closes it. */
export const openProtobuf = (path: string): ProtobufFile => {
  const handle = openSync(path, 'r');
  const bytes = fstatSync(handle).size;
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  let windowStart = 0;
  let windowEnd = 0;
  const byteAt = (at: number): number => {
    if (at < windowStart || at >= windowEnd) {
      windowStart = at;
      windowEnd = at + readSync(handle, window, 0, WINDOW_BYTES, at);
      if (windowEnd === at) throw new Malformed('is cut off');
    }
    return window[at - windowStart] as number;
  };

  function* fields(start: number, end: number): Generator<Field> {
    let at = start;
    const next = (): number => {
      if (at >= end) throw new Malformed('is cut off or not a model: a field reaches beyond its message');
      return byteAt(at++);
    };
    while (at < end) {
      const tag = varint(next);
      const wire = wires[tag & 7];
      const field = Math.floor(tag / 8);
      if (wire === undefined || field < 1 || field >= 2 ** 29) throw new Malformed('is not a model: it holds a field of an unknown kind');
      if (wire === 'varint') {
        const value = varint(next);
        yield { number: field, wire, value, start: at, end: at };
        continue;
      }
      const length = wire === 'bytes' ? varint(next) : wire === 'fixed64' ? 8 : 4;
      if (length < 0 || at + length > end) throw new Malformed('is cut off or not a model: a field reaches beyond its message');
      const from = at;
      at += length;
      yield { number: field, wire, value: 0, start: from, end: at };
    }
  }

  const read = (field: Field, maxBytes: number): Uint8Array => {
    const length = field.end - field.start;
    if (length > maxBytes) throw new Malformed(`holds a text or list of ${length} bytes where at most ${maxBytes} are read`);
    const copy = Buffer.allocUnsafe(length);
    if (length > 0 && readSync(handle, copy, 0, length, field.start) !== length) throw new Malformed('is cut off');
    return copy;
  };

  const decoder = new TextDecoder('utf-8', { fatal: true });
  return {
    bytes,
    fields,
    read,
    text(field, maxBytes) {
      const raw = read(field, maxBytes);
      try {
        return decoder.decode(raw);
      } catch {
        throw new Malformed('holds a name that is not text');
      }
    },
    close: () => closeSync(handle),
  };
};
