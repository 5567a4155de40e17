/** LTX-Video against the contracts, and what only it promises: clips from words alone, a photo that stays the first frame, exact positions. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { ropeGrid } from '../../../worker/parts/ltx-tokens.ts';
import type { PipelineEngine, ReferenceCall } from '../../../worker/parts/reference-call.ts';
import { make } from '../engine-contract.ts';
import { bands, pipelineContract } from './pipeline-contract.ts';

type Seen = Map<string, { readonly data: ArrayLike<number | bigint>; readonly dims: readonly number[] }>;

const call: ReferenceCall = {
  kwargs: { prompt: 'a red fox', width: 64, height: 64, num_frames: 9, num_inference_steps: 2, guidance_scale: 3, max_sequence_length: 16 },
  seed: 5,
  globalSeed: 6,
  images: [bands(60, 60)],
};

/** A call with some arguments replaced, and everything that was to be seen of it. */
const replay = async (engine: PipelineEngine, kwargs: Readonly<Record<string, unknown>>, images = call.images) => {
  const seen: Seen = new Map();
  const { frames } = await engine.replay(
    { ...call, kwargs: { ...call.kwargs, ...kwargs }, images },
    { signal: new AbortController().signal, observe: (key, data, dims) => void seen.set(key, { data: data.slice(), dims }) },
  );
  return { frames, seen };
};

await pipelineContract(
  'LTX-Video',
  {
    family: 'ltx',
    bundle: 'ltx',
    cases: ['ltx-a', 'ltx-b', 'ltx-t'],
    photo: bands(90, 60),
    sizes: [
      [96, 64],
      [64, 96],
    ],
    request: { frameCount: 9, fps: 25 },
    fewestFrames: 9,
    impossible: { size: [90, 64], nearest: '96×64 or 64×64' },
  },
  (engine, request) => {
    it('makes a clip from words alone, another than with the photo', async () => {
      const alone = await make(engine(), { ...request, photo: null });
      const { frames } = await make(engine(), request);
      expect(alone.frames).toHaveLength(request.frameCount);
      expect(alone.frames).not.toEqual(frames);
    });

    it('keeps the photo at timestep 0 and moves only what follows', async () => {
      const { seen } = await replay(engine(), {});
      const timestep = seen.get('transformer/1/in/timestep');
      expect(timestep?.dims).toEqual([2, 8]);
      expect(Array.from(timestep?.data ?? []).slice(0, 4)).toEqual([0, 0, 0, 0]);
      expect(Number(timestep?.data[4])).toBeGreaterThan(0);
      const tokens = (step: number) => Array.from(seen.get(`transformer/${step}/in/hidden_states`)?.data ?? []);
      const perFrame = (tokens(0).length / 2 / 8) * 4;
      expect(tokens(1).slice(0, perFrame)).toEqual(tokens(0).slice(0, perFrame));
      expect(tokens(1).slice(perFrame, 2 * perFrame)).not.toEqual(tokens(0).slice(perFrame, 2 * perFrame));
    });

    it('asks the network once per step without guidance, and then reads no negative words', async () => {
      const { seen } = await replay(engine(), { guidance_scale: 1, negative_prompt: 'blurry' });
      expect(seen.get('transformer/0/in/hidden_states')?.dims[0]).toBe(1);
      expect([...seen.keys()].filter((key) => key.startsWith('text_encoder/'))).not.toContain('text_encoder/1/in/input_ids');
    });

    it('rounds frames down to the grid of the latents, as the reference does', async () => {
      expect((await replay(engine(), { num_frames: 15 })).frames.dims).toEqual([9, 64, 64, 3]);
      expect((await replay(engine(), { num_frames: 8 })).frames.dims).toEqual([1, 64, 64, 3]);
    });

    it('gives back the contrast that guidance took', async () => {
      const [plain, rescaled] = [await replay(engine(), { guidance_scale: 8 }), await replay(engine(), { guidance_scale: 8, guidance_rescale: 1 })];
      const spread = ({ seen }: { readonly seen: Seen }): number => {
        const values = Array.from(seen.get('sched/0/in/model_output')?.data ?? [], Number);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
      };
      expect(spread(rescaled)).toBeLessThan(spread(plain));
    });

    it('says that a single step is too few', async () => {
      await expect(make(engine(), { ...request, steps: 1 })).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE', params: { field: 'steps', min: 2 } });
    });

    it('refuses a second image and arguments that it cannot honour', async () => {
      await expect(replay(engine(), {}, [bands(60, 60), bands(60, 60)])).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' });
      await expect(replay(engine(), { timesteps: [900, 500] })).rejects.toMatchObject({
        code: 'REQUEST_MALFORMED',
        params: { problem: expect.stringContaining('timesteps') },
      });
      await expect(replay(engine(), { width: 80 })).rejects.toMatchObject({ code: 'SIZE_IMPOSSIBLE' });
    });
  },
);

await pipelineContract('LTX-Video with a decoder that denoises', {
  family: 'ltx',
  bundle: 'ltx095',
  cases: ['ltx095-a', 'ltx095-b'],
  photo: bands(90, 60),
  sizes: [
    [96, 64],
    [64, 64],
  ],
  request: { frameCount: 9, fps: 25 },
  fewestFrames: 9,
  impossible: { size: [64, 90], nearest: '64×96 or 64×64' },
});

/** sha256 of LTXVideoRotaryPosEmbed._prepare_video_coords(1, frames, rows, columns, (8 / rate, 32, 32)) by torch 2.13 and diffusers 0.40. */
const RECORDED_GRIDS = [
  [3, 2, 3, 25, '9800dad9c9a83c906d71e6b6c3f8815272f8a381e21aff4b435ed663faf547c0'],
  [21, 15, 22, 25, '4f8f9e4b4fb2df489d5c54ac6b8793e4fae00fe1a0bab75839dd797537efefcb'],
  [8, 4, 4, 24, 'f548361230ccc14b4bf2561e71d98f4bdde202283481d6f6fe3bed70c04363a6'],
  [16, 5, 7, 30, 'e04b8b1c6f3889bef0c109277c5c0d7a6a1f8d960d11781fb33739b62b137d53'],
  [13, 9, 3, 23.976, '4186919d00c3c4337bf54bd3d999a30342888550dc4eb194a002ccf76616f99c'],
  [2, 2, 2, 7, 'd0a6a7fc97e2e5492ab4140bb9efc49da002ba0a934567859e4af36d6d39e0c5'],
] as const;

it.each(RECORDED_GRIDS)('places %i × %i × %i tokens at %f frames per second as the reference does, bit for bit', (frames, rows, columns, rate, sha256) => {
  const { data } = ropeGrid(frames, rows, columns, [8 / rate, 32, 32]);
  expect(createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex')).toBe(sha256);
});
