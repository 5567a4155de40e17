/** The image VAE of Stable Diffusion and its kin: pictures to moments, and a clip's latents to frames, some at a time. */
import { affine, permute, reshape, slice } from '../tensor/ops.ts';
import type { FloatTensor, Tensor } from '../tensor/tensor.ts';
import type { Model } from './resident-model.ts';
import { finite, type Run } from './run.ts';

/** Frames that were decoded together. */
export interface DecodedChunk {
  /** [n, 3, h, w] as the decoder gives it, about -1..1. */
  readonly sample: FloatTensor;
  /** [n, h, w, 3], rounded to bytes. */
  readonly frames: Tensor<Uint8Array>;
}

/**
 * @param pixels [n, 3, h, w], -1..1
 * @returns moments [n, 2c, h / 8, w / 8]
 * @throws EngineError NAN_OUTPUT; CanceledError
 */
export const encodePixels = async ({ components }: Model, run: Run, pixels: FloatTensor): Promise<FloatTensor> => {
  run.check();
  await run.observe('vae_encode/0/in/x', pixels);
  const moments = finite((await components.run('vae_encoder', { sample: pixels })).float('moments'));
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
 * @throws EngineError NAN_OUTPUT; CanceledError
 */
export async function* decodeFrames({ manifest, components }: Model, run: Run, latents: FloatTensor, chunkFrames: number): AsyncGenerator<DecodedChunk> {
  const unscaled = affine(latents, 1 / manifest.vae.scalingFactor, 0);
  const [frameCount = 0] = unscaled.dims;
  try {
    for (let start = 0, chunk = 0; start < frameCount; start += chunkFrames, chunk++) {
      run.check();
      const z = slice(unscaled, 0, start, Math.min(frameCount, start + chunkFrames));
      await run.observe(`vae_decode/${chunk}/in/z`, z);
      const outputs = await components.run('vae_decoder', { latents: z });
      const sample = finite(outputs.float('sample'));
      await run.observe(`vae_decode/${chunk}/out/sample`, sample);
      yield { sample, frames: outputs.bytes('frames') };
    }
  } finally {
    await components.release('vae_decoder');
  }
}
