/** Where a job stands, from what is in the database: its turn, what is ahead of it, and when it will be ready. */
import type { Progress } from '../engine.ts';
import type { JobState, Standing } from '../job.ts';
import { type Spread, waitClass } from '../prediction.ts';
import type { Queryable, Row } from './database.ts';
import { aheadOf, type LineJob, type LineView, viewLine } from './line-store.ts';
import { readPace, readSpread } from './prediction-store.ts';
import { missingEngines } from './worker-store.ts';

interface StandingRow extends LineJob {
  readonly state: JobState;
  readonly engine: string;
  readonly started_at_ms: number | null;
  readonly progress: Progress | null;
}

type RunningRow = Row & Pick<StandingRow, 'id' | 'predicted_ms' | 'started_at_ms' | 'progress'>;

/** Before this share of the work its speed says little. */
const TELLING_FRACTION = 0.15;

/** Expected milliseconds until a running job is done. */
const leftOf = ({ predicted_ms: predictedMs, started_at_ms: startedMs, progress }: RunningRow, nowMs: number): number => {
  const elapsedMs = Math.max(0, nowMs - (startedMs ?? nowMs));
  const fraction = progress?.fraction ?? 0;
  return fraction > TELLING_FRACTION ? (elapsedMs * (1 - fraction)) / fraction : Math.max(predictedMs / 10, predictedMs - elapsedMs);
};

/** A standing and the expectation behind it. */
export interface Expectation {
  readonly standing: Standing;
  /** From now until the clip is ready; null before anything was measured. */
  readonly etaMs: number | null;
}

const NOTHING: Expectation = { standing: { position: 0, secondsLeft: null }, etaMs: null };

/** What the standings of several jobs have in common, read once for all of them. */
interface Room {
  readonly measured: boolean;
  readonly running: readonly RunningRow[];
  readonly line: LineView;
  spread(ahead: number): Promise<Spread>;
}

const lookAround = async (source: Queryable, nowMs: number): Promise<Room> => {
  const spreads = new Map<number, Promise<Spread>>();
  return {
    measured: (await readPace(source)) !== null,
    running: await source.query<RunningRow>(`SELECT id, predicted_ms, started_at_ms, progress FROM stillmotion.job WHERE state = 'running'`),
    line: await viewLine(source, nowMs),
    spread(ahead) {
      const kind = waitClass(ahead);
      const known = spreads.get(kind) ?? readSpread(source, ahead);
      spreads.set(kind, known);
      return known;
    },
  };
};

/** @returns for each id position 0 and no time for a job that is unknown or over */
export const expectAll = async (source: Queryable, jobIds: readonly string[], nowMs: number): Promise<readonly Expectation[]> => {
  const jobs = await source.query<StandingRow>(
    `SELECT id, state, request->>'engine' AS engine, place, user_id, created_at_ms, predicted_ms, weight, started_at_ms, progress FROM stillmotion.job
     WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb)) AND state IN ('waiting', 'running')`,
    [JSON.stringify(jobIds)],
  );
  if (jobs.length === 0) return jobIds.map(() => NOTHING);
  const room = await lookAround(source, nowMs);
  const engines = jobs.flatMap(({ state, engine }) => (state === 'waiting' ? [engine] : []));
  const missing = engines.length === 0 ? null : await missingEngines(source, engines, nowMs);
  const found = new Map<string, Expectation>();
  for (const job of jobs) {
    const expected = await standingIn(room, source, job, nowMs);
    const stuck = job.state === 'waiting' && missing?.has(job.engine);
    found.set(job.id, stuck ? { standing: { position: expected.standing.position, secondsLeft: null, nobody: true }, etaMs: null } : expected);
  }
  return jobIds.map((id) => found.get(id) ?? NOTHING);
};

export const expect = async (source: Queryable, jobId: string, nowMs: number): Promise<Expectation> => (await expectAll(source, [jobId], nowMs))[0] ?? NOTHING;

const standingIn = async (room: Room, source: Queryable, job: StandingRow, nowMs: number): Promise<Expectation> => {
  const { measured, running } = room;
  if (job.state === 'running') {
    const leftMs = leftOf(job, nowMs);
    const known = measured || (job.progress?.fraction ?? 0) > TELLING_FRACTION;
    return { standing: { position: 0, secondsLeft: known ? Math.max(1, leftMs / 1000) : null }, etaMs: known ? leftMs : null };
  }
  const { own, others, workMs } = await aheadOf(source, room.line, job);
  const standing = { position: own + others + 1, secondsLeft: null, ahead: { own, others, running: running.length } };
  if (!measured) return { standing, etaMs: null };
  // As many as work now are taken to go on working.
  const workers = Math.max(1, running.length);
  const etaMs = (running.reduce((sum, one) => sum + leftOf(one, nowMs), 0) + workMs) / workers + job.predicted_ms;
  const { low, high } = await room.spread(own + others);
  const interval = { lowSeconds: (etaMs * low) / 1000, highSeconds: (etaMs * high) / 1000 };
  return { standing: { ...standing, secondsLeft: etaMs / 1000, interval }, etaMs };
};
