/** Writes the tensors of a run as NumPy files, for looking into a result from outside. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trace } from '../core/engine.ts';

/**
 * A tensor in NumPy's format, version 1.0, little endian.
 * @source https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export const toNpy = (data: Float32Array | Uint8Array, dims: readonly number[]): Uint8Array => {
  const shape = dims.length === 1 ? `${dims[0]},` : dims.join(', ');
  const text = `{'descr': '${data instanceof Uint8Array ? '|u1' : '<f4'}', 'fortran_order': False, 'shape': (${shape}), }`;
  const prefixBytes = 10;
  // the data starts at a multiple of 64
  const header = `${text.padEnd(Math.ceil((prefixBytes + text.length + 1) / 64) * 64 - prefixBytes - 1)}\n`;
  const prefix = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  return Buffer.concat([prefix, Buffer.from(header, 'latin1'), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
};

/** A trace that puts `<name>.npy` into `folder`, which it creates. */
export const createTrace = (folder: string): Trace => {
  const ready = mkdir(folder, { recursive: true });
  return async (name, data, dims) => {
    await ready;
    await writeFile(join(folder, `${name}.npy`), toNpy(data, dims));
  };
};
