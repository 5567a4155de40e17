/** ModelScope's text-to-video on a very small checkpoint: the contracts, and that words are all it takes. */
import { expect, it } from 'vitest';
import { bands, pipelineContract } from './pipeline-contract.ts';

await pipelineContract(
  'ModelScope',
  {
    family: 'modelscope-t2v',
    bundle: 'modelscope-t2v',
    cases: ['modelscope-t2v-a', 'modelscope-t2v-b'],
    photo: null,
    sizes: [
      [64, 64],
      [96, 64],
      [64, 72],
    ],
    impossible: { size: [72, 66], nearest: '72×64 or 72×72' },
    fewestFrames: 1,
  },
  (_engine, _request, { frames }) => {
    it('follows the words', async () => expect(await frames({ prompt: 'waves on a lake' })).not.toEqual(await frames()));
    it('keeps away from what it should not show', async () => expect(await frames({ negativePrompt: 'snow' })).not.toEqual(await frames()));
    it('looks at no photo', async () => expect(await frames({ photo: bands(64, 64) })).toEqual(await frames()));
  },
);
