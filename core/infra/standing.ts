/** Where a job stands, from what is in the database: its turn, what is ahead of it, and when it will be ready. */
import type { Progress } from '../engine.ts';
import { jobsBefore, type KeptPlace, type KeptUser, type Line, lineOf, type WaitingJob } from '../fairness.ts';
import type { JobState, Standing } from '../job.ts';
import { type Spread, spreadOf, waitClass } from '../prediction.ts';
import { defaultSettings } from '../settings.ts';
import { WORKER_LIVES_MS } from '../workers.ts';
import { call, type Queryable, type Row } from './database.ts';
import { type AheadOf, countAhead, estimateAhead, type LineJob, PLAYED_THROUGH } from './line-store.ts';

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

/** What standings depend on besides the job itself, as of one moment. */
export interface Outlook {
  /** How many wait; `line` may have grown since. */
  waiting: number;
  readonly measured: boolean;
  readonly running: readonly RunningRow[];
  /** How far off a promise of a class of wait may be. */
  readonly spreadIn: (waitClass: number) => Spread;
  /** Engines that somebody who lives holds; null where no process ever announced anything, so that nothing is known. */
  readonly held: readonly string[] | null;
  /** Null for a line that is too long to be played through. */
  readonly line: Line | null;
}

interface OutlookRow extends Pick<Outlook, 'waiting' | 'measured' | 'running'> {
  /** What promises were off by, by class of wait. */
  readonly spreads: Readonly<Record<string, readonly number[]>>;
  readonly announced: boolean;
  readonly held: readonly string[];
  readonly virtualMs: number;
  readonly places: readonly KeptPlace[] | null;
  readonly people: readonly KeptUser[] | null;
  readonly jobs: readonly WaitingJob[] | null;
}

/** Looks at the line and at those who work it off, in one round trip. */
export const readOutlook = async (source: Queryable, nowMs: number): Promise<Outlook> => {
  const found = await call<OutlookRow>(source, 'outlook', [defaultSettings.queuePolicy, PLAYED_THROUGH, nowMs - WORKER_LIVES_MS]);
  const { announced, held, jobs, measured, people, places, running, spreads, virtualMs, waiting } = found;
  const line = jobs && lineOf(virtualMs, places ?? [], people ?? [], jobs);
  // Found once for all who look at it.
  const known = new Map<number, Spread>();
  const spreadIn = (waitClass: number): Spread => {
    const spread = known.get(waitClass) ?? spreadOf(spreads[waitClass] ?? []);
    known.set(waitClass, spread);
    return spread;
  };
  return { waiting, measured, running, spreadIn, held: announced ? held : null, line };
};

/** What a job that waits can expect. Pure. */
export const expectWaiting = (
  { held, measured, running, spreadIn }: Outlook,
  job: Pick<StandingRow, 'engine' | 'predicted_ms'>,
  { own, others, workMs }: AheadOf,
  nowMs: number,
): Expectation => {
  const position = own + others + 1;
  if (held && !held.includes(job.engine)) return { standing: { position, secondsLeft: null, nobody: true }, etaMs: null };
  const standing = { position, secondsLeft: null, ahead: { own, others, running: running.length } };
  if (!measured) return { standing, etaMs: null };
  // As many as work now are taken to go on working.
  const workers = Math.max(1, running.length);
  const etaMs = (running.reduce((sum, one) => sum + leftOf(one, nowMs), 0) + workMs) / workers + job.predicted_ms;
  const { low, high } = spreadIn(waitClass(own + others));
  const interval = { lowSeconds: (etaMs * low) / 1000, highSeconds: (etaMs * high) / 1000 };
  return { standing: { ...standing, secondsLeft: etaMs / 1000, interval }, etaMs };
};

const expectRunning = ({ measured }: Outlook, job: StandingRow, nowMs: number): Expectation => {
  const leftMs = leftOf(job, nowMs);
  const known = measured || (job.progress?.fraction ?? 0) > TELLING_FRACTION;
  return { standing: { position: 0, secondsLeft: known ? Math.max(1, leftMs / 1000) : null }, etaMs: known ? leftMs : null };
};

/** @returns for each id position 0 and no time for a job that is unknown or over */
export const expectAll = async (source: Queryable, jobIds: readonly string[], nowMs: number): Promise<readonly Expectation[]> => {
  const jobs = await source.query<StandingRow>(
    `SELECT id, state, request->>'engine' AS engine, place, user_id, created_at_ms, predicted_ms, weight, started_at_ms, progress FROM stillmotion.job
     WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb)) AND state IN ('waiting', 'running')`,
    [JSON.stringify(jobIds)],
  );
  if (jobs.length === 0) return jobIds.map(() => NOTHING);
  const outlook = await readOutlook(source, nowMs);
  // Played through once for all of them.
  const order = outlook.line && jobs.some(({ state }) => state === 'waiting') ? jobsBefore(outlook.line, '', nowMs) : [];
  const places = new Map(order.map(({ id }, index) => [id, index]));
  const found = new Map<string, Expectation>();
  for (const job of jobs) {
    if (job.state === 'running') found.set(job.id, expectRunning(outlook, job, nowMs));
    else {
      const ahead = outlook.line ? countAhead(order.slice(0, places.get(job.id) ?? order.length), job.user_id) : await estimateAhead(source, job);
      found.set(job.id, expectWaiting(outlook, job, ahead, nowMs));
    }
  }
  return jobIds.map((id) => found.get(id) ?? NOTHING);
};

export const expect = async (source: Queryable, jobId: string, nowMs: number): Promise<Expectation> => (await expectAll(source, [jobId], nowMs))[0] ?? NOTHING;
