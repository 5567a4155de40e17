/** The queue contract on both backends: BullMQ on PGlite, and on Redis when there is one. */
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, inject } from 'vitest';
import { createBullQueue } from '../../core/infra/bullmq-queue.ts';
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
