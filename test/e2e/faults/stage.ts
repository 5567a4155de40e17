/** One fault at a time: a process without chance, a request put to it, and waiting on the fake clock for what becomes of it. */
import { isFinal, type Job } from '../../../core/job.ts';
import { quota } from '../../../core/quota.ts';
import { submit } from '../../../core/submit.ts';
import type { FakeMessage as DiscordMessage } from '../../support/fake-discord-payloads.ts';
import type { FakeMessage as TelegramMessage } from '../../support/fake-telegram-state.ts';
import { type FaultProcess, jobOf, type World as ProcessWorld, startProcess, type Trouble } from '../../support/fault-process.ts';
import type { Dice } from '../../support/fault-random.ts';
import type { Asked, FaultWorld } from '../../support/fault-world.ts';

const MIB = 1024 * 1024;
/** A step that takes longer hangs. */
const PATIENCE_MS = 40_000;

/** Nothing happens by chance here. */
export const calm: Dice = { next: () => 0.5, between: (low) => low, chance: () => false, pick: <T>(from: readonly T[]) => from[0] as T };

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param plan what goes wrong, by the port's function and the number of its call: `store.jobs.finish#1`
 * @param change what else differs from a usual process
 */
export const start = (
  { deps, discord, telegram }: FaultWorld,
  plan: Readonly<Record<string, Trouble>> = {},
  change: Partial<Pick<ProcessWorld, 'deps' | 'clipBytes' | 'fit'>> = {},
): FaultProcess =>
  startProcess(
    {
      deps,
      dice: calm,
      clipBytes: 4_000,
      ...change,
      discord: { token: discord.token, apiUrl: discord.apiUrl },
      telegram: { token: telegram.token, apiRoot: telegram.apiRoot },
    },
    new Map(Object.entries(plan)),
  );

export const request = async (asked: Asked, { deps, photo }: Pick<FaultWorld, 'deps' | 'photo'>, maxClipBytes = 10 * MIB): Promise<Job> => {
  const { address, origin, requestKey } = asked;
  const call = { address, origin, requestKey, photo: { kind: 'bytes', bytes: photo } as const, prompt: 'waves', options: {}, maxClipBytes };
  return (await submit(call, deps)).job;
};

export const until = async <T>(find: () => Promise<T | null | false | undefined> | T | null | false | undefined, what: string): Promise<T> => {
  for (const endMs = performance.now() + PATIENCE_MS; performance.now() < endMs; await pause(4)) {
    const found = await find();
    if (found) return found;
  }
  throw new Error(`${what} did not happen within ${PATIENCE_MS} ms`);
};

/** Waits until the outcome is home or given up; the clock goes on by `stepMs` whenever no request is under way. */
export const settled = (world: FaultWorld, jobId: string, stepMs = 0): Promise<Job> =>
  until(async () => {
    const job = await world.deps.store.jobs.find(jobId);
    if (job && isFinal(job.state) && job.delivery !== 'pending') return job;
    await world.quiet();
    world.clock.advance(stepMs);
    return null;
  }, `the end of ${jobId}`);

/** The messages on Discord that hold a job's clip. */
export const onDiscord = ({ discord }: FaultWorld, jobId: string): readonly DiscordMessage[] =>
  discord.messages.filter(({ attachments, deleted }) => !deleted && attachments.some(({ filename }) => filename.includes(jobId)));

/** The messages on Telegram that hold a job's clip. */
export const onTelegram = ({ telegram }: FaultWorld, jobId: string): readonly TelegramMessage[] =>
  [...telegram.state.chats.values()]
    .flatMap((chat) => telegram.messages(chat))
    .filter(({ video }) => video && jobOf(telegram.bytesOf(video.file_id)) === jobId);

/** Credits that a person has left where they asked. */
export const creditsOf = async ({ origin }: Asked, { deps }: FaultWorld): Promise<number> => (await quota(origin.user, origin.place, deps)).left;

/** When the next try to deliver is due. */
export const dueAtMs = async ({ database }: FaultWorld, jobId: string): Promise<number> => {
  const [row] = await database.query<{ due: number }>('SELECT deliver_after_ms::double precision AS due FROM stillmotion.job WHERE id = $1', [jobId]);
  return row?.due ?? Number.NaN;
};
