/** A very small assembler of WebAssembly: functions written as nested expressions become the bytes of a module with one memory. */

/** Instructions as bytes, nested as they were written; what an expression leaves on the stack is said by the function that makes it. */
export type Code = readonly (number | Code)[];

const flat = (code: Code): number[] => (code as readonly unknown[]).flat(Number.POSITIVE_INFINITY) as number[];

/** A parameter or local variable of the function being written. */
export interface Variable {
  readonly get: Code;
  set(value: Code): Code;
}

type ValueType = 'i32' | 'f32' | 'v128';
const VALUE_TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** LEB128, as the binary format writes whole numbers. @source WebAssembly core specification 2.0, section 5.2.2 */
const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
};
const signed = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest < -64 || rest > 63; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest & 0x7f];
};
const counted = (items: readonly Code[]): Code => [...unsigned(items.length), ...items];

/** An instruction that takes its operands from the stack. */
const plain =
  (...opcode: number[]) =>
  (...operands: readonly Code[]): Code => [...operands, ...opcode];
const simd = (number: number) => plain(0xfd, ...unsigned(number));
/** Loads and stores: alignment is a hint and always given as that of a byte; `offset` bytes are added to the address. */
const memory =
  (...opcode: number[]) =>
  (offset: number, ...operands: readonly Code[]): Code => [...operands, ...opcode, 0, ...unsigned(offset)];
const laneMemory =
  (number: number) =>
  (lane: number, address: Code, vector: Code): Code => [address, vector, 0xfd, number, 0, 0, lane];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: memory(0x28),
  add: plain(0x6a),
  mul: plain(0x6c),
  /** Signed. */
  lessThan: plain(0x48),
};

export const f32 = {
  load: memory(0x2a),
  add: plain(0x92),
  mul: plain(0x94),
  fromI32: plain(0xb2),
};

export const v128 = {
  load: memory(0xfd, 0),
  store: memory(0xfd, 11),
  const: (bytes: Uint8Array): Code => [0xfd, 12, ...bytes],
  and: simd(0x4e),
  anyTrue: simd(0x53),
  /** Two bytes of memory into one of eight lanes. */
  load16Lane: laneMemory(0x55),
  /** One of four lanes into four bytes of memory. */
  store32Lane: laneMemory(0x5a),
  /** Sixteen bytes chosen from two vectors; the second's are numbered from 16. */
  shuffle: (chosen: readonly number[], a: Code, b: Code): Code => [a, b, 0xfd, 13, ...chosen],
};

export const i8x16 = { narrowUnsigned: simd(0x66) };

export const i16x8 = {
  narrow: simd(0x85),
  extendLow: simd(0x89),
  extendHigh: simd(0x8a),
};

export const i32x4 = {
  splat: simd(17),
  lane: (lane: number, vector: Code): Code => [vector, 0xfd, 27, lane],
  abs: simd(0xa0),
  shiftLeft: simd(0xab),
  shiftRight: simd(0xac),
  add: simd(0xae),
  sub: simd(0xb1),
  mul: simd(0xb5),
  min: simd(0xb6),
  max: simd(0xb8),
  /** Products of eight 16-bit pairs, neighbours added. */
  dot: simd(0xba),
  fromF32: simd(0xf8),
};

export const f32x4 = {
  splat: simd(19),
  replaceLane: (lane: number, vector: Code, value: Code): Code => [vector, value, 0xfd, 32, lane],
  add: simd(0xe4),
  sub: simd(0xe5),
  mul: simd(0xe6),
  fromI32: simd(0xfa),
};

/** Runs `body` for as long as `condition` holds afterwards, at least once. */
export const doWhile = (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];
export const when = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];

/** Bytes of four equal 32-bit integers, of four integers, or of four floats. */
export const integers = (...lanes: readonly number[]): Uint8Array =>
  new Uint8Array(Int32Array.from({ length: 4 }, (_, i) => lanes[i % lanes.length] as number).buffer);
export const floats = (...lanes: readonly number[]): Uint8Array =>
  new Uint8Array(Float32Array.from({ length: 4 }, (_, i) => lanes[i % lanes.length] as number).buffer);

export interface Writer<I extends string, F extends string> {
  readonly whole: Readonly<Record<I, Variable>>;
  readonly real: Readonly<Record<F, Variable>>;
  local(type: ValueType): Variable;
  /** Several at once, by name. */
  locals<N extends string>(type: ValueType, ...names: readonly N[]): Readonly<Record<N, Variable>>;
}

interface Written {
  readonly name: string;
  readonly parameters: Code;
  readonly body: Code;
}

/**
 * One exported function without result.
 * @param wholes names of its first parameters, i32; @param reals names of the parameters after them, f32
 * @param write gives the body
 */
export const writeFunction = <I extends string, F extends string>(
  name: string,
  wholes: readonly I[],
  reals: readonly F[],
  write: (writer: Writer<I, F>) => Code,
): Written => {
  const declaredTypes: ValueType[] = [];
  const variable = (index: number): Variable => ({
    get: [0x20, ...unsigned(index)],
    set: (value) => [value, 0x21, ...unsigned(index)],
  });
  const named = <N extends string>(names: readonly N[], from: number) =>
    Object.fromEntries(names.map((one, i) => [one, variable(from + i)])) as Record<N, Variable>;
  const local = (type: ValueType): Variable => variable(wholes.length + reals.length + declaredTypes.push(type) - 1);
  const body = write({
    whole: named(wholes, 0),
    real: named(reals, wholes.length),
    local,
    locals: (type, ...names) => Object.fromEntries(names.map((one) => [one, local(type)])) as Record<(typeof names)[number], Variable>,
  });
  const declared = counted(declaredTypes.map((type) => [1, VALUE_TYPES[type]]));
  return {
    name,
    parameters: counted([...wholes.map(() => [VALUE_TYPES.i32]), ...reals.map(() => [VALUE_TYPES.f32])]),
    body: flat([declared, body, 0x0b]),
  };
};

/** A module of these functions, which export their names, over an imported memory `env.memory`. @source WebAssembly core specification 2.0, section 5.5 */
export const assemble = (functions: readonly Written[]): Uint8Array => {
  const section = (id: number, content: Code): Code => {
    const bytes = flat(content);
    return [id, ...unsigned(bytes.length), bytes];
  };
  const text = (words: string): Code => counted([...Buffer.from(words)].map((byte) => [byte]));
  return Uint8Array.from(
    flat([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, counted(functions.map(({ parameters }) => [0x60, ...parameters, 0]))),
      ...section(2, counted([[...text('env'), ...text('memory'), 2, 0, 1]])),
      ...section(3, counted(functions.map((_, i) => unsigned(i)))),
      ...section(7, counted(functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]))),
      ...section(10, counted(functions.map(({ body }) => [...unsigned(body.length), body]))),
    ]),
  );
};
