/** Writes ONNX files by hand, so that a test can make one that no exporter would. */

/** A field of a protobuf message. */
type Part = Uint8Array;

const varint = (value: number | bigint): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
};

export const number = (field: number, value: number | bigint): Part => Uint8Array.from([...varint(field << 3), ...varint(value)]);
export const bytes = (field: number, content: Uint8Array): Part =>
  Buffer.concat([Uint8Array.from([...varint((field << 3) | 2), ...varint(content.length)]), content]);
export const text = (field: number, content: string): Part => bytes(field, Buffer.from(content));
export const message = (field: number, ...parts: readonly Part[]): Part => bytes(field, Buffer.concat(parts));

/** ONNX's numbers of element types. */
export const FLOAT = 1;
export const FLOAT16 = 10;

export interface TensorParts {
  readonly name: string;
  readonly type?: number;
  readonly dims: readonly (number | bigint)[];
  readonly raw?: Uint8Array;
  readonly external?: Readonly<Record<string, string>>;
}

/** A TensorProto as the initializer of a graph. */
export const initializer = ({ name, type = FLOAT, dims, raw, external }: TensorParts): Part =>
  message(
    5,
    ...dims.map((side) => number(1, side)),
    number(2, type),
    text(8, name),
    ...(raw ? [bytes(9, raw)] : []),
    ...Object.entries(external ?? {}).map(([key, value]) => message(13, text(1, key), text(2, value))),
    ...(external ? [number(14, 1)] : []),
  );

/** A ValueInfoProto: field 11 for an input, 12 for an output. */
export const port = (field: 11 | 12, name: string, dims: readonly (number | string)[], type: number = FLOAT): Part =>
  message(
    field,
    text(1, name),
    message(2, message(1, number(1, type), message(2, ...dims.map((side) => message(1, typeof side === 'number' ? number(1, side) : text(2, side)))))),
  );

export const node = (op: string, inputs: readonly string[], outputs: readonly string[], domain = ''): Part =>
  message(1, ...inputs.map((name) => text(1, name)), ...outputs.map((name) => text(2, name)), text(4, op), ...(domain === '' ? [] : [text(7, domain)]));

/** A ModelProto with one graph. */
export const model = (...graph: readonly Part[]): Uint8Array =>
  Buffer.concat([
    number(1, 10),
    message(8, text(1, ''), number(2, 20)),
    message(8, text(1, 'com.microsoft'), number(2, 1)),
    message(7, text(2, 'g'), ...graph),
  ]);

export const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
