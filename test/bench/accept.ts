/**
 * Measures what a person waits for first: `npm run bench -- accept`. With DATABASE_URL on that (empty) PostgreSQL database, else on the
 * embedded one; with REDIS_URL the queue is there, else in the same database.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDiscordChannel } from '../../bots/discord/channel.ts';
import { createDownloader } from '../../bots/download.ts';
import { createTelegramChannel } from '../../bots/telegram/channel.ts';
import { systemClock } from '../../core/clock.ts';
import type { Deps } from '../../core/deps.ts';
import { createBullQueue } from '../../core/infra/bullmq-queue.ts';
import { type Database, openPglite, openPostgres } from '../../core/infra/database.ts';
import { createFileStore } from '../../core/infra/file-store.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Logger } from '../../core/logger.ts';
import type { PhotoRef } from '../../core/request.ts';
import { type PhotoSource, submit } from '../../core/submit.ts';
import { createPhotoInspector } from '../../worker/vision/photo.ts';
import { startFakeDiscord } from '../support/fake-discord.ts';
import { startFakeTelegram } from '../support/fake-telegram.ts';
import { sampleManifest } from '../support/manifest.ts';
import { jpeg } from '../support/photos.ts';

const ROUNDS = 8;
const PER_ROUND = 50;
const USERS = 200;
const WITHIN_MS = 1_000;
const LIMIT_MS = 500;
/** Whoever has not been answered by then is not. */
const PATIENCE_MS = 30_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
};
const figures = (values: readonly number[]): string =>
  `p50 ${quantile(values, 0.5).toFixed(2)} ms, p99 ${quantile(values, 0.99).toFixed(2)} ms, most ${Math.max(...values).toFixed(2)} ms`;
const load = (): string =>
  `load ${loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')} on ${availableParallelism()} cores`;

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

const createDeps = (database: Database, directory: string, origins: readonly string[]): Deps => {
  const run = Date.now().toString(36);
  let count = 0;
  return {
    store: createStore(database, systemClock),
    queue: createBullQueue(process.env.REDIS_URL ? { redisUrl: process.env.REDIS_URL } : { database: database.queueConnection }, silent),
    clock: systemClock,
    log: silent,
    files: createFileStore(join(directory, 'files')),
    metrics: { request: () => undefined, job: () => undefined, delivery: () => undefined, edit: () => undefined, refund: () => undefined },
    manifests: [sampleManifest],
    inspector: createPhotoInspector(),
    downloader: createDownloader({ allowedOrigins: [...origins], maxBytes: 1024 * 1024, timeoutMs: 10_000 }),
    quotaDaily: 1_000_000,
    quotaPlaceMax: 1_000_000,
    waitingCaps: { perPerson: 1_000_000, perPlace: 1_000_000 },
    newJobId: () => `${run}${String(++count).padStart(8, '0')}`,
    newSeed: () => count,
  };
};

/** The same number of each in every round, in turns of who begins; the first round warms up. */
const compare = async (deps: Deps, photo: Uint8Array): Promise<void> => {
  const { sha256, type, bytes, widthPx, heightPx } = await deps.inspector.inspect(photo);
  const stored: PhotoRef = { sha256, type, bytes, widthPx, heightPx };
  let asked = 0;
  const ask = async (source: PhotoSource): Promise<void> => {
    const n = ++asked;
    const origin = { channel: 'web', place: `web:bench${n % 10}`, room: '', user: `web:bench${n % 40}`, userName: 'Ada', locale: 'en' } as const;
    await submit({ origin, address: {}, requestKey: deps.newJobId(), photo: source, prompt: 'waves', options: {}, maxClipBytes: 10_000_000 }, deps);
  };
  const ways = {
    raw: () => deps.queue.add(deps.newJobId()),
    accept: () => ask({ kind: 'stored', photo: stored }),
    photo: () => ask({ kind: 'bytes', bytes: photo }),
  };
  const names = ['raw', 'accept', 'photo'] as const;
  const spentMs: Record<(typeof names)[number], number[]> = { raw: [], accept: [], photo: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      for (let n = 0; n < PER_ROUND; n++) {
        const startMs = performance.now();
        await ways[name]();
        if (round > 0) spentMs[name].push(performance.now() - startMs);
      }
    }
  }
  const ratio = (name: 'accept' | 'photo', q: number): string => (quantile(spentMs[name], q) / quantile(spentMs.raw, q)).toFixed(2);
  say(`raw queue add: ${figures(spentMs.raw)}`);
  say(`accept (rules, row, hold, line, queue): ${figures(spentMs.accept)}; ${ratio('accept', 0.5)}× the raw add at p50, ${ratio('accept', 0.99)}× at p99`);
  say(`accept with a photo to check and keep: ${figures(spentMs.photo)}; ${ratio('photo', 0.5)}× at p50, ${ratio('photo', 0.99)}× at p99`);
  say(`${ROUNDS} rounds of ${PER_ROUND} each in turns, one at a time; ${load()}`);
};

/** A worker as far as the processor is concerned: one thread on every core. It ends with this process, however that ends. */
const saturate = (): ChildProcess =>
  spawn(
    process.execPath,
    [
      '-e',
      `process.on('disconnect', () => process.exit()); const { Worker } = require('node:worker_threads'); for (let n = 0; n < ${availableParallelism()}; n++) new Worker('for (;;);', { eval: true });`,
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  );

const until = async (isDone: () => boolean): Promise<void> => {
  for (const endMs = performance.now() + PATIENCE_MS; !isDone() && performance.now() < endMs; ) await new Promise((resolve) => setTimeout(resolve, 20));
};

/** Everybody at once: from the moment the platform hands a request over until the bot's first answer arrives there. */
const acknowledge = async (database: Database, directory: string, photo: Uint8Array): Promise<void> => {
  const [discord, telegram] = [await startFakeDiscord(), await startFakeTelegram()];
  const deps = createDeps(database, directory, [new URL(discord.cdnUrl).origin, telegram.apiRoot]);
  const channels = [
    createDiscordChannel({ deps, token: discord.token, apiUrl: discord.apiUrl, log: silent }),
    createTelegramChannel({ deps, token: telegram.token, apiRoot: telegram.apiRoot, log: silent }),
  ];
  for (const channel of channels) await channel.start();
  const image = discord.addPhoto(photo).id;
  const onDiscord = (n: number) => discord.slash('animate', { image, prompt: 'waves' }, { userId: `60${n}`, guildId: null });
  const onTelegram = () => {
    const { chat, user } = telegram.person('Ada');
    telegram.sendPhoto(user, chat, photo, { caption: 'waves' });
    return { chatId: chat.id, sentAtMs: Date.now() };
  };
  const answeredAtMs = (chatId: number): number | undefined =>
    telegram.calls.find(({ method, params }) => method === 'sendMessage' && params.chat_id === chatId)?.atMs;

  const [firstOnDiscord, firstOnTelegram] = [onDiscord(0), onTelegram()];
  await until(() => firstOnDiscord.ackMs !== null && answeredAtMs(firstOnTelegram.chatId) !== undefined);
  const worker = saturate();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const interactions: ReturnType<typeof onDiscord>[] = [];
  const chats: ReturnType<typeof onTelegram>[] = [];
  const startMs = performance.now();
  for (let n = 1; n <= USERS; n++) {
    interactions.push(onDiscord(n));
    chats.push(onTelegram());
    const aheadMs = startMs + (n * WITHIN_MS) / USERS - performance.now();
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
  }
  const spreadMs = performance.now() - startMs;
  await until(() => interactions.every(({ ackMs }) => ackMs !== null) && chats.every(({ chatId }) => answeredAtMs(chatId) !== undefined));
  const busy = load();
  worker.kill();
  await once(worker, 'exit');
  const results = {
    Discord: interactions.flatMap(({ ackMs }) => ackMs ?? []),
    Telegram: chats.flatMap(({ chatId, sentAtMs }) => {
      const atMs = answeredAtMs(chatId);
      return atMs === undefined ? [] : [atMs - sentAtMs];
    }),
  };
  for (const [name, values] of Object.entries(results)) {
    const kept = values.length === USERS && quantile(values, 0.99) < LIMIT_MS;
    say(`${name}: ${values.length} of ${USERS} acknowledged, ${figures(values)}; limit ${LIMIT_MS} ms at p99: ${kept ? 'kept' : 'NOT kept'}`);
  }
  say(`${2 * USERS} people within ${spreadMs.toFixed(0)} ms, every core busy, the platforms’ stand-ins in the same process; ${busy}`);
  for (const channel of channels) await channel.stop();
  await deps.queue.close();
  await discord.close();
  await telegram.close();
};

const url = process.env.DATABASE_URL;
const directory = mkdtempSync(join(tmpdir(), 'stillmotion-bench-'));
const database = url ? await openPostgres(url) : await openPglite(null);
try {
  say(`database: ${url ? 'PostgreSQL' : 'PGlite'}; queue: ${process.env.REDIS_URL ? 'Redis' : 'the same database'}`);
  const photo = new Uint8Array(await jpeg());
  const deps = createDeps(database, directory, []);
  await compare(deps, photo);
  await deps.queue.close();
  await acknowledge(database, directory, photo);
} finally {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
}
