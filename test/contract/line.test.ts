/** The line on a real database: the same turns as the pure one, tickets after a crash, caps, standings and what is learnt. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { join, type Line, type QueuePolicy, takeNext, type WaitingJob } from '../../core/fairness.ts';
import { type Database, openPglite } from '../../core/infra/database.ts';
import { createStore } from '../../core/infra/store.ts';
import type { ClipRef, Job } from '../../core/job.ts';
import { type Quote, usualQuote } from '../../core/prediction.ts';
import type { DailyLimit, Store } from '../../core/store.ts';
import { type FakeClock, fakeClock, sampleDraft } from '../support/jobs.ts';
import { seeded } from '../support/seeded.ts';
import { copyTemplate } from '../support/template.ts';

const many: DailyLimit = { clips: 100_000, scope: 'personal' };
const caps = { perPerson: 100_000, perPlace: 100_000 };
const clip: ClipRef = { key: 'c', thumbnailKey: 't', format: 'mp4', bytes: 1, widthPx: 2, heightPx: 2, seconds: 1, fps: 12, frameCount: 12 };
let directory: string;
let database: Database;
let store: Store;
let clock: FakeClock;

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
beforeEach(async () => {
  await database.query(
    'TRUNCATE stillmotion.job_event, stillmotion.send, stillmotion.job, stillmotion.line_place, stillmotion.line_person, stillmotion.render_rate, stillmotion.eta_spread',
  );
  await database.query('UPDATE stillmotion.line_clock SET virtual_ms = 0');
  // What it saw of the line a moment ago is gone without its doing.
  store = createStore(database, clock);
});

const quoted = (change: Partial<Quote> = {}): Quote => ({ ...usualQuote, ...change });
const ask = async (user: string, place: string, quote = quoted()): Promise<Job> =>
  (await store.jobs.accept(sampleDraft(user, place, { quote }), many, caps)).job;
const policyOf = (place: string, queuePolicy: QueuePolicy) =>
  store.places.changeSettings(place, (current) => ({ ...current, queuePolicy }), { actor: 'mod', action: 'settings-set', target: 'queue_policy', detail: '' });

let tickets = 0;
const claimNext = (): Promise<Job | null> => store.jobs.claimNext(`ticket${++tickets}`);
const finish = (job: Job) => store.jobs.finish(job.id, job.attempt, { state: 'failed', error: { code: 'ENGINE_FAILED', params: {} } });

describe('turns', () => {
  it('are those of the pure line, over random arrivals, cancellations and policies', async () => {
    const policies: Record<string, QueuePolicy> = { p0: 'fair', p1: 'first-come', p2: 'role-weighted' };
    for (const [place, policy] of Object.entries(policies)) await policyOf(place, policy);
    const random = seeded(5);
    const line: Line = { virtualMs: 0, places: new Map() };
    const waiting = new Map<string, WaitingJob>();
    let turns = 0;
    for (let step = 0; step < 160; step++) {
      clock.advance(1 + random.below(8_000));
      const roll = random.next();
      if (roll < 0.55) {
        const [place, user] = [`p${random.below(3)}`, `u${random.below(4)}`];
        const job = await ask(user, place, quoted({ predictedMs: 1_000 + random.below(30_000), weight: random.pick([0.5, 1, 3]) }));
        const row = await database.query<{ predicted_ms: number; weight: number }>('SELECT predicted_ms, weight FROM stillmotion.job WHERE id = $1', [job.id]);
        const one = { id: job.id, place, user, createdAtMs: job.createdAtMs, predictedMs: row[0]?.predicted_ms ?? 0, weight: row[0]?.weight ?? 0 };
        waiting.set(job.id, one);
        join(line, one, policies[place] ?? 'fair', clock.nowMs());
      } else if (roll < 0.65 && waiting.size > 0) {
        const gone = random.pick([...waiting.values()]);
        await store.jobs.cancel(gone.id);
        waiting.delete(gone.id);
        const jobs = line.places.get(gone.place)?.users.get(gone.user)?.jobs ?? [];
        jobs.splice(jobs.indexOf(gone), 1);
      } else {
        const first = (await store.jobs.waiting(1))[0]?.id;
        const expected = takeNext(line, clock.nowMs())?.id;
        const got = await claimNext();
        expect(got?.id).toBe(expected);
        expect(first).toBe(expected);
        if (got) {
          turns += 1;
          waiting.delete(got.id);
          await finish(got);
        }
      }
    }
    expect(turns).toBeGreaterThan(40);
    const rows = await database.query<{ waiting: number; counted: number }>(
      `SELECT (SELECT coalesce(sum(waiting), 0)::int FROM stillmotion.line_person) AS waiting, (SELECT count(*)::int FROM stillmotion.job WHERE state = 'waiting') AS counted`,
    );
    expect(rows).toEqual([{ waiting: waiting.size, counted: waiting.size }]);
  });

  it('go to one worker each when several ask at once', async () => {
    for (let i = 0; i < 6; i++) await ask(`u${i % 2}`, 'p');
    const got = await Promise.all(Array.from({ length: 8 }, claimNext));
    const ids = got.flatMap((job) => job?.id ?? []);
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });

  it('a flooder’s 500 waiting clips cost somebody else one turn at most, and places may change their policy meanwhile', async () => {
    for (let i = 0; i < 60; i++) await ask('flooder', 'p');
    // The rest of the flood as rows of their own, because accepting is not what is tested here.
    await database.query(
      `INSERT INTO stillmotion.job (id, request_key, state, channel, place, room, user_id, user_name, locale, address, request, photo, max_clip_bytes, created_at_ms, touched_at_ms)
       SELECT 'flood' || n, 'flood' || n, 'waiting', channel, place, room, user_id, user_name, locale, address, request, photo, max_clip_bytes, created_at_ms + n, touched_at_ms
       FROM stillmotion.job, generate_series(1, 440) n WHERE id = (SELECT min(id) FROM stillmotion.job WHERE user_id = 'flooder')`,
    );
    await database.query('UPDATE stillmotion.line_person SET waiting = waiting + 440, work_ms = work_ms + 4400000');
    await database.query('UPDATE stillmotion.line_place SET waiting = waiting + 440, work_ms = work_ms + 4400000');
    for (let i = 0; i < 3; i++) await claimNext();
    const [here, elsewhere] = [await ask('light', 'p'), await ask('other', 'q')];
    expect((await store.jobs.standing(here)).position).toBeLessThanOrEqual(3);
    const next = await Promise.all([claimNext(), claimNext(), claimNext(), claimNext()]);
    const order = next.map((job) => job?.id);
    expect(order.indexOf(elsewhere.id)).toBeLessThanOrEqual(1);
    expect(order.indexOf(here.id)).toBeLessThanOrEqual(2);
    expect(order.indexOf(here.id)).toBeGreaterThanOrEqual(0);
    clock.advance(1_000);
    const late = await ask('late', 'p');
    await policyOf('p', 'first-come');
    expect((await store.jobs.standing(late)).position).toBeGreaterThan(400);
    expect((await claimNext())?.origin.user).toBe('flooder');
    await policyOf('p', 'fair');
    expect((await claimNext())?.origin.user).toBe('late');
  });
});

describe('tickets', () => {
  it('give a job whose worker died to the worker that gets its message, and nobody else', async () => {
    const [first, second] = [await ask('a', 'p'), await ask('b', 'p')];
    expect((await store.jobs.claimNext(second.id))?.id).toBe(first.id);
    // The other message finds the other job, not the one that is being made.
    expect((await store.jobs.claimNext(first.id))?.id).toBe(second.id);
    expect(await claimNext()).toBeNull();
    const again = await store.jobs.claimNext(second.id);
    expect([again?.id, again?.attempt]).toEqual([first.id, 2]);
    expect(await store.jobs.finish(first.id, 1, { state: 'done', clip, notes: [] })).toBeNull();
    expect((await store.jobs.finish(first.id, 2, { state: 'done', clip, notes: [] }))?.state).toBe('done');
    expect(await store.jobs.claimNext(second.id)).toBeNull();
  });

  it('are what the sweeper calls for when a worker is silent, because the queue knows them', async () => {
    const [first, second] = [await ask('a', 'p'), await ask('b', 'p')];
    await store.jobs.claimNext(second.id);
    expect([...(await store.jobs.undispatched(60_000))].sort()).toEqual([second.id]);
    clock.advance(60_001);
    expect([...(await store.jobs.undispatched(60_000))].sort()).toEqual([second.id, second.id]);
    expect((await store.jobs.claimNext(second.id))?.id).toBe(first.id);
  });

  it('are given up with the job, which is first of its person again', async () => {
    const [first] = [await ask('a', 'p'), await ask('a', 'p')];
    const got = await store.jobs.claimNext('t');
    await store.jobs.release(got?.id ?? '', 1);
    expect(await store.jobs.find(first.id)).toMatchObject({ state: 'waiting', attempt: 1 });
    expect((await store.jobs.claimNext('t'))?.id).toBe(first.id);
  });
});

describe('the caps', () => {
  const tight = { perPerson: 2, perPlace: 3, perPersonEverywhere: 3 };
  const accept = (user: string, place: string) => store.jobs.accept(sampleDraft(user, place), many, tight);
  it('bound a person in a place and over all places, and a place; running clips do not count', async () => {
    await accept('a', 'p');
    await accept('a', 'p');
    await expect(accept('a', 'p')).rejects.toMatchObject({ code: 'QUEUE_FULL_PERSON', params: { got: 2, max: 2 } });
    await accept('a', 'q');
    await expect(accept('a', 'r')).rejects.toMatchObject({ code: 'QUEUE_FULL_PERSON', params: { got: 3, max: 3 } });
    await accept('b', 'p');
    await expect(accept('c', 'p')).rejects.toMatchObject({ code: 'QUEUE_FULL_PLACE', params: { got: 3, max: 3 } });
    expect((await store.ledger.balance('c', 'p', { clips: 1, scope: 'personal' })).left).toBe(1);
    expect(await claimNext()).not.toBeNull();
    await accept('d', (await store.jobs.waiting(9)).length === 3 ? 'p' : 'x');
  });
});

describe('what a waiter is told', () => {
  const make = async (ms: number): Promise<void> => {
    const job = await claimNext();
    if (!job) throw new Error('nobody waits');
    clock.advance(ms);
    await store.jobs.finish(job.id, job.attempt, { state: 'done', clip, notes: [] });
  };

  it('is the position and why at once, and times as soon as something was measured', async () => {
    const mine = await ask('a', 'p');
    expect(await store.jobs.standing(mine)).toEqual({ position: 1, secondsLeft: null, ahead: { own: 0, others: 0, running: 0 } });
    await make(20_000);
    await ask('x', 'p');
    const running = await claimNext();
    await ask('b', 'q');
    clock.advance(1);
    await ask('a', 'p');
    clock.advance(1);
    const last = await ask('a', 'p');
    const standing = await store.jobs.standing(last);
    expect(standing).toMatchObject({ position: 3, ahead: { own: 1, others: 1, running: 1 } });
    // 20 s each: one running, two ahead, its own. They were quoted 10 s, which is what they count as; the pace comes with the quote.
    expect(standing.secondsLeft).toBeCloseTo(40, 0);
    expect(standing.interval?.lowSeconds).toBeLessThan(40);
    expect(standing.interval?.highSeconds).toBeGreaterThan(40);
    const together = await store.jobs.standings([running as Job, last, mine]);
    expect(together.map(({ position }) => position)).toEqual([0, 3, 0]);
    expect(together[1]).toEqual(standing);
  });

  it('is held against what happens, and what was measured is kept by engine and size', async () => {
    await ask('a', 'p');
    await make(15_000);
    expect(await store.predictions.rates()).toEqual([{ engine: 'motion', size: 8, ratios: [1.5] }]);
    expect(await store.predictions.calibration()).toEqual({ inside: 0, total: 0 });
    await ask('a', 'p', quoted({ predictedMs: 15_000 }));
    await make(16_000);
    await ask('a', 'p', quoted({ predictedMs: 15_000 }));
    await make(90_000);
    expect(await store.predictions.calibration()).toEqual({ inside: 1, total: 2 });
    expect((await store.predictions.rates())[0]?.ratios).toEqual([1.5, 1.6, 9]);
  });
});

it('finds the next job by indexes, however many wait', async () => {
  await ask('u', 'p');
  await database.query(
    `INSERT INTO stillmotion.job (id, request_key, state, channel, place, room, user_id, user_name, locale, address, request, photo, max_clip_bytes, created_at_ms, touched_at_ms)
     SELECT 'n' || n, 'n' || n, 'waiting', channel, 'p' || n % 50, room, 'u' || n % 500, user_name, locale, address, request, photo, max_clip_bytes, created_at_ms + n, touched_at_ms
     FROM stillmotion.job, generate_series(1, 5000) n`,
  );
  await database.query(`INSERT INTO stillmotion.line_person (place, user_id, waiting, work_ms)
    SELECT place, user_id, count(*), sum(predicted_ms) FROM stillmotion.job WHERE state = 'waiting' AND id LIKE 'n%' GROUP BY place, user_id`);
  await database.query(`INSERT INTO stillmotion.line_place (place, waiting, work_ms)
    SELECT place, sum(waiting), sum(work_ms) FROM stillmotion.line_person GROUP BY place ON CONFLICT (place) DO UPDATE SET waiting = excluded.waiting`);
  await database.query('ANALYZE stillmotion.job, stillmotion.line_person, stillmotion.line_place');
  const plans: string[] = [];
  for (const text of [
    'SELECT place FROM stillmotion.line_place WHERE waiting > 0 ORDER BY urgency, place COLLATE "C" LIMIT 1',
    `SELECT u.user_id FROM stillmotion.line_person u WHERE u.waiting > 0 AND u.place = 'p7' ORDER BY u.urgency, u.user_id COLLATE "C" LIMIT 1`,
    `SELECT j.id FROM stillmotion.job j WHERE j.state = 'waiting' AND j.place = 'p7' AND j.user_id = 'u7' ORDER BY j.created_at_ms, j.id COLLATE "C" LIMIT 1`,
    `SELECT j.id FROM stillmotion.job j WHERE j.state = 'waiting' AND j.place = 'p7' ORDER BY j.created_at_ms, j.id COLLATE "C" LIMIT 1`,
  ])
    plans.push((await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`)).map((row) => row['QUERY PLAN']).join('\n'));
  for (const plan of plans.slice(2)) expect(plan).toMatch(/Index (Only )?Scan using job_(line|age)/);
  for (const plan of plans.slice(1)) expect(plan).not.toMatch(/Seq Scan on job|Sort/);
  expect(await claimNext()).not.toBeNull();
});
