/** How long people wait for the bot's first answer when everybody asks at once and a worker has every core to itself but for its priority. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createDiscordChannel } from '../../bots/discord/channel.ts';
import { createLane, usualLane } from '../../bots/lane.ts';
import { createTelegramChannel } from '../../bots/telegram/channel.ts';
import type { Channel } from '../../core/channel.ts';
import type { Deps } from '../../core/deps.ts';
import { startFollower } from '../../core/follow.ts';
import type { Logger } from '../../core/logger.ts';
import { INFERENCE_NICENESS, standBack } from '../../worker/priority.ts';
import { cpuMs, figures, load, pause, quantile, say } from './figures.ts';
import type { FromPlatform, Place, ToPlatform, Waits } from './platform.ts';

export const PEOPLE = 200;
const LIMIT_MS = 500;
const PATIENCE_MS = 60_000;

export type PlatformName = 'Discord' | 'Telegram';

interface RunningPlatform {
  readonly name: PlatformName;
  readonly place: Place;
  /** Everybody asks at once. */
  crowd(people: number): Promise<Waits>;
  close(): Promise<void>;
}

const openPlatform = async (name: PlatformName): Promise<RunningPlatform> => {
  const child = fork(fileURLToPath(new URL('platform.ts', import.meta.url)), [name.toLowerCase()], { execArgv: ['--import', 'tsx'] });
  const next = async (): Promise<FromPlatform> => {
    const [message] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => Promise.reject(new Error(`${name} ended`)))]);
    return message as FromPlatform;
  };
  const hello = await next();
  if (hello.type !== 'place') throw new Error(`${name} did not say where it is`);
  return {
    name,
    place: hello.place,
    async crowd(people) {
      const answer = next();
      child.send({ type: 'crowd', people, patienceMs: PATIENCE_MS } satisfies ToPlatform);
      const message = await answer;
      if (message.type !== 'waits') throw new Error(`${name} did not say how long people waited`);
      return message.waits;
    },
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
};

/** A worker as far as the processor is concerned: a thread for every core, standing back as far as the product's does. */
const saturate = async (log: Logger): Promise<ChildProcess> => {
  const script = `process.on('disconnect', () => process.exit()); const { Worker } = require('node:worker_threads'); for (let n = 0; n < ${availableParallelism()}; n++) new Worker('for (;;);', { eval: true });`;
  const worker = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  if (worker.pid !== undefined) standBack(worker.pid, log);
  // Every thread must be at it before anybody asks.
  await pause(2_000);
  return worker;
};

const report = (who: string, { keptMs, seenMs, violations, wordsMs }: Waits): void => {
  const all = seenMs.map((ms, n) => Math.max(ms, keptMs[n] ?? Number.POSITIVE_INFINITY));
  const within = seenMs.length === PEOPLE && keptMs.length === PEOPLE && quantile(all, 0.99) < LIMIT_MS;
  say(`${who}: ${Math.min(seenMs.length, keptMs.length)} of ${PEOPLE} acknowledged, p99 under ${LIMIT_MS} ms: ${within ? 'kept' : 'NOT kept'}`);
  say(`  first answer seen   ${figures(seenMs, 0)}`);
  if (keptMs !== seenMs) say(`  request kept        ${figures(keptMs, 0)}`);
  say(`  words (${wordsMs.length} of ${PEOPLE}) ${wordsMs.length > 0 ? figures(wordsMs, 0) : ''}`);
  if (violations.length > 0) say(`  against the protocol: ${violations.length}, first ${violations[0]}`);
};

/**
 * @param names who asks, each platform as a process of its own
 * @param createDeps the bot's, told where photos may be downloaded
 */
export const acknowledge = async (names: readonly PlatformName[], createDeps: (origins: readonly string[]) => Deps): Promise<void> => {
  const platforms = await Promise.all(names.map(openPlatform));
  const deps = createDeps(platforms.map(({ place }) => place.photoOrigin));
  const { log } = deps;
  const lane = createLane(usualLane);
  const channels = platforms.map(
    ({ name, place: { apiUrl, token } }): Channel =>
      name === 'Discord' ? createDiscordChannel({ deps, lane, token, apiUrl, log }) : createTelegramChannel({ deps, lane, token, apiRoot: apiUrl, log }),
  );
  for (const channel of channels) await channel.start();
  const follower = startFollower(channels, deps);
  // Some people before, so that no code runs for the first time.
  for (let n = 0; n < 3; n++) await Promise.all(platforms.map(({ crowd }) => crowd(10)));
  const waitingBefore = (await deps.store.jobs.counts()).waiting;

  const worker = await saturate(log);
  const [startMs, startCpuMs] = [performance.now(), cpuMs()];
  const accepted = (async () => {
    const wanted = waitingBefore + PEOPLE * platforms.length;
    while ((await deps.store.jobs.counts()).waiting < wanted && performance.now() < startMs + PATIENCE_MS) await pause(250);
    return { ms: performance.now() - startMs, cpuMs: cpuMs() - startCpuMs, count: (await deps.store.jobs.counts()).waiting - waitingBefore };
  })();
  const waits = await Promise.all(platforms.map(({ crowd }) => crowd(PEOPLE)));
  const { count, cpuMs: spentMs, ms } = await accepted;
  const busy = load();
  worker.kill('SIGKILL');
  say(`${PEOPLE} people on ${names.join(' and ')} at once, every core busy at niceness ${INFERENCE_NICENESS}; ${busy}`);
  for (const [n, { name }] of platforms.entries()) report(names.length > 1 ? `${name} beside the other` : name, waits[n] as Waits);
  say(
    `  ${count} of ${PEOPLE * platforms.length} accepted after ${ms.toFixed(0)} ms, ${(spentMs / count).toFixed(1)} ms of the bot’s processor time each, all in all`,
  );
  await follower.stop();
  for (const channel of channels) await channel.stop();
  await deps.queue.close();
  for (const platform of platforms) await platform.close();
};
