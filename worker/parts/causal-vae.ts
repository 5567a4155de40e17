/**
 * Wan's causal VAE, a latent frame at a time: what earlier frames leave behind travels in caches, so that memory does not
 * grow with the clip. Two graphs per direction: `_first` begins a clip, `_next` carries it on.
 */
import type { Outputs } from '../onnx/session.ts';
import { concat, slice } from '../tensor/ops.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import type { Model } from './resident-model.ts';
import { finite, type Run } from './run.ts';
import type { VideoChunk } from './video-latents.ts';

/** Runs `_first` once and `_next` from then on, handing the caches over. */
const openStream = ({ manifest, components }: Model, direction: 'vae_encoder' | 'vae_decoder') => {
  const [first, next] = [`${direction}_first`, `${direction}_next`];
  const names = (manifest.components[first]?.outputs ?? []).map(({ name }) => name).filter((name) => name.startsWith('cache_out.'));
  let caches: Record<string, FloatTensor> | undefined;
  return {
    async run(input: Readonly<Record<string, FloatTensor>>): Promise<Outputs> {
      const begins = caches === undefined;
      const outputs = await components.run(begins ? first : next, { ...input, ...caches });
      if (begins) await components.release(first);
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

/**
 * One frame for the first latent frame, then temporalScale frames for each further one, decoded as they are taken.
 * @param latents [1, c, f, h, w], with the mean and spread that the VAE knows
 * @throws CanceledError within one chunk of the signal; EngineError NAN_OUTPUT
 * @source diffusers.AutoencoderKLWan._decode
 */
export async function* decodeCausal(model: Model, run: Run, latents: FloatTensor): AsyncGenerator<VideoChunk> {
  const decoder = openStream(model, 'vae_decoder');
  try {
    for (let frame = 0; frame < (latents.dims[2] as number); frame++) {
      run.check();
      const decoded = await decoder.run({ latents: slice(latents, 2, frame, frame + 1) });
      yield { sample: finite(decoded.float('sample')), frames: decoded.bytes('frames') };
    }
  } finally {
    await decoder.close();
  }
}
