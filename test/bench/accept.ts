/**
 * Measures what a person waits for first: `npm run bench -- accept [--real] [compare] [discord] [telegram] [both]`. On the embedded
 * database; with `--real` on a PostgreSQL and a Redis started for it (Debian's packages) as well, once with the queue on each. With DATABASE_URL on that (empty)
 * PostgreSQL database alone; with REDIS_URL the queue is there, else in the same database.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDownloader } from '../../bots/download.ts';
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
import { sampleManifest } from '../support/manifest.ts';
import { jpeg } from '../support/photos.ts';
import { createPostgres, createRedis, removeFolder, serversMissing } from '../support/real-servers.ts';
import { acknowledge, type PlatformName } from './acknowledgement.ts';
import { cpuMs, figures, load, quantile, say } from './figures.ts';

const ROUNDS = 8;
const PER_ROUND = 50;

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** Where one series of measurements runs. */
interface Ground {
  readonly name: string;
  readonly database: Database;
  readonly redisUrl: string | null;
  readonly directory: string;
}

/** @param onAdding hears of everything that is put into the queue, by whomever */
const createDeps = ({ database, directory, redisUrl }: Ground, origins: readonly string[], onAdding: (adding: Promise<void>) => void = () => {}): Deps => {
  const run = Date.now().toString(36);
  let count = 0;
  const queue = createBullQueue(redisUrl ? { redisUrl } : { database: database.queueConnection }, silent);
  return {
    store: createStore(database, systemClock),
    queue: {
      ...queue,
      add(jobId, options) {
        const adding = queue.add(jobId, options);
        onAdding(adding);
        return adding;
      },
    },
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

/** Everybody who waits gets a clip, so that the line is as long in every round and durations are known as on any machine that works. */
const workOff = async ({ store }: Deps): Promise<void> => {
  const clip = { key: 'c', thumbnailKey: 't', format: 'mp4', bytes: 1, widthPx: 2, heightPx: 2, seconds: 1, fps: 12, frameCount: 12 } as const;
  for (let ticket = 0; ; ticket++) {
    const job = await store.jobs.claimNext(`ticket${ticket}`);
    if (!job) return;
    await store.jobs.finish(job.id, job.attempt, { state: 'done', clip, notes: [] });
  }
};

/** The leanest that keeps a booking of one unit in a database: two lines that add up to 0 in one committed statement, without rules, indexes or checks. */
const createBooking = async (database: Database): Promise<() => Promise<unknown>> => {
  await database.query('CREATE TABLE IF NOT EXISTS bench_booking (account text NOT NULL, amount integer NOT NULL)');
  let count = 0;
  return () => database.query('INSERT INTO bench_booking (account, amount) VALUES ($1, -1), ($2, 1)', [`web:bench${++count % 40}`, `hold${count}`]);
};

/**
 * One of each after the other, in turns of who begins, so that all find the processor's caches alike: nobody's queue adds in a tight
 * loop. The first two rounds warm up.
 */
const compare = async (ground: Ground, photo: Uint8Array): Promise<void> => {
  let adding = Promise.resolve();
  const deps = createDeps(ground, [], (next) => {
    adding = next;
  });
  const { sha256, type, bytes, widthPx, heightPx } = await deps.inspector.inspect(photo);
  const stored: PhotoRef = { sha256, type, bytes, widthPx, heightPx };
  let asked = 0;
  const ask = async (source: PhotoSource): Promise<void> => {
    const n = ++asked;
    const origin = { channel: 'web', place: `web:bench${n % 10}`, room: '', user: `web:bench${n % 40}`, userName: 'Ada', locale: 'en' } as const;
    await submit({ origin, address: {}, requestKey: deps.newJobId(), photo: source, prompt: 'waves', options: {}, maxClipBytes: 10_000_000 }, deps);
  };
  const book = await createBooking(ground.database);
  const ways = {
    raw: () => deps.queue.add(deps.newJobId()),
    pair: async () => {
      await book();
      await deps.queue.add(deps.newJobId());
    },
    accept: () => ask({ kind: 'stored', photo: stored }),
    photo: () => ask({ kind: 'bytes', bytes: photo }),
  };
  const names = ['raw', 'pair', 'accept', 'photo'] as const;
  type Name = (typeof names)[number];
  const spentMs: Record<Name | 'queued', number[]> = { raw: [], pair: [], accept: [], photo: [], queued: [] };
  const spentCpuMs: Record<Name | 'queued', number> = { raw: 0, pair: 0, accept: 0, photo: 0, queued: 0 };
  for (let round = -2; round < ROUNDS; round++) {
    for (let n = 0; n < PER_ROUND; n++) {
      for (const name of n % 2 === 0 ? names : names.toReversed()) {
        const [startMs, startCpuMs] = [performance.now(), cpuMs()];
        await ways[name]();
        const [endMs, endCpuMs] = [performance.now(), cpuMs()];
        // what an accepted request still does must not count against whoever comes next
        await adding;
        if (round < 0) continue;
        spentMs[name].push(endMs - startMs);
        spentCpuMs[name] += endCpuMs - startCpuMs;
        if (name !== 'accept') continue;
        spentMs.queued.push(performance.now() - startMs);
        spentCpuMs.queued += cpuMs() - startCpuMs;
      }
    }
    await workOff(deps);
  }
  const against = (name: Name | 'queued', base: Name): string =>
    [0.5, 0.99].map((q) => (quantile(spentMs[name], q) / quantile(spentMs[base], q)).toFixed(2)).join(' and ');
  const cpu = (name: Name | 'queued'): string => `${(spentCpuMs[name] / (ROUNDS * PER_ROUND)).toFixed(2)} ms of this process’s processor time`;
  for (const [name, what] of [
    ['raw', 'raw queue add'],
    ['pair', 'raw pair (bare committed booking, queue add)'],
    ['accept', 'accept, until the person is answered (rules, row, hold, line, promise)'],
    ['queued', 'the same, until it is in the queue too'],
    ['photo', 'accept with a photo to check and keep'],
  ] as const)
    say(`${what}: ${figures(spentMs[name])}; ${cpu(name)}; at p50 and p99 ${against(name, 'raw')}× the raw add, ${against(name, 'pair')}× the raw pair`);
  say(`${ROUNDS} rounds of ${PER_ROUND} of each in turns, one at a time, 0 to ${2 * PER_ROUND} waiting; ${load()}`);
  await deps.queue.close();
};

const crowds: Readonly<Record<string, readonly PlatformName[]>> = { discord: ['Discord'], telegram: ['Telegram'], both: ['Discord', 'Telegram'] };

const measure = async (ground: Ground, parts: readonly string[]): Promise<void> => {
  say(`— ${ground.name}`);
  const photo = new Uint8Array(await jpeg());
  if (parts.includes('compare')) await compare(ground, photo);
  for (const [name, platforms] of Object.entries(crowds)) {
    if (!parts.includes(name)) continue;
    // Every platform begins to count its people and updates anew.
    await ground.database.query(
      'TRUNCATE stillmotion.inbox, stillmotion.job_event, stillmotion.send, stillmotion.job, stillmotion.line_place, stillmotion.line_person',
    );
    await acknowledge(platforms, (origins) => createDeps(ground, origins));
  }
};

const measureReal = async (directory: string, parts: readonly string[]): Promise<void> => {
  if (serversMissing) throw new Error(`--real needs real servers: ${serversMissing}`);
  // Of its own: PostgreSQL runs as somebody who may not look into ours.
  const folder = mkdtempSync(join(tmpdir(), 'stillmotion-servers-'));
  const [postgres, redis] = [await createPostgres(folder), await createRedis()];
  await postgres.start();
  await redis.start();
  const database = await openPostgres(postgres.url);
  try {
    await measure({ name: 'PostgreSQL, queue on Redis', database, redisUrl: redis.url, directory }, parts);
    await measure({ name: 'PostgreSQL, queue in the same database', database, redisUrl: null, directory }, parts);
  } finally {
    await database.close();
    await postgres.kill();
    await redis.kill();
    removeFolder(folder);
  }
};

const known = ['compare', ...Object.keys(crowds)];
const asked = process.argv.slice(3).filter((word) => known.includes(word));
const parts = asked.length > 0 ? asked : known;
const directory = mkdtempSync(join(tmpdir(), 'stillmotion-bench-'));
try {
  const { DATABASE_URL: url, REDIS_URL: redisUrl = null } = process.env;
  const database = url ? await openPostgres(url) : await openPglite(null);
  const name = `${url ? 'PostgreSQL' : 'PGlite'}, queue ${redisUrl ? 'on Redis' : 'in the same database'}`;
  try {
    await measure({ name, database, redisUrl, directory }, parts);
  } finally {
    await database.close();
  }
  if (process.argv.includes('--real')) await measureReal(directory, parts);
} finally {
  removeFolder(directory);
}
