/** The ledger on a real database: random histories with crashes, what the database refuses, days of places, roles and pools. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Database, openPglite } from '../../core/infra/database.ts';
import { createStore } from '../../core/infra/store.ts';
import type { ClipRef, Job } from '../../core/job.ts';
import { usualQuote } from '../../core/prediction.ts';
import type { DailyLimit, Store } from '../../core/store.ts';
import { type FakeClock, fakeClock, sampleDraft } from '../support/jobs.ts';
import { checkLedger, runHistory } from '../support/ledger-histories.ts';
import { copyTemplate } from '../support/template.ts';

const clip: ClipRef = { key: 'c', thumbnailKey: 't', format: 'mp4', bytes: 1, widthPx: 2, heightPx: 2, seconds: 1, fps: 12, frameCount: 12 };
let directory: string;
let database: Database;
let store: Store;
let clock: FakeClock;
let people = 0;
const someone = (): string => `web:ledger${++people}`;

beforeAll(async () => {
  directory = copyTemplate(inject('templateDirectory'));
  clock = fakeClock();
  database = await openPglite(directory);
  store = createStore(database, clock);
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const three: DailyLimit = { clips: 3, scope: 'personal' };
const ask = async (user: string, priceMs = 10_000, limit = three, place = 'web:local'): Promise<Job> =>
  (await store.jobs.accept(sampleDraft(user, place, { quote: { ...usualQuote, priceMs } }), limit)).job;
const left = async (user: string, limit = three, place = 'web:local'): Promise<number> => (await store.ledger.balance(user, place, limit)).left;

describe('a history', () => {
  // test/bench/ledger.ts runs a thousand of them, which takes minutes.
  it('of any kind, crashes included, agrees with a second bookkeeping after every step and adds up to 0', async () => {
    let crashes = 0;
    for (let seed = 1; seed <= 40; seed++) crashes += (await runHistory(database, clock, seed, 12)).crashes;
    const { entries } = await checkLedger(database);
    expect(entries).toBeGreaterThan(100);
    expect(crashes).toBeGreaterThan(10);
  });
});

describe('the database', () => {
  const entry = `INSERT INTO stillmotion.ledger_entry (kind, user_id, place, actor, at_ms) VALUES ('grant', 'x', 'x', 'x', 0) RETURNING id::double precision AS id`;
  const lines = (amounts: Record<string, number>): Promise<unknown> =>
    database.transaction(async (tx) => {
      const [row] = await tx.query<{ id: number }>(entry);
      await tx.query('INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms) SELECT $1, l.key, l.value::bigint FROM jsonb_each_text($2::jsonb) l', [
        row?.id ?? 0,
        JSON.stringify(amounts),
      ]);
    });

  it('refuses an entry that does not add up, and a hold that would fall below 0', async () => {
    await expect(lines({ a: 5, b: -4 })).rejects.toThrow('is not balanced');
    await expect(lines({ a: 5 })).rejects.toThrow('is not balanced');
    await expect(lines({ a: 5, 'hold:nobody': -5 })).rejects.toThrow('more was taken from hold:nobody');
    await lines({ a: 5, b: -5 });
    await checkLedger(database);
  });

  it('refuses a line that is added to an entry later', async () => {
    const late = `INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms) SELECT max(id), 'late', 5 FROM stillmotion.ledger_entry`;
    await expect(database.query(late)).rejects.toThrow('is not balanced');
  });

  it('refuses lines of an entry that is not there, alone and beside lines of one that is', async () => {
    const write = (entries: string): Promise<unknown> =>
      database.query(
        `INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms) SELECT e, a, m FROM unnest(${entries}) e, (VALUES ('x', 5), ('y', -5)) AS l (a, m)`,
      );
    await expect(write('ARRAY[999999999]')).rejects.toThrow('ledger entry 999999999 does not exist');
    await database.query(`INSERT INTO stillmotion.ledger_entry (kind, user_id, place, actor, at_ms) VALUES ('grant', 'u', 'p', 'x', 0)`);
    await expect(write('ARRAY[(SELECT max(id) FROM stillmotion.ledger_entry), 999999999]')).rejects.toThrow('does not exist');
    await write('ARRAY[(SELECT max(id) FROM stillmotion.ledger_entry)]');
    await checkLedger(database);
  });

  it.each(['ledger_entry', 'ledger_line'])('lets nobody change or remove what is in %s', async (table) => {
    const column = table === 'ledger_line' ? 'account' : 'actor';
    for (const text of [`UPDATE stillmotion.${table} SET ${column} = 'thief'`, `DELETE FROM stillmotion.${table}`, `TRUNCATE stillmotion.${table} CASCADE`])
      await expect(database.query(text)).rejects.toThrow('append-only');
  });
});

describe('what a clip costs', () => {
  it('is set aside, then what was used is kept and the rest comes back, once', async () => {
    const who = someone();
    const job = await ask(who, 20_000);
    expect(await left(who)).toBe(1);
    const { attempt } = (await store.jobs.claim(job.id)) as Job;
    await store.jobs.finish(job.id, attempt, { state: 'done', clip, notes: [], usedShare: 0.25 });
    expect(await left(who)).toBe(2.5);
    await store.jobs.finish(job.id, attempt, { state: 'done', clip, notes: [], usedShare: 0 });
    expect(await left(who)).toBe(2.5);
    expect((await store.ledger.entries(who, null, 9)).map(({ kind, amountMs, usedMs }) => [kind, amountMs, usedMs])).toEqual([
      ['settle', 15_000, 5_000],
      ['hold', -20_000, 0],
    ]);
  });

  it.each([
    ['failed', 3],
    ['refused', 3],
    ['canceled', 2.4],
  ] as const)('comes back when it %s, on cancel but for the steps that were done', async (state, expected) => {
    const who = someone();
    const job = await ask(who);
    await store.jobs.claim(job.id);
    await store.jobs.saveProgress(job.id, 1, { stage: 'denoise', done: 15, total: 25, fraction: 0.6 });
    await store.jobs.cancel(job.id);
    const ended = await store.jobs.finish(job.id, 1, { state, error: { code: state === 'canceled' ? 'CANCELED' : 'NAN_OUTPUT', params: {} } });
    expect(await left(who)).toBe(expected);
    expect(ended?.error).toEqual(state === 'canceled' ? { code: 'CANCELED_PARTLY', params: { used: 0.6, price: 1 } } : { code: 'NAN_OUTPUT', params: {} });
  });

  it('comes back when the clip could not be brought home, once, also when that is reported twice', async () => {
    const who = someone();
    const job = await ask(who);
    await store.jobs.claim(job.id);
    await store.jobs.finish(job.id, 1, { state: 'done', clip, notes: [] });
    expect(await left(who)).toBe(2);
    await store.jobs.saveDelivery(job.id, 'lost', { error: { code: 'CHANNEL_GONE', params: {} } });
    expect(await left(who)).toBe(3);
    expect(await store.ledger.refundLost(job.id, 'CHANNEL_GONE')).toBe(0);
    expect(await left(who)).toBe(3);
    const open = await ask(who);
    expect(await store.ledger.refundLost(open.id, 'nothing was delivered yet')).toBe(0);
    expect(await left(who)).toBe(2);
  });

  it('is refused with what is left when it is more than that, and cheaper clips still pass', async () => {
    const who = someone();
    await ask(who, 25_000);
    await expect(ask(who, 10_000)).rejects.toMatchObject({ code: 'QUOTA_TOO_LITTLE', params: { price: 1, left: 0.5 } });
    await ask(who, 5_000);
    await expect(ask(who, 500)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });

  it('is paid from the day, then from grants, then from the place’s pool, which everybody shares', async () => {
    const limit: DailyLimit = { clips: 1, scope: 'place', poolClips: 2 };
    const [ann, bob] = [someone(), someone()];
    await store.ledger.grant({ user: ann, place: 'discord:guild:7', clips: 1, actor: 'mod', reason: 'contest' });
    expect(await store.ledger.balance(ann, 'discord:guild:7', limit)).toMatchObject({ limit: 1, granted: 1, pool: 2, left: 4 });
    const job = await ask(ann, 30_000, limit, 'discord:guild:7');
    expect(await store.ledger.balance(ann, 'discord:guild:7', limit)).toMatchObject({ used: 1, granted: 0, pool: 1, left: 1 });
    expect(await left(bob, limit, 'discord:guild:7')).toBe(2);
    await store.jobs.claim(job.id);
    await store.jobs.finish(job.id, 1, { state: 'done', clip, notes: [], usedShare: 0.5 });
    expect(await store.ledger.balance(ann, 'discord:guild:7', limit)).toMatchObject({ used: 1, granted: 0.5, pool: 2 });
    const both = await Promise.allSettled([ask(bob, 20_000, limit, 'discord:guild:7'), ask(someone(), 25_000, limit, 'discord:guild:7')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await left(someone(), limit, 'discord:guild:8')).toBe(3);
  });
});

describe('a day', () => {
  const berlin: DailyLimit = { clips: 1, scope: 'personal', zone: 'Europe/Berlin' };

  it.each([
    ['23 hours long', '2027-03-27T23:00:00Z', 23],
    ['25 hours long', '2027-10-30T22:00:00Z', 25],
  ])('that is %s ends at the place’s own midnight', async (_name, start, hours) => {
    clock.advance(Date.parse(start) - clock.nowMs());
    const who = someone();
    await ask(who, 10_000, berlin);
    expect((await store.ledger.balance(who, 'web:local', berlin)).resetsAtMs - clock.nowMs()).toBe(hours * 3_600_000);
    clock.advance(hours * 3_600_000 - 1);
    await expect(ask(who, 10_000, berlin)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', params: { resets: expect.stringContaining('Europe/Berlin') } });
    clock.advance(1);
    await ask(who, 10_000, berlin);
  });

  it('is used up only once, however the clock or the zone jumps back and forth', async () => {
    const who = someone();
    let clips = 0;
    for (let i = 0; i < 12; i++) {
      clock.advance(i % 2 === 0 ? 5 * 3_600_000 : -5 * 3_600_000);
      const zone = ['Pacific/Kiritimati', 'UTC', 'Pacific/Pago_Pago'][i % 3] ?? 'UTC';
      clips += await ask(who, 10_000, { ...berlin, zone }).then(
        () => 1,
        () => 0,
      );
    }
    // Yesterday, today and tomorrow are the only days that any zone has at one time.
    expect(clips).toBeLessThanOrEqual(3);
  });
});
