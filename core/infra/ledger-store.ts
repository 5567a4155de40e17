/** The ledger of clips in SQL: what was held, given back and granted. Entries are only ever added. */
import { type Clock, nextUtcDayMs, utcDay } from '../clock.ts';
import type { DailyLimit, LedgerStore } from '../store.ts';
import type { Database, Queryable } from './database.ts';

interface Entry {
  readonly account: string;
  readonly user: string;
  readonly place: string;
  readonly kind: 'hold' | 'refund' | 'grant' | 'reset';
  /** Positive in the person's favour. */
  readonly clips: number;
  readonly jobId: string | null;
  readonly actor: string;
  readonly reason: string;
  readonly atMs: number;
}

/** The account a day's allowance is counted on, and the one that holds a moderator's grants for this place. */
export const accounts = (user: string, place: string, limit: DailyLimit): { allowance: string; grants: string } => ({
  allowance: limit.scope === 'place' ? `${user}@${place}` : user,
  grants: `${user}@${place}#grants`,
});

export const writeEntry = (tx: Queryable, entry: Entry) =>
  tx.query(
    'INSERT INTO stillmotion.ledger (account, user_id, place, day, kind, clips, job_id, actor, reason, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
    [entry.account, entry.user, entry.place, utcDay(entry.atMs), entry.kind, entry.clips, entry.jobId, entry.actor, entry.reason.slice(0, 300), entry.atMs],
  );

export const usedToday = async (tx: Queryable, account: string, day: string): Promise<number> => {
  const [row] = await tx.query<{ used: number }>('SELECT coalesce(-sum(clips), 0)::int AS used FROM stillmotion.ledger WHERE account = $1 AND day = $2', [
    account,
    day,
  ]);
  return Math.max(0, row?.used ?? 0);
};

export const grantsLeft = async (tx: Queryable, account: string): Promise<number> => {
  const [row] = await tx.query<{ left: number }>('SELECT coalesce(sum(clips), 0)::int AS left FROM stillmotion.ledger WHERE account = $1', [account]);
  return row?.left ?? 0;
};

/** Gives a job's hold back to the account and the day it came from, once. */
export const refund = (tx: Queryable, jobId: string, reason: string, atMs: number) =>
  tx.query(
    `INSERT INTO stillmotion.ledger (account, user_id, place, day, kind, clips, job_id, actor, reason, at_ms)
     SELECT account, user_id, place, day, 'refund', -clips, job_id, 'stillmotion', $2, $3 FROM stillmotion.ledger WHERE job_id = $1 AND kind = 'hold'
     ON CONFLICT (job_id, kind) DO NOTHING`,
    [jobId, reason, atMs],
  );

const audit = (tx: Queryable, place: string, actor: string, action: string, target: string, detail: string, atMs: number) =>
  tx.query('INSERT INTO stillmotion.audit (place, actor, action, target, detail, at_ms) VALUES ($1, $2, $3, $4, $5, $6)', [
    place,
    actor,
    action,
    target,
    detail,
    atMs,
  ]);

export const createLedgerStore = (database: Database, clock: Clock): LedgerStore => ({
  async balance(user, place, limit) {
    const now = clock.nowMs();
    const { allowance, grants } = accounts(user, place, limit);
    const used = await usedToday(database, allowance, utcDay(now));
    const granted = Math.max(0, await grantsLeft(database, grants));
    return { limit: limit.clips, used, granted, left: Math.max(0, limit.clips - used) + granted, resetsAtMs: nextUtcDayMs(now) };
  },
  grant: ({ user, place, clips, actor, reason }) =>
    database.transaction(async (tx) => {
      const atMs = clock.nowMs();
      const account = accounts(user, place, { clips: 0, scope: 'place' }).grants;
      await writeEntry(tx, { account, user, place, kind: 'grant', clips, jobId: null, actor, reason, atMs });
      await audit(tx, place, actor, 'quota-grant', user, `${clips} ${reason}`.trim(), atMs);
    }),
  resetDay: ({ user, place, actor, limit }) =>
    database.transaction(async (tx) => {
      const atMs = clock.nowMs();
      const account = accounts(user, place, limit).allowance;
      // Only what was used in this place: a moderator of one server cannot give back what another server's clips cost.
      const [row] = await tx.query<{ used: number }>(
        'SELECT coalesce(-sum(clips), 0)::int AS used FROM stillmotion.ledger WHERE account = $1 AND place = $2 AND day = $3',
        [account, place, utcDay(atMs)],
      );
      const clips = Math.max(0, row?.used ?? 0);
      if (clips > 0) await writeEntry(tx, { account, user, place, kind: 'reset', clips, jobId: null, actor, reason: '', atMs });
      await audit(tx, place, actor, 'quota-reset', user, String(clips), atMs);
      return clips;
    }),
});
