/** Edits never cost the result: what a crowded group sees in a minute, and clips that become ready while edits are flood-controlled. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Channel } from '../../../core/channel.ts';
import { type Deliverer, startDeliverer } from '../../../core/deliver.ts';
import type { Job } from '../../../core/job.ts';
import { type Asked, type FaultWorld, openFaultWorld } from '../../support/fault-world.ts';
import { at, crowd, editsOf, mostInAMinute, openChannel, type Platform, running, showProgress, watchEdits } from './crowd.ts';
import { onDiscord, onTelegram, pause, settled, until } from './stage.ts';

const JOBS = 5;
/** What Telegram takes in a group; Discord is held to the same. */
const MOST_A_MINUTE = 20;
const FLOOD_S = 900;

let world: FaultWorld;
let channel: Channel;
let deliverer: Deliverer | null = null;

beforeAll(async () => {
  world = await openFaultWorld(inject('templateDirectory'));
});
afterEach(async () => {
  await deliverer?.stop();
  deliverer = null;
  await channel.stop();
  await world.quiet();
  world.discord.clearFaults();
  expect([...world.discord.violations, ...world.telegram.violations]).toEqual([]);
});
afterAll(() => world.close());

const platforms: readonly Platform[] = ['Telegram', 'Discord'];
/** The clips become ready while the first burst of edits still counts, and long after it. */
const moments = platforms.flatMap((platform) => [57, 120].map((seconds) => ({ platform, seconds })));

/** Plays the worker at its end: the clip is kept, the outcome waits to be delivered. */
const finish = async (job: Job): Promise<void> => {
  const { format, fps, frameCount, heightPx, seconds, widthPx } = job.request;
  const [key, thumbnailKey] = [`clips/${job.id}.${format}`, `clips/${job.id}.jpg`];
  const clip = Buffer.alloc(2_000, 7);
  clip.write('\0\0\0\u0018ftypmp42', 'latin1');
  clip.write(job.id, 24, 'latin1');
  await world.deps.files.put(key, clip);
  await world.deps.files.put(thumbnailKey, world.photo);
  const facts = { key, thumbnailKey, format, bytes: clip.length, widthPx, heightPx, seconds, fps, frameCount };
  await world.deps.store.jobs.finish(job.id, job.attempt, { state: 'done', clip: facts, notes: [] });
};

const deliver = (): void => {
  const fit = async (): Promise<never> => {
    throw new Error('no clip here is too large');
  };
  deliverer = startDeliverer([channel], { ...world.deps, fit }, 3);
};

describe('a group with five running jobs', () => {
  it.each(moments)('sees at most 20 edits in any minute on $platform, the results after $seconds s among them', async ({ platform, seconds }) => {
    channel = openChannel(world, platform);
    const jobs: Job[] = [];
    for (const asked of await crowd(world, platform, JOBS)) jobs.push(await running(world, asked));
    const watch = watchEdits(world, platform);
    const wanted = await showProgress(world, channel, jobs, seconds, watch);
    const whileRunning = watch.editedAtMs.length;
    for (const job of jobs) await finish(job);
    deliver();
    for (const { id } of jobs) await settled(world, id);
    await watch.note();
    const most = mostInAMinute(watch.editedAtMs);
    console.info(`${platform}: ${JOBS} jobs wanted ${wanted} edits in ${seconds} s; ${whileRunning} were sent, at most ${most} in a minute with the results`);
    expect(most).toBeLessThanOrEqual(MOST_A_MINUTE);
    // The budget is used, not evaded by silence, and nobody goes without.
    expect(whileRunning).toBeGreaterThanOrEqual(seconds / 6);
    for (const { id } of jobs) expect(platform === 'Discord' ? onDiscord(world, id) : onTelegram(world, id)).toHaveLength(1);
  });
});

describe('a result that becomes ready while edits are flood-controlled for 900 s', () => {
  it.each(platforms)('is delivered at once on %s', async (platform) => {
    channel = openChannel(world, platform);
    const [asked] = await crowd(world, platform, 1);
    const job = await running(world, asked as Asked);
    if (platform === 'Discord') {
      world.discord.fault({ method: 'PATCH', path: new RegExp(asked?.interaction?.token ?? '?'), status: 429, retryAfterS: FLOOD_S, times: 99 });
    } else world.telegram.fault('editMessageText', world.telegram.floodWait(FLOOD_S), 99);
    const before = editsOf(world, platform);
    await channel.showStatus(at(job, 1, 30), { position: 0, secondsLeft: null });
    await until(() => editsOf(world, platform) > before, 'the refused edit');
    await world.quiet();
    // Progress is held back from here on.
    world.clock.advance(10_000);
    await channel.showStatus(at(job, 9, 30), { position: 0, secondsLeft: null });
    await pause(50);
    expect(editsOf(world, platform)).toBe(before + 1);

    const nowMs = world.clock.nowMs();
    await finish(job);
    deliver();
    expect(await settled(world, job.id)).toMatchObject({ delivery: 'delivered' });
    expect(world.clock.nowMs()).toBe(nowMs);
    expect(platform === 'Discord' ? onDiscord(world, job.id) : onTelegram(world, job.id)).toHaveLength(1);
  });
});
