/** What a clip costs that ended early: a real engine in the real worker, stopped in the middle of denoising, and the ledger afterwards. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { engineOf } from '../../config/engines.ts';
import type { Engine, EngineManifest } from '../../core/engine.ts';
import { openPglite } from '../../core/infra/database.ts';
import { createFileStore } from '../../core/infra/file-store.ts';
import { createMetrics } from '../../core/infra/metrics.ts';
import { createStore } from '../../core/infra/store.ts';
import { isFinal, type Job } from '../../core/job.ts';
import type { Logger } from '../../core/logger.ts';
import type { DailyLimit, Store } from '../../core/store.ts';
import { startConsumer } from '../../worker/consumer.ts';
import { engineFactories } from '../../worker/engines/index.ts';
import { makeClip } from '../../worker/make-clip.ts';
import { readBundleManifest } from '../../worker/onnx/pipeline-bundle.ts';
import { createFaultQueue } from '../support/fault-queue.ts';
import { fakeClock, sampleDraft } from '../support/jobs.ts';
import { copyTemplate } from '../support/template.ts';

const STEPS = 40;
const limit: DailyLimit = { clips: 10, scope: 'personal' };
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const folder = fileURLToPath(new URL('../golden/bundles/ltx', import.meta.url));
const clock = fakeClock();
let directory: string;
let store: Store;
let manifest: EngineManifest;
let engine: Engine;
let people = 0;

beforeAll(async () => {
  directory = copyTemplate(inject('templateDirectory'));
  store = createStore(await openPglite(directory), clock);
  manifest = engineOf(await readBundleManifest(folder, 'ltx'), 'ltx');
  engine = engineFactories.ltx?.({ manifest, folder, providers: ['cpu'], threads: 1, log: silent }) as Engine;
});
afterAll(async () => {
  await engine.dispose();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

/** One clip of `STEPS` steps in the real worker. @param at called at every step, after the worker was told of it */
const run = async (at: (step: number, abort: () => void) => void, workersStore = store): Promise<{ readonly job: Job; readonly left: number }> => {
  const user = `web:share${++people}`;
  const draft = sampleDraft(user);
  const request = { ...draft.request, engine: manifest.id, steps: STEPS, frameCount: 9, widthPx: 96, heightPx: 64, fps: 25 };
  const { job } = await store.jobs.accept({ ...draft, request, photo: null }, limit);
  const queue = createFaultQueue();
  const stepping = (abort: () => void): Engine => ({
    ...engine,
    generate: (request, context) =>
      engine.generate(request, {
        ...context,
        onProgress(progress) {
          context.onProgress(progress);
          if (progress.stage === 'denoise') at(progress.done, abort);
        },
      }),
  });
  const consumer = startConsumer({
    store: workersStore,
    queue,
    clock,
    log: silent,
    metrics: createMetrics(store.jobs),
    files: createFileStore(join(directory, 'files')),
    inference: {
      async run(task, { signal, onProgress }) {
        const canceled = new AbortController();
        return makeClip(
          stepping(() => canceled.abort()),
          task,
          { signal: AbortSignal.any([signal, canceled.signal]), onProgress },
        );
      },
      close: async () => undefined,
    },
  });
  await queue.add(job.id);
  await expect.poll(async () => isFinal((await store.jobs.find(job.id))?.state ?? 'waiting'), { timeout: 30_000 }).toBe(true);
  await consumer.close();
  return { job: (await store.jobs.find(job.id)) as Job, left: (await store.ledger.balance(user, 'web:local', limit)).left };
};

describe('a clip of 40 steps', () => {
  it('canceled at step 10 gives about three quarters back, and says so', async () => {
    const { job, left } = await run((step, abort) => step === 10 && abort());
    expect(job).toMatchObject({ state: 'canceled', error: { code: 'CANCELED_PARTLY', params: { price: 1 } } });
    const back = left - 9;
    expect(back).toBeGreaterThan(0.7);
    expect(back).toBeLessThan(0.8);
    expect(job.error?.params.used).toBeCloseTo(1 - back, 1);
  });

  it('canceled at step 30 gives less back than at step 10', async () => {
    const { left } = await run((step, abort) => step === 30 && abort());
    expect(left - 9).toBeGreaterThan(0.25);
    expect(left - 9).toBeLessThan(0.45);
  });

  it('that fails at step 10 gives everything back', async () => {
    const { job, left } = await run((step) => {
      if (step === 10) throw new Error('the card fell out');
    });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'ENGINE_FAILED' } });
    expect(left).toBe(10);
  });

  it('that is made costs all of it', async () => {
    const { job, left } = await run(() => undefined);
    expect(job.state).toBe('done');
    expect(left).toBe(9);
  });

  it('that is made is not thrown away because the database was away for a moment', async () => {
    let refused = 0;
    const finish: Store['jobs']['finish'] = async (...args) => {
      if (refused++ === 0) throw new Error('the connection was lost');
      return store.jobs.finish(...args);
    };
    const { job } = await run(() => undefined, { ...store, jobs: { ...store.jobs, finish } });
    expect(refused).toBe(2);
    expect(job).toMatchObject({ state: 'done', attempt: 1 });
  });
});
