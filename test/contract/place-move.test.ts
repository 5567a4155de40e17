/** A group that becomes a supergroup: rules, bans, credits, pools, ceilings and jobs go along, all of it or nothing, and once. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Database, openPglite } from '../../core/infra/database.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Job } from '../../core/job.ts';
import { accountAfterMove, dayAccount, grantAccount, holdAccount, poolAccount } from '../../core/ledger.ts';
import { usualQuote } from '../../core/prediction.ts';
import type { DailyLimit, Store } from '../../core/store.ts';
import { type Bench, startBench } from '../support/fake-telegram-bench.ts';
import { type FakeClock, fakeClock, sampleDraft } from '../support/jobs.ts';
import { checkLedger } from '../support/ledger-histories.ts';
import { jpeg } from '../support/photos.ts';
import { copyTemplate } from '../support/template.ts';

const MINUTE_MS = 60_000;
/** A place with an allowance and a pool of its own. */
const limit: DailyLimit = { clips: 3, scope: 'place', poolClips: 2 };
const clip = { key: 'c', thumbnailKey: 't', format: 'mp4', bytes: 1, widthPx: 2, heightPx: 2, seconds: 1, fps: 12, frameCount: 12 } as const;

describe('in the database', () => {
  let directory: string;
  let database: Database;
  let store: Store;
  let clock: FakeClock;
  let groups = 0;
  let [from, to, user] = ['', '', ''];

  beforeAll(async () => {
    directory = copyTemplate(inject('templateDirectory'));
    clock = fakeClock();
    database = await openPglite(directory);
    store = createStore(database, clock);
  });
  beforeEach(() => {
    [from, to, user] = [`telegram:chat:-${++groups}`, `telegram:chat:-100${groups}`, `telegram:user:${groups}`];
  });
  afterAll(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const ask = async (place = from): Promise<Job> =>
    (await store.jobs.accept(sampleDraft(user, place, { quote: { ...usualQuote, priceMs: 10_000 } }), limit)).job;
  const balance = async (place: string): Promise<{ left: number; pool: number; granted: number }> => {
    const { left, pool, granted } = await store.ledger.balance(user, place, limit);
    return { left, pool, granted };
  };
  const set = (place: string, maxSeconds: number): Promise<unknown> =>
    store.places.changeSettings(place, (current) => ({ ...current, maxSeconds }), {
      actor: user,
      action: 'settings-set',
      target: 'max_seconds',
      detail: `${maxSeconds}`,
    });
  const ban = { user: 'telegram:user:666', reason: 'spam', untilMs: null, actor: 'telegram:user:1' };

  it('everything goes along, and what a job had set aside comes back to the new place', async () => {
    await set(from, 4);
    await store.places.ban({ ...ban, place: from });
    await store.deliveries.learnCeiling(from, 7_000_000);
    await store.ledger.grant({ user, place: from, clips: 2, actor: 'telegram:user:1', reason: '' });
    // Three of the day, two granted, one of the pool; one clip is made.
    const jobs = [];
    for (let n = 0; n < 6; n++) jobs.push(await ask());
    const made = (await store.jobs.claim(jobs[0]?.id ?? '')) as Job;
    await store.jobs.finish(made.id, made.attempt, { state: 'done', clip, notes: [] });
    const running = (await store.jobs.claim(jobs[1]?.id ?? '')) as Job;
    expect(await balance(from)).toEqual({ left: 1, pool: 1, granted: 0 });

    expect(await store.places.move(from, to)).toBe(true);

    expect(await balance(to)).toEqual({ left: 1, pool: 1, granted: 0 });
    expect(await store.places.settings(to)).toMatchObject({ maxSeconds: 4 });
    expect(await store.places.activeBan(to, ban.user)).toMatchObject({ reason: 'spam' });
    expect(await store.deliveries.ceiling(to)).toBe(7_000_000);
    expect((await store.places.audit(to, 10)).map(({ action }) => action)).toEqual(['place-moved', 'quota-grant', 'ban', 'settings-set']);
    expect((await store.ledger.entries(user, to, 20)).map(({ kind }) => kind)).toEqual(['settle', ...Array(6).fill('hold'), 'grant']);
    for (const nothing of [await store.places.activeBan(from, ban.user), await store.deliveries.ceiling(from), (await store.places.settings(from)).maxSeconds])
      expect(nothing).toBeNull();
    expect(await balance(from)).toEqual({ left: 5, pool: 2, granted: 0 });

    // The line has moved too: the oldest is next, and an end gives back to where the credits are now.
    expect(await store.jobs.unfinishedOf(user, to)).toHaveLength(5);
    expect((await store.jobs.claimNext('ticket'))?.id).toBe(jobs[2]?.id);
    await store.jobs.finish(running.id, running.attempt, { state: 'failed', error: { code: 'ENGINE_FAILED', params: {} } });
    for (const job of jobs.slice(3)) await store.jobs.cancel(job.id);
    expect((await balance(to)).granted).toBe(2);
    expect(await balance(to)).toEqual({ left: 5, pool: 2, granted: 2 });
    await store.ledger.refundLost(made.id, 'CHANNEL_GONE');
    expect((await balance(to)).left).toBe(6);
    await store.jobs.finish(jobs[2]?.id ?? '', 1, { state: 'failed', error: { code: 'ENGINE_FAILED', params: {} } });
    expect(await balance(to)).toEqual({ left: 7, pool: 2, granted: 2 });
    const old = await database.query(
      `SELECT account FROM stillmotion.ledger_line WHERE account LIKE '%' || $1 || ':%' OR account LIKE '%@' || $1 GROUP BY account HAVING sum(amount_ms) <> 0`,
      [from],
    );
    expect(old).toEqual([]);
    await checkLedger(database);
  });

  it('happens once, however often and by however many processes it is heard of', async () => {
    await set(from, 4);
    await ask();
    const heard = await Promise.all([store.places.move(from, to), store.places.move(from, to), store.places.move(from, to)]);
    expect(heard.filter(Boolean)).toHaveLength(1);
    expect(await balance(to)).toMatchObject({ left: 4 });
    expect((await store.places.audit(to, 10)).filter(({ action }) => action === 'place-moved')).toHaveLength(1);
    // What was asked under the old name a moment later is brought along.
    await ask();
    expect(await store.places.move(from, to)).toBe(false);
    expect(await balance(to)).toMatchObject({ left: 3 });
    expect(await store.jobs.unfinishedOf(user, to)).toHaveLength(2);
    await checkLedger(database);
  });

  it('keeps what a moderator has set in the new place already, and adds up what people wait for in both', async () => {
    await set(from, 4);
    await set(to, 6);
    await store.deliveries.learnCeiling(from, 7_000_000);
    await store.deliveries.learnCeiling(to, 9_000_000);
    const [old, fresh] = [await ask(from), await ask(to)];
    await store.places.move(from, to);
    expect(await store.places.settings(to)).toMatchObject({ maxSeconds: 6 });
    expect(await store.deliveries.ceiling(to)).toBe(7_000_000);
    const [line] = await database.query('SELECT waiting FROM stillmotion.line_person WHERE place = $1 AND user_id = $2', [to, user]);
    expect(line).toEqual({ waiting: 2 });
    clock.advance(MINUTE_MS);
    for (const { id } of [old, fresh]) await store.jobs.cancel(id);
    expect(await balance(to)).toMatchObject({ left: 5 });
  });

  it('happens not at all when it cannot be finished', async () => {
    await set(from, 4);
    await ask();
    await database.query(`ALTER TABLE stillmotion.ledger_entry ADD CONSTRAINT broken CHECK (kind <> 'moved') NOT VALID`);
    try {
      await expect(store.places.move(from, to)).rejects.toThrow(/broken/);
    } finally {
      await database.query('ALTER TABLE stillmotion.ledger_entry DROP CONSTRAINT broken');
    }
    expect(await store.places.settings(from)).toMatchObject({ maxSeconds: 4 });
    expect(await store.jobs.unfinishedOf(user, from)).toHaveLength(1);
    expect(await balance(from)).toMatchObject({ left: 4 });
    expect(await balance(to)).toMatchObject({ left: 5 });
    expect(await store.places.move(from, to)).toBe(true);
    expect(await balance(to)).toMatchObject({ left: 4 });
  });
});

describe('an account after a move', () => {
  const [a, b] = ['telegram:chat:-5', 'telegram:chat:-1005'];
  it.each([
    [poolAccount(a, '2026-11-21'), poolAccount(b, '2026-11-21')],
    [grantAccount('telegram:user:1', a), grantAccount('telegram:user:1', b)],
    [dayAccount('telegram:user:1', a, '2026-11-21'), dayAccount('telegram:user:1', b, '2026-11-21')],
    [dayAccount('telegram:user:1', null, '2026-11-21'), dayAccount('telegram:user:1', null, '2026-11-21')],
    [grantAccount('telegram:user:1', 'telegram:chat:-55'), grantAccount('telegram:user:1', 'telegram:chat:-55')],
    [poolAccount('telegram:chat:-55', '2026-11-21'), poolAccount('telegram:chat:-55', '2026-11-21')],
    [holdAccount('job'), holdAccount('job')],
    ['house:used', 'house:used'],
  ])('%s is %s', (before, after) => {
    expect(accountAfterMove(before, a, b)).toBe(after);
  });
});

describe('on Telegram', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench(inject('templateDirectory'));
    await bench.channel().start();
  });
  afterAll(async () => {
    const { violations } = bench.telegram;
    await bench.close();
    expect(violations).toEqual([]);
  });
  const secondsIn = async (chatId: number): Promise<number | null> => (await bench.deps.store.places.settings(`telegram:chat:${chatId}`)).maxSeconds;

  it('the rules of a group hold in the supergroup, as soon as Telegram tells of it', async () => {
    const { telegram } = bench;
    const { user } = telegram.person('Mo');
    const group = telegram.group('Old', [user]);
    telegram.sendText(user, group, '/stillmotion settings set max_seconds 4');
    await bench.until(async () => (await secondsIn(group.id)) === 4);
    const moved = telegram.migrate(group, user);
    await bench.until(async () => (await secondsIn(moved.id)) === 4);
    expect(await secondsIn(group.id)).toBeNull();
    const answer = await bench.replyTo(telegram.sendText(user, moved, '/stillmotion settings show'));
    expect(answer.text).toContain('max_seconds: 4');
  });

  it('and when nothing but the answer to a sent clip tells of it', async () => {
    const { telegram } = bench;
    const { user } = telegram.person('Jo');
    const group = telegram.group('Older', [user]);
    telegram.sendText(user, group, '/stillmotion settings set max_seconds 5');
    await bench.until(async () => (await secondsIn(group.id)) === 5);
    const request = telegram.sendPhoto(user, group, await jpeg(), { caption: '/animate waves' });
    const { id } = await bench.jobOf(request);
    const moved = telegram.migrate(group);
    const { job, clip: file } = await bench.finish(id);
    expect((await bench.channel().deliver(job, file)).kind).toBe('delivered');
    expect(await secondsIn(moved.id)).toBe(5);
    expect((await bench.deps.store.jobs.find(id))?.origin.place).toBe(`telegram:chat:${moved.id}`);
  });
});
