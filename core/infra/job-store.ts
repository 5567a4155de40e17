/** Jobs in SQL. Every state change is one transaction with its quota entry and its event. */
import type { Clock } from '../clock.ts';
import { nextUtcDayMs, utcDay } from '../clock.ts';
import type { Progress } from '../engine.ts';
import { AppError, type Note } from '../errors.ts';
import type { Address, ClipRef, DeliveryState, Job, JobState, Standing } from '../job.ts';
import { resetsText } from '../quota.ts';
import type { ChannelName, ClipRequest, PhotoRef } from '../request.ts';
import type { DailyLimit, DeliveryDetail, JobDraft, JobStore, Outcome } from '../store.ts';
import type { Database, Queryable, Row } from './database.ts';
import { accounts, grantsLeft, refund, usedToday, writeEntry } from './ledger-store.ts';

/** Numbers are drawn before commit, so a change may become visible after a later one; this many are looked at again. */
const REVISION_OVERLAP = 200;

interface JobRow extends Row {
  id: string;
  state: JobState;
  channel: ChannelName;
  place: string;
  room: string;
  user_id: string;
  user_name: string;
  locale: string;
  address: Address;
  request: ClipRequest;
  /** JSON `null`, not SQL's, for a clip from words alone. */
  photo: PhotoRef | null;
  parent_id: string | null;
  max_clip_bytes: number;
  progress: Progress | null;
  attempt: number;
  cancel_requested: boolean;
  clip: ClipRef | null;
  error: Note | null;
  notes: Note[];
  delivery: DeliveryState;
  created_at_ms: number;
  started_at_ms: number | null;
  finished_at_ms: number | null;
  deleted: boolean;
  revision: number | string;
}

const toJob = (row: JobRow): Job => ({
  id: row.id,
  state: row.state,
  origin: { channel: row.channel, place: row.place, room: row.room, user: row.user_id, userName: row.user_name, locale: row.locale },
  address: row.address,
  // Jobs from before engines took words to avoid know none.
  request: { ...row.request, negativePrompt: row.request.negativePrompt ?? '' },
  photo: row.photo,
  parentId: row.parent_id,
  maxClipBytes: row.max_clip_bytes,
  progress: row.progress,
  attempt: row.attempt,
  cancelRequested: row.cancel_requested,
  clip: row.clip,
  error: row.error,
  notes: row.notes,
  delivery: row.delivery,
  createdAtMs: row.created_at_ms,
  startedAtMs: row.started_at_ms,
  finishedAtMs: row.finished_at_ms,
  deleted: row.deleted,
  revision: Number(row.revision),
});

export const createJobStore = (database: Database, clock: Clock): JobStore => {
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

  const end = async (tx: Queryable, id: string, outcome: Outcome): Promise<Job | null> => {
    const now = clock.nowMs();
    const done = outcome.state === 'done';
    const job = await one(
      tx,
      `UPDATE stillmotion.job SET state = $2, clip = $3::jsonb, error = $4::jsonb, notes = $5::jsonb, finished_at_ms = $6, touched_at_ms = $6,
         delivery = 'pending', deliver_after_ms = 0 WHERE id = $1 RETURNING *`,
      [
        id,
        outcome.state,
        done ? JSON.stringify(outcome.clip) : null,
        done ? null : JSON.stringify(outcome.error),
        JSON.stringify(done ? outcome.notes : []),
        now,
      ],
    );
    if (!job) return null;
    if (!done) await refund(tx, id, outcome.error.code, now);
    await event(tx, id, outcome.state, done ? {} : { code: outcome.error.code });
    return job;
  };

  return {
    accept: (draft: JobDraft, limit: DailyLimit) =>
      database.transaction(async (tx) => {
        const now = clock.nowMs();
        const { origin } = draft;
        // One person's requests are counted one after another, also when they arrive at several processes at once.
        await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`stillmotion:${origin.user}`]);
        const known = await one(tx, 'SELECT * FROM stillmotion.job WHERE request_key = $1', [draft.requestKey]);
        if (known) return { job: known, created: false };

        const { allowance, grants } = accounts(origin.user, origin.place, limit);
        let account = allowance;
        if ((await usedToday(tx, allowance, utcDay(now))) >= limit.clips) {
          if ((await grantsLeft(tx, grants)) <= 0) {
            throw new AppError('QUOTA_EXCEEDED', { limit: limit.clips, resets: resetsText(nextUtcDayMs(now), now) });
          }
          account = grants;
        }
        const job = await one(
          tx,
          `INSERT INTO stillmotion.job (id, request_key, state, channel, place, room, user_id, user_name, locale, address, request, photo,
             parent_id, max_clip_bytes, created_at_ms, touched_at_ms)
           VALUES ($1, $2, 'waiting', $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb, $11::jsonb, $12, $13, $14, $14) RETURNING *`,
          [
            draft.id,
            draft.requestKey,
            origin.channel,
            origin.place,
            origin.room,
            origin.user,
            origin.userName,
            origin.locale,
            JSON.stringify(draft.address),
            JSON.stringify(draft.request),
            JSON.stringify(draft.photo),
            draft.parentId,
            draft.maxClipBytes,
            now,
          ],
        );
        if (!job) throw new AppError('INTERNAL');
        await writeEntry(tx, {
          account,
          user: origin.user,
          place: origin.place,
          kind: 'hold',
          clips: -1,
          jobId: draft.id,
          actor: origin.user,
          reason: '',
          atMs: now,
        });
        await event(tx, draft.id, 'accepted');
        return { job, created: true };
      }),

    find: (id) => one(database, 'SELECT * FROM stillmotion.job WHERE id = $1', [id]),
    findByRequestKey: (key) => one(database, 'SELECT * FROM stillmotion.job WHERE request_key = $1', [key]),
    unfinishedOf: (user, place) =>
      many(
        `SELECT * FROM stillmotion.job WHERE user_id = $1 AND place = $2 AND state IN ('waiting', 'running') AND NOT cancel_requested ORDER BY created_at_ms DESC`,
        [user, place],
      ),
    waiting: (limit) => many(`SELECT * FROM stillmotion.job WHERE state = 'waiting' ORDER BY created_at_ms, id LIMIT $1`, [limit]),

    async standing(job): Promise<Standing> {
      const [row] = await database.query<{ ahead: number; running: number; usual: number | null }>(
        `SELECT (SELECT count(*) FROM stillmotion.job WHERE state = 'waiting' AND (created_at_ms, id) < ($1, $2))::int AS ahead,
                (SELECT count(*) FROM stillmotion.job WHERE state = 'running')::int AS running,
                (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s) FROM (SELECT (finished_at_ms - started_at_ms) / 1000 AS s
                   FROM stillmotion.job WHERE state = 'done' ORDER BY finished_at_ms DESC LIMIT 20) recent)::double precision AS usual`,
        [job.createdAtMs, job.id],
      );
      const usual = row?.usual ?? null;
      if (job.state === 'running') {
        const elapsed = (clock.nowMs() - (job.startedAtMs ?? clock.nowMs())) / 1000;
        const fraction = job.progress?.fraction ?? 0;
        const left = fraction > 0.15 ? (elapsed * (1 - fraction)) / fraction : usual === null ? null : Math.max(1, usual - elapsed);
        return { position: 0, secondsLeft: left };
      }
      if (job.state !== 'waiting') return { position: 0, secondsLeft: null };
      const ahead = row?.ahead ?? 0;
      return { position: ahead + 1, secondsLeft: usual === null ? null : usual * (ahead + 1 + (row?.running ? 0.5 : 0)) };
    },

    claim: (id) =>
      database.transaction(async (tx) => {
        const job = await one(
          tx,
          `UPDATE stillmotion.job SET state = 'running', attempt = attempt + 1, progress = NULL, started_at_ms = $2, touched_at_ms = $2
           WHERE id = $1 AND state IN ('waiting', 'running') RETURNING *`,
          [id, clock.nowMs()],
        );
        if (job) await event(tx, id, 'claimed', { attempt: job.attempt });
        return job;
      }),

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
      database.transaction(async (tx) => {
        const [held] = await tx.query(`SELECT 1 FROM stillmotion.job WHERE id = $1 AND attempt = $2 AND state = 'running' FOR UPDATE`, [id, attempt]);
        return held ? end(tx, id, outcome) : null;
      }),

    async release(id, attempt) {
      await database.query(
        `UPDATE stillmotion.job SET state = 'waiting', attempt = attempt - 1, progress = NULL, started_at_ms = NULL WHERE id = $1 AND attempt = $2 AND state = 'running'`,
        [id, attempt],
      );
    },

    cancel: (id) =>
      database.transaction(async (tx) => {
        const job = await one(tx, 'SELECT * FROM stillmotion.job WHERE id = $1 FOR UPDATE', [id]);
        if (job?.state === 'waiting') return end(tx, id, { state: 'canceled', error: { code: 'CANCELED', params: {} } });
        if (job?.state !== 'running') return job;
        await event(tx, id, 'cancel-requested');
        return one(tx, 'UPDATE stillmotion.job SET cancel_requested = true WHERE id = $1 RETURNING *', [id]);
      }),

    async saveAddress(id, address) {
      await database.query('UPDATE stillmotion.job SET address = $2::jsonb WHERE id = $1', [id, JSON.stringify(address)]);
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

    takeDeliveries: (channels, leaseMs) =>
      many(
        `UPDATE stillmotion.job SET deliver_after_ms = $2, delivery_attempts = delivery_attempts + 1 WHERE id IN (
           SELECT id FROM stillmotion.job WHERE delivery = 'pending' AND deliver_after_ms <= $3 AND channel IN (SELECT jsonb_array_elements_text($1::jsonb))
           ORDER BY finished_at_ms LIMIT 20 FOR UPDATE SKIP LOCKED) RETURNING *`,
        [JSON.stringify(channels), clock.nowMs() + leaseMs, clock.nowMs()],
      ),

    async saveDelivery(id, state, detail: DeliveryDetail) {
      await database.transaction(async (tx) => {
        await tx.query(
          `UPDATE stillmotion.job SET delivery = $2, delivery_receipt = coalesce($3, delivery_receipt), deliver_after_ms = $4, delivery_error = $5::jsonb WHERE id = $1`,
          [id, state, detail.receipt ?? null, detail.retryAtMs ?? 0, detail.error ? JSON.stringify(detail.error) : null],
        );
        await event(tx, id, `delivery-${state}`, detail.error ? { code: detail.error.code } : {});
      });
    },

    async undispatched(silentMs) {
      const rows = await database.query<{ id: string }>(
        `SELECT id FROM stillmotion.job WHERE state = 'waiting' OR (state = 'running' AND touched_at_ms < $1) ORDER BY created_at_ms, id LIMIT 500`,
        [clock.nowMs() - silentMs],
      );
      return rows.map((row) => row.id);
    },

    async markDeleted(id) {
      await database.query('UPDATE stillmotion.job SET deleted = true WHERE id = $1', [id]);
    },

    async counts() {
      const rows = await database.query<{ state: JobState; count: number }>('SELECT state, count(*)::int AS count FROM stillmotion.job GROUP BY state');
      const counts = { waiting: 0, running: 0, done: 0, failed: 0, refused: 0, canceled: 0 };
      for (const row of rows) counts[row.state] = row.count;
      return counts;
    },
  };
};
