/** A Discord channel on a fake Discord, over the real store and files, with a clock that tests move and no worker. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createDiscordChannel } from '../../bots/discord/channel.ts';
import { createDownloader } from '../../bots/download.ts';
import type { Channel, ClipFile } from '../../core/channel.ts';
import type { Deps } from '../../core/deps.ts';
import type { EngineManifest } from '../../core/engine.ts';
import { openPglite } from '../../core/infra/database.ts';
import { createFileStore } from '../../core/infra/file-store.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Job } from '../../core/job.ts';
import type { Logger } from '../../core/logger.ts';
import type { ClipRequest } from '../../core/request.ts';
import { createPhotoInspector } from '../../worker/vision/photo.ts';
import { type FakeDiscord, startFakeDiscord } from './fake-discord.ts';
import type { FakeInteraction } from './fake-discord-state.ts';
import { type FakeClock, fakeClock } from './jobs.ts';
import { sampleManifest } from './manifest.ts';
import { copyTemplate } from './template.ts';

export interface Bench {
  readonly discord: FakeDiscord;
  readonly deps: Deps;
  readonly clock: FakeClock;
  /** Everything that was logged, one line of JSON each. */
  readonly logged: readonly string[];
  channel(): Channel;
  /** Stops the channel and starts another one over the same database, as after a restart. */
  restart(): Promise<void>;
  /** Waits for something to become true or found. */
  until<T>(find: () => T | null | undefined | false | Promise<T | null | undefined | false>, timeoutMs?: number): Promise<T>;
  /** The job of an interaction, once accepted. */
  jobOf(interaction: FakeInteraction): Promise<Job>;
  /** Plays the worker: finishes a job with a clip of that many bytes. */
  finish(jobId: string, change?: Partial<ClipRequest> & { readonly bytes?: number }): Promise<{ readonly job: Job; readonly clip: ClipFile }>;
  /** Plays the worker that fails. */
  fail(jobId: string, code: string): Promise<Job>;
  close(): Promise<void>;
}

/** @param template the prepared database of the test run */
export const startBench = async (template: string, manifests: readonly EngineManifest[] = [sampleManifest]): Promise<Bench> => {
  const directory = copyTemplate(template);
  const clock = fakeClock();
  const discord = await startFakeDiscord({ nowMs: clock.nowMs });
  const logged: string[] = [];
  const write = (...parts: unknown[]): void =>
    void logged.push(
      JSON.stringify(parts, (_key, value: unknown) =>
        value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value,
      ),
    );
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
  const store = createStore(await openPglite(directory), clock);
  let count = 0;
  const deps: Deps = {
    store,
    clock,
    log,
    files: createFileStore(join(directory, 'files')),
    queue: { add: async () => undefined, remove: async () => undefined, consume: () => ({ close: async () => undefined }), close: async () => undefined },
    metrics: { request: () => undefined, job: () => undefined, delivery: () => undefined, refund: () => undefined, edit: () => undefined },
    manifests,
    inspector: createPhotoInspector(),
    downloader: createDownloader({ allowedOrigins: [new URL(discord.cdnUrl).origin], maxBytes: 1024 * 1024, timeoutMs: 5_000 }),
    quotaDaily: 100,
    quotaPlaceMax: 1000,
    newJobId: () => `job${String(++count).padStart(13, '0')}`,
    newSeed: () => 4_000_000_000 + count,
  };
  const open = (): Channel => createDiscordChannel({ deps, token: discord.token, apiUrl: discord.apiUrl, log });
  let channel = open();
  await channel.start();

  const bench: Bench = {
    discord,
    deps,
    clock,
    logged,
    channel: () => channel,
    async restart() {
      await channel.stop();
      channel = open();
      await channel.start();
    },
    async until(find, timeoutMs = 20_000) {
      for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 10))) {
        const found = await find();
        if (found) return found;
      }
      throw new Error(`nothing came within ${timeoutMs} ms: ${find.toString().slice(0, 200)}`);
    },
    jobOf: ({ id }) => bench.until(() => store.jobs.findByRequestKey(`discord:interaction:${id}`)),
    async finish(jobId, { bytes = 2_000, ...change } = {}) {
      const running = (await store.jobs.claim(jobId)) as Job;
      const clip: ClipFile = { bytes: new Uint8Array(bytes).fill(7), thumbnail: null };
      const { request } = running;
      const { widthPx, heightPx, seconds, fps, frameCount } = request;
      const format = change.format ?? request.format;
      const done = await store.jobs.finish(jobId, running.attempt, {
        state: 'done',
        clip: { key: `clips/${jobId}.${format}`, thumbnailKey: `clips/${jobId}.jpg`, format, bytes, widthPx, heightPx, seconds, fps, frameCount },
        notes: [],
      });
      return { job: done as Job, clip };
    },
    async fail(jobId, code) {
      const running = (await store.jobs.claim(jobId)) as Job;
      return (await store.jobs.finish(jobId, running.attempt, { state: 'failed', error: { code, params: {} } })) as Job;
    },
    async close() {
      await channel.stop();
      await discord.close();
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return bench;
};
