/** The main job over REST on the real program, on the embedded queue and, when there is one, on Redis. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probe } from '../../worker/media/probe.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { jpeg } from '../support/photos.ts';
import { redisSuite, redisUrl } from '../support/redis.ts';
import { hasEnded, postPhoto, waitForJob } from '../support/rest.ts';

const small = { seconds: '1', fps: '8', steps: '4', width: '160' };

const mainPath = (environment: () => Record<string, string>): void => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(environment());
  });
  afterAll(() => app.close());

  it('turns a photo and words into a clip of the right shape, in both formats', async () => {
    const photo = await jpeg(320, 200);
    const accepted = await postPhoto(app.url, photo, { ...small, prompt: 'slow zoom in', seed: '7' });
    expect(accepted.state).toMatch(/waiting|running/);
    const done = await waitForJob(app.url, accepted.id, hasEnded);
    expect(done).toMatchObject({ state: 'done', error: null, recipe: { seed: 7, width: 160, height: 100 } });
    for (const format of ['mp4', 'gif'] as const) {
      const path = join(app.dataDir, `clip.${format}`);
      writeFileSync(path, Buffer.from(await (await fetch(`${app.url}/v1/jobs/${done.id}/clip?format=${format}`)).arrayBuffer()));
      const facts = await probe(path);
      expect(facts).toMatchObject({ widthPx: 160, heightPx: 100, frameCount: 8 });
    }
  });

  it('stops a running job within a step and gives back what was not used', async () => {
    const left = async (): Promise<number> => ((await (await fetch(`${app.url}/v1/quota`)).json()) as { left: number }).left;
    const before = await left();
    const { id } = await postPhoto(app.url, await jpeg(640, 400), { prompt: 'zoom out', seconds: '6', width: '640' });
    await waitForJob(app.url, id, ({ state, progress }) => state === 'running' && progress?.stage === 'render');
    // Six seconds are two default clips.
    expect(await left()).toBeCloseTo(before - 2, 2);
    await fetch(`${app.url}/v1/jobs/${id}`, { method: 'DELETE' });
    expect((await waitForJob(app.url, id, hasEnded, 5_000)).state).toBe('canceled');
    const after = await left();
    expect(after).toBeGreaterThan(before - 2);
    expect(after).toBeLessThan(before);
  });

  it('works through a line of jobs in order', async () => {
    const photo = await jpeg(128, 96);
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await postPhoto(app.url, photo, { ...small, prompt: 'pan left' })).id);
    const ended: string[] = [];
    await Promise.all(ids.map((id) => waitForJob(app.url, id, hasEnded).then(() => ended.push(id))));
    expect(ended).toEqual(ids);
  });
};

describe('on the embedded database', () => mainPath(() => ({ REDIS_URL: '' })));

describe.skipIf(!redisUrl)(redisSuite, () => {
  mainPath(() => ({ REDIS_URL: redisUrl ?? '' }));
});
