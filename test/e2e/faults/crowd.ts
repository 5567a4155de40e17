/** A group in which several jobs run at once: what its people see edited, minute by minute. */
import { createDiscordChannel } from '../../../bots/discord/channel.ts';
import { createTelegramChannel } from '../../../bots/telegram/channel.ts';
import type { Channel } from '../../../core/channel.ts';
import type { Deps } from '../../../core/deps.ts';
import type { Job } from '../../../core/job.ts';
import type { Asked, FaultWorld } from '../../support/fault-world.ts';
import { calm, request } from './stage.ts';

export type Platform = 'Discord' | 'Telegram';

const STEP_MS = 500;
const MINUTE_MS = 60_000;

export const openChannel = ({ deps: usual, discord, telegram }: FaultWorld, platform: Platform, deps: Deps = usual): Channel =>
  platform === 'Discord'
    ? createDiscordChannel({ deps, token: discord.token, apiUrl: discord.apiUrl, log: deps.log })
    : createTelegramChannel({ deps, token: telegram.token, apiRoot: telegram.apiRoot, log: deps.log });

/** Requests of different people in one and the same channel or group. */
export const crowd = async (world: FaultWorld, platform: Platform, count: number): Promise<readonly Asked[]> => {
  const group = world.telegram.group('Crowd');
  const asked: Asked[] = [];
  for (let n = 0; n < count; n++) {
    if (platform === 'Telegram') asked.push(await world.askOnTelegram(calm, group));
    else {
      const one = await world.askOnDiscord(calm, '930000000000000001');
      asked.push({ ...one, address: { ...one.address, channelId: asked[0]?.address.channelId ?? one.address.channelId ?? null } });
    }
  }
  return asked;
};

export const running = async (world: FaultWorld, asked: Asked): Promise<Job> => {
  const { id } = await request(asked, world);
  return (await world.deps.store.jobs.claim(id)) as Job;
};

export const at = (job: Job, done: number, total: number): Job => ({ ...job, progress: { stage: 'denoise', done, total, fraction: done / total } });

/** Edits of any kind so far: of words and of the clip. */
export const editsOf = ({ discord, telegram }: FaultWorld, platform: Platform): number =>
  platform === 'Discord'
    ? discord.calls.filter(({ method, path }) => method === 'PATCH' && path.endsWith('@original')).length
    : telegram.callsOf('editMessageText').length + telegram.callsOf('editMessageMedia').length;

export interface Watch {
  /** When each edit came, on the world's clock. */
  readonly editedAtMs: readonly number[];
  /** Notes what came meanwhile. */
  note(): Promise<void>;
}

export const watchEdits = (world: FaultWorld, platform: Platform): Watch => {
  const editedAtMs: number[] = [];
  let seen = editsOf(world, platform);
  return {
    editedAtMs,
    async note() {
      await world.quiet();
      for (; seen < editsOf(world, platform); seen++) editedAtMs.push(world.clock.nowMs());
    },
  };
};

/** Every job has news twice a second. @returns how many edits were wanted */
export const showProgress = async (world: FaultWorld, channel: Channel, jobs: readonly Job[], seconds: number, { note }: Watch): Promise<number> => {
  const steps = (seconds * 1_000) / STEP_MS;
  for (let step = 1; step <= steps; step++) {
    for (const job of jobs) await channel.showStatus(at(job, step, steps), { position: 0, secondsLeft: null });
    await note();
    world.clock.advance(STEP_MS);
  }
  return jobs.length * steps;
};

/** The most edits that any minute held. */
export const mostInAMinute = (editedAtMs: readonly number[]): number =>
  Math.max(0, ...editedAtMs.map((fromMs) => editedAtMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + MINUTE_MS).length));
