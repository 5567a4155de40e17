/** The web channel over a real database and file store, with a worker played by the test: for what needs no clip to be made. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createWeb, type WebOptions } from '../../bots/web/server.ts';
import { motion } from '../../config/engines.ts';
import type { Deps } from '../../core/deps.ts';
import type { EngineManifest } from '../../core/engine.ts';
import { AppError } from '../../core/errors.ts';
import { startFollower } from '../../core/follow.ts';
import { openPglite } from '../../core/infra/database.ts';
import { createFileStore } from '../../core/infra/file-store.ts';
import { createMetrics } from '../../core/infra/metrics.ts';
import { createLogger } from '../../core/infra/pino-logger.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Job } from '../../core/job.ts';
import type { Queue } from '../../core/queue.ts';
import { createPhotoInspector } from '../../worker/vision/photo.ts';
import { type FakeClock, fakeClock } from './jobs.ts';

export interface TestWeb {
  readonly url: string;
  readonly deps: Deps;
  readonly clock: FakeClock;
  /** How often the other format of a clip was asked of the converter. */
  conversions(): number;
  /** Plays the worker: takes the job and reports some progress. */
  begin(jobId: string): Promise<Job>;
  /** Plays the worker: ends the job with these bytes as its clip. */
  finish(jobId: string, clip: Uint8Array): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** @param directory holds a prepared database; removed by `close` */
export const startTestWeb = async (
  directory: string,
  options: Partial<WebOptions> & { quotaDaily?: number; manifests?: readonly EngineManifest[] } = {},
): Promise<TestWeb> => {
  const database = await openPglite(directory);
  const clock = fakeClock();
  const store = createStore(database, clock);
  const metrics = createMetrics(store.jobs);
  const log = createLogger('fatal');
  const queue: Queue = {
    add: async () => undefined,
    remove: async () => undefined,
    consume: () => ({ close: async () => undefined }),
    close: async () => undefined,
  };
  let count = 0;
  let conversions = 0;
  const deps: Deps = {
    store,
    queue,
    metrics,
    log,
    clock,
    files: createFileStore(join(directory, 'files')),
    manifests: options.manifests ?? [motion],
    inspector: createPhotoInspector(),
    downloader: {
      download: async (url) => {
        throw new AppError('DOWNLOAD_HOST', { host: URL.canParse(url) ? new URL(url).host : 'nowhere' });
      },
    },
    quotaDaily: options.quotaDaily ?? 10,
    quotaPlaceMax: 1000,
    newJobId: () => randomBytes(8).toString('hex'),
    newSeed: () => ++count,
  };
  const follower = startFollower([], deps, 20);
  const web = createWeb({
    deps,
    follower,
    convert: async (_path, format) => {
      conversions += 1;
      return { bytes: Buffer.from(`made as ${format}`) };
    },
    channels: () => [{ name: 'discord', state: 'off', detail: 'set DISCORD_TOKEN to switch it on' }],
    host: '127.0.0.1',
    port: 0,
    token: null,
    metricsText: () => metrics.text(),
    ready: async () => true,
    log,
    ...options,
  });
  const { url } = await web.start();
  const stop = (): Promise<void> => web.stop();
  return {
    url,
    deps,
    clock,
    conversions: () => conversions,
    async begin(jobId) {
      const job = await store.jobs.claim(jobId);
      if (!job) throw new Error(`job ${jobId} cannot be claimed`);
      await store.jobs.saveProgress(jobId, job.attempt, { stage: 'denoise', done: 3, total: 12, fraction: 0.3 });
      return job;
    },
    async finish(jobId, clip) {
      const job = await store.jobs.find(jobId);
      if (!job) throw new Error(`no job ${jobId}`);
      const { format, widthPx, heightPx, seconds, fps, frameCount } = job.request;
      const ref = {
        key: `clips/${jobId}.${format}`,
        thumbnailKey: `clips/${jobId}.jpg`,
        format,
        bytes: clip.length,
        widthPx,
        heightPx,
        seconds,
        fps,
        frameCount,
      };
      await deps.files.put(ref.key, clip);
      await deps.files.put(ref.thumbnailKey, new Uint8Array([0xff, 0xd8, 0xff]));
      await store.jobs.finish(jobId, job.attempt, { state: 'done', clip: ref, notes: [{ code: 'NOTE_CROPPED', params: {} }] });
    },
    stop,
    async close() {
      await stop();
      await follower.stop();
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
