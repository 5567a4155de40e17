/** Stable Video Diffusion on a very small checkpoint: the contracts, its own number for motion, and its deafness to words. */
import { expect, it } from 'vitest';
import { bands, pipelineContract } from './pipeline-contract.ts';

await pipelineContract(
  'Stable Video Diffusion',
  {
    family: 'svd',
    bundle: 'svd',
    cases: ['svd-a', 'svd-b'],
    photo: bands(120, 90),
    sizes: [
      [64, 64],
      [96, 64],
      [64, 80],
    ],
    impossible: { size: [70, 64], nearest: '64×64 or 80×64' },
  },
  (_engine, _request, { frames, replay }) => {
    it('reads no words', async () => expect(await frames({ prompt: 'something else entirely' })).toEqual(await frames()));
    it('makes another clip of another amount of motion', async () => expect(await frames({ motion: 2 })).not.toEqual(await frames()));
    it('makes another clip of another photo', async () => expect(await frames({ photo: bands(64, 64) })).not.toEqual(await frames()));

    it('refuses guidance that begins above 1 and ends without any', async () => {
      await expect(replay({ min_guidance_scale: 2, max_guidance_scale: 1 })).rejects.toMatchObject({
        code: 'REQUEST_MALFORMED',
        params: { problem: expect.stringContaining('max_guidance_scale') },
      });
    });
    it('refuses a size that is not made of whole latents, and names the nearest', async () => {
      await expect(replay({ width: 65, height: 64 })).rejects.toMatchObject({ code: 'SIZE_IMPOSSIBLE', params: { nearest: '64×64 or 72×64' } });
    });
    it('decodes differently in other chunks, because frames of one chunk see each other', async () => {
      const [together, apart] = [await replay({ decode_chunk_size: null }), await replay({ decode_chunk_size: 1 })];
      expect(apart.latents).toEqual(together.latents);
      expect(apart.frames).not.toEqual(together.frames);
    });
  },
);
