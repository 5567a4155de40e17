/** The queue contract on both backends: BullMQ on PGlite, and on Redis when there is one. */
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createBullQueue, redisConnection } from '../../core/infra/bullmq-queue.ts';
import { type Database, openPglite } from '../../core/infra/database.ts';
import { createLogger } from '../../core/infra/pino-logger.ts';
import type { Queue } from '../../core/queue.ts';
import { emptyRedis, redisSuite, redisUrl } from '../support/redis.ts';
import { copyTemplate } from '../support/template.ts';
import { queueContract } from './queue-contract.ts';

const log = createLogger('fatal');

describe('BullMQ on the embedded database', () => {
  let database: Database;
  let directory: string;
  let queue: Queue;
  beforeAll(async () => {
    directory = copyTemplate(inject('templateDirectory'));
    database = await openPglite(directory);
  });
  afterAll(async () => {
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(() => void (queue = createBullQueue({ database: database.queueConnection }, log)));
  afterEach(() => queue.close());
  queueContract(() => queue);
});

describe.skipIf(!redisUrl)(redisSuite, () => {
  let queue: Queue;
  beforeEach(async () => {
    await emptyRedis();
    queue = createBullQueue({ redisUrl: redisUrl ?? '' }, log);
  });
  afterEach(() => queue.close());
  queueContract(() => queue);
});

it.each([
  ['redis://[::1]:6380/2', { host: '::1', port: 6380, db: 2 }],
  ['rediss://me:a%40b@redis.example.org', { host: 'redis.example.org', port: 6379, username: 'me', password: 'a@b', tls: {} }],
])('reads %s', (url, wanted) => expect(redisConnection(url)).toMatchObject(wanted));

it('says that Redis is away, also when it has never been there', async () => {
  const queue = createBullQueue({ redisUrl: 'redis://127.0.0.1:1' }, log, 200);
  await expect(queue.add('job1')).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  await expect(queue.remove('job1')).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
  await queue.close();
});
