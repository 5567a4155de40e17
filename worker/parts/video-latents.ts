/** Latents of video VAEs: their statistics per channel, their rows of tokens, and the clip they decode to. */
import { permute, reshape } from '../tensor/ops.ts';
import { type FloatTensor, sizeOf, type Tensor, tensor } from '../tensor/tensor.ts';

/** Every value of [1, channels, …] through a function of the value and its channel; rounded to float32 at the end. */
export const perChannel = ({ data, dims }: FloatTensor, change: (value: number, channel: number) => number): FloatTensor => {
  const inner = sizeOf(dims.slice(2));
  const changed = new Float32Array(data.length);
  for (let channel = 0, i = 0; i < data.length; channel++) {
    for (const end = i + inner; i < end; i++) changed[i] = change(data[i] as number, channel);
  }
  return { data: changed, dims };
};

/** [1, c, f, h, w] → [1, f * h * w, c]: one token per place, frame after frame. @source diffusers' LTX _pack_latents, patches of 1 */
export const toTokens = (latents: FloatTensor): FloatTensor => reshape(permute(latents, [0, 2, 3, 4, 1]), [1, -1, latents.dims[1] as number]);

/** The way back: [1, f * h * w, c] → [1, c, f, h, w]. */
export const fromTokens = (tokens: FloatTensor, frames: number, height: number, width: number): FloatTensor =>
  permute(tensor(tokens.data, [1, frames, height, width, tokens.dims[2] as number]), [0, 4, 1, 2, 3]);

/** Frames that were decoded together. */
export interface VideoChunk {
  /** [1, 3, n, h, w] as the decoder gives it, about -1..1. */
  readonly sample: FloatTensor;
  /** [n, h, w, 3], rounded to bytes. */
  readonly frames: Tensor<Uint8Array>;
}

/** The samples of a decoding clip with the frames before the colours: [n, 3, h, w]. */
export async function* framesFirst(chunks: AsyncIterable<VideoChunk>): AsyncGenerator<{ readonly sample: FloatTensor }> {
  for await (const { sample } of chunks) yield { sample: permute(reshape(sample, sample.dims.slice(1)), [1, 0, 2, 3]) };
}
