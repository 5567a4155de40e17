/** The causal VAE's stream: which graph runs when, what travels between runs, and what is let go. */
import { describe, expect, it } from 'vitest';
import type { Components } from '../../../worker/onnx/components.ts';
import type { Outputs } from '../../../worker/onnx/session.ts';
import { decodeCausal, encodeCausal } from '../../../worker/parts/causal-vae.ts';
import type { Model } from '../../../worker/parts/resident-model.ts';
import { startRun } from '../../../worker/parts/run.ts';
import type { VideoChunk } from '../../../worker/parts/video-latents.ts';
import { type FloatTensor, type Tensor, tensor } from '../../../worker/tensor/tensor.ts';

interface Call {
  readonly graph: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
}

const outputsOf = (values: Readonly<Record<string, Tensor>>): Outputs => ({
  float: (name) => values[name] as FloatTensor,
  bytes: (name) => values[name] as Tensor<Uint8Array>,
});

/**
 * A stream whose every answer depends on all inputs so far: y = x + cache, and the next cache is y. Of the first x the
 * decoder makes one frame, of every other x four; the encoder makes one latent frame of each chunk.
 */
const runningSum = (broken?: number) => {
  const calls: Call[] = [];
  const released: string[] = [];
  const components: Components = {
    has: () => true,
    keep() {},
    openNames: () => [],
    async run(graph, inputs) {
      calls.push({ graph, inputs });
      const x = ((inputs.latents ?? inputs.sample) as FloatTensor).data[0] as number;
      const before = (inputs['cache.0']?.data as Float32Array | undefined)?.[0] ?? 0;
      const y = calls.length - 1 === broken ? Number.NaN : x + before;
      const count = graph.endsWith('_first') ? 1 : 4;
      return outputsOf({
        sample: tensor(new Float32Array(3 * count).fill(y), [1, 3, count, 1, 1]),
        frames: tensor(new Uint8Array(3 * count).fill(y), [count, 1, 1, 3]),
        moments: tensor(Float32Array.of(y, -y), [1, 2, 1, 1, 1]),
        'cache_out.0': tensor(Float32Array.of(y), [1]),
        'cache_out.1': tensor(Float32Array.of(calls.length), [1]),
      });
    },
    release: async (...names) => void released.push(...names),
    dispose: async () => {},
  };
  const outputs = ['sample', 'cache_out.0', 'cache_out.1'].map((name) => ({ name, dtype: 'float32', dims: [] }));
  const manifest = { components: { vae_decoder_first: { outputs }, vae_encoder_first: { outputs } } };
  return { model: { manifest, components } as unknown as Model, calls, released };
};

/** Sums of these stay within -1..1, where nothing is clamped, and are exact. */
const PART = 1 / 128;
const latents = tensor(Float32Array.of(PART, 10 * PART, 100 * PART), [1, 1, 3, 1, 1]);
const quiet = startRun({ signal: new AbortController().signal });
const collect = async (chunks: AsyncIterable<VideoChunk>): Promise<VideoChunk[]> => {
  const all: VideoChunk[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
};

describe('decoding', () => {
  it('makes one frame, then four for every further latent frame, from everything before', async () => {
    const { model } = runningSum();
    const chunks = await collect(decodeCausal(model, quiet, latents));
    expect(chunks.map(({ frames }) => frames.dims[0])).toEqual([1, 4, 4]);
    expect(chunks.map(({ sample }) => sample.data[0])).toEqual([PART, 11 * PART, 111 * PART]);
  });

  it('begins with the first graph and hands every cache to the next, alone', async () => {
    const { model, calls } = runningSum();
    await collect(decodeCausal(model, quiet, latents));
    expect(calls.map(({ graph }) => graph)).toEqual(['vae_decoder_first', 'vae_decoder_next', 'vae_decoder_next']);
    expect(calls.map(({ inputs }) => Object.keys(inputs))).toEqual([['latents'], ['latents', 'cache.0', 'cache.1'], ['latents', 'cache.0', 'cache.1']]);
    expect(calls.map(({ inputs }) => inputs['cache.1']?.data[0])).toEqual([undefined, 1, 2]);
  });

  it('starts every clip without the caches of the one before', async () => {
    const { model, calls } = runningSum();
    await collect(decodeCausal(model, quiet, latents));
    const again = await collect(decodeCausal(model, quiet, latents));
    expect(again.map(({ sample }) => sample.data[0])).toEqual([PART, 11 * PART, 111 * PART]);
    expect(calls[3]?.graph).toBe('vae_decoder_first');
  });

  it('decodes nothing before it is asked for, and lets the graphs go when nobody asks any more', async () => {
    const { model, calls, released } = runningSum();
    const chunks = decodeCausal(model, quiet, latents);
    expect(calls).toHaveLength(0);
    for await (const _ of chunks) break;
    expect(calls).toHaveLength(1);
    expect(released).toContain('vae_decoder_next');
  });

  it('stops within one latent frame of the signal', async () => {
    const { model, calls } = runningSum();
    const abort = new AbortController();
    const chunks = decodeCausal(model, startRun({ signal: abort.signal }), latents);
    await chunks.next();
    abort.abort();
    await expect(chunks.next()).rejects.toMatchObject({ code: 'CANCELED' });
    expect(calls).toHaveLength(1);
  });

  it('clamps what it decoded', async () => {
    const { model } = runningSum();
    const chunks = await collect(decodeCausal(model, quiet, tensor(Float32Array.of(0.5, -4), [1, 1, 2, 1, 1])));
    expect(chunks.map(({ sample }) => sample.data[0])).toEqual([0.5, -1]);
  });

  it('refuses a frame that is not a number', async () => {
    const { model } = runningSum(1);
    await expect(collect(decodeCausal(model, quiet, latents))).rejects.toMatchObject({ code: 'NAN_OUTPUT' });
  });
});

describe('encoding', () => {
  it('makes one latent frame of each chunk, in order, and reads a chunk when its turn comes', async () => {
    const { model, calls, released } = runningSum();
    const ahead: number[] = [];
    const chunks = function* (): Generator<FloatTensor> {
      for (const [i, count] of [1, 4, 4].entries()) {
        ahead.push(calls.length - i);
        yield tensor(new Float32Array(3 * count).fill(10 ** i), [1, 3, count, 1, 1]);
      }
    };
    const moments = await encodeCausal(model, quiet, chunks());
    expect(moments).toEqual(tensor(Float32Array.of(1, 11, 111, -1, -11, -111), [1, 2, 3, 1, 1]));
    expect(calls.map(({ graph }) => graph)).toEqual(['vae_encoder_first', 'vae_encoder_next', 'vae_encoder_next']);
    expect(ahead).toEqual([0, 0, 0]);
    expect(released).toEqual(expect.arrayContaining(['vae_encoder_first', 'vae_encoder_next']));
  });
});
