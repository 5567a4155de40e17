/** Random histories of one person's credits on a real store, held against a second, naive bookkeeping after every step. */
import assert from 'node:assert/strict';
import { dayOf } from '../../core/clock.ts';
import { AppError } from '../../core/errors.ts';
import type { Database, Queryable } from '../../core/infra/database.ts';
import { createStore } from '../../core/infra/store.ts';
import type { ClipRef } from '../../core/job.ts';
import { CREDIT_MS } from '../../core/ledger.ts';
import { usualQuote } from '../../core/prediction.ts';
import type { DailyLimit, Store } from '../../core/store.ts';
import { type FakeClock, sampleDraft } from './jobs.ts';
import { seeded } from './seeded.ts';

const clip: ClipRef = { key: 'c', thumbnailKey: 't', format: 'mp4', bytes: 1, widthPx: 2, heightPx: 2, seconds: 1, fps: 12, frameCount: 12 };
const caps = { perPerson: 1_000, perPlace: 100_000 };

/** A crash: the process dies before this query reaches the database. */
class Crash extends Error {}

/** A database that can be made to die at its n-th query from now. */
const fragile = (database: Database): { readonly database: Database; breakAt(query: number): void } => {
  let fuse = 0;
  const fused = (source: Queryable): Queryable => ({
    query: async (text, params) => {
      if (fuse > 0 && --fuse === 0) throw new Crash('the process died');
      return source.query(text, params);
    },
  });
  return {
    breakAt: (query) => void (fuse = query),
    database: { ...database, ...fused(database), transaction: (work) => database.transaction((tx) => work(fused(tx))) },
  };
};

interface Payment {
  readonly purse: string;
  readonly amount: number;
}

/** The naive books: purses with what is in them, jobs with what they were paid from. */
interface Books {
  /** What has gone out of (−) or come back into (+) a day's allowance or a pool, and what is in a purse of grants. */
  readonly purses: Map<string, number>;
  readonly jobs: Map<
    string,
    {
      place: string;
      paid: readonly Payment[];
      price: number;
      state: 'waiting' | 'running' | 'over';
      attempt: number;
      spent: readonly Payment[];
      progress: number;
    }
  >;
}

const places = ['here', 'there'] as const;

/**
 * @returns how many steps were made and how many of them crashed
 * @throws AssertionError when the two bookkeepings disagree, an entry does not add up, or a hold is negative
 */
export const runHistory = async (
  real: Database,
  clock: FakeClock,
  seed: number,
  steps: number,
): Promise<{ readonly steps: number; readonly crashes: number }> => {
  const random = seeded(seed);
  const { database, breakAt } = fragile(real);
  const store: Store = createStore(database, clock);
  const user = `web:history${seed}`;
  const place = (name: string): string => `history${seed}:${name}`;
  const zone = random.pick(['UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Kiritimati']);
  const limits: Record<string, DailyLimit> = {
    here: { clips: random.pick([0, 1, 3]), scope: 'personal', zone },
    there: { clips: random.pick([1, 2.5]), scope: 'place', zone, poolClips: random.pick([0, 2]) },
  };
  const limitOf = (name: string): DailyLimit => limits[name] as DailyLimit;
  const books: Books = { purses: new Map(), jobs: new Map() };
  const inside = (purse: string): number => books.purses.get(purse) ?? 0;
  const put = (purse: string, amount: number): void => void books.purses.set(purse, inside(purse) + amount);
  const pursesOf = (name: string): { purse: string; available: number }[] => {
    const limit = limitOf(name);
    const day = dayOf(clock.nowMs(), zone);
    const own = limit.scope === 'place' ? `${name} ${day}` : day;
    const upTo = (bound: number, purse: string): number => Math.max(0, Math.min(bound, bound + inside(purse)));
    return [
      { purse: own, available: upTo(limit.clips * CREDIT_MS, own) },
      { purse: `grants ${name}`, available: inside(`grants ${name}`) },
      { purse: `pool ${name} ${day}`, available: upTo((limit.poolClips ?? 0) * CREDIT_MS, `pool ${name} ${day}`) },
    ];
  };

  const close = (id: string, used: number): void => {
    const job = books.jobs.get(id);
    assert(job && job.state !== 'over');
    let kept = used;
    job.spent = job.paid.map(({ purse, amount }) => {
      const spent = Math.min(kept, amount);
      kept -= spent;
      put(purse, amount - spent);
      return { purse, amount: spent };
    });
    job.state = 'over';
  };

  let crashes = 0;
  /** Does it, unless it crashes first; then it must not have happened at all, and is done again half of the time. */
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    if (random.next() < 0.15) {
      breakAt(1 + random.below(9));
      try {
        await act();
        breakAt(0);
        return;
      } catch (error) {
        breakAt(0);
        if (!(error instanceof Crash)) throw error;
        crashes += 1;
        if (random.next() < 0.5) return;
      }
    }
    await act();
  };

  const accept = async (): Promise<void> => {
    const name = random.pick(places);
    const priceMs = random.pick([500, 3_333, 10_000, 10_000, 24_999]);
    const draft = sampleDraft(user, place(name), { quote: { ...usualQuote, priceMs } });
    const sources = pursesOf(name);
    const enough = sources.reduce((sum, { available }) => sum + available, 0) >= priceMs;
    await attempt(async () => {
      const twice = random.next() < 0.2 ? [draft, { ...draft, id: `${draft.id}b` }] : [draft];
      const results = await Promise.allSettled(twice.map((one) => store.jobs.accept(one, limitOf(name), caps)));
      const crash = results.find((result) => result.status === 'rejected' && result.reason instanceof Crash);
      const kept = results.find((result) => result.status === 'fulfilled');
      if (crash?.status === 'rejected' && !kept) throw crash.reason;
      if (!enough) {
        for (const result of results) {
          assert(result.status === 'rejected' && result.reason instanceof AppError);
          assert.match(result.reason.code, /^QUOTA_/);
        }
        return;
      }
      assert(kept?.status === 'fulfilled');
      const { id } = kept.value.job;
      let missing = priceMs;
      const paid = sources.flatMap(({ purse, available }) => {
        const amount = Math.min(available, missing);
        missing -= amount;
        if (amount > 0) put(purse, -amount);
        return amount > 0 ? [{ purse, amount }] : [];
      });
      books.jobs.set(id, { place: name, paid, price: priceMs, state: 'waiting', attempt: 0, spent: [], progress: 0 });
    });
  };

  const anyOf = (...states: string[]): string | undefined => {
    const ids = [...books.jobs].filter(([, job]) => states.includes(job.state)).map(([id]) => id);
    return ids.length > 0 ? random.pick(ids) : undefined;
  };

  const claim = async (): Promise<void> => {
    // A second claim of a running job is a worker taking over after a crash.
    const id = anyOf('waiting', 'running');
    if (!id) return;
    await attempt(async () => {
      const claimed = await store.jobs.claim(id);
      const job = books.jobs.get(id);
      assert(claimed && job);
      job.state = 'running';
      job.attempt += 1;
      job.progress = 0;
      assert.equal(claimed.attempt, job.attempt);
    });
  };

  const progress = async (): Promise<void> => {
    const job = books.jobs.get(anyOf('running') ?? '');
    const id = [...books.jobs].find(([, one]) => one === job)?.[0];
    if (!job || !id) return;
    job.progress = random.pick([0, 0.25, 0.5, 0.99]);
    await store.jobs.saveProgress(id, job.attempt, { stage: 'denoise', done: 1, total: 4, fraction: job.progress });
  };

  const finish = async (): Promise<void> => {
    const id = anyOf('running', 'running', 'over');
    const job = books.jobs.get(id ?? '');
    if (!id || !job) return;
    const stale = random.next() < 0.2;
    const state = random.pick(['done', 'done', 'failed', 'refused', 'canceled'] as const);
    const usedShare = random.pick([1, 1, 0.3]);
    await attempt(async () => {
      const outcome = state === 'done' ? ({ state, clip, notes: [], usedShare } as const) : ({ state, error: { code: 'ENGINE_FAILED', params: {} } } as const);
      const ended = await store.jobs.finish(id, job.attempt - (stale ? 1 : 0), outcome);
      if (stale || job.state === 'over') {
        assert.equal(ended, null);
        return;
      }
      assert(ended);
      close(id, Math.min(job.price, Math.ceil(job.price * (state === 'done' ? usedShare : state === 'canceled' ? job.progress : 0))));
    });
  };

  const cancel = async (): Promise<void> => {
    const id = anyOf('waiting', 'waiting', 'running', 'over');
    if (!id) return;
    await attempt(async () => {
      await store.jobs.cancel(id);
      if (books.jobs.get(id)?.state === 'waiting') close(id, 0);
    });
  };

  const loseDelivery = async (): Promise<void> => {
    const id = anyOf('over');
    const job = books.jobs.get(id ?? '');
    if (!id || !job) return;
    await attempt(async () => {
      if (random.next() < 0.5) await store.ledger.refundLost(id, 'CHANNEL_GONE');
      else await store.jobs.saveDelivery(id, 'lost', { error: { code: 'CHANNEL_GONE', params: {} } });
      for (const { purse, amount } of job.spent) put(purse, amount);
      job.spent = [];
    });
  };

  const grant = async (): Promise<void> => {
    const name = random.pick(places);
    const clips = 1 + random.below(2);
    await attempt(async () => {
      await store.ledger.grant({ user, place: place(name), clips, actor: 'mod', reason: '' });
      put(`grants ${name}`, clips * CREDIT_MS);
    });
  };

  const reset = async (): Promise<void> => {
    // A place that shares the personal allowance gives back only what it used itself, so one with its own is easier to foresee.
    await attempt(async () => {
      await store.ledger.resetDay({ user, place: place('there'), actor: 'mod', limit: limitOf('there') });
      const own = `there ${dayOf(clock.nowMs(), zone)}`;
      books.purses.set(own, Math.max(0, inside(own)));
    });
  };

  const compare = async (): Promise<void> => {
    for (const name of places) {
      const [own, grants, pool] = pursesOf(name);
      const balance = await store.ledger.balance(user, place(name), limitOf(name));
      const cents = (ms: number): number => Math.floor(ms / 100) / 100;
      const left = (own?.available ?? 0) + (grants?.available ?? 0) + (pool?.available ?? 0);
      assert.deepEqual([balance.left, balance.granted, balance.pool], [cents(left), cents(grants?.available ?? 0), cents(pool?.available ?? 0)]);
    }
  };

  for (let step = 0; step < steps; step++) {
    clock.advance(random.below(3_600_000));
    if (random.next() < 0.08) clock.advance(86_400_000 * random.next());
    // The clock of a machine may jump back.
    if (random.next() < 0.04) clock.advance(-random.below(7_200_000));
    if (random.next() < 0.05) limits.there = { ...limitOf('there'), clips: random.pick([0, 1, 4]) };
    await random.pick([accept, accept, accept, claim, claim, progress, finish, finish, cancel, loseDelivery, grant, reset])();
    await compare();
  }
  return { steps, crashes };
};

/** The laws of the whole ledger. @throws AssertionError */
export const checkLedger = async (database: Database): Promise<{ readonly entries: number; readonly lines: number }> => {
  const [sums] = await database.query<{ entries: number; lines: number; total: number; crooked: number }>(
    `SELECT (SELECT count(*)::int FROM stillmotion.ledger_entry) AS entries, count(*)::int AS lines, coalesce(sum(amount_ms), 0)::double precision AS total,
       (SELECT count(*)::int FROM (SELECT entry_id FROM stillmotion.ledger_line GROUP BY entry_id HAVING sum(amount_ms) <> 0) e) AS crooked FROM stillmotion.ledger_line`,
  );
  assert(sums);
  assert.deepEqual([sums.total, sums.crooked], [0, 0]);
  const holds = await database.query<{ account: string; sum: number; state: string }>(
    `SELECT l.account, sum(l.amount_ms)::double precision AS sum, j.state FROM stillmotion.ledger_line l JOIN stillmotion.job j ON l.account = 'hold:' || j.id
     GROUP BY l.account, j.state`,
  );
  for (const { account, sum, state } of holds) {
    if (state === 'waiting' || state === 'running') assert(sum > 0, `${account} of an open job holds ${sum}`);
    else assert.equal(sum, 0, `${account} of a ${state} job`);
  }
  // Nothing is held for a job that is not there.
  const [orphans] = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM stillmotion.ledger_line l WHERE account LIKE 'hold:%' AND NOT EXISTS (SELECT 1 FROM stillmotion.job WHERE 'hold:' || id = l.account)`,
  );
  assert.equal(orphans?.count, 0);
  return { entries: sums.entries, lines: sums.lines };
};
