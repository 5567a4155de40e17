/** One tensor of an ONNX file: what kind of values it holds, how many, and where their bytes lie. */
import { type Field, Malformed, message, NAME_MAX_BYTES, type ProtobufFile, unpackVarints } from './protobuf.ts';

/** The floating-point kinds whose bits are looked at. */
export type FloatKind = 'float32' | 'float16' | 'bfloat16' | 'float64';

/** The bytes of one tensor, in the graph's own file or beside it. */
export interface Weight {
  /** As it may stand in a sentence. */
  readonly tensor: string;
  readonly kind: FloatKind | 'other';
  /** Null: in the graph's file. Otherwise as the graph writes it, relative to the graph's folder and not yet checked. */
  readonly location: string | null;
  readonly offset: number;
  readonly bytes: number;
  readonly elements: number;
}

const LIST_MAX_BYTES = 16 * 1024 * 1024;
/** Of one tensor, over all its lists. */
const MAX_LISTED = LIST_MAX_BYTES;
/** The largest models here have some thousands. */
const MAX_TENSORS = 100_000;
const MAX_RANK = 32;
const MAX_SIDE = 2 ** 31;
const MAX_ELEMENTS = 2 ** 40;

/** Bits per element by ONNX's number of the type; strings, complex numbers and what is newer are not among them. */
const elementBits: Readonly<Record<number, number>> = {
  1: 32,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 64,
  9: 8,
  10: 16,
  11: 64,
  12: 32,
  13: 64,
  16: 16,
  17: 8,
  18: 8,
  19: 8,
  20: 8,
  21: 4,
  22: 4,
};
const floatKinds: Readonly<Record<number, FloatKind>> = { 1: 'float32', 10: 'float16', 11: 'float64', 16: 'bfloat16' };
/** The bits of infinity in the half-width types; whatever is above is not a number. */
const halfInfinity: Readonly<Record<number, number>> = { 10: 0x7c00, 16: 0x7f80 };

/** A name as it may stand in a sentence: short, without anything that does not print. */
export const shown = (name: string): string => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 80) || 'without a name';

const countElements = (dims: readonly number[]): number => {
  if (dims.length > MAX_RANK) throw new Malformed(`has ${dims.length} dimensions`);
  let elements = 1;
  for (const side of dims) {
    if (side < 0 || side > MAX_SIDE) throw new Malformed(`has a side of ${side}`);
    elements *= side;
  }
  if (elements > MAX_ELEMENTS) throw new Malformed(`has ${elements} values, more than any model`);
  return elements;
};

/** A whole number written in decimal, as external data state their offset and length. */
const wholeNumber = (key: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Malformed(`says “${shown(text)}” where the ${key} of its external data belongs`);
  return Number(text);
};

/** The fields of a TensorProto, gathered before any is judged, because they may come in any order. */
interface Parts {
  name: string;
  type: number;
  location: number;
  raw: Field | undefined;
  readonly dims: number[];
  /** Values written as float32 or float64 lists. */
  readonly floats: Field[];
  /** Values written as lists of whole numbers; half-width floats come as their bits. */
  readonly integers: number[];
  readonly external: Map<string, string>;
}

/** Adds what comes from the file one by one, because nobody has counted it yet. @throws Malformed when the list grows beyond `most` */
const add = <T>(list: T[], more: readonly T[], most: number, what: string): void => {
  for (const one of more) {
    if (list.length >= most) throw new Malformed(`holds more than ${most} ${what}`);
    list.push(one);
  }
};

const addNumbers = (list: number[], file: ProtobufFile, field: Field): void =>
  add(list, field.wire === 'varint' ? [field.value] : unpackVarints(file.read(message(field), LIST_MAX_BYTES)), MAX_LISTED, 'numbers');

const gather = (file: ProtobufFile, whole: Field): Parts => {
  const parts: Parts = { name: '', type: 0, location: 0, raw: undefined, dims: [], floats: [], integers: [], external: new Map() };
  const take: Readonly<Record<number, (field: Field) => void>> = {
    1: (field) => addNumbers(parts.dims, file, field),
    2: (field) => {
      parts.type = field.value;
    },
    4: (field) => add(parts.floats, [field], MAX_TENSORS, 'lists'),
    5: (field) => addNumbers(parts.integers, file, field),
    7: (field) => addNumbers(parts.integers, file, field),
    8: (field) => {
      parts.name = file.text(message(field), NAME_MAX_BYTES);
    },
    9: (field) => {
      if (parts.raw) throw new Malformed('has data that are written twice');
      parts.raw = message(field);
    },
    10: (field) => add(parts.floats, [field], MAX_TENSORS, 'lists'),
    11: (field) => addNumbers(parts.integers, file, field),
    13: (field) => {
      const entry = [...file.fields(message(field).start, field.end)];
      const text = (number: number): string => entry.filter((part) => part.number === number).map((part) => file.text(message(part), NAME_MAX_BYTES))[0] ?? '';
      if (parts.external.has(text(1))) throw new Malformed(`names the ${shown(text(1))} of its external data twice`);
      parts.external.set(text(1), text(2));
    },
    14: (field) => {
      parts.location = field.value;
    },
  };
  for (const field of file.fields(whole.start, whole.end)) take[field.number]?.(field);
  return parts;
};

const place = ({ type, location, raw, dims, floats, integers, external }: Parts, tensor: string): Weight[] => {
  const bits = elementBits[type];
  if (bits === undefined) throw new Malformed(`is of the type ${type}, which no model here has`);
  const elements = countElements(dims);
  const bytes = Math.ceil((elements * bits) / 8);
  const kind = floatKinds[type] ?? 'other';
  const listed = floats.reduce((sum, field) => sum + ((field.end - field.start) * 8) / bits, integers.length);
  if (location === 1 || external.size > 0) {
    if (raw || listed > 0 || location !== 1) throw new Malformed('is both inside and beside the graph');
    const length = wholeNumber('length', external.get('length')) ?? bytes;
    if (length !== bytes) throw new Malformed(`needs ${bytes} bytes by its dimensions and names ${length} bytes of external data`);
    const offset = wholeNumber('offset', external.get('offset')) ?? 0;
    return [{ tensor, kind, location: external.get('location') ?? '', offset, bytes, elements }];
  }
  if (raw) {
    const got = raw.end - raw.start;
    if (got !== bytes || listed > 0) throw new Malformed(`needs ${bytes} bytes by its dimensions and has ${got}`);
    return [{ tensor, kind, location: null, offset: raw.start, bytes, elements }];
  }
  if (listed !== elements) throw new Malformed(`has room for ${elements} values by its dimensions and holds ${listed}`);
  const infinity = halfInfinity[type];
  if (infinity !== undefined && integers.some((value) => (value & 0x7fff) > infinity)) throw new Malformed('holds a value that is not a number');
  return floats.map((field) => ({ tensor, kind, location: null, offset: field.start, bytes: field.end - field.start, elements }));
};

/**
 * Reads one TensorProto and notes where its bytes lie.
 * @returns the tensor's name
 * @throws Malformed when dimensions and data disagree or are absurd
 */
export const readWeight = (file: ProtobufFile, whole: Field, weights: Weight[]): string => {
  const parts = gather(file, whole);
  const tensor = shown(parts.name);
  let placed: readonly Weight[];
  try {
    placed = place(parts, tensor);
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(`holds a tensor (${tensor}) that ${error.message}`) : error;
  }
  add(weights, placed, MAX_TENSORS, 'tensors');
  return parts.name;
};
