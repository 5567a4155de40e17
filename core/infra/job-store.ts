/** Jobs in SQL. Every state change after the first is one transaction with its ledger entry, its place in line and its event; being accepted has no event. */
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { isFinal, type Job, type JobState } from '../job.ts';
import { CREDIT_MS } from '../ledger.ts';
import { usualCaps } from '../policy.ts';
import type { Claimed, DeliveryDetail, JobStore, Outcome } from '../store.ts';
import { WORKER_LIVES_MS } from '../workers.ts';
import { createAcceptance } from './acceptance.ts';
import type { Database, Queryable } from './database.ts';
import { type JobRow, toJob } from './job-row.ts';
import { closeHold, undoJob } from './ledger-store.ts';
import { firstInLine, joinLine, leaveLine, nextInLine, nextInLineOf, takeTurn } from './line-store.ts';
import { learnFrom } from './prediction-store.ts';
import { expect, expectAll } from './standing.ts';

/** Numbers are drawn before commit, so a change may become visible after a later one; this many are looked at again. */
const REVISION_OVERLAP = 200;

/** No platform asks to wait longer; a try due later than this was put down before the clock was set back. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

type StartedRow = JobRow & { readonly released: number };
const toClaimed = (row: StartedRow): Claimed => ({ ...toJob(row), tries: row.attempt - row.released });

export const createJobStore = (database: Database, clock: Clock): JobStore => {
  const acceptance = createAcceptance(database, clock);
  /** A transaction after which the line is not what it was. */
  const change: Database['transaction'] = async (work) => {
    const result = await database.transaction(work);
    acceptance.lineChanged();
    return result;
  };
  const one = async (source: Queryable, text: string, params: readonly (string | number | boolean | null)[]): Promise<Job | null> => {
    const [row] = await source.query<JobRow>(text, params);
    return row ? toJob(row) : null;
  };
  const many = async (text: string, params: readonly (string | number | boolean | null)[] = []): Promise<Job[]> =>
    (await database.query<JobRow>(text, params)).map(toJob);
  const event = (tx: Queryable, jobId: string, kind: string, detail: object = {}) =>
    tx.query('INSERT INTO stillmotion.job_event (job_id, kind, detail, at_ms) VALUES ($1, $2, $3::jsonb, $4)', [
      jobId,
      kind,
      JSON.stringify(detail),
      clock.nowMs(),
    ]);

  const row = async (source: Queryable, text: string, params: readonly (string | number | boolean | null)[]): Promise<JobRow | null> =>
    (await source.query<JobRow>(text, params))[0] ?? null;

  /** Ends a job whose row the caller has locked. */
  const end = async (tx: Queryable, held: JobRow, outcome: Outcome): Promise<Job | null> => {
    const now = clock.nowMs();
    const { id, place, user_id: user } = held;
    const done = outcome.state === 'done';
    const canceled = outcome.state === 'canceled';
    // A canceled clip costs what had been made of it; whatever else ends without a clip costs nothing.
    const share = done ? (outcome.usedShare ?? 1) : canceled ? (outcome.usedShare ?? held.progress?.fraction ?? 0) : 0;
    const reason = done ? '' : outcome.error.code;
    const closed = await closeHold(tx, { id, user, place }, done ? 'settle' : canceled ? 'cancel' : 'refund', share, reason, now);
    const credits = (ms: number): number => Math.round(ms / (CREDIT_MS / 100)) / 100;
    const error =
      canceled && closed && closed.usedMs > 0 ? { code: 'CANCELED_PARTLY', params: { used: credits(closed.usedMs), price: credits(closed.heldMs) } } : null;
    if (held.state === 'waiting') await leaveLine(tx, held);
    const ended = await row(
      tx,
      `UPDATE stillmotion.job SET state = $2, clip = $3::jsonb, error = $4::jsonb, notes = $5::jsonb, finished_at_ms = $6, touched_at_ms = $6,
         delivery = 'pending', deliver_after_ms = 0 WHERE id = $1 RETURNING *`,
      [
        id,
        outcome.state,
        done ? JSON.stringify(outcome.clip) : null,
        done ? null : JSON.stringify(error ?? outcome.error),
        JSON.stringify(done ? outcome.notes : []),
        now,
      ],
    );
    if (!ended) return null;
    if (done) await learnFrom(tx, ended.request.engine, ended);
    await event(tx, id, outcome.state, done ? {} : { code: reason });
    return toJob(ended);
  };

  /** Hands a job to a worker, whatever it was doing before. No attempt's number is given twice: it is what fences off who held it earlier. */
  const start = async (tx: Queryable, id: string, ticket: string | null): Promise<StartedRow | null> => {
    const [started] = await tx.query<StartedRow>(
      `UPDATE stillmotion.job SET state = 'running', attempt = attempt + 1, progress = NULL, started_at_ms = $2, touched_at_ms = $2, ticket = $3
       WHERE id = $1 AND state IN ('waiting', 'running')
       RETURNING *, (SELECT count(*)::int FROM stillmotion.job_event e WHERE e.job_id = $1 AND e.kind = 'released') AS released`,
      [id, clock.nowMs(), ticket],
    );
    if (started) await event(tx, id, 'claimed', { attempt: started.attempt });
    return started ?? null;
  };

  return {
    circumstances: acceptance.circumstances,
    accept: (draft, limit, caps = usualCaps, seen) => acceptance.accept(draft, limit, caps, seen),

    find: (id) => one(database, 'SELECT * FROM stillmotion.job WHERE id = $1', [id]),
    findByRequestKey: (key) => one(database, 'SELECT * FROM stillmotion.job WHERE request_key = $1', [key]),
    unfinishedOf: (user, place) =>
      many(
        `SELECT * FROM stillmotion.job WHERE user_id = $1 AND place = $2 AND state IN ('waiting', 'running') AND NOT cancel_requested ORDER BY created_at_ms DESC`,
        [user, place],
      ),
    async waiting(limit) {
      const order = (await firstInLine(database, limit, clock.nowMs())).map(({ id }) => id);
      const jobs = await many('SELECT * FROM stillmotion.job WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb))', [JSON.stringify(order)]);
      return order.flatMap((id) => jobs.find((job) => job.id === id && job.state === 'waiting') ?? []);
    },

    async standings(jobs) {
      const found = await expectAll(
        database,
        jobs.map(({ id }) => id),
        clock.nowMs(),
      );
      return found.map(({ standing }) => standing);
    },
    standing: async (job) => (isFinal(job.state) ? { position: 0, secondsLeft: null } : (await expect(database, job.id, clock.nowMs())).standing),

    claim: (id) =>
      change(async (tx) => {
        const held = await row(tx, 'SELECT * FROM stillmotion.job WHERE id = $1 FOR UPDATE', [id]);
        const started = await start(tx, id, id);
        if (started && held?.state === 'waiting') await leaveLine(tx, held);
        return started && toClaimed(started);
      }),

    claimNext: (ticket, engines) =>
      change(async (tx) => {
        const now = clock.nowMs();
        await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['stillmotion:turns']);
        const orphan = await row(tx, `SELECT * FROM stillmotion.job WHERE state = 'running' AND ticket = $1 ORDER BY started_at_ms LIMIT 1 FOR UPDATE`, [
          ticket,
        ]);
        const holds = (job: JobRow | null): boolean => engines === undefined || (job !== null && engines.includes(job.request.engine));
        if (orphan && !holds(orphan)) {
          // Its message came to a worker that cannot go on with it; the attempt stays counted.
          const back = await row(tx, `UPDATE stillmotion.job SET state = 'waiting', progress = NULL, ticket = NULL WHERE id = $1 RETURNING *`, [orphan.id]);
          if (back) await joinLine(tx, back, now);
        } else if (orphan) {
          const taken = await start(tx, orphan.id, ticket);
          return taken && toClaimed(taken);
        }
        const next = async (): Promise<string | null> => {
          const first = await nextInLine(tx);
          if (first === null || engines === undefined || holds(await row(tx, 'SELECT * FROM stillmotion.job WHERE id = $1', [first]))) return first;
          return nextInLineOf(tx, engines);
        };
        for (let id = await next(); id !== null; id = await next()) {
          // It may have been canceled since it was found; then the line has moved on as well.
          const held = await row(tx, `SELECT * FROM stillmotion.job WHERE id = $1 AND state = 'waiting' FOR UPDATE`, [id]);
          const started = held && (await start(tx, id, ticket));
          if (!started) continue;
          await takeTurn(tx, started, now);
          return toClaimed(started);
        }
        return null;
      }),

    async someoneElses(engines) {
      const waits = await row(
        database,
        `SELECT * FROM stillmotion.job j WHERE state = 'waiting' AND NOT request->>'engine' IN (SELECT jsonb_array_elements_text($1::jsonb))
           AND EXISTS (SELECT FROM stillmotion.worker w WHERE w.heartbeat_ms > $2 AND j.request->>'engine' = ANY (w.engines))
         ORDER BY created_at_ms, id LIMIT 1`,
        [JSON.stringify(engines), clock.nowMs() - WORKER_LIVES_MS],
      );
      return waits?.id ?? null;
    },

    async saveProgress(id, attempt, progress) {
      await database.query(`UPDATE stillmotion.job SET progress = $3::jsonb, touched_at_ms = $4 WHERE id = $1 AND attempt = $2 AND state = 'running'`, [
        id,
        attempt,
        JSON.stringify(progress),
        clock.nowMs(),
      ]);
    },

    async isCancelRequested(id) {
      const [row] = await database.query<{ cancel_requested: boolean }>('SELECT cancel_requested FROM stillmotion.job WHERE id = $1', [id]);
      return row?.cancel_requested ?? true;
    },

    finish: (id, attempt, outcome) =>
      change(async (tx) => {
        const held = await row(tx, `SELECT * FROM stillmotion.job WHERE id = $1 AND attempt = $2 AND state = 'running' FOR UPDATE`, [id, attempt]);
        return held && end(tx, held, outcome);
      }),

    async release(id, attempt) {
      await change(async (tx) => {
        const back = await row(
          tx,
          `UPDATE stillmotion.job SET state = 'waiting', progress = NULL, started_at_ms = NULL, ticket = NULL
           WHERE id = $1 AND attempt = $2 AND state = 'running' RETURNING *`,
          [id, attempt],
        );
        if (!back) return;
        await event(tx, id, 'released', { attempt });
        await joinLine(tx, back, clock.nowMs());
      });
    },

    cancel: (id) =>
      change(async (tx) => {
        const held = await row(tx, 'SELECT * FROM stillmotion.job WHERE id = $1 FOR UPDATE', [id]);
        if (held?.state === 'waiting') return end(tx, held, { state: 'canceled', error: { code: 'CANCELED', params: {} } });
        if (held?.state !== 'running') return held && toJob(held);
        await event(tx, id, 'cancel-requested');
        return one(tx, 'UPDATE stillmotion.job SET cancel_requested = true WHERE id = $1 RETURNING *', [id]);
      }),

    async saveAddress(id, address) {
      await database.query('UPDATE stillmotion.job SET address = $2::jsonb WHERE id = $1', [id, JSON.stringify(address)]);
    },

    uncollected: (user) =>
      one(
        database,
        `SELECT * FROM stillmotion.job WHERE user_id = $1 AND state = 'done' AND NOT deleted
         ORDER BY delivery <> 'lost', finished_at_ms DESC LIMIT 1`,
        [user],
      ),

    async redeliver(id, address, maxClipBytes) {
      await database.transaction(async (tx) => {
        await tx.query('DELETE FROM stillmotion.send WHERE job_id = $1', [id]);
        const found = await tx.query(
          `UPDATE stillmotion.job SET address = $2::jsonb, max_clip_bytes = $3, delivery = 'pending', deliver_after_ms = 0, delivery_error = NULL
           WHERE id = $1 AND state = 'done' AND NOT deleted RETURNING id`,
          [id, JSON.stringify(address), maxClipBytes],
        );
        // It may have been deleted since it was found.
        if (found.length === 0) throw new AppError('JOB_UNKNOWN');
        await event(tx, id, 'collected');
      });
    },

    async changedSince(cursor) {
      const jobs =
        cursor === 0
          ? await many(`SELECT * FROM stillmotion.job WHERE state IN ('waiting', 'running')`)
          : await many('SELECT * FROM stillmotion.job WHERE revision > $1 ORDER BY revision LIMIT 1000', [cursor - REVISION_OVERLAP]);
      const [row] = await database.query<{ last: number }>('SELECT last_value::double precision AS last FROM stillmotion.revision');
      const newest = jobs.reduce((max, job) => Math.max(max, job.revision), cursor);
      return { jobs, cursor: cursor === 0 ? (row?.last ?? 1) : newest };
    },

    takeDeliveries: (channels, leaseMs, most) =>
      many(
        `UPDATE stillmotion.job SET deliver_after_ms = $2, delivery_attempts = delivery_attempts + 1 WHERE id IN (
           SELECT id FROM stillmotion.job WHERE delivery = 'pending' AND (deliver_after_ms <= $3 OR deliver_after_ms > $4) AND channel IN (SELECT jsonb_array_elements_text($1::jsonb))
           ORDER BY finished_at_ms LIMIT $5 FOR UPDATE SKIP LOCKED) RETURNING *`,
        [JSON.stringify(channels), clock.nowMs() + leaseMs, clock.nowMs(), clock.nowMs() + LONGEST_WAIT_MS, most],
      ),

    async holdDelivery(id, leaseMs) {
      await database.query(`UPDATE stillmotion.job SET deliver_after_ms = $2 WHERE id = $1 AND delivery = 'pending'`, [id, clock.nowMs() + leaseMs]);
    },

    async saveDelivery(id, state, detail: DeliveryDetail) {
      await database.transaction(async (tx) => {
        await tx.query(
          `UPDATE stillmotion.job SET delivery = $2, delivery_receipt = coalesce($3, delivery_receipt), deliver_after_ms = $4, delivery_error = $5::jsonb WHERE id = $1`,
          [id, state, detail.receipt ?? null, detail.retryAtMs ?? 0, detail.error ? JSON.stringify(detail.error) : null],
        );
        if (state === 'lost') {
          const job = await row(tx, 'SELECT * FROM stillmotion.job WHERE id = $1', [id]);
          // Whoever has the clip already and could not be sent it once more pays for it all the same.
          if (job && job.delivery_receipt === null) await undoJob(tx, { id, user: job.user_id, place: job.place }, detail.error?.code ?? '', clock.nowMs());
        }
        await event(tx, id, `delivery-${state}`, detail.error ? { code: detail.error.code } : {});
      });
    },

    async undispatched(silentMs) {
      const rows = await database.query<{ id: string }>(
        // Under its ticket, which does nothing while the queue still knows the worker that holds it.
        `SELECT CASE WHEN state = 'running' THEN coalesce(ticket, id) ELSE id END AS id FROM stillmotion.job
         WHERE state = 'waiting' OR (state = 'running' AND (touched_at_ms < $1 OR touched_at_ms > $2)) ORDER BY state, created_at_ms, id LIMIT 500`,
        [clock.nowMs() - silentMs, clock.nowMs() + silentMs],
      );
      return rows.map((row) => row.id);
    },

    async markDeleted(id) {
      await database.query('UPDATE stillmotion.job SET deleted = true, touched_at_ms = $2 WHERE id = $1', [id, clock.nowMs()]);
    },

    async oldestWaitingMs() {
      const [row] = await database.query<{ since_ms: number | null }>(`SELECT min(created_at_ms) AS since_ms FROM stillmotion.job WHERE state = 'waiting'`);
      return Math.max(0, clock.nowMs() - (row?.since_ms ?? clock.nowMs()));
    },

    async counts() {
      const rows = await database.query<{ state: JobState; count: number }>('SELECT state, count(*)::int AS count FROM stillmotion.job GROUP BY state');
      const counts = { waiting: 0, running: 0, done: 0, failed: 0, refused: 0, canceled: 0 };
      for (const row of rows) counts[row.state] = row.count;
      return counts;
    },
  };
};
