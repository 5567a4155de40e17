/** The line of waiting jobs in SQL: every place and person keeps its virtual time, so that the next job is found without counting. */
import { AppError } from '../errors.ts';
import {
  type Ahead,
  costOf,
  enter,
  type Flow,
  type KeptPlace,
  type KeptUser,
  lineOf,
  orderOf,
  type QueuePolicy,
  serve,
  urgency,
  type WaitingJob,
} from '../fairness.ts';
import { defaultSettings } from '../settings.ts';
import type { WaitingCaps } from '../store.ts';
import type { Queryable, Row } from './database.ts';

/** The columns of a job that its place in line depends on. */
export interface LineJob extends Row {
  readonly id: string;
  readonly place: string;
  readonly user_id: string;
  readonly created_at_ms: number;
  readonly predicted_ms: number;
  readonly weight: number;
}

interface FlowRow extends Row {
  readonly start_ms: number;
  readonly since_ms: number;
  readonly waiting: number;
  readonly virtual_ms: number;
}

const flowOf = (row: Pick<FlowRow, 'start_ms' | 'since_ms'>): Flow => ({ startMs: row.start_ms, sinceMs: row.since_ms });

/** How many wait already. */
export interface Room {
  /** Of the person in the place. */
  readonly here: number;
  /** Of the person in all places. */
  readonly everywhere: number;
  /** Of everybody in the place. */
  readonly all: number;
}

/**
 * Whether one more may wait. Until it does, nobody else may begin to.
 * @throws RefusedError QUEUE_FULL_PERSON, QUEUE_FULL_PLACE
 */
export const checkRoom = ({ all, everywhere, here }: Room, caps: WaitingCaps): void => {
  if (here >= caps.perPerson) throw new AppError('QUEUE_FULL_PERSON', { got: here, max: caps.perPerson });
  const most = caps.perPersonEverywhere ?? caps.perPerson;
  if (everywhere >= most) throw new AppError('QUEUE_FULL_PERSON', { got: everywhere, max: most });
  if (all >= caps.perPlace) throw new AppError('QUEUE_FULL_PLACE', { got: all, max: caps.perPlace });
};

/** Puts a job that now waits in line. Rows are locked in the order person, place everywhere. */
export const joinLine = async (tx: Queryable, job: LineJob, nowMs: number): Promise<void> => {
  const { place, user_id: user, predicted_ms: workMs } = job;
  const [person] = await tx.query<FlowRow>(
    `INSERT INTO stillmotion.line_person AS l (place, user_id, waiting, work_ms) VALUES ($1, $2, 1, $3)
     ON CONFLICT (place, user_id) DO UPDATE SET waiting = l.waiting + 1, work_ms = l.work_ms + $3 RETURNING start_ms, since_ms, waiting, 0 AS virtual_ms`,
    [place, user, workMs],
  );
  const [home] = await tx.query<FlowRow>(
    `INSERT INTO stillmotion.line_place AS l (place, waiting, work_ms) VALUES ($1, 1, $2)
     ON CONFLICT (place) DO UPDATE SET waiting = l.waiting + 1, work_ms = l.work_ms + $2 RETURNING start_ms, since_ms, waiting, virtual_ms`,
    [place, workMs],
  );
  if (home?.waiting === 1) {
    const [now] = await tx.query<{ virtual_ms: number }>('SELECT virtual_ms FROM stillmotion.line_clock');
    const flow = enter(flowOf(home), now?.virtual_ms ?? 0, nowMs);
    await tx.query('UPDATE stillmotion.line_place SET start_ms = $2, since_ms = $3, urgency = $4 WHERE place = $1', [
      place,
      flow.startMs,
      flow.sinceMs,
      urgency(flow),
    ]);
  }
  if (home && person?.waiting === 1) {
    const flow = enter(flowOf(person), home.virtual_ms, nowMs);
    await tx.query('UPDATE stillmotion.line_person SET start_ms = $3, since_ms = $4, urgency = $5 WHERE place = $1 AND user_id = $2', [
      place,
      user,
      flow.startMs,
      flow.sinceMs,
      urgency(flow),
    ]);
  }
};

/** Takes a job that no longer waits out of line, without a turn having been taken. */
export const leaveLine = async (tx: Queryable, { place, user_id: user, predicted_ms: workMs }: LineJob): Promise<void> => {
  await tx.query('UPDATE stillmotion.line_person SET waiting = waiting - 1, work_ms = greatest(0, work_ms - $3) WHERE place = $1 AND user_id = $2', [
    place,
    user,
    workMs,
  ]);
  await tx.query('UPDATE stillmotion.line_place SET waiting = waiting - 1, work_ms = greatest(0, work_ms - $2) WHERE place = $1', [place, workMs]);
};

const POLICY = `coalesce(s.settings->>'queuePolicy', '${defaultSettings.queuePolicy}')`;

/** Whose turn it is. The caller holds the lock of turns. @returns null when nobody waits */
export const nextInLine = async (tx: Queryable): Promise<string | null> => {
  const [row] = await tx.query<{ id: string | null }>(
    `SELECT CASE WHEN p.policy = 'first-come'
       THEN (SELECT j.id FROM stillmotion.job j WHERE j.state = 'waiting' AND j.place = p.place ORDER BY j.created_at_ms, j.id COLLATE "C" LIMIT 1)
       ELSE (SELECT j.id FROM stillmotion.job j WHERE j.state = 'waiting' AND j.place = p.place AND j.user_id = (
               SELECT u.user_id FROM stillmotion.line_person u WHERE u.waiting > 0 AND u.place = p.place ORDER BY u.urgency, u.user_id COLLATE "C" LIMIT 1)
             ORDER BY j.created_at_ms, j.id COLLATE "C" LIMIT 1) END AS id
     FROM (SELECT l.place, ${POLICY} AS policy FROM (
             SELECT place FROM stillmotion.line_place WHERE waiting > 0 ORDER BY urgency, place COLLATE "C" LIMIT 1) l
           LEFT JOIN stillmotion.settings s ON s.place = l.place) p`,
  );
  return row?.id ?? null;
};

/** Whose turn it is among jobs of some engines, by the same order. For when the next in line is none of them: it looks at everybody. */
export const nextInLineOf = async (tx: Queryable, engines: readonly string[]): Promise<string | null> => {
  const [row] = await tx.query<{ id: string }>(
    `SELECT j.id FROM (SELECT j.*, l.urgency AS place_urgency, u.urgency AS user_urgency, ${POLICY} = 'first-come' AS by_age
         FROM stillmotion.job j JOIN stillmotion.line_place l ON l.place = j.place JOIN stillmotion.line_person u ON u.place = j.place AND u.user_id = j.user_id
         LEFT JOIN stillmotion.settings s ON s.place = j.place
         WHERE j.state = 'waiting' AND j.request->>'engine' IN (SELECT jsonb_array_elements_text($1::jsonb))) j
     ORDER BY place_urgency, place COLLATE "C", CASE WHEN by_age THEN 0 ELSE user_urgency END, CASE WHEN by_age THEN '' ELSE user_id END COLLATE "C",
       created_at_ms, id COLLATE "C" LIMIT 1`,
    [JSON.stringify(engines)],
  );
  return row?.id ?? null;
};

/** Takes the turn of a job: it leaves the line, and virtual times move on. The caller holds the lock of turns. */
export const takeTurn = async (tx: Queryable, job: LineJob, nowMs: number): Promise<void> => {
  const { place, user_id: user, predicted_ms: workMs } = job;
  const [row] = await tx.query<FlowRow & { place_start_ms: number; policy: QueuePolicy }>(
    `SELECT u.start_ms, u.since_ms, l.virtual_ms, l.start_ms AS place_start_ms, l.since_ms AS place_since_ms, ${POLICY} AS policy
     FROM stillmotion.line_person u JOIN stillmotion.line_place l ON l.place = u.place LEFT JOIN stillmotion.settings s ON s.place = u.place
     WHERE u.place = $1 AND u.user_id = $2`,
    [place, user],
  );
  if (!row) return;
  const person = serve(flowOf(row), costOf({ predictedMs: workMs, weight: job.weight }, row.policy), nowMs);
  const home = serve({ startMs: row.place_start_ms, sinceMs: nowMs }, workMs, nowMs);
  await tx.query(
    `UPDATE stillmotion.line_person SET start_ms = $3, since_ms = $4, urgency = $5, waiting = waiting - 1, work_ms = greatest(0, work_ms - $6)
     WHERE place = $1 AND user_id = $2`,
    [place, user, person.startMs, nowMs, urgency(person), workMs],
  );
  await tx.query(
    `UPDATE stillmotion.line_place SET start_ms = $2, since_ms = $3, urgency = $4, virtual_ms = greatest(virtual_ms, $5), waiting = waiting - 1,
       work_ms = greatest(0, work_ms - $6) WHERE place = $1`,
    [place, home.startMs, nowMs, urgency(home), row.start_ms, workMs],
  );
  await tx.query('UPDATE stillmotion.line_clock SET virtual_ms = greatest(virtual_ms, $1)', [row.place_start_ms]);
};

/** A longer line is not played through for everybody who looks at it; its far end is estimated. */
export const PLAYED_THROUGH = 300;

interface Snapshot extends Row {
  readonly virtual_ms: number;
  readonly places: readonly KeptPlace[] | null;
  readonly people: readonly KeptUser[] | null;
  readonly jobs: readonly WaitingJob[] | null;
}

/** Who is in line, in one question: the first places, their first people, and those people's first jobs. @param firsts how many of each */
const snapshot = async (source: Queryable, firsts: number): Promise<Snapshot | undefined> => {
  const [row] = await source.query<Snapshot>(
    `WITH place AS (SELECT l.*, ${POLICY} AS policy FROM stillmotion.line_place l LEFT JOIN stillmotion.settings s ON s.place = l.place
         WHERE l.waiting > 0 ORDER BY l.urgency, l.place COLLATE "C" LIMIT $1),
       person AS (SELECT u.* FROM place CROSS JOIN LATERAL (SELECT * FROM stillmotion.line_person u WHERE u.place = place.place AND u.waiting > 0
         ORDER BY u.urgency, u.user_id COLLATE "C" LIMIT $1) u),
       job AS (SELECT j.* FROM person CROSS JOIN LATERAL (SELECT id, place, user_id, created_at_ms, predicted_ms, weight FROM stillmotion.job j
         WHERE j.state = 'waiting' AND j.place = person.place AND j.user_id = person.user_id ORDER BY j.created_at_ms, j.id COLLATE "C" LIMIT $1) j)
     SELECT (SELECT virtual_ms FROM stillmotion.line_clock) AS virtual_ms,
       (SELECT json_agg(json_build_object('place', place, 'startMs', start_ms, 'sinceMs', since_ms, 'virtualMs', virtual_ms, 'policy', policy)) FROM place) AS places,
       (SELECT json_agg(json_build_object('place', place, 'user', user_id, 'startMs', start_ms, 'sinceMs', since_ms)) FROM person) AS people,
       (SELECT json_agg(json_build_object('id', id, 'place', place, 'user', user_id, 'createdAtMs', created_at_ms, 'predictedMs', predicted_ms, 'weight', weight))
          FROM job) AS jobs`,
    [firsts],
  );
  return row;
};

const waitingCount = async (source: Queryable): Promise<number> => {
  const [row] = await source.query<{ waiting: number }>('SELECT coalesce(sum(waiting), 0)::int AS waiting FROM stillmotion.line_place WHERE waiting > 0');
  return row?.waiting ?? 0;
};

/** Of a long line only so many of each place, person and person's jobs are looked at. */
const LOOKED_AT = 16;

/**
 * The next in line, in the order in which they run if nobody else comes.
 * @param limit how many are wanted; in a line of more than 300 the order beyond the 16th is approximate
 */
export const firstInLine = async (source: Queryable, limit: number, nowMs: number): Promise<readonly WaitingJob[]> => {
  const found = await snapshot(source, (await waitingCount(source)) > PLAYED_THROUGH ? LOOKED_AT : PLAYED_THROUGH);
  return found ? orderOf(lineOf(found.virtual_ms, found.places ?? [], found.people ?? [], found.jobs ?? []), nowMs, limit) : [];
};

export interface AheadOf extends Omit<Ahead, 'running'> {
  /** Expected milliseconds of rendering until the job's turn. */
  readonly workMs: number;
}

/** Counts what runs before a job of a person. @param before in any order */
export const countAhead = (before: readonly WaitingJob[], user: string): AheadOf => {
  const own = before.filter((one) => one.user === user).length;
  return { own, others: before.length - own, workMs: before.reduce((sum, { predictedMs }) => sum + predictedMs, 0) };
};

/**
 * For long lines: up to this job's virtual time every other person of the place, and then every other place, is served as much as
 * it has waiting. Ageing is left out.
 */
export const estimateAhead = async (source: Queryable, job: LineJob): Promise<AheadOf> => {
  const [row] = await source.query<{ own: number; own_ms: number; others: number; others_ms: number }>(
    `WITH me AS (
       SELECT u.start_ms, l.start_ms AS place_start_ms, ${POLICY} AS policy FROM stillmotion.line_person u JOIN stillmotion.line_place l ON l.place = u.place
       LEFT JOIN stillmotion.settings s ON s.place = u.place WHERE u.place = $1 AND u.user_id = $2),
     mine AS (SELECT count(*)::int AS count, coalesce(sum(predicted_ms), 0) AS ms FROM stillmotion.job
       WHERE state = 'waiting' AND place = $1 AND user_id = $2 AND (created_at_ms, id COLLATE "C") < ($3, $4)),
     older AS (SELECT count(*) AS count, coalesce(sum(predicted_ms), 0) AS ms FROM stillmotion.job
       WHERE (SELECT policy FROM me) = 'first-come' AND state = 'waiting' AND place = $1 AND user_id <> $2 AND (created_at_ms, id COLLATE "C") < ($3, $4)),
     fair AS (SELECT coalesce(sum(ceil(waiting * done / work_ms)), 0) AS count, coalesce(sum(done), 0) AS ms FROM (
       SELECT waiting, work_ms, least(work_ms, greatest(0, me.start_ms + mine.ms - u.start_ms)) AS done FROM stillmotion.line_person u, me, mine
       WHERE me.policy <> 'first-come' AND u.place = $1 AND u.user_id <> $2 AND u.waiting > 0 AND u.work_ms > 0) d),
     here AS (SELECT older.count + fair.count AS count, older.ms + fair.ms AS ms FROM older, fair),
     elsewhere AS (SELECT coalesce(sum(ceil(waiting * done / work_ms)), 0) AS count, coalesce(sum(done), 0) AS ms FROM (
       SELECT waiting, work_ms, least(work_ms, greatest(0, me.place_start_ms + mine.ms + here.ms - l.start_ms)) AS done FROM stillmotion.line_place l, me, mine, here
       WHERE l.place <> $1 AND l.waiting > 0 AND l.work_ms > 0) d)
     SELECT mine.count AS own, mine.ms AS own_ms, (here.count + elsewhere.count)::int AS others, here.ms + elsewhere.ms AS others_ms FROM mine, here, elsewhere`,
    [job.place, job.user_id, job.created_at_ms, job.id],
  );
  return { own: row?.own ?? 0, others: row?.others ?? 0, workMs: (row?.own_ms ?? 0) + (row?.others_ms ?? 0) };
};
