/**
 * Wan's causal VAE, a latent frame at a time: what earlier frames leave behind travels in caches, so that memory does not
 * grow with the clip. Two graphs per direction: `_first` begins a clip, `_next` carries it on.
 */
import type { Outputs } from '../onnx/session.ts';
import { concat, slice } from '../tensor/ops.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import { frameBytes } from './frame-bytes.ts';
import type { Model } from './resident-model.ts';
import { finite, type Run } from './run.ts';
import { inTiles, needsTiles } from './tiles.ts';
import type { Tiling } from './tiling.ts';
import type { VideoChunk } from './video-latents.ts';

/** Runs `_first` once and `_next` from then on, handing the caches over. @param wanted besides the caches; everything if undefined */
const openStream = ({ manifest, components }: Model, direction: 'vae_encoder' | 'vae_decoder', wanted?: readonly string[]) => {
  const [first, next] = [`${direction}_first`, `${direction}_next`];
  const names = (manifest.components[first]?.outputs ?? []).map(({ name }) => name).filter((name) => name.startsWith('cache_out.'));
  let caches: Record<string, FloatTensor> | undefined;
  return {
    async run(input: Readonly<Record<string, FloatTensor>>): Promise<Outputs> {
      const begins = caches === undefined;
      const outputs = await components.run(begins ? first : next, { ...input, ...caches }, wanted && [...wanted, ...names]);
      // pieces begin anew again and again
      if (begins && wanted === undefined) await components.release(first);
      caches = Object.fromEntries(names.map((name) => [name.replace('cache_out', 'cache'), outputs.float(name)]));
      return outputs;
    },
    close: () => components.release(first, next),
  };
};

/**
 * @param chunks of pixels, -1..1: [1, 3, 1, h, w], then any number of [1, 3, temporalScale, h, w], each made when its turn comes
 * @returns moments [1, 2c, chunks, h / scale, w / scale]
 * @throws CanceledError within one chunk of the signal; EngineError NAN_OUTPUT
 * @source diffusers.AutoencoderKLWan._encode
 */
export const encodeCausal = async (model: Model, run: Run, chunks: Iterable<FloatTensor>): Promise<FloatTensor> => {
  const encoder = openStream(model, 'vae_encoder');
  const moments: FloatTensor[] = [];
  for (const sample of chunks) {
    run.check();
    moments.push(finite((await encoder.run({ sample })).float('moments')));
  }
  await encoder.close();
  return concat(moments, 2);
};

/** The reference clamps what it decoded, joined or not; graphs of older bundles did it themselves. */
const clamped = ({ data, dims }: FloatTensor): FloatTensor => {
  for (let i = 0; i < data.length; i++) data[i] = Math.min(1, Math.max(-1, data[i] as number));
  return { data, dims };
};

/**
 * One frame for the first latent frame, then temporalScale frames for each further one, decoded as they are taken.
 * @param latents [1, c, f, h, w], with the mean and spread that the VAE knows
 * @param tiling in pieces, if the latents are larger than one: then the whole clip is decoded before its first frame is there
 * @throws CanceledError within one chunk of the signal; EngineError NAN_OUTPUT
 * @source diffusers.AutoencoderKLWan._decode, tiled_decode
 */
export async function* decodeCausal(model: Model, run: Run, latents: FloatTensor, tiling?: Tiling): AsyncGenerator<VideoChunk> {
  if (tiling && needsTiles(tiling, latents)) {
    yield* decodeInTiles(model, run, latents, tiling);
    return;
  }
  const decoder = openStream(model, 'vae_decoder');
  try {
    for (let frame = 0; frame < (latents.dims[2] as number); frame++) {
      run.check();
      const decoded = await decoder.run({ latents: slice(latents, 2, frame, frame + 1) });
      yield { sample: clamped(finite(decoded.float('sample'))), frames: decoded.bytes('frames') };
    }
  } finally {
    await decoder.close();
  }
}

/** Every piece through all of its frames before the next one, so that the caches of one piece are in memory, not of all. */
async function* decodeInTiles(model: Model, run: Run, latents: FloatTensor, tiling: Tiling): AsyncGenerator<VideoChunk> {
  const { spatialScale, temporalScale } = model.manifest.vae;
  const [, , count, height, width] = latents.dims as [number, number, number, number, number];
  const dims = [1, 3, (count - 1) * temporalScale + 1, height * spatialScale, width * spatialScale];
  const decodePiece = async (piece: FloatTensor): Promise<FloatTensor> => {
    const decoder = openStream(model, 'vae_decoder', ['sample']);
    const samples: FloatTensor[] = [];
    for (let frame = 0; frame < count; frame++) {
      run.check();
      samples.push((await decoder.run({ latents: slice(piece, 2, frame, frame + 1) })).float('sample'));
    }
    return concat(samples, 2);
  };
  const clip = await inTiles(run, tiling, latents, dims, decodePiece).finally(() => model.components.release('vae_decoder_first', 'vae_decoder_next'));
  for (let frame = 0; frame < count; frame++) {
    const [start, end] = frame === 0 ? [0, 1] : [1 + (frame - 1) * temporalScale, 1 + frame * temporalScale];
    const sample = clamped(slice(clip, 2, start, end));
    yield { sample, frames: frameBytes(sample) };
  }
}
