/** Tensors as they cross between JavaScript and the inference runtime: flat data, row major, with their dimensions. */

export type TensorData = Float32Array | Uint8Array | BigInt64Array;

export interface Tensor<Data extends TensorData = TensorData> {
  readonly data: Data;
  readonly dims: readonly number[];
}

export type FloatTensor = Tensor<Float32Array>;

/** How many values fill these dimensions. */
export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, side) => product * side, 1);

/** @throws RangeError when the data does not fill the dimensions; a mistake in the program, never of a person */
export const tensor = <Data extends TensorData>(data: Data, dims: readonly number[]): Tensor<Data> => {
  if (data.length !== sizeOf(dims)) throw new RangeError(`${data.length} values do not fill [${dims.join(', ')}]`);
  return { data, dims };
};

/** A float tensor of one dimension, from plain numbers. */
export const vector = (...values: number[]): FloatTensor => ({ data: Float32Array.from(values), dims: [values.length] });

/** Token ids and other whole numbers as int64. */
export const integers = (values: readonly number[], dims: readonly number[]): Tensor<BigInt64Array> => tensor(BigInt64Array.from(values, BigInt), dims);
