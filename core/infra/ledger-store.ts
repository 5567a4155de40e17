/** The double-entry ledger in SQL. Entries are only ever added; the database refuses an entry that does not add up to 0. */
import { type Clock, dayOf, nextDayMs } from '../clock.ts';
import { AppError } from '../errors.ts';
import {
  accountAfterMove,
  CREDIT_MS,
  creditsText,
  dayAccount,
  type EntryKind,
  grantAccount,
  hold,
  holdAccount,
  house,
  type Line,
  poolAccount,
  type Source,
  settle,
  toCredits,
  undo,
  usedOf,
} from '../ledger.ts';
import { resetsText } from '../quota.ts';
import type { DailyLimit, LedgerEntry, LedgerStore } from '../store.ts';
import type { Database, Queryable } from './database.ts';

interface Entry {
  /** A second entry with the same key is not written; null = every one counts. */
  readonly key: string | null;
  readonly kind: EntryKind;
  readonly user: string;
  readonly place: string;
  readonly jobId: string | null;
  readonly actor: string;
  readonly reason: string;
  readonly atMs: number;
}

/** Below this nothing can be bought; a remainder of rounding is not “something left”. */
const NOTHING_MS = CREDIT_MS / 20;

const zoneOf = (limit: DailyLimit): string => limit.zone ?? 'UTC';

/** Writes an entry with all its lines in one statement. @returns false when the key was there before */
const post = async (tx: Queryable, entry: Entry, lines: readonly Line[]): Promise<boolean> => {
  const rows = await tx.query(
    `WITH entry AS (
       INSERT INTO stillmotion.ledger_entry (key, kind, user_id, place, job_id, actor, reason, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (key) DO NOTHING RETURNING id)
     INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms)
       SELECT entry.id, line.account, line."amountMs" FROM entry, jsonb_to_recordset($9::jsonb) AS line (account text, "amountMs" bigint) RETURNING entry_id`,
    [entry.key, entry.kind, entry.user, entry.place, entry.jobId, entry.actor, entry.reason.slice(0, 300), entry.atMs, JSON.stringify(lines)],
  );
  return rows.length > 0;
};

/** A job's lines. When its place has become another one since, they name the accounts that took over. */
const linesOf = async (tx: Queryable, jobId: string, place: string, key: string | null): Promise<readonly Line[]> => {
  const rows = await tx.query<{ account: string; amountMs: number; moved: readonly string[] | null }>(
    `SELECT l.account, l.amount_ms::double precision AS "amountMs", (SELECT json_agg(m.old_place) FROM stillmotion.place_move m WHERE m.new_place = $3) AS moved
     FROM stillmotion.ledger_entry e JOIN stillmotion.ledger_line l ON l.entry_id = e.id
     WHERE e.job_id = $1 AND ($2::text IS NULL OR e.key = $2) ORDER BY l.amount_ms, l.account`,
    [jobId, key, place],
  );
  return rows.map(({ account, amountMs, moved }) => ({
    account: (moved ?? []).reduce((name, from) => accountAfterMove(name, from, place), account),
    amountMs,
  }));
};

/** Hands what the accounts of a place hold to those of the place it has become; what was handed over before stays where it is. */
export const moveAccounts = async (tx: Queryable, from: string, to: string, nowMs: number): Promise<void> => {
  const rows = await tx.query<{ account: string; sum: number }>(
    `SELECT account, sum(amount_ms)::double precision AS sum FROM stillmotion.ledger_line
     WHERE starts_with(account, 'pool:' || $1 || ':') OR right(account, length($1) + 1) = '@' || $1
       OR (starts_with(account, 'day:') AND right(left(account, -11), length($1) + 1) = '@' || $1)
     GROUP BY account HAVING sum(amount_ms) <> 0`,
    [from],
  );
  const lines = rows.flatMap(({ account, sum }) => {
    const successor = accountAfterMove(account, from, to);
    return successor === account
      ? []
      : [
          { account, amountMs: -sum },
          { account: successor, amountMs: sum },
        ];
  });
  const about: Entry = { key: null, kind: 'moved', user: '', place: to, jobId: null, actor: 'stillmotion', reason: from, atMs: nowMs };
  if (lines.length > 0) await post(tx, about, lines);
};

/** A place under all the names it has had. */
const EVERY_NAME = 'SELECT $2::text UNION ALL SELECT m.old_place FROM stillmotion.place_move m WHERE m.new_place = $2';

/** The accounts of a person in a place that pay for a clip. */
export interface Payers {
  readonly own: string;
  readonly grants: string;
  readonly pool: string;
}

export const payersOf = (user: string, place: string, limit: DailyLimit, nowMs: number): Payers => {
  const day = dayOf(nowMs, zoneOf(limit));
  return { own: dayAccount(user, limit.scope === 'place' ? place : null, day), grants: grantAccount(user, place), pool: poolAccount(place, day) };
};

const HOUR_MS = 3_600_000;

/** The days that it may be somewhere at a moment: anywhere it is what UTC had 12 hours ago, has now, or has in 14 hours. */
const daysAt = (nowMs: number): readonly string[] => [...new Set([-12, 0, 14].map((hours) => dayOf(nowMs + hours * HOUR_MS, 'UTC')))];

/** Every account that may have to pay for a person's clip in a place, wherever the place is. */
export const possiblePayers = (user: string, place: string, nowMs: number): readonly string[] => [
  grantAccount(user, place),
  ...daysAt(nowMs).flatMap((day) => [dayAccount(user, null, day), dayAccount(user, place, day), poolAccount(place, day)]),
];

/** What each of them has, in the order in which they pay. @param sums of all lines of an account, in milliseconds; 0 unless given */
const sourcesOf = ({ own, grants, pool }: Payers, limit: DailyLimit, sums: Readonly<Record<string, number>>): readonly [Source, Source, Source] => {
  const sum = (account: string): number => sums[account] ?? 0;
  // What a moderator gave back for clips that then failed as well does not make tomorrow’s allowance today’s.
  const left = (limitMs: number, account: string): number => Math.max(0, Math.min(limitMs, limitMs + sum(account)));
  return [
    { account: own, availableMs: left(Math.round(limit.clips * CREDIT_MS), own) },
    { account: grants, availableMs: Math.max(0, sum(grants)) },
    { account: pool, availableMs: left((limit.poolClips ?? 0) * CREDIT_MS, pool) },
  ];
};

const readSums = async (source: Queryable, { own, grants, pool }: Payers): Promise<Readonly<Record<string, number>>> => {
  const rows = await source.query<{ account: string; sum: number }>(
    'SELECT account, sum(amount_ms)::double precision AS sum FROM stillmotion.ledger_line WHERE account IN ($1, $2, $3) GROUP BY account',
    [own, grants, pool],
  );
  return Object.fromEntries(rows.map(({ account, sum }) => [account, sum]));
};

/** The order in which a hold names its sources, which `settle` goes backwards: day, grants, pool. */
const rank = ({ account }: Line): number => ['day:', 'grants:', 'pool:', 'hold:'].findIndex((prefix) => account.startsWith(prefix));

/**
 * The lines that set a job's price aside.
 * @param sums of the payers' accounts; until it is written they must not change
 * @throws RefusedError QUOTA_EXCEEDED, QUOTA_TOO_LITTLE
 */
export const holdFor = (
  jobId: string,
  priceMs: number,
  payers: Payers,
  limit: DailyLimit,
  sums: Readonly<Record<string, number>>,
  nowMs: number,
): readonly Line[] => {
  const sources = sourcesOf(payers, limit, sums);
  const lines = hold(jobId, priceMs, sources);
  if (lines) return lines;
  const leftMs = sources.reduce((sum, source) => sum + source.availableMs, 0);
  const resets = resetsText(nextDayMs(nowMs, zoneOf(limit)), nowMs, zoneOf(limit));
  if (leftMs < NOTHING_MS) throw new AppError('QUOTA_EXCEEDED', { limit: limit.clips, resets });
  throw new AppError('QUOTA_TOO_LITTLE', { price: priceMs / CREDIT_MS, left: toCredits(leftMs), resets });
};

/**
 * Closes a job's hold, once: `share` of it is used, the rest goes back to the accounts and days it came from.
 * @returns what was held and used, in milliseconds; null when there is no hold or it was closed before
 */
export const closeHold = async (
  tx: Queryable,
  job: { readonly id: string; readonly user: string; readonly place: string },
  kind: 'settle' | 'refund' | 'cancel',
  share: number,
  reason: string,
  nowMs: number,
): Promise<{ readonly heldMs: number; readonly usedMs: number } | null> => {
  const held = [...(await linesOf(tx, job.id, job.place, `hold:${job.id}`))].sort((a, b) => rank(a) - rank(b));
  const heldMs = held.find(({ account }) => account === holdAccount(job.id))?.amountMs;
  if (heldMs === undefined) return null;
  const usedMs = usedOf(heldMs, share);
  const entry: Entry = { key: `close:${job.id}`, kind, user: job.user, place: job.place, jobId: job.id, actor: 'stillmotion', reason, atMs: nowMs };
  return (await post(tx, entry, settle(job.id, held, usedMs))) ? { heldMs, usedMs } : null;
};

/** Gives back, once, what a closed job has cost. @returns milliseconds given back */
export const undoJob = async (
  tx: Queryable,
  job: { readonly id: string; readonly user: string; readonly place: string },
  reason: string,
  nowMs: number,
): Promise<number> => {
  const lines = await linesOf(tx, job.id, job.place, null);
  const back = undo(lines);
  if (back.length === 0 || back.some(({ account }) => account.startsWith('hold:'))) return 0;
  const entry: Entry = { key: `lost:${job.id}`, kind: 'lost', user: job.user, place: job.place, jobId: job.id, actor: 'stillmotion', reason, atMs: nowMs };
  if (!(await post(tx, entry, back))) return 0;
  return back.reduce((sum, line) => sum + Math.max(0, line.amountMs), 0);
};

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
    const payers = payersOf(user, place, limit, now);
    const [own, grants, pool] = sourcesOf(payers, limit, await readSums(database, payers));
    const limitMs = Math.round(limit.clips * CREDIT_MS);
    return {
      limit: limit.clips,
      used: Math.max(0, Math.ceil((limitMs - own.availableMs) / (CREDIT_MS / 100) - 1e-9) / 100),
      granted: toCredits(grants.availableMs),
      pool: toCredits(pool.availableMs),
      left: toCredits(own.availableMs + grants.availableMs + pool.availableMs),
      resetsAtMs: nextDayMs(now, zoneOf(limit)),
      zone: zoneOf(limit),
    };
  },
  async entries(user, place, limit) {
    const rows = await database.query<{ at: number; kind: EntryKind; job: string | null; amount: number; used: number; actor: string; reason: string }>(
      `SELECT e.at_ms AS at, e.kind, e.job_id AS job, e.actor, e.reason,
         coalesce(sum(l.amount_ms) FILTER (WHERE l.account NOT LIKE 'house:%' AND l.account NOT LIKE 'hold:%'), 0)::double precision AS amount,
         coalesce(sum(l.amount_ms) FILTER (WHERE l.account = $4), 0)::double precision AS used
       FROM (SELECT * FROM stillmotion.ledger_entry WHERE user_id = $1 AND ($2::text IS NULL OR place IN (${EVERY_NAME})) ORDER BY id DESC LIMIT $3) e
       JOIN stillmotion.ledger_line l ON l.entry_id = e.id GROUP BY e.id, e.at_ms, e.kind, e.job_id, e.actor, e.reason ORDER BY e.id DESC`,
      [user, place, limit, house.used],
    );
    return rows.map(
      ({ at, kind, job, amount, used, actor, reason }): LedgerEntry => ({ atMs: at, kind, jobId: job, amountMs: amount, usedMs: used, actor, reason }),
    );
  },
  refundLost: (jobId, reason) =>
    database.transaction(async (tx) => {
      const [job] = await tx.query<{ user_id: string; place: string }>('SELECT user_id, place FROM stillmotion.job WHERE id = $1 FOR UPDATE', [jobId]);
      return job ? undoJob(tx, { id: jobId, user: job.user_id, place: job.place }, reason, clock.nowMs()) : 0;
    }),
  grant: ({ user, place, clips, actor, reason }) =>
    database.transaction(async (tx) => {
      const atMs = clock.nowMs();
      const amountMs = clips * CREDIT_MS;
      await post(tx, { key: null, kind: 'grant', user, place, jobId: null, actor, reason, atMs }, [
        { account: grantAccount(user, place), amountMs },
        { account: house.grants, amountMs: -amountMs },
      ]);
      await audit(tx, place, actor, 'quota-grant', user, `${clips} ${reason}`.trim(), atMs);
    }),
  resetDay: ({ user, place, actor, limit }) =>
    database.transaction(async (tx) => {
      const atMs = clock.nowMs();
      await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`stillmotion:${user}`]);
      const account = dayAccount(user, limit.scope === 'place' ? place : null, dayOf(atMs, zoneOf(limit)));
      // Only what was used in this place: a moderator of one server cannot give back what another server's clips cost.
      const [row] = await tx.query<{ used: number }>(
        `SELECT coalesce(-sum(l.amount_ms), 0)::double precision AS used FROM stillmotion.ledger_line l JOIN stillmotion.ledger_entry e ON e.id = l.entry_id
         WHERE l.account = $1 AND e.place IN (${EVERY_NAME})`,
        [account, place],
      );
      const amountMs = Math.max(0, row?.used ?? 0);
      if (amountMs > 0) {
        await post(tx, { key: null, kind: 'reset', user, place, jobId: null, actor, reason: '', atMs }, [
          { account, amountMs },
          { account: house.resets, amountMs: -amountMs },
        ]);
      }
      await audit(tx, place, actor, 'quota-reset', user, creditsText(amountMs), atMs);
      return amountMs / CREDIT_MS;
    }),
});
