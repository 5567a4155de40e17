/** The image VAE of Stable Diffusion and its kin: pictures to moments, and a clip's latents to frames, some at a time. */
import { affine, permute, reshape, slice } from '../tensor/ops.ts';
import type { FloatTensor, Tensor } from '../tensor/tensor.ts';
import { frameBytes } from './frame-bytes.ts';
import type { Model } from './resident-model.ts';
import { finite, type Run } from './run.ts';
import { inTiles, needsTiles } from './tiles.ts';
import type { Tiling } from './tiling.ts';

/** Frames that were decoded together. */
export interface DecodedChunk {
  /** [n, 3, h, w] as the decoder gives it, about -1..1. */
  readonly sample: FloatTensor;
  /** [n, h, w, 3], rounded to bytes. */
  readonly frames: Tensor<Uint8Array>;
}

/**
 * @param pixels [n, 3, h, w], -1..1
 * @param tiling in pieces, if the picture is larger than one
 * @returns moments [n, 2c, h / 8, w / 8]
 * @throws EngineError NAN_OUTPUT; CanceledError
 */
export const encodePixels = async ({ manifest: { vae }, components }: Model, run: Run, pixels: FloatTensor, tiling?: Tiling): Promise<FloatTensor> => {
  run.check();
  await run.observe('vae_encode/0/in/x', pixels);
  const work = async (sample: FloatTensor): Promise<FloatTensor> => (await components.run('vae_encoder', { sample })).float('moments');
  const [count = 0, , height = 0, width = 0] = pixels.dims;
  const dims = [count, 2 * vae.latentChannels, height / vae.spatialScale, width / vae.spatialScale];
  const moments = tiling && needsTiles(tiling, pixels) ? await inTiles(run, tiling, pixels, dims, work) : finite(await work(pixels));
  await run.observe('vae_encode/0/out/moments', moments);
  return moments;
};

/** [1, c, frames, h, w] as the denoisers of most families have it → [frames, c, h, w], a row of pictures. */
export const asPictures = (latents: FloatTensor): FloatTensor => {
  const [, channels = 0, frameCount = 0, ...size] = latents.dims;
  return reshape(permute(latents, [0, 2, 1, 3, 4]), [frameCount, channels, ...size]);
};

/**
 * Decodes a clip while its frames are being taken; stops at the signal.
 * @param latents [frames, c, h, w], scaled as the denoiser has them
 * @param chunkFrames so many frames are decoded at once; where frames see each other (SVD) that changes the result
 * @param tiling in pieces, if the latents are larger than one, which changes the result a little
 * @throws EngineError NAN_OUTPUT; CanceledError
 */
export async function* decodeFrames(
  { manifest: { vae }, components }: Model,
  run: Run,
  latents: FloatTensor,
  chunkFrames: number,
  tiling?: Tiling,
): AsyncGenerator<DecodedChunk> {
  const unscaled = affine(latents, 1 / vae.scalingFactor, 0);
  const [frameCount = 0, , height = 0, width = 0] = unscaled.dims;
  const decodeWhole = async (z: FloatTensor): Promise<DecodedChunk> => {
    const outputs = await components.run('vae_decoder', { latents: z });
    return { sample: finite(outputs.float('sample')), frames: outputs.bytes('frames') };
  };
  const decodeInTiles = async (z: FloatTensor, tiles: Tiling): Promise<DecodedChunk> => {
    const dims = [z.dims[0] as number, 3, height * vae.spatialScale, width * vae.spatialScale];
    const sample = await inTiles(run, tiles, z, dims, async (piece) => (await components.run('vae_decoder', { latents: piece }, ['sample'])).float('sample'));
    return { sample, frames: frameBytes(sample) };
  };
  try {
    for (let start = 0, chunk = 0; start < frameCount; start += chunkFrames, chunk++) {
      run.check();
      const z = slice(unscaled, 0, start, Math.min(frameCount, start + chunkFrames));
      await run.observe(`vae_decode/${chunk}/in/z`, z);
      const decoded = tiling && needsTiles(tiling, z) ? await decodeInTiles(z, tiling) : await decodeWhole(z);
      await run.observe(`vae_decode/${chunk}/out/sample`, decoded.sample);
      yield decoded;
    }
  } finally {
    await components.release('vae_decoder');
  }
}
