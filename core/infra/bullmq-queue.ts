/** The queue on BullMQ: Redis when there is one, else BullMQ's own PostgreSQL backend on the database we already have. */
import { Queue as BullQueue, type ConnectionOptions, createPostgresBackend, type IQueueBackend, Worker } from 'bullmq';
import type { Logger } from '../logger.ts';
import type { Queue } from '../queue.ts';
import type { QueueConnection } from './database.ts';

const QUEUE_NAME = 'clips';

/** A job whose worker died is handed out again after 15 to 25 s (measured for these values in reliability.md, 3b). */
const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 5_000;

/**
 * @param target `redis`: a `redis://` URL; `database`: a pool-shaped connection to PostgreSQL or PGlite
 */
export const createBullQueue = (target: { readonly redisUrl: string } | { readonly database: QueueConnection }, log: Logger): Queue => {
  const redis = 'redisUrl' in target ? redisConnection(target.redisUrl) : null;
  const database = 'database' in target ? (target.database as Parameters<typeof createPostgresBackend>[1]['connection']) : null;

  const jobOptions = {
    // The database counts attempts; a job that failed here is still unfinished there, and the sweeper brings it back.
    attempts: 3,
    backoff: { type: 'fixed', delay: 2_000 },
    removeOnComplete: true,
    removeOnFail: true,
  };
  const quiet = <T extends { on(event: 'error', listener: (error: Error) => void): unknown }>(source: T): T => {
    let lastMs = 0;
    source.on('error', (error) => {
      // An outage repeats the same error many times a second.
      if (Date.now() - lastMs > 5_000) log.warn({ err: error }, 'queue connection trouble; it reconnects by itself');
      lastMs = Date.now();
    });
    return source;
  };
  const queue = quiet(
    redis
      ? new BullQueue<Record<string, never>>(QUEUE_NAME, { connection: { ...redis, enableOfflineQueue: false, maxRetriesPerRequest: 1 } })
      : (new BullQueue<Record<string, never>, unknown, string, Record<string, never>, unknown, string, IQueueBackend, NonNullable<typeof database>>(
          QUEUE_NAME,
          { connection: database as NonNullable<typeof database> },
          createPostgresBackend,
        ) as unknown as BullQueue<Record<string, never>>),
  );

  return {
    async add(jobId) {
      await queue.add('clip', {}, { ...jobOptions, jobId });
    },
    async remove(jobId) {
      await queue.remove(jobId);
    },
    consume(handler, { concurrency }) {
      const options = { concurrency, lockDuration: LOCK_MS, stalledInterval: STALLED_CHECK_MS, maxStalledCount: 10 };
      const process = async (job: { id?: string | undefined }): Promise<void> => {
        if (job.id) await handler(job.id);
      };
      const worker = quiet(
        redis
          ? new Worker(QUEUE_NAME, process, { ...options, connection: { ...redis, maxRetriesPerRequest: null } })
          : (new Worker(QUEUE_NAME, process, { ...options, connection: database as NonNullable<typeof database> }, createPostgresBackend) as unknown as Worker),
      );
      return { close: () => worker.close() };
    },
    close: () => queue.close(),
  };
};

const redisConnection = (url: string): ConnectionOptions & object => {
  const { hostname, port, username, password, pathname, protocol } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 6379),
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
    ...(pathname.length > 1 ? { db: Number(pathname.slice(1)) } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
    retryStrategy: (attempt: number) => Math.min(200 * attempt, 2_000),
  };
};
