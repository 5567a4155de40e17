/** The queue on BullMQ: Redis when there is one, else BullMQ's own PostgreSQL backend on the database we already have. */
import { setImmediate as turn } from 'node:timers/promises';
import { Queue as BullQueue, type ConnectionOptions, createPostgresBackend, type IQueueBackend, Worker } from 'bullmq';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Queue } from '../queue.ts';
import type { QueueConnection } from './database.ts';

const QUEUE_NAME = 'clips';

/** A job whose worker died is handed out again after 15 to 25 s (measured for these values in reliability.md, 3b). */
const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 5_000;
/** Until it has reached Redis once BullMQ waits without end; whoever asks for a clip must not. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * @param target `redis`: a `redis://` URL; `database`: a pool-shaped connection to PostgreSQL or PGlite
 * @param answerWithinMs `add` and `remove` throw QueueError QUEUE_UNAVAILABLE when Redis has not answered by then
 */
export const createBullQueue = (
  target: { readonly redisUrl: string } | { readonly database: QueueConnection },
  log: Logger,
  answerWithinMs = ANSWER_WITHIN_MS,
): Queue => {
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

  const answered = async (work: Promise<unknown>): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      // The database has just been written to; only Redis can be away by itself.
      if (redis) timer = setTimeout(() => reject(new AppError('QUEUE_UNAVAILABLE')), answerWithinMs);
    });
    await Promise.race([work, late]).finally(() => clearTimeout(timer));
  };

  const adding = new Set<Promise<void>>();

  return {
    add(jobId, { later = false } = {}) {
      const begin = (): Promise<unknown> => queue.add('clip', {}, { ...jobOptions, jobId });
      const added = answered(later ? turn().then(begin) : begin()).finally(() => adding.delete(added));
      adding.add(added);
      return added;
    },
    remove: (jobId) => answered(queue.remove(jobId)),
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
    async close() {
      await Promise.allSettled(adding);
      await queue.close();
    },
  };
};

/** @param url `redis://` or `rediss://`, with user, password and database number where there are any */
export const redisConnection = (url: string): ConnectionOptions & object => {
  const { hostname, port, username, password, pathname, protocol } = new URL(url);
  return {
    // brackets belong to an IPv6 address in a URL only
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
    ...(pathname.length > 1 ? { db: Number(pathname.slice(1)) } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
    retryStrategy: (attempt: number) => Math.min(200 * attempt, 2_000),
  };
};
