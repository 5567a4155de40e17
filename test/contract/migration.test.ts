/** A database as the version before credits left it, with people in the middle of everything, brought up to date. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openPglite, type Row } from '../../core/infra/database.ts';
import { migrate } from '../../core/infra/migrations.ts';
import { createPglitePool } from '../../core/infra/pglite-pool.ts';
import { createStore } from '../../core/infra/store.ts';
import type { DailyLimit, Store } from '../../core/store.ts';
import { fakeClock } from '../support/jobs.ts';
import { checkLedger } from '../support/ledger-histories.ts';

/** The steps there were before the ledger had two sides. */
const BEFORE_CREDITS = 2;

const directory = mkdtempSync(join(tmpdir(), 'stillmotion-migration-'));
const clock = fakeClock();
const ten: DailyLimit = { clips: 10, scope: 'personal' };
let database: Database;
let store: Store;

beforeAll(async () => {
  mkdirSync(join(directory, 'pglite'));
  const lite = await PGlite.create({ dataDir: join(directory, 'pglite') });
  const query = async <R extends Row>(text: string, params: readonly unknown[] = []) => (await lite.query<R>(text, [...params])).rows;
  await migrate({ query }, await createPglitePool(lite).connect(), BEFORE_CREDITS);
  const job = (id: string, state: string, user: string, place = 'discord:guild:1', attempt = 0) =>
    query(
      `INSERT INTO stillmotion.job (id, request_key, state, channel, place, room, user_id, user_name, locale, address, request, photo, max_clip_bytes, created_at_ms, touched_at_ms, attempt)
       VALUES ($1, $1, $2, 'discord', $4, '', $3, 'Ada', 'en', '{}', '{"engine":"motion"}', 'null', 1, $6, $6, $5)`,
      [id, state, user, place, attempt, clock.nowMs() - 5_000],
    );
  const entry = (account: string, user: string, kind: string, clips: number, jobId: string | null, day = '2026-11-21', place = 'discord:guild:1') =>
    query(`INSERT INTO stillmotion.ledger (account, user_id, place, day, kind, clips, job_id, actor, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, 'x', $8)`, [
      account,
      user,
      place,
      day,
      kind,
      clips,
      jobId,
      clock.nowMs(),
    ]);
  for (const [id, state] of [
    ['done1', 'done'],
    ['failed1', 'failed'],
    ['waiting1', 'waiting'],
    ['waiting2', 'waiting'],
    ['running1', 'running'],
  ] as const) {
    await job(id, state, 'ada', 'discord:guild:1', state === 'running' ? 1 : 0);
    await entry('ada', 'ada', 'hold', -1, id);
  }
  await entry('ada', 'ada', 'refund', 1, 'failed1');
  await job('yesterday1', 'done', 'ada');
  await entry('ada', 'ada', 'hold', -1, 'yesterday1', '2026-11-20');
  await entry('bob@discord:guild:1#grants', 'bob', 'grant', 5, null);
  await job('granted1', 'waiting', 'bob');
  await entry('bob@discord:guild:1#grants', 'bob', 'hold', -1, 'granted1');
  await job('own1', 'done', 'bob', 'discord:guild:2');
  await entry('bob@discord:guild:2', 'bob', 'hold', -1, 'own1', '2026-11-21', 'discord:guild:2');
  await entry('ada', 'ada', 'reset', 1, null);
  await lite.close();
  database = await openPglite(directory);
  store = createStore(database, clock);
});
afterAll(async () => {
  await store?.close();
  rmSync(directory, { recursive: true, force: true });
});

it('keeps every balance, as credits', async () => {
  // One done, three open, one reset: three of ten are used.
  expect(await store.ledger.balance('ada', 'discord:guild:1', ten)).toMatchObject({ limit: 10, used: 3, left: 7, granted: 0 });
  expect(await store.ledger.balance('bob', 'discord:guild:1', ten)).toMatchObject({ used: 0, granted: 4, left: 14 });
  expect(await store.ledger.balance('bob', 'discord:guild:2', { clips: 2, scope: 'place' })).toMatchObject({ used: 1, left: 1 });
  await checkLedger(database);
});

it('lets open jobs run and pays back those that fail or are canceled', async () => {
  expect((await store.jobs.waiting(9)).map(({ id }) => id).sort()).toEqual(['granted1', 'waiting1', 'waiting2']);
  await store.jobs.cancel('waiting1');
  expect((await store.ledger.balance('ada', 'discord:guild:1', ten)).left).toBe(8);
  await store.jobs.cancel('granted1');
  expect((await store.ledger.balance('bob', 'discord:guild:1', ten)).granted).toBe(5);
  expect((await store.jobs.claimNext('t'))?.id).toBe('waiting2');
  const taken = await store.jobs.claim('running1');
  expect(taken?.attempt).toBe(2);
  await store.jobs.finish('running1', 2, { state: 'failed', error: { code: 'ENGINE_FAILED', params: {} } });
  expect((await store.ledger.balance('ada', 'discord:guild:1', ten)).left).toBe(9);
  expect(await store.ledger.refundLost('done1', 'from before')).toBe(0);
  await checkLedger(database);
});

it('says in the history where the balance came from', async () => {
  expect((await store.ledger.entries('ada', null, 20)).filter(({ kind }) => kind === 'opening').map(({ amountMs }) => amountMs)).toEqual([-10_000]);
});

it('is done once', async () => {
  const before = await checkLedger(database);
  await store.close();
  database = await openPglite(directory);
  store = createStore(database, clock);
  expect(await checkLedger(database)).toEqual(before);
});
