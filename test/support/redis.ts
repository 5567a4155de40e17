/** The Redis a test may use: the one REDIS_URL names, a database of its own in it for every test process. */
import { Redis } from 'ioredis';

export const redisUrl: string | null = process.env.REDIS_URL ? new URL(`/${process.env.VITEST_POOL_ID ?? '1'}`, process.env.REDIS_URL).href : null;

/** For the names of suites that need Redis, so that a skipped one says why. */
export const redisSuite = redisUrl ? 'BullMQ on Redis' : 'BullMQ on Redis (skipped: REDIS_URL is not set)';

export const emptyRedis = async (): Promise<void> => {
  if (!redisUrl) return;
  const redis = new Redis(redisUrl);
  await redis.flushdb();
  await redis.quit();
};
