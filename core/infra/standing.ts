/** Where a job stands, from what is in the database: its turn, what is ahead of it, and when it will be ready. */
import type { Progress } from '../engine.ts';
import type { JobState, Standing } from '../job.ts';
import type { Queryable, Row } from './database.ts';
import { aheadOf, type LineJob } from './line-store.ts';
import { readPace, readSpread } from './prediction-store.ts';

interface StandingRow extends LineJob {
  readonly state: JobState;
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

/** @returns position 0 and no time for a job that is unknown or over */
export const expect = async (source: Queryable, jobId: string, nowMs: number): Promise<Expectation> => {
  const nothing = { standing: { position: 0, secondsLeft: null }, etaMs: null };
  const [job] = await source.query<StandingRow>(
    'SELECT id, state, place, user_id, created_at_ms, predicted_ms, weight, started_at_ms, progress FROM stillmotion.job WHERE id = $1',
    [jobId],
  );
  if (job?.state !== 'waiting' && job?.state !== 'running') return nothing;
  const measured = (await readPace(source)) !== null;
  if (job.state === 'running') {
    const leftMs = leftOf(job, nowMs);
    const known = measured || (job.progress?.fraction ?? 0) > TELLING_FRACTION;
    return { standing: { position: 0, secondsLeft: known ? Math.max(1, leftMs / 1000) : null }, etaMs: known ? leftMs : null };
  }
  const running = await source.query<RunningRow>(`SELECT id, predicted_ms, started_at_ms, progress FROM stillmotion.job WHERE state = 'running'`);
  const { own, others, workMs } = await aheadOf(source, job, nowMs);
  const standing = { position: own + others + 1, secondsLeft: null, ahead: { own, others, running: running.length } };
  if (!measured) return { standing, etaMs: null };
  // As many as work now are taken to go on working.
  const workers = Math.max(1, running.length);
  const etaMs = (running.reduce((sum, one) => sum + leftOf(one, nowMs), 0) + workMs) / workers + job.predicted_ms;
  const { low, high } = await readSpread(source, own + others);
  const interval = { lowSeconds: (etaMs * low) / 1000, highSeconds: (etaMs * high) / 1000 };
  return { standing: { ...standing, secondsLeft: etaMs / 1000, interval }, etaMs };
};
