/** A Telegram channel on a fake Telegram, over the real store and files, with the test in the worker's place. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createDownloader } from '../../bots/download.ts';
import { createTelegramChannel, type TelegramOptions } from '../../bots/telegram/channel.ts';
import type { ClipFile } from '../../core/channel.ts';
import { systemClock } from '../../core/clock.ts';
import type { Deps } from '../../core/deps.ts';
import type { EngineManifest } from '../../core/engine.ts';
import type { Note } from '../../core/errors.ts';
import { openPglite } from '../../core/infra/database.ts';
import { createFileStore } from '../../core/infra/file-store.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Job, JobState } from '../../core/job.ts';
import type { Logger } from '../../core/logger.ts';
import { createPhotoInspector } from '../../worker/vision/photo.ts';
import { startFakeTelegram } from './fake-telegram.ts';
import type { FakeMessage } from './fake-telegram-state.ts';
import { sampleManifest } from './manifest.ts';
import { animatedGif, jpeg, mp4Video } from './photos.ts';
import { copyTemplate } from './template.ts';

export type Bench = Awaited<ReturnType<typeof startBench>>;

/** @param template the prepared database of the test run */
export const startBench = async (template: string, webhook?: TelegramOptions['webhook'], manifests: readonly EngineManifest[] = [sampleManifest]) => {
  const directory = copyTemplate(template);
  const telegram = await startFakeTelegram();
  const logged: string[] = [];
  const write = (...parts: unknown[]): void =>
    void logged.push(
      JSON.stringify(parts, (_key, value: unknown) =>
        value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value,
      ),
    );
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
  const store = createStore(await openPglite(directory), systemClock);
  let count = 0;
  const deps: Deps = {
    store,
    log,
    clock: systemClock,
    files: createFileStore(join(directory, 'files')),
    queue: { add: async () => undefined, remove: async () => undefined, consume: () => ({ close: async () => undefined }), close: async () => undefined },
    metrics: { request: () => undefined, job: () => undefined, delivery: () => undefined, refund: () => undefined, edit: () => undefined },
    manifests,
    inspector: createPhotoInspector(),
    downloader: createDownloader({ allowedOrigins: [telegram.apiRoot], maxBytes: 15 * 1024 * 1024, timeoutMs: 5_000 }),
    quotaDaily: 100,
    quotaPlaceMax: 1000,
    newJobId: () => `job${String((count += 1)).padStart(13, '0')}`,
    newSeed: () => 4_000_000_000 + count,
  };
  const open = () => createTelegramChannel({ deps, token: telegram.token, apiRoot: telegram.apiRoot, log, ...(webhook ? { webhook } : {}) });
  let channel = open();

  const until = async <T>(find: () => T | null | undefined | false | Promise<T | null | undefined | false>, timeoutMs = 5_000): Promise<T> => {
    for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 10))) {
      const found = await find();
      if (found) return found;
    }
    throw new Error(`nothing came within ${timeoutMs} ms: ${find.toString().slice(0, 200)}; violations: ${telegram.violations.join('; ')}`);
  };
  const keyOf = ({ chat, message_id }: FakeMessage): string => `telegram:${telegram.bot.id}:${chat.id}:${message_id}`;

  return {
    telegram,
    deps,
    logged,
    /** Waits for something to become true or found. */
    until,
    channel: () => channel,
    async restart(): Promise<void> {
      await channel.stop();
      channel = open();
      await channel.start();
    },
    findJob: (request: FakeMessage): Promise<Job | null> => store.jobs.findByRequestKey(keyOf(request)),
    /** The job of a message, once accepted. */
    jobOf: (request: FakeMessage): Promise<Job> => until(() => store.jobs.findByRequestKey(keyOf(request))),
    /** The message of the bot that answers another one, once it is there. */
    replyTo: (request: FakeMessage): Promise<FakeMessage> =>
      until(() => telegram.messages(request.chat).find((message) => message.reply_to_message?.message_id === request.message_id)),
    /** Plays the worker: the job is done, and this is its clip. */
    async finish(jobId: string): Promise<{ readonly job: Job; readonly clip: ClipFile }> {
      const running = (await store.jobs.claim(jobId)) as Job;
      const { format, fps, frameCount, heightPx, seconds, widthPx } = running.request;
      const clip: ClipFile = { bytes: format === 'gif' ? await animatedGif() : mp4Video(), thumbnail: await jpeg(96, 64) };
      const ref = {
        key: `clips/${jobId}.${format}`,
        thumbnailKey: `clips/${jobId}.jpg`,
        format,
        bytes: clip.bytes.length,
        widthPx,
        heightPx,
        seconds,
        fps,
        frameCount,
      };
      return { job: (await store.jobs.finish(jobId, running.attempt, { state: 'done', clip: ref, notes: [] })) as Job, clip };
    },
    /** Plays the worker that does not make it. */
    async end(jobId: string, state: Extract<JobState, 'failed' | 'canceled' | 'refused'>, error: Note): Promise<Job> {
      const running = (await store.jobs.claim(jobId)) as Job;
      return (await store.jobs.finish(jobId, running.attempt, { state, error })) as Job;
    },
    async close(): Promise<void> {
      await channel.stop();
      await telegram.close();
      await store.close();
      rmSync(directory, { recursive: true, force: true });
      if (logged.some((line) => line.includes(telegram.token))) throw new Error('the log holds the token');
    },
  };
};
