/** I2VGen-XL on a very small checkpoint: the contracts, and that photo, words and frame rate all matter. */
import { expect, it } from 'vitest';
import { bands, pipelineContract } from './pipeline-contract.ts';

await pipelineContract(
  'I2VGen-XL',
  {
    family: 'i2vgen-xl',
    bundle: 'i2vgen-xl',
    cases: ['i2vgen-xl-a', 'i2vgen-xl-b'],
    photo: bands(120, 90),
    sizes: [
      [64, 64],
      [96, 64],
      [64, 72],
    ],
    impossible: { size: [72, 66], nearest: '72×64 or 72×72' },
    fewestFrames: 1,
  },
  (_engine, _request, { frames, replay }) => {
    it('follows the photo', async () => expect(await frames({ photo: bands(64, 64) })).not.toEqual(await frames()));
    it('follows the words', async () => expect(await frames({ prompt: 'waves on a lake' })).not.toEqual(await frames()));
    it('is told the frame rate', async () => expect(await frames({ fps: 24 })).not.toEqual(await frames()));
    it('skips a layer of its text encoder unless told otherwise', async () => {
      const usual = await replay({});
      expect(await replay({ clip_skip: 1 })).toEqual(usual);
      expect(await replay({ clip_skip: null })).not.toEqual(usual);
    });
    it('decodes the same in chunks of any size', async () => {
      const [alone, together] = [await replay({ decode_chunk_size: 1 }), await replay({ decode_chunk_size: null })];
      const worst = alone.frames.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (together.frames.data[i] as number))), 0);
      expect(worst).toBeLessThan(1e-5);
    });
  },
);
