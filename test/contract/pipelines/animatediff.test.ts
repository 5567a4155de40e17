/** AnimateDiff on very small checkpoints: from words alone, held to given frames, and in a picture's likeness. */
import { expect, it } from 'vitest';
import { bands, pipelineContract } from './pipeline-contract.ts';

const sizes = [
  [64, 64],
  [96, 64],
  [64, 72],
] as const;
const impossible = { size: [72, 66], nearest: '72×64 or 72×72' } as const;

await pipelineContract(
  'AnimateDiff',
  { family: 'animatediff', bundle: 'animatediff', cases: ['animatediff-a', 'animatediff-b'], photo: null, sizes, impossible, fewestFrames: 1 },
  (_engine, _request, { frames, replay }) => {
    it('follows the words', async () => expect(await frames({ prompt: 'waves on a lake' })).not.toEqual(await frames()));
    it('keeps away from what it should not show', async () => expect(await frames({ negativePrompt: 'snow' })).not.toEqual(await frames()));
    it('hears nothing of that without guidance', async () =>
      expect(await frames({ guidance: 1, negativePrompt: 'snow' })).toEqual(await frames({ guidance: 1 })));
    it('refuses to skip more layers of its text encoder than the graph can', async () => {
      await expect(replay({ clip_skip: 2 })).rejects.toMatchObject({ code: 'REQUEST_MALFORMED', params: { problem: expect.stringContaining('clip_skip') } });
    });
    it('refuses noise between the steps', async () => {
      await expect(replay({ eta: 0.5 })).rejects.toMatchObject({ code: 'REQUEST_MALFORMED', params: { problem: expect.stringContaining('eta') } });
    });
    it('refuses more frames than its motion modules have places for', async () => {
      await expect(replay({ num_frames: 1000 })).rejects.toMatchObject({ code: 'FRAMES_IMPOSSIBLE' });
    });
  },
);

await pipelineContract(
  'SparseCtrl',
  {
    family: 'animatediff-sparsectrl',
    bundle: 'animatediff-sparsectrl',
    cases: ['animatediff-sparsectrl-a', 'animatediff-sparsectrl-b'],
    photo: bands(100, 100),
    sizes,
    impossible,
    fewestFrames: 1,
  },
  (_engine, _request, { frames, replay }) => {
    it('follows the photo', async () => expect(await frames({ photo: bands(96, 64) })).not.toEqual(await frames()));
    it('follows the words', async () => expect(await frames({ prompt: 'waves on a lake' })).not.toEqual(await frames()));
    it('counts places of given frames from the end when they are negative', async () => {
      const { frames: last } = await replay({ num_frames: 3, controlnet_frame_indices: [-1] });
      expect(last).toEqual((await replay({ num_frames: 3, controlnet_frame_indices: [2] })).frames);
      expect(last).not.toEqual((await replay({ num_frames: 3, controlnet_frame_indices: [0] })).frames);
    });
    it.each([[[7]], [[0, 1, 2, 0, 1, 2, 0]]])('refuses places %j, which no given frame can have', async (controlnet_frame_indices) => {
      await expect(replay({ num_frames: 3, controlnet_frame_indices })).rejects.toMatchObject({
        code: 'REQUEST_MALFORMED',
        params: { problem: expect.stringContaining('controlnet_frame_indices') },
      });
    });
  },
);

await pipelineContract(
  'IP-Adapter',
  {
    family: 'animatediff-ipadapter',
    bundle: 'animatediff-ipadapter',
    cases: ['animatediff-ipadapter-a', 'animatediff-ipadapter-b'],
    photo: bands(100, 80),
    sizes,
    impossible,
    fewestFrames: 1,
  },
  (_engine, request, { frames }) => {
    it('follows the photo', async () => {
      const dark = { widthPx: 90, heightPx: 90, rgb: new Uint8Array(90 * 90 * 3).fill(20) };
      expect(await frames({ photo: dark })).not.toEqual(await frames());
    });
    it('refuses a photo whose bytes do not fill it', async () => {
      await expect(frames({ photo: { ...bands(8, 8), widthPx: 9 } })).rejects.toMatchObject({ code: 'REQUEST_MALFORMED' });
      expect(request.photo?.rgb).toHaveLength(100 * 80 * 3);
    });
  },
);
