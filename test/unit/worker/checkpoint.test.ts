/** Checkpoints come back bit for bit, and anything else than the right, intact one is as good as none. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkpointKey, openCheckpoints, packCheckpoint, RESUME_FILE, unpackCheckpoint } from '../../../worker/checkpoint.ts';
import { random } from '../../../worker/tensor/random.ts';
import { sampleDraft } from '../../support/jobs.ts';

const { request } = sampleDraft();
const key = checkpointKey({ id: 'svd', version: '1' }, request, ['cpu']);
const checkpoint = { step: 7, tensors: [random(1).normal(33), random(2).normal(5), new Float32Array(0)] };

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'checkpoint-test-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('a checkpoint', () => {
  it('comes back bit for bit', () => expect(unpackCheckpoint(key, packCheckpoint(key, checkpoint))).toEqual(checkpoint));

  it.each([
    ['of another seed', checkpointKey({ id: 'svd', version: '1' }, { ...request, seed: request.seed + 1 }, ['cpu'])],
    ['of another engine version', checkpointKey({ id: 'svd', version: '2' }, request, ['cpu'])],
    ['of another provider', checkpointKey({ id: 'svd', version: '1' }, request, ['cuda', 'cpu'])],
  ])('%s is not gone on from', (_what, other) => expect(unpackCheckpoint(other, packCheckpoint(key, checkpoint))).toBeNull());

  it('that is damaged anywhere, cut off or something else is not gone on from', () => {
    const whole = packCheckpoint(key, checkpoint);
    for (let at = 0; at < whole.length; at += 13) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(unpackCheckpoint(key, damaged), `byte ${at}`).toBeNull();
      expect(unpackCheckpoint(key, whole.subarray(0, at)), `cut at ${at}`).toBeNull();
    }
  });

  it('is found in the folder of the next attempt', async () => {
    await writeFile(join(directory, RESUME_FILE), packCheckpoint(key, checkpoint));
    expect((await openCheckpoints(directory, key, () => undefined)).last).toEqual(checkpoint);
    expect((await openCheckpoints(join(directory, 'none'), key, () => undefined)).last).toBeNull();
  });
});
