/** Faults by name: each known way to lose, double or hold up a clip, played on the real use cases, database and protocols. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { admin } from '../../../core/admin.ts';
import { cancel, cancelNewest } from '../../../core/cancel.ts';
import { dayOf, nextDayMs } from '../../../core/clock.ts';
import type { Job } from '../../../core/job.ts';
import type { FaultProcess, Trouble } from '../../support/fault-process.ts';
import { type Asked, type FaultWorld, openFaultWorld } from '../../support/fault-world.ts';
import { calm, creditsOf, dueAtMs, onDiscord, onTelegram, pause, request, settled, start, until } from './stage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const FLOOD_S = 10_323;

let world: FaultWorld;
const processes: FaultProcess[] = [];
let guilds = 0;

const run = (plan: Readonly<Record<string, Trouble>> = {}): FaultProcess => {
  const started = start(world, plan);
  processes.push(started);
  return started;
};
/** Everybody dies or stops, as in a restart. */
const stopAll = async (): Promise<void> => {
  for (const one of processes.splice(0)) await one.end();
  await world.quiet();
};

beforeAll(async () => {
  world = await openFaultWorld(inject('templateDirectory'));
});
afterEach(async () => {
  await stopAll();
  world.discord.clearFaults();
  expect([...world.discord.violations, ...world.telegram.violations]).toEqual([]);
  const [ledger] = await world.database.query<{ sum: number }>('SELECT coalesce(sum(amount_ms), 0)::double precision AS sum FROM stillmotion.ledger_line');
  expect(ledger?.sum).toBe(0);
});
afterAll(() => world.close());

const guild = (): string => `92000000000000${String(1_000 + ++guilds)}`;
const onServer = (): Promise<Asked> => world.askOnDiscord(calm, guild());
const inDirectMessage = (): Promise<Asked> => world.askOnDiscord(calm, null);
const inChat = (): Promise<Asked> => world.askOnTelegram(calm, null);
/** Requests that used or would use the token of an interaction. */
const tokenCalls = ({ interaction }: Asked) => world.discord.calls.filter(({ method, path }) => method === 'PATCH' && path.includes(interaction?.token ?? '?'));
const directOf = ({ interaction }: Asked): string => `7${interaction?.userId}`;

describe('the token of an interaction', () => {
  it('at 14:59 still edits the original', async () => {
    const asked = await onServer();
    const { id } = await request(asked, world);
    world.clock.advance(14 * MINUTE_MS + 59_000);
    run();
    expect(await settled(world, id)).toMatchObject({ state: 'done', delivery: 'delivered' });
    expect(onDiscord(world, id)).toEqual([asked.interaction?.original]);
  });

  it('at 15:01 is left alone, and the bot posts with an enforced nonce', async () => {
    const asked = await onServer();
    const { id } = await request(asked, world);
    world.clock.advance(15 * MINUTE_MS + 1_000);
    run();
    expect(await settled(world, id)).toMatchObject({ delivery: 'delivered' });
    expect(tokenCalls(asked)).toEqual([]);
    expect(onDiscord(world, id)).toMatchObject([{ channelId: asked.interaction?.channelId, nonce: id }]);
    const posts = world.discord.calls.filter(({ method, path }) => method === 'POST' && path.includes(`${asked.interaction?.channelId}/messages`));
    expect(posts).toMatchObject([{ authorized: true, body: { nonce: id, enforce_nonce: true } }]);
  });

  it('refused with 401/50027 is never tried again, not by a later delivery and not after a restart', async () => {
    const asked = await onServer();
    const { id } = await request(asked, world);
    world.discord.fault({ method: 'PATCH', path: new RegExp(asked.interaction?.token ?? '?'), status: 401, code: 50_027, times: 99 });
    // The channel is closed as well for a while, so that the delivery is tried several times.
    world.discord.fault({ method: 'POST', path: /channels\/.*messages/, status: 503, times: 2 });
    run();
    await until(async () => tokenCalls(asked).length > 0 && (await dueAtMs(world, id)) > world.clock.nowMs(), 'a first try');
    await stopAll();
    run();
    expect(await settled(world, id, 2_000)).toMatchObject({ delivery: 'delivered' });
    expect(tokenCalls(asked)).toHaveLength(1);
    expect(onDiscord(world, id)).toHaveLength(1);
  });
});

describe('a conversation that goes away', () => {
  const inThread = async (): Promise<Asked & { parent: string; thread: string }> => {
    const guildId = guild();
    const asked = await world.askOnDiscord(calm, guildId);
    const [thread, parent] = [asked.interaction?.channelId ?? '', `81${guildId.slice(2)}`];
    world.discord.addChannel(parent, guildId);
    world.discord.addChannel(thread, guildId, parent);
    return { ...asked, thread, parent, address: { ...asked.address, parentChannelId: parent } };
  };
  const closed = { status: 403, code: 50_013, message: 'Missing Permissions' };

  it('a thread that is gone gives way to its channel', async () => {
    const asked = await inThread();
    const { id } = await request(asked, world);
    world.clock.advance(16 * MINUTE_MS);
    world.discord.removeChannel(asked.thread);
    run();
    expect(await settled(world, id)).toMatchObject({ delivery: 'delivered' });
    expect(onDiscord(world, id)).toMatchObject([{ channelId: asked.parent }]);
  });

  it('a permission that is gone gives way to a direct message', async () => {
    const asked = await inThread();
    const { id } = await request(asked, world);
    world.clock.advance(16 * MINUTE_MS);
    world.discord.refusePosts(asked.thread, closed);
    world.discord.refusePosts(asked.parent, closed);
    run();
    expect(await settled(world, id)).toMatchObject({ delivery: 'delivered' });
    expect(onDiscord(world, id)).toMatchObject([{ channelId: directOf(asked) }]);
  });

  it.each(['Discord', 'Telegram'] as const)('with no way left on %s the clip is lost but collectable, and the credits come back', async (platform) => {
    const asked: Asked = platform === 'Discord' ? await inThread() : await inChat();
    const before = await creditsOf(asked, world);
    const { id } = await request(asked, world);
    expect(await creditsOf(asked, world)).toBeLessThan(before);
    world.clock.advance(16 * MINUTE_MS);
    if (asked.chat) world.telegram.state.obstacles.set(asked.chat.id, { kind: 'blocked' });
    else {
      // The whole server is gone, and the person takes no direct messages.
      for (const channel of [String(asked.address.channelId), String(asked.address.parentChannelId)]) world.discord.removeChannel(channel);
      world.discord.addChannel(directOf(asked), '');
      world.discord.refusePosts(directOf(asked), { status: 403, code: 50_007, message: 'Cannot send messages to this user' });
    }
    run();
    const job = await settled(world, id);
    expect(job).toMatchObject({ state: 'done', delivery: 'lost' });
    expect((await world.deps.files.get(job.clip?.key ?? ''))?.length).toBe(job.clip?.bytes);
    expect(await creditsOf(asked, world)).toBe(before);
    expect([...onDiscord(world, id), ...onTelegram(world, id)]).toEqual([]);
  });
});

describe('a flood wait of 10,323 s', () => {
  const edits = (asked: Asked) => ({ method: 'PATCH', path: new RegExp(asked.interaction?.token ?? '?'), status: 429, retryAfterS: FLOOD_S, times: 99 });
  const posts = (asked: Asked, retryAfterS: number) => ({
    method: 'POST',
    path: new RegExp(`${asked.interaction?.channelId}/messages`),
    status: 429,
    retryAfterS,
  });

  it('on edits does not hold up a result that can be posted', async () => {
    const asked = await onServer();
    const { id } = await request(asked, world);
    const nowMs = world.clock.nowMs();
    world.discord.fault(edits(asked));
    run();
    expect(await settled(world, id)).toMatchObject({ delivery: 'delivered' });
    expect(world.clock.nowMs()).toBe(nowMs);
    expect(onDiscord(world, id)).toMatchObject([{ nonce: id }]);
  });

  it('on edits, and a short one on posts: the short one counts', async () => {
    const asked = await onServer();
    const { id } = await request(asked, world);
    const nowMs = world.clock.nowMs();
    world.discord.fault(edits(asked));
    world.discord.fault(posts(asked, 30));
    run();
    await until(async () => (await world.deps.store.deliveries.sends(id)).filter(({ outcome }) => outcome !== null).length >= 2, 'both refusals');
    await until(async () => (await dueAtMs(world, id)) !== nowMs + MINUTE_MS, 'the end of the try');
    expect(await dueAtMs(world, id)).toBeGreaterThanOrEqual(nowMs + 30_000);
    expect(await dueAtMs(world, id)).toBeLessThan(nowMs + 31_000);
    // discord.js counts its waits on the machine's clock, so another process takes over.
    await stopAll();
    world.clock.advance(31_000);
    run();
    expect(await settled(world, id)).toMatchObject({ delivery: 'delivered' });
    expect(onDiscord(world, id)).toHaveLength(1);
  });

  it('on everything there is on Discord is waited for exactly', async () => {
    const asked = await inDirectMessage();
    const { id } = await request(asked, world);
    const nowMs = world.clock.nowMs();
    world.discord.fault(edits(asked));
    world.discord.fault(posts(asked, FLOOD_S));
    run();
    await until(async () => (await dueAtMs(world, id)) > nowMs + MINUTE_MS, 'the wait');
    expect((await dueAtMs(world, id)) - nowMs - FLOOD_S * 1_000).toBeGreaterThanOrEqual(0);
    expect((await dueAtMs(world, id)) - nowMs - FLOOD_S * 1_000).toBeLessThan(1_000);
    await stopAll();
    const sends = (await world.deps.store.deliveries.sends(id)).length;
    world.clock.advance(FLOOD_S * 1_000 - 1);
    run();
    await pause(100);
    expect(await world.deps.store.deliveries.sends(id)).toHaveLength(sends);
    world.clock.advance(1_000);
    expect(await settled(world, id)).toMatchObject({ delivery: 'delivered' });
    expect(onDiscord(world, id)).toHaveLength(1);
  });

  it('on the edit that brings the clip on Telegram is waited for exactly, and no second message is sent instead', async () => {
    const asked = await inChat();
    const { id } = await request(asked, world);
    const nowMs = world.clock.nowMs();
    world.telegram.fault('editMessageMedia', world.telegram.floodWait(FLOOD_S));
    run();
    await until(async () => (await dueAtMs(world, id)) > nowMs + MINUTE_MS, 'the wait');
    expect(await dueAtMs(world, id)).toBe(nowMs + FLOOD_S * 1_000);
    world.clock.advance(FLOOD_S * 1_000 - 1);
    await pause(100);
    expect(onTelegram(world, id)).toEqual([]);
    world.clock.advance(1);
    expect(await settled(world, id)).toMatchObject({ delivery: 'delivered' });
    expect(onTelegram(world, id)).toMatchObject([{ message_id: asked.address.statusMessageId }]);
  });
});

describe('a database that fails right after a send', () => {
  it.each(['an edit on Discord', 'a post on Discord', 'an edit on Telegram', 'a new message on Telegram'] as const)(
    'makes no second message of %s',
    async (way) => {
      const asked = way.includes('Discord') ? await onServer() : await inChat();
      const { id } = await request(way === 'a new message on Telegram' ? { ...asked, address: { ...asked.address, statusMessageId: null } } : asked, world);
      if (way === 'a post on Discord') world.clock.advance(16 * MINUTE_MS);
      run({ 'store.deliveries.endSend#1': 'refuse', 'store.jobs.saveDelivery#1': 'refuse' });
      expect(await settled(world, id, 5_000)).toMatchObject({ delivery: 'delivered' });
      const sends = await world.deps.store.deliveries.sends(id);
      expect(sends[0]).toMatchObject({ outcome: null });
      expect([...onDiscord(world, id), ...onTelegram(world, id)]).toHaveLength(1);
    },
  );
});

describe('several processes at once', () => {
  it('make one job and one debit of an update that comes three times', async () => {
    const asked = await inChat();
    const before = await creditsOf(asked, world);
    const [one, two] = [run(), run()];
    const jobs = await Promise.all([one, two, one].map(({ deps }) => request(asked, { deps, photo: world.photo })));
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
    const { id } = jobs[0] as Job;
    await settled(world, id, 100);
    const entries = await world.deps.store.ledger.entries(asked.origin.user, null, 50);
    expect(entries.map(({ kind }) => kind)).toEqual(['settle', 'hold']);
    expect(before - (await creditsOf(asked, world))).toBeGreaterThan(0);
    expect(onTelegram(world, id)).toHaveLength(1);
  });

  it('keep what two moderators set at the same moment', async () => {
    const place = `discord:guild:${guild()}`;
    const [one, two] = [run(), run()];
    const set = (by: FaultProcess, actor: string, setting: string, value: string): Promise<string> =>
      admin({ place, actor, command: { kind: 'settings-set', setting, value }, isModerator: async () => true, right: 'Manage Server' }, by.deps);
    const said = await Promise.all([
      set(one, 'discord:user:1', 'max_seconds', '5'),
      set(two, 'discord:user:2', 'max_seconds', '7'),
      set(one, 'discord:user:1', 'daily_quota', '3'),
      set(two, 'discord:user:2', 'max_waiting', '4'),
    ]);
    expect(said.slice(0, 2)).toEqual([expect.stringContaining('5 s'), expect.stringContaining('7 s')]);
    const audit = await world.deps.store.places.audit(place, 10);
    expect(audit).toHaveLength(4);
    // The last one written down is the one that counts, and nobody's other setting was overwritten.
    const last = audit.find(({ target }) => target === 'max_seconds');
    expect(await world.deps.store.places.settings(place)).toMatchObject({ maxSeconds: Number(last?.detail), dailyQuota: 3, maxWaiting: 4 });
  });
});

describe('a clock that jumps', () => {
  it.each([-3, 3])('by %i days between a lost answer and the next try posts nothing twice', async (days) => {
    const asked = await onServer();
    const { id } = await request(asked, world);
    world.clock.advance(16 * MINUTE_MS);
    world.discord.fault({ method: 'POST', path: new RegExp(`${asked.interaction?.channelId}/messages`), status: 200, cutAfter: true });
    const nowMs = world.clock.nowMs();
    run();
    await until(async () => (await world.deps.store.deliveries.sends(id)).some(({ outcome }) => outcome !== null), 'the lost answer');
    await until(async () => (await dueAtMs(world, id)) !== nowMs + MINUTE_MS, 'the end of the try');
    expect(onDiscord(world, id)).toHaveLength(1);
    world.clock.advance(days * DAY_MS);
    expect(await settled(world, id, 1_000)).toMatchObject({ delivery: 'delivered' });
    expect(onDiscord(world, id)).toHaveLength(1);
    expect(Math.abs(world.clock.nowMs() - nowMs - days * DAY_MS)).toBeLessThan(2 * MINUTE_MS);
  });

  it('back by two days wakes a job whose worker died and which the queue forgot', async () => {
    const asked = await inChat();
    const { id } = await request(asked, world);
    const first = run({ 'files.putFile#1': 'crash before' });
    await until(() => first.death(), 'the death of the worker');
    await stopAll();
    world.queue.forget();
    world.clock.advance(-2 * DAY_MS);
    const nowMs = world.clock.nowMs();
    run();
    expect(await settled(world, id, 1_000)).toMatchObject({ state: 'done', delivery: 'delivered' });
    expect(world.clock.nowMs() - nowMs).toBeLessThan(5 * MINUTE_MS);
    expect(onTelegram(world, id)).toHaveLength(1);
  });
});

describe('one person and another', () => {
  it('cannot cancel each other’s jobs, and the attempt stops nothing', async () => {
    const [asked, other] = [await inChat(), await inChat()];
    const { id } = await request(asked, world);
    await expect(cancel(id, other.origin.user, world.deps)).rejects.toMatchObject({ code: 'NOT_YOURS' });
    await expect(cancelNewest(other.origin.user, asked.origin.place, world.deps)).rejects.toMatchObject({ code: 'NOTHING_TO_CANCEL' });
    const running = (await world.deps.store.jobs.claim(id)) as Job;
    await expect(cancel(id, other.origin.user, world.deps)).rejects.toMatchObject({ code: 'NOT_YOURS' });
    expect(await world.deps.store.jobs.isCancelRequested(id)).toBe(false);
    await world.deps.store.jobs.release(id, running.attempt);
    run();
    expect(await settled(world, id)).toMatchObject({ state: 'done', delivery: 'delivered' });
    expect(onTelegram(world, id)).toHaveLength(1);
  });

  it('a job that workers told to stop gave back four times is made all the same', async () => {
    const asked = await inChat();
    const { id } = await request(asked, world);
    for (let times = 1; times <= 4; times++) {
      const { attempt } = (await world.deps.store.jobs.claim(id)) as Job;
      await world.deps.store.jobs.release(id, attempt);
    }
    run();
    expect(await settled(world, id)).toMatchObject({ state: 'done', attempt: 5, delivery: 'delivered' });
    expect(onTelegram(world, id)).toHaveLength(1);
  });

  it('a job that crashes its worker twice is cut off and refunded, and the next one is made', async () => {
    const [poison, next] = [await inChat(), await inChat()];
    const before = await creditsOf(poison, world);
    const { id } = await request(poison, world);
    for (let crash = 1; crash <= 2; crash++) {
      const worker = run({ 'files.putFile#1': 'crash before' });
      await until(() => {
        world.clock.advance(1_000);
        return worker.death();
      }, `crash ${crash}`);
      await stopAll();
    }
    const { id: nextId } = await request(next, world);
    run();
    expect(await settled(world, id, 1_000)).toMatchObject({ state: 'failed', error: { code: 'ENGINE_CRASHED' }, attempt: 3, delivery: 'delivered' });
    expect(await settled(world, nextId, 1_000)).toMatchObject({ state: 'done', delivery: 'delivered' });
    expect(await creditsOf(poison, world)).toBe(before);
    expect(onTelegram(world, id)).toEqual([]);
    expect(onTelegram(world, nextId)).toHaveLength(1);
  });
});

describe('daylight saving in Europe/Berlin', () => {
  it.each([
    ['into summer', '2027-03-26T23:00:00Z', 23],
    ['out of summer', '2027-10-29T22:00:00Z', 25],
  ])('on the way %s (from %s) gives one allowance per local day, also of %i hours', async (way, firstMidnight, hours) => {
    const zone = 'Europe/Berlin';
    const place = `web:dst:${way}`;
    const user = `web:user:${way}`;
    await world.deps.store.places.changeSettings(place, (current) => ({ ...current, timezone: zone, dailyQuota: 1 }), {
      actor: user,
      action: 'settings-set',
      target: 'timezone',
      detail: zone,
    });
    const startMs = Date.parse(firstMidnight);
    const midnights = [startMs];
    for (let day = 0; day < 3; day++) midnights.push(nextDayMs(midnights.at(-1) ?? 0, zone));
    expect(midnights.map((atMs, day) => (day === 0 ? 0 : (atMs - (midnights[day - 1] ?? 0)) / HOUR_MS))).toEqual([0, 24, hours, 24]);
    // Every hour, and the last and first millisecond of each day.
    const moments = new Set(midnights.slice(1).flatMap((atMs) => [atMs - 1, atMs, atMs + 1]));
    for (let atMs = startMs; atMs <= (midnights.at(-1) ?? 0); atMs += HOUR_MS) moments.add(atMs);
    const accepted: string[] = [];
    let tried = 0;
    for (const atMs of [...moments].sort((a, b) => a - b)) {
      world.clock.advance(atMs - world.clock.nowMs());
      const asked: Asked = {
        ...{ interaction: null, chat: null, address: {}, requestKey: `${way}:${++tried}` },
        origin: { channel: 'web', place, room: '', user, userName: 'Ada', locale: 'en' },
      };
      const job = await request(asked, world).catch((error: { code?: string }) => {
        expect(error.code).toBe('QUOTA_EXCEEDED');
        return null;
      });
      if (job) accepted.push(dayOf(atMs, zone));
    }
    expect(accepted).toEqual(midnights.map((atMs) => dayOf(atMs, zone)));
    expect(new Set(accepted).size).toBe(4);
  });
});
