/** LTX's decoder: a whole clip at once, because it looks ahead; or in pieces of the picture and of time, joined as the reference joins them. */
import type { BundleManifest } from '../onnx/bundle-manifest.ts';
import { slice } from '../tensor/ops.ts';
import type { Random } from '../tensor/random.ts';
import { type FloatTensor, sizeOf, tensor } from '../tensor/tensor.ts';
import { frameBytes } from './frame-bytes.ts';
import { noiseType } from './noise-type.ts';
import type { Model } from './resident-model.ts';
import { finite, type Run } from './run.ts';
import { fade, inTiles, needsTiles } from './tiles.ts';
import type { AxisTiles, VaeTiling } from './tiling.ts';
import type { VideoChunk } from './video-latents.ts';

/** [1, c, f, h, w], and the timestep of decoders that denoise a little themselves. */
export interface DecoderInputs {
  readonly latents: FloatTensor;
  readonly timestep?: FloatTensor;
}

/** One picture of noise for every injection of the decoder (0.9.1), in the order of its inputs; their names say how many times the latents' sides. */
const injectedNoise = (manifest: BundleManifest, { dims }: FloatTensor, generator: Random): Readonly<Record<string, FloatTensor>> => {
  const type = noiseType(manifest, 'vae_decoder');
  return Object.fromEntries(
    (manifest.components.vae_decoder?.inputs ?? [])
      .filter(({ name }) => name.startsWith('noise.'))
      .map(({ name, dims: [side] }) => {
        const times = Number(/_x(\d+)$/.exec(String(side))?.[1] ?? 1);
        const size = dims.slice(-2).map((length) => length * times);
        return [name, tensor(generator.normal(sizeOf(size), type), size)] as const;
      }),
  );
};

/**
 * @param generator of torch's global noise: every run of a decoder that injects some reads on
 * @throws CanceledError between two pieces; EngineError NAN_OUTPUT
 * @source diffusers.AutoencoderKLLTXVideo._decode, tiled_decode, _temporal_tiled_decode
 */
export async function* decodeLtx(model: Model, run: Run, inputs: DecoderInputs, generator: Random, tiling: VaeTiling): AsyncGenerator<VideoChunk> {
  const { manifest, components } = model;
  const { latents } = inputs;
  const { frames, decode: space } = tiling;
  const feeds = (piece: FloatTensor) => ({ ...inputs, latents: piece, ...injectedNoise(manifest, piece, generator) });
  const sampleOf = async (piece: FloatTensor): Promise<FloatTensor> => (await components.run('vae_decoder', feeds(piece), ['sample'])).float('sample');
  /** All frames of latents that are decoded together in time. */
  const decodeSpace = async (piece: FloatTensor): Promise<FloatTensor> => {
    run.check();
    return space && needsTiles(space, piece) ? inTiles(run, space, piece, sampleDims(manifest, piece), sampleOf) : finite(await sampleOf(piece));
  };
  try {
    run.check();
    await run.observe('vae_decode/0/in/z', latents);
    if (inputs.timestep) await run.observe('vae_decode/0/in/arg0', inputs.timestep);
    if (frames && (latents.dims[2] as number) > frames.tile) return yield* decodeTime(frames, latents, decodeSpace);
    if (space && needsTiles(space, latents)) {
      const sample = await decodeSpace(latents);
      await run.observe('vae_decode/0/out/sample', sample);
      return yield { sample, frames: frameBytes(sample) };
    }
    const decoded = await components.run('vae_decoder', feeds(latents));
    const sample = finite(decoded.float('sample'));
    await run.observe('vae_decode/0/out/sample', sample);
    yield { sample, frames: decoded.bytes('frames') };
  } finally {
    await components.release('vae_decoder');
  }
}

const sampleDims = ({ vae: { spatialScale, temporalScale } }: BundleManifest, { dims }: FloatTensor): number[] => {
  const [, , count, height, width] = dims as [number, number, number, number, number];
  return [1, 3, (count - 1) * temporalScale + 1, height * spatialScale, width * spatialScale];
};

/** Pieces of time, handed out as they are done: each reaches one latent frame further than the next one begins, and gives up its own last frame. */
async function* decodeTime(
  { tile, step, kept, blend }: AxisTiles,
  latents: FloatTensor,
  decode: (piece: FloatTensor) => Promise<FloatTensor>,
): AsyncGenerator<VideoChunk> {
  const count = latents.dims[2] as number;
  let before: FloatTensor | undefined;
  for (let start = 0; start < count; start += step) {
    const decoded = await decode(slice(latents, 2, start, Math.min(count, start + tile + 1)));
    const length = decoded.dims[2] as number;
    const piece = before ? slice(decoded, 2, 0, length - 1) : decoded;
    if (before) fade(before, piece, -3, blend);
    const sample = slice(piece, 2, 0, Math.min(piece.dims[2] as number, before ? kept : kept + 1));
    before = piece;
    if (sample.data.length > 0) yield { sample, frames: frameBytes(sample) };
  }
}
