/** Pictures that record-pictures.py makes by the same arithmetic, and the way it tells what became of them. */
import { createHash } from 'node:crypto';
import type { Photo } from '../../core/engine.ts';

/** Noise on a slope, hard where the seed is odd. */
export const picture = ([widthPx, heightPx]: readonly [number, number], seed: number): Photo => {
  const rgb = Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, i) => {
    let x = Math.imul(i + seed * 7919, 2654435761);
    x ^= x >>> 15;
    x = Math.imul(x, 2246822519);
    const noise = x >>> 24;
    const slope = Math.floor(((Math.floor(i / 3) % widthPx) * 200) / widthPx);
    return seed % 2 === 1 ? (noise > 127 ? 255 : 0) : slope + Math.floor(noise / 5);
  });
  return { widthPx, heightPx, rgb };
};

export const sha256 = (data: Uint8Array | Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
