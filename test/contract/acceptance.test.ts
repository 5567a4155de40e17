/** The way of a request into the database: what is read and written together is what single questions would say, also at many at once. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Database, openPglite } from '../../core/infra/database.ts';
import { createStore } from '../../core/infra/store.ts';
import { defaultSettings } from '../../core/settings.ts';
import type { DailyLimit, Store } from '../../core/store.ts';
import { fakeClock, sampleDraft } from '../support/jobs.ts';
import { checkLedger } from '../support/ledger-histories.ts';
import { copyTemplate } from '../support/template.ts';

const clock = fakeClock();
const many: DailyLimit = { clips: 1_000, scope: 'personal' };
const caps = { perPerson: 1_000, perPlace: 1_000 };
let database: Database;
let store: Store;
let directory: string;

beforeAll(async () => {
  directory = copyTemplate(inject('templateDirectory'));
  database = await openPglite(directory);
  store = createStore(database, clock);
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('circumstances', () => {
  it('are what the single questions answer', async () => {
    const draft = sampleDraft('web:ada', 'web:home');
    expect(await store.jobs.circumstances(draft.requestKey, 'web:home', 'web:ada')).toMatchObject({
      known: null,
      settings: defaultSettings,
      ban: null,
      rates: [],
    });
    const entry = { actor: 'x', action: 'set', target: 'maxSeconds', detail: '3' };
    await store.places.changeSettings('web:home', (settings) => ({ ...settings, maxSeconds: 3 }), entry);
    await store.places.ban({ place: 'web:home', user: 'web:ada', reason: 'spam', untilMs: clock.nowMs() + 1_000, actor: 'x' });
    await database.query(`INSERT INTO stillmotion.render_rate (engine, size, ratios) VALUES ('motion', 8, '[1.5, 2]')`);
    await store.jobs.accept(draft, many, caps);
    const found = await store.jobs.circumstances(draft.requestKey, 'web:home', 'web:ada');
    expect(found.known).toEqual(await store.jobs.find(draft.id));
    expect(found.settings).toEqual(await store.places.settings('web:home'));
    expect(found.ban).toEqual(await store.places.activeBan('web:home', 'web:ada'));
    expect(found.ban?.reason).toBe('spam');
    expect(found.rates).toEqual(await store.predictions.rates());
    clock.advance(2_000);
    expect((await store.jobs.circumstances(draft.requestKey, 'web:home', 'web:ada')).ban).toBeNull();
  });
});

describe('an accepted job', () => {
  it('is answered with what is kept of it, and with its standing', async () => {
    // the test above wrote durations past a store that had just looked, and may tell of the wait by that for a moment
    store = createStore(database, clock);
    for (let n = 0; n < 30; n++) {
      clock.advance(7);
      const { created, job, standing } = await store.jobs.accept(sampleDraft(`web:u${n % 4}`, `web:p${n % 3}`), many, caps);
      expect(created).toBe(true);
      expect(await store.jobs.find(job.id)).toEqual(job);
      expect(await store.jobs.standing(job), `job ${n}`).toEqual(standing);
    }
  });

  it('is told of what others did meanwhile once this process has taken a turn itself', async () => {
    const other = createStore(database, clock);
    await store.jobs.accept(sampleDraft('web:a', 'web:x'), many, caps);
    await other.jobs.accept(sampleDraft('web:b', 'web:x'), many, caps);
    await store.jobs.claimNext('ticket');
    const { job, standing } = await store.jobs.accept(sampleDraft('web:c', 'web:x'), many, caps);
    expect(standing).toEqual(await other.jobs.standing(job));
    expect(standing.ahead?.running).toBe(1);
  });

  it('comes with a promise that is kept with it', async () => {
    const { job, standing } = await store.jobs.accept(sampleDraft('web:d', 'web:x'), many, caps);
    const [row] = await database.query<{ eta_ms: number; eta_ahead: number }>('SELECT eta_ms, eta_ahead FROM stillmotion.job WHERE id = $1', [job.id]);
    expect(row?.eta_ms).toBeCloseTo((standing.secondsLeft ?? 0) * 1_000);
    expect(row?.eta_ahead).toBe(standing.position - 1);
  });

  it('leaves nothing of itself in the line that is told about when it could not be kept', async () => {
    const draft = sampleDraft('web:e', 'web:x');
    const { standing } = await store.jobs.accept(draft, many, caps);
    await expect(store.jobs.accept({ ...sampleDraft('web:e', 'web:x'), id: draft.id }, many, caps)).rejects.toThrow();
    const next = await store.jobs.accept(sampleDraft('web:e', 'web:x'), many, caps);
    expect(next.standing).toEqual(await store.jobs.standing(next.job));
    expect(next.standing.ahead?.own).toBe((standing.ahead?.own ?? 0) + 1);
  });

  it('of many at once in several processes each is charged once and stands in line once', async () => {
    const stores = [store, createStore(database, clock), createStore(database, clock)];
    const drafts = Array.from({ length: 40 }, (_, n) => sampleDraft(`web:v${n % 5}`, `web:q${n % 2}`));
    const results = await Promise.all(drafts.flatMap((draft) => stores.map((one, n) => one.jobs.accept({ ...draft, id: `${draft.id}n${n}` }, many, caps))));
    expect(results.filter(({ created }) => created)).toHaveLength(40);
    const [line] = await database.query<{ waiting: number }>(`SELECT sum(waiting)::int AS waiting FROM stillmotion.line_person WHERE place LIKE 'web:q%'`);
    expect(line?.waiting).toBe(40);
    expect((await store.ledger.balance('web:v0', 'web:q0', many)).used).toBe(8);
    await checkLedger(database);
  });

  it('never takes a pool below what it holds, however many ask at once', async () => {
    const limit: DailyLimit = { clips: 0, scope: 'personal', poolClips: 3 };
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => store.jobs.accept(sampleDraft(`web:w${n}`, 'web:pool'), limit, caps)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });
});

describe('the inbox', () => {
  const update = (key: string) => ({ key, payload: { text: key } });

  it('keeps what came together, and says what had come before', async () => {
    expect(await store.inbox.putAll('telegram', [update('1'), update('2')], 60_000)).toEqual(new Set(['1', '2']));
    expect(await store.inbox.putAll('telegram', [update('2'), update('3')], 60_000)).toEqual(new Set(['3']));
    expect(await store.inbox.put('telegram', '3', {}, 60_000)).toBe(false);
  });

  it('hands nobody an update whose process says that it is still at it', async () => {
    await store.inbox.done('telegram', '1');
    clock.advance(50_000);
    await store.inbox.renew('telegram', ['1', '2'], 60_000);
    clock.advance(20_000);
    expect(await store.inbox.abandoned('telegram', 60_000)).toEqual([update('3')]);
    clock.advance(50_000);
    expect(await store.inbox.abandoned('telegram', 60_000)).toEqual([update('2')]);
  });
});
