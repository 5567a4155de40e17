/** Wan 2.2 against the contracts, and what only it promises: a photo that stays the first frame, two denoisers in turn, frames while it decodes. */
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { leastMemory } from '../../../worker/onnx/memory-plan.ts';
import { readBundleManifest } from '../../../worker/onnx/pipeline-bundle.ts';
import type { PipelineEngine, ReferenceCall } from '../../../worker/parts/reference-call.ts';
import { make } from '../engine-contract.ts';
import { bands, pipelineContract } from './pipeline-contract.ts';

type Seen = Map<string, { readonly data: ArrayLike<number | bigint>; readonly dims: readonly number[] }>;

const call: ReferenceCall = {
  kwargs: { prompt: 'a red fox', width: 64, height: 64, num_frames: 5, num_inference_steps: 3, guidance_scale: 3, max_sequence_length: 16 },
  seed: 5,
  globalSeed: 6,
  images: [bands(60, 60)],
};

/** A call with some arguments replaced, and everything that was to be seen of it. */
const replay = async (engine: PipelineEngine, kwargs: Readonly<Record<string, unknown>>, images = call.images) => {
  const seen: Seen = new Map();
  const { frames, latents } = await engine.replay(
    { ...call, kwargs: { ...call.kwargs, ...kwargs }, images },
    { signal: new AbortController().signal, observe: (key, data, dims) => void seen.set(key, { data: data.slice(), dims }) },
  );
  return { frames, latents, seen };
};

/** Values of [1, c, f, h, w] in one frame. */
const frameOf = ({ data, dims }: { readonly data: ArrayLike<number | bigint>; readonly dims: readonly number[] }, frame: number): number[] => {
  const [, channels = 0, frames = 0, height = 0, width = 0] = dims;
  const area = height * width;
  return Array.from({ length: channels * area }, (_, i) => Number(data[(Math.floor(i / area) * frames + frame) * area + (i % area)]));
};

const calls = (seen: Seen, network: string): number => [...seen.keys()].filter((key) => key.startsWith(`${network}/`) && key.endsWith('/out.0')).length;

await pipelineContract(
  'Wan 2.2 TI2V',
  {
    family: 'wan22-ti2v',
    bundle: 'wan22-ti2v',
    cases: ['wan22-ti2v-a', 'wan22-ti2v-b', 'wan22-ti2v-t'],
    photo: bands(90, 60),
    sizes: [
      [96, 64],
      [64, 96],
    ],
    request: { frameCount: 5, fps: 24 },
    fewestFrames: 5,
    impossible: { size: [90, 64], nearest: '96×64 or 64×64' },
  },
  (engine, request) => {
    it('makes a clip from words alone, another than with the photo', async () => {
      const alone = await make(engine(), { ...request, photo: null });
      const { frames } = await make(engine(), request);
      expect(alone.frames).toHaveLength(request.frameCount);
      expect(alone.frames).not.toEqual(frames);
    });

    it('shows the network the photo in every step, and the decoder once more', async () => {
      const { seen, latents } = await replay(engine(), {});
      const photo = frameOf(seen.get('transformer/0/in/hidden_states') as never, 0);
      for (const step of [2, 4]) expect(frameOf(seen.get(`transformer/${step}/in/hidden_states`) as never, 0)).toEqual(photo);
      expect(frameOf(latents, 0)).toEqual(photo);
      // the scheduler moves what it was given, and never learns of the photo
      expect(frameOf(seen.get('sched/1/in/sample') as never, 0)).not.toEqual(photo);
    });

    it('tells the network a timestep of 0 for the photo and the step’s own for the rest', async () => {
      const { seen } = await replay(engine(), {});
      expect(Array.from(seen.get('transformer/2/in/timestep')?.data ?? [], Number)).toEqual([
        0,
        0,
        0,
        0,
        ...Array(4).fill(Number(seen.get('sched/1/in/t')?.data[0])),
      ]);
    });

    it('asks the network twice per step, once without guidance', async () => {
      expect(calls((await replay(engine(), {})).seen, 'transformer')).toBe(6);
      expect(calls((await replay(engine(), { guidance_scale: 1 })).seen, 'transformer')).toBe(3);
    });

    it('rounds frames and sides to its grid as the reference does', async () => {
      const { frames } = await replay(engine(), { num_frames: 7, width: 80, height: 112 });
      expect(frames.dims).toEqual([5, 96, 64, 3]);
    });

    it('refuses a second guidance, a last image and sides off the grid', async () => {
      await expect(replay(engine(), { guidance_scale_2: 3 })).rejects.toMatchObject({
        code: 'REQUEST_MALFORMED',
        params: { problem: expect.stringContaining('guidance_scale_2') },
      });
      await expect(replay(engine(), { last_image: 'sea.png' })).rejects.toMatchObject({
        code: 'REQUEST_MALFORMED',
        params: { problem: expect.stringContaining('also end with a given image') },
      });
      await expect(replay(engine(), {}, [bands(60, 60), bands(60, 60)])).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' });
      await expect(replay(engine(), { width: 72 })).rejects.toMatchObject({ code: 'SIZE_IMPOSSIBLE' });
    });
  },
);

await pipelineContract(
  'Wan 2.2 A14B',
  {
    family: 'wan22-i2v',
    bundle: 'wan22-i2v',
    cases: ['wan22-i2v-a', 'wan22-i2v-b'],
    photo: bands(90, 60),
    sizes: [
      [64, 48],
      [48, 64],
    ],
    request: { frameCount: 5, fps: 16 },
    fewestFrames: 5,
    impossible: { size: [60, 48], nearest: '64×48 or 48×48' },
  },
  (engine, request) => {
    it('gives the late steps to the second denoiser, with its own guidance', async () => {
      const one = await replay(engine(), { num_inference_steps: 4 });
      expect([calls(one.seen, 'transformer'), calls(one.seen, 'transformer_2')]).toEqual([4, 4]);
      const other = await replay(engine(), { num_inference_steps: 4, guidance_scale_2: 1.5 });
      expect(other.seen.get('sched/1/in/model_output')).toEqual(one.seen.get('sched/1/in/model_output'));
      expect(other.seen.get('sched/2/in/model_output')).not.toEqual(one.seen.get('sched/2/in/model_output'));
    });

    it('shows the network which frame is given, and its latents', async () => {
      const { seen } = await replay(engine(), {});
      const input = seen.get('transformer/0/in/hidden_states') as NonNullable<ReturnType<Seen['get']>>;
      const [, channels = 0, , height = 0, width = 0] = input.dims;
      const area = height * width;
      const latentChannels = (channels - 4) / 2;
      const mask = (frame: number): number[] => frameOf(input, frame).slice(latentChannels * area, (latentChannels + 4) * area);
      expect(new Set(mask(0))).toEqual(new Set([1]));
      expect(new Set(mask(1))).toEqual(new Set([0]));
    });

    it('works in pieces where memory is short, and says so', async () => {
      const shape = { widthPx: 320, heightPx: 288, frameCount: 5 };
      const whole = await make(engine(), { ...request, ...shape });
      const bundle = await readBundleManifest(fileURLToPath(new URL('../../golden/bundles/wan22-i2v', import.meta.url)), 'Tiny');
      const enough = leastMemory(bundle, shape, 'cpu') * 1.15;
      const memory = vi.spyOn(process, 'availableMemory').mockImplementation(() => enough - process.memoryUsage.rss());
      try {
        const stream = await engine().generate({ ...request, ...shape }, { signal: new AbortController().signal, onProgress: () => {} });
        expect(stream.notes).toEqual([{ code: 'NOTE_IN_PIECES', params: {} }]);
        const frames: Uint8Array[] = [];
        for await (const frame of stream.frames) frames.push(frame);
        expect(frames).toHaveLength(5);
        expect(frames).not.toEqual(whole.frames);
        memory.mockImplementation(() => enough / 2 - process.memoryUsage.rss());
        const refused = engine().generate({ ...request, ...shape }, { signal: new AbortController().signal, onProgress: () => {} });
        await expect(refused).rejects.toMatchObject({ code: 'NOT_ENOUGH_MEMORY' });
      } finally {
        memory.mockRestore();
      }
    });

    it('decodes while its frames are being taken', async () => {
      const abort = new AbortController();
      const stream = await engine().generate({ ...request, frameCount: 9 }, { signal: abort.signal, onProgress: () => {} });
      const frames = stream.frames[Symbol.asyncIterator]();
      // the first latent frame is one frame, the second four; the third is never reached
      for (let i = 0; i < 5; i++) expect((await frames.next()).done).toBe(false);
      abort.abort();
      await expect(frames.next()).rejects.toMatchObject({ code: 'CANCELED' });
    });
  },
);
