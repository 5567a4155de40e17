/** Starts the whole program for a test: the real composition root over a fresh embedded database and a temporary folder. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type App, startApp } from '../../bots/app.ts';
import { loadConfig } from '../../config/index.ts';
import { createLogger } from '../../core/infra/pino-logger.ts';
import type { Job } from '../../core/job.ts';
import { isFinal } from '../../core/job.ts';
import { emptyRedis, redisUrl } from './redis.ts';
import { copyTemplate } from './template.ts';

export interface TestApp extends App {
  readonly url: string;
  readonly dataDir: string;
  /** Waits until a job has ended and its outcome has been delivered. */
  settled(jobId: string, timeoutMs?: number): Promise<Job>;
  /** Stops the program and removes its folder. */
  close(): Promise<void>;
}

/**
 * The queue is on Redis when the tests were given one, else on the embedded database.
 * @param environment variables as an operator would set them; PORT is a free one and DATA_DIR a temporary folder unless given
 */
export const startTestApp = async (environment: Record<string, string> = {}): Promise<TestApp> => {
  const dataDir = environment.DATA_DIR ?? copyTemplate(inject('templateDirectory'));
  await emptyRedis();
  const config = loadConfig({
    PORT: '0',
    LOG_LEVEL: 'fatal',
    QUOTA_DAILY: '1000',
    DATA_DIR: dataDir,
    // What the developer has installed is none of a test's business.
    MODELS_DIR: join(dataDir, 'models'),
    REDIS_URL: redisUrl ?? '',
    ...environment,
  });
  const app = await startApp(config, createLogger(config.logLevel));
  await app.connected;
  return Object.assign(app, {
    url: app.url ?? '',
    dataDir,
    async settled(jobId: string, timeoutMs = 50_000) {
      for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 50))) {
        const job = await app.deps.store.jobs.find(jobId);
        if (job && isFinal(job.state) && job.delivery !== 'pending') return job;
      }
      throw new Error(`job ${jobId} did not settle within ${timeoutMs} ms`);
    },
    async close() {
      await app.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  });
};
