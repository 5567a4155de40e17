/** Requests that were looked at before somebody else's was accepted: what no longer holds is noticed, by one process as by several. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Database, openPglite, openPostgres } from '../../core/infra/database.ts';
import { createStore } from '../../core/infra/store.ts';
import type { Accepted, DailyLimit, JobDraft, Store, WaitingCaps } from '../../core/store.ts';
import { fakeClock, sampleDraft } from '../support/jobs.ts';
import { checkLedger } from '../support/ledger-histories.ts';
import { createPostgres, type RealServer, serversMissing } from '../support/real-servers.ts';
import { copyTemplate } from '../support/template.ts';

const clip = { key: 'c', thumbnailKey: 't', format: 'mp4', bytes: 1, widthPx: 2, heightPx: 2, seconds: 1, fps: 12, frameCount: 12 } as const;
const many: DailyLimit = { clips: 1_000, scope: 'personal' };
const one: DailyLimit = { clips: 1, scope: 'personal' };
const wide: WaitingCaps = { perPerson: 1_000, perPlace: 1_000 };

interface World {
  readonly databases: readonly [Database, Database];
  close(): Promise<void>;
}

const inProcess = async (): Promise<World> => {
  const directory = copyTemplate(inject('templateDirectory'));
  const database = await openPglite(directory);
  return {
    databases: [database, database],
    async close() {
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const onServer = async (): Promise<World> => {
  const directory = mkdtempSync(join(tmpdir(), 'stillmotion-race-'));
  const server: RealServer = await createPostgres(directory);
  await server.start();
  const databases = [await openPostgres(server.url), await openPostgres(server.url)] as const;
  return {
    databases,
    async close() {
      for (const database of databases) await database.close();
      await server.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const settingsOf = [
  { name: 'PGlite', open: inProcess, missing: '' },
  { name: 'PostgreSQL, two processes', open: onServer, missing: serversMissing },
];

for (const { missing, name, open } of settingsOf) {
  describe.skipIf(missing !== '')(`requests at the same moment, ${name}${missing && ` (${missing})`}`, () => {
    const clock = fakeClock();
    let world: World;
    let stores: readonly [Store, Store];
    let count = 0;
    /** A name of its own for what must not have been seen before. */
    const fresh = (what: string): string => `web:${what}${++count}`;

    beforeAll(async () => {
      world = await open();
      stores = [createStore(world.databases[0], clock), createStore(world.databases[1], clock)];
    }, 60_000);
    afterAll(async () => {
      if (!world) return;
      await checkLedger(world.databases[0]);
      await world.close();
    });

    /** Looks at a request now, to accept it on that later. */
    const look = async (store: Store, draft: JobDraft): Promise<(limit?: DailyLimit, caps?: WaitingCaps) => Promise<Accepted>> => {
      const { seen } = await store.jobs.circumstances(draft.requestKey, draft.origin.place, draft.origin.user);
      return (limit = many, caps = wide) => store.jobs.accept(draft, limit, caps, seen);
    };
    const lookTwice = async (first: JobDraft, second: JobDraft) => [await look(stores[0], first), await look(stores[1], second)] as const;
    const startOf = async (place: string): Promise<number | undefined> =>
      (await world.databases[0].query<{ start_ms: number }>('SELECT start_ms FROM stillmotion.line_place WHERE place = $1', [place]))[0]?.start_ms;
    const make = async (): Promise<void> => {
      const job = await stores[0].jobs.claimNext(fresh('ticket'));
      if (job) await stores[0].jobs.finish(job.id, job.attempt, { state: 'done', clip, notes: [] });
    };

    it('one request that comes twice becomes one job', async () => {
      const draft = sampleDraft(fresh('user'), fresh('place'));
      const [first, second] = await lookTwice(draft, { ...draft, id: `${draft.id}b` });
      expect((await first()).created).toBe(true);
      expect(await second()).toMatchObject({ created: false, job: { id: draft.id } });
    });

    it('one request that comes again when its job is over does not become another', async () => {
      const draft = sampleDraft(fresh('user'), fresh('place'));
      const [first, second] = await lookTwice(draft, { ...draft, id: `${draft.id}b` });
      await stores[0].jobs.cancel((await first()).job.id);
      expect(await second()).toMatchObject({ created: false, job: { id: draft.id, state: 'canceled' } });
    });

    it('the last credit is spent once', async () => {
      const user = fresh('user');
      const [first, second] = await lookTwice(sampleDraft(user, fresh('place')), sampleDraft(user, fresh('place')));
      await first(one);
      await expect(second(one)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    });

    it('the last credit of a pool is spent once', async () => {
      const limit: DailyLimit = { clips: 0, scope: 'personal', poolClips: 1 };
      const place = fresh('place');
      const [first, second] = await lookTwice(sampleDraft(fresh('user'), place), sampleDraft(fresh('user'), place));
      await first(limit);
      await expect(second(limit)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    });

    it('whoever pays first pays first, also when they could not when it was looked', async () => {
      const [user, place] = [fresh('user'), fresh('place')];
      const { job } = await stores[0].jobs.accept(sampleDraft(user, place), one, wide);
      await stores[0].ledger.grant({ user, place, clips: 1, actor: 'x', reason: '' });
      const accept = await look(stores[1], sampleDraft(user, place));
      await stores[0].jobs.cancel(job.id);
      await accept(one);
      expect((await stores[1].ledger.balance(user, place, one)).granted).toBe(1);
    });

    it.each([
      ['of a person in a place', { perPerson: 1, perPlace: 9, perPersonEverywhere: 9 }, true, true, 'QUEUE_FULL_PERSON'],
      ['of a person everywhere', { perPerson: 9, perPlace: 9, perPersonEverywhere: 1 }, true, false, 'QUEUE_FULL_PERSON'],
      ['of a place', { perPerson: 9, perPlace: 1 }, false, true, 'QUEUE_FULL_PLACE'],
    ] as const)('the last turn %s is taken once, where somebody has been before as well', async (_, caps, samePerson, samePlace, code) => {
      const people = [fresh('user'), fresh('user')] as const;
      const places = [fresh('place'), fresh('place')] as const;
      const drafts = () => [sampleDraft(people[0], places[0]), sampleDraft(people[samePerson ? 0 : 1], places[samePlace ? 0 : 1])] as const;
      for (let visit = 0; visit < 2; visit++) {
        const [first, second] = await lookTwice(...drafts());
        const { job } = await first(many, caps);
        // From another account, so that it is not the ledger that notices.
        await expect(second({ ...many, scope: 'place' }, caps)).rejects.toMatchObject({ code });
        await stores[0].jobs.cancel(job.id);
      }
    });

    it('nobody is refused for what is no longer so', async () => {
      const [user, place] = [fresh('user'), fresh('place')];
      const { job } = await stores[0].jobs.accept(sampleDraft(user, place), one, wide);
      const accept = await look(stores[1], sampleDraft(user, place));
      const acceptInLine = await look(stores[1], sampleDraft(user, place));
      await stores[0].jobs.cancel(job.id);
      const { job: next } = await accept(one);
      await stores[0].jobs.cancel(next.id);
      expect((await acceptInLine(one, { perPerson: 1, perPlace: 1 })).created).toBe(true);
    });

    const workOff = async (): Promise<void> => {
      while ((await stores[0].jobs.counts()).waiting > 0) await make();
    };

    it('a place that has had its turn meanwhile enters the line where it is now', async () => {
      await workOff();
      const place = fresh('place');
      await stores[0].jobs.accept(sampleDraft(fresh('user'), place), many, wide);
      const accept = await look(stores[1], sampleDraft(fresh('user'), place));
      const before = await startOf(place);
      await workOff();
      const served = await startOf(place);
      expect(served).toBeGreaterThan(before ?? 0);
      await accept();
      expect(await startOf(place)).toBe(served);
    });

    it('a place that comes back enters the line where the line is now', async () => {
      const place = fresh('place');
      await stores[0].jobs.accept(sampleDraft(fresh('user'), place), many, wide);
      await workOff();
      const accept = await look(stores[1], sampleDraft(fresh('user'), place));
      const busy = fresh('place');
      for (let n = 0; n < 4; n++) await stores[0].jobs.accept(sampleDraft(fresh('user'), busy), many, wide);
      await workOff();
      const [line] = await world.databases[0].query<{ virtual_ms: number }>('SELECT virtual_ms FROM stillmotion.line_clock');
      expect(line?.virtual_ms).toBeGreaterThan((await startOf(place)) ?? 0);
      await accept();
      expect(await startOf(place)).toBe(line?.virtual_ms);
    });

    it('a place that is new to the line enters it where the line is now', async () => {
      const place = fresh('place');
      const accept = await look(stores[1], sampleDraft(fresh('user'), place));
      const busy = fresh('place');
      for (let n = 0; n < 3; n++) await stores[0].jobs.accept(sampleDraft(fresh('user'), busy), many, wide);
      await workOff();
      const [line] = await world.databases[0].query<{ virtual_ms: number }>('SELECT virtual_ms FROM stillmotion.line_clock');
      await accept();
      expect(await startOf(place)).toBe(line?.virtual_ms);
    });

    it('a person enters the line of a place where it is now', async () => {
      await workOff();
      const [user, place, other] = [fresh('user'), fresh('place'), fresh('user')];
      for (let n = 0; n < 4; n++) await stores[0].jobs.accept(sampleDraft(other, place), many, wide);
      const accept = await look(stores[1], sampleDraft(user, place));
      const home = async () =>
        (await world.databases[0].query<{ virtual_ms: number }>('SELECT virtual_ms FROM stillmotion.line_place WHERE place = $1', [place]))[0];
      const before = (await home())?.virtual_ms ?? 0;
      while (((await home())?.virtual_ms ?? 0) === before) await make();
      const now = (await home())?.virtual_ms;
      await accept();
      const [person] = await world.databases[0].query<{ start_ms: number }>('SELECT start_ms FROM stillmotion.line_person WHERE user_id = $1', [user]);
      expect(person?.start_ms).toBe(now);
    });

    it('of many at once exactly as many are accepted as there is room and credit for, each once', async () => {
      const [user, place, newPlace] = [fresh('user'), fresh('place'), fresh('place')];
      const three: DailyLimit = { clips: 3, scope: 'personal' };
      const key = sampleDraft(fresh('user'), place);
      const asked = Array.from({ length: 8 }, (_, n) => n);
      const created = (results: readonly PromiseSettledResult<Accepted>[]): number =>
        results.filter((result) => result.status === 'fulfilled' && result.value.created).length;
      const storm = (draft: (n: number) => JobDraft, limit: DailyLimit, caps: WaitingCaps) =>
        Promise.allSettled(asked.map(async (n) => (await look(stores[n % 2 === 0 ? 0 : 1], draft(n)))(limit, caps)));
      const [quota, line, keys] = await Promise.all([
        storm(() => sampleDraft(user, place), three, wide),
        storm(() => sampleDraft(fresh('user'), newPlace), many, { perPerson: 9, perPlace: 2 }),
        storm((n) => ({ ...key, id: `${key.id}n${n}` }), many, wide),
      ]);
      expect([created(quota), created(line), created(keys)]).toEqual([3, 2, 1]);
      expect(keys.every(({ status }) => status === 'fulfilled')).toBe(true);
    });

    it('what nobody interferes with is two questions and no transaction', async () => {
      const [real] = world.databases;
      const asked: string[] = [];
      const counting: Database = {
        ...real,
        query: (text, params) => {
          asked.push(text.slice(0, 40));
          return real.query(text, params);
        },
        transaction: () => Promise.reject(new Error('not needed')),
      };
      const store = createStore(counting, clock);
      await (await look(store, sampleDraft(fresh('user'), fresh('place'))))();
      expect(asked.filter((text) => !text.includes('outlook'))).toEqual([
        expect.stringContaining('stillmotion.read_desk('),
        expect.stringContaining('stillmotion.write_accepted('),
      ]);
    });
  });
}
