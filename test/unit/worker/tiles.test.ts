/** Pictures in pieces: where they are cut, how they fade into each other, and which sizes are refused. Whole decoders: cases x and y in test/golden. */
import { describe, expect, it } from 'vitest';
import type { BundleManifest } from '../../../worker/onnx/bundle-manifest.ts';
import { frameBytes } from '../../../worker/parts/frame-bytes.ts';
import { startRun } from '../../../worker/parts/run.ts';
import { cutTiles, fade, inTiles, needsTiles } from '../../../worker/parts/tiles.ts';
import { plannedTiling, tilingOf } from '../../../worker/parts/tiling.ts';
import { type FloatTensor, tensor } from '../../../worker/tensor/tensor.ts';

const bundle = (family: BundleManifest['family'], spatialScale: number, temporalScale: number, sampleSizePx?: number): BundleManifest =>
  ({ family, vae: { spatialScale, temporalScale, sampleSizePx } }) as BundleManifest;
const quiet = startRun({ signal: new AbortController().signal });
const ramp = (height: number, width: number): FloatTensor =>
  tensor(
    Float32Array.from({ length: height * width }, (_, i) => i / 8),
    [1, height, width],
  );
const axis = { tile: 4, step: 3, kept: 3, blend: 1 };
const tiling = { rows: axis, columns: { tile: 3, step: 2, kept: 2, blend: 1 }, cell: 1 };

describe('a picture', () => {
  it('is cut where the reference cuts it, the last pieces smaller', () => {
    const pieces = [...cutTiles(tiling, ramp(7, 5))];
    expect(pieces.map(({ row, column, input }) => [row, column, ...input.dims.slice(1)])).toEqual([
      [0, 0, 4, 3],
      [0, 1, 4, 3],
      [0, 2, 4, 1],
      [1, 0, 4, 3],
      [1, 1, 4, 3],
      [1, 2, 4, 1],
      [2, 0, 1, 3],
      [2, 1, 1, 3],
      [2, 2, 1, 1],
    ]);
    expect(pieces[4]?.input.data[0]).toBe((3 * 5 + 2) / 8);
  });

  it('comes out of its pieces as it was, where these agree', async () => {
    const picture = ramp(7, 5);
    expect(await inTiles(quiet, tiling, picture, picture.dims, async (piece) => piece)).toEqual(picture);
  });

  it('is not cut when it is no larger than one piece', () => {
    expect(needsTiles(tiling, ramp(4, 3))).toBe(false);
    expect(needsTiles(tiling, ramp(5, 3))).toBe(true);
    expect(needsTiles(tiling, ramp(4, 4))).toBe(true);
  });

  it('stops between two pieces at the signal, and refuses what is no number', async () => {
    const abort = new AbortController();
    let pieces = 0;
    const work = async (piece: FloatTensor): Promise<FloatTensor> => {
      pieces += 1;
      abort.abort();
      return piece;
    };
    await expect(inTiles(startRun({ signal: abort.signal }), tiling, ramp(7, 5), [1, 7, 5], work)).rejects.toMatchObject({ code: 'CANCELED' });
    expect(pieces).toBe(1);
    const broken = async ({ dims, data }: FloatTensor): Promise<FloatTensor> => ({ dims, data: data.fill(Number.NaN) });
    await expect(inTiles(quiet, tiling, ramp(7, 5), [1, 7, 5], broken)).rejects.toMatchObject({ code: 'NAN_OUTPUT' });
  });
});

describe('two neighbours', () => {
  it('fade from the first into the second, over no more than both have', () => {
    const after = tensor(Float32Array.of(10, 10, 10), [1, 1, 3]);
    fade(tensor(Float32Array.of(7, 0, 0), [1, 1, 3]), after, -1, 2);
    expect([...after.data]).toEqual([0, 5, 10]);
    const short = tensor(Float32Array.of(10), [1, 1, 1]);
    fade(tensor(Float32Array.of(7, 2), [1, 1, 2]), short, -1, 2);
    expect([...short.data]).toEqual([2]);
  });

  it('fade in patches where pixels are made of patches at the end', () => {
    const after = tensor(new Float32Array(4).fill(8), [1, 1, 4]);
    fade(tensor(new Float32Array(4), [1, 1, 4]), after, -1, 4, 2);
    expect([...after.data]).toEqual([0, 0, 4, 4]);
  });
});

describe('the sizes of pieces', () => {
  it('are the reference’s own: AutoencoderKL’s by its sample size, LTX’s 512 by 448, Wan’s 256 by 192', () => {
    const ask = { enable_vae_tiling: true };
    expect(tilingOf(bundle('modelscope-t2v', 8, 1), ask).decode?.rows).toEqual({ tile: 64, step: 48, kept: 384, blend: 128 });
    expect(tilingOf(bundle('svd', 8, 1, 768), ask).encode?.rows).toEqual({ tile: 768, step: 576, kept: 72, blend: 24 });
    expect(tilingOf(bundle('ltx', 32, 8), ask).decode?.columns).toEqual({ tile: 16, step: 14, kept: 448, blend: 64 });
    expect(tilingOf(bundle('wan22-i2v', 8, 4), ask).decode).toMatchObject({ rows: { tile: 32, step: 24, kept: 192, blend: 64 }, cell: 1 });
    // the 5B model measures a picture in patches of two before it encodes it
    expect(tilingOf(bundle('wan22-ti2v', 16, 4), ask)).toMatchObject({
      decode: { rows: { tile: 16, step: 12, kept: 192, blend: 64 }, cell: 2 },
      encode: { rows: { tile: 512, step: 384, kept: 24, blend: 8 }, cell: 1 },
    });
    expect(tilingOf(bundle('ltx', 32, 8), { use_framewise_decoding: true })).toEqual({
      encode: undefined,
      decode: undefined,
      frames: { tile: 2, step: 1, kept: 8, blend: 8 },
    });
  });

  it('are none where nobody asks', () => {
    expect(tilingOf(bundle('ltx', 32, 8), {})).toEqual({ encode: undefined, decode: undefined, frames: undefined });
    expect(plannedTiling(null)).toEqual({});
    expect(plannedTiling({ mode: 'sequential', decodeFrames: 1, needBytes: 1, tiles: { space: true, time: false } })).toEqual({ enable_vae_tiling: true });
  });

  it.each([
    [{ tile_sample_min_height: 48 }, 'tile_sample_min_height (48)'],
    [{ tile_sample_min_width: 64, tile_sample_stride_width: 96 }, 'must be multiples of 32, the stride at most the size'],
    [{ use_framewise_decoding: true, tile_sample_stride_num_frames: 4 }, 'must be multiples of 8'],
    [{ tile_sample_min_size: 40 }, 'tile_sample_min_size must be a multiple of 32'],
  ])('%j is refused', (call, words) => {
    expect(() => tilingOf(bundle('ltx', 32, 8), { enable_vae_tiling: true, ...call })).toThrow(
      expect.objectContaining({ code: 'REQUEST_MALFORMED', params: { problem: expect.stringContaining(words) } }),
    );
  });
});

describe('bytes of a joined sample', () => {
  it('are rounded half to even and clamped, colours last', () => {
    // 0 is half between 127 and 128, the last value half between 0 and 1
    const values = [-3, -1, 0, 1, 3, 1 / 255 - 1];
    expect([...frameBytes(tensor(Float32Array.from(values), [1, 3, 1, 2])).data]).toEqual([0, 128, 255, 0, 255, 0]);
    const video = tensor(Float32Array.of(-1, 1, -1, 1, -1, 1), [1, 3, 2, 1, 1]);
    expect([...frameBytes(video).data]).toEqual([0, 0, 0, 255, 255, 255]);
  });
});
