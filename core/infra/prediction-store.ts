/** What was learnt about durations in SQL: how long each engine takes at each size, and how far off promises were. */
import { learn, quantile, type Rate, SPREAD_WINDOW, type Spread, spreadOf, waitClass } from '../prediction.ts';
import type { PredictionStore } from '../store.ts';
import type { Database, Queryable, Row } from './database.ts';

/** The columns of a job that measurements need. */
export interface MeasuredJob extends Row {
  readonly size_class: number;
  readonly nominal_ms: number | null;
  readonly created_at_ms: number;
  readonly started_at_ms: number | null;
  readonly finished_at_ms: number | null;
  readonly eta_ms: number | null;
  readonly eta_low_ms: number | null;
  readonly eta_high_ms: number | null;
  readonly eta_ahead: number | null;
}

const readRates = (source: Queryable): Promise<readonly Rate[]> => source.query<Row & Rate>('SELECT engine, size, ratios FROM stillmotion.render_rate');

/** Learns from a finished clip. Both rows are written by one job at a time. */
export const learnFrom = async (tx: Queryable, engine: string, job: MeasuredJob): Promise<void> => {
  const { started_at_ms: startedMs, finished_at_ms: finishedMs, nominal_ms: nominalMs, eta_ms: etaMs } = job;
  if (finishedMs === null) return;
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['stillmotion:learn']);
  if (startedMs !== null && nominalMs !== null && nominalMs > 0) {
    const [known] = await tx.query<{ ratios: readonly number[] }>('SELECT ratios FROM stillmotion.render_rate WHERE engine = $1 AND size = $2', [
      engine,
      job.size_class,
    ]);
    await tx.query(
      'INSERT INTO stillmotion.render_rate (engine, size, ratios) VALUES ($1, $2, $3::jsonb) ON CONFLICT (engine, size) DO UPDATE SET ratios = $3::jsonb',
      [engine, job.size_class, JSON.stringify(learn(known?.ratios ?? [], (finishedMs - startedMs) / nominalMs))],
    );
  }
  if (etaMs === null || !(etaMs > 0)) return;
  const tookMs = finishedMs - job.created_at_ms;
  const kind = waitClass(job.eta_ahead ?? 0);
  const inside = tookMs >= (job.eta_low_ms ?? 0) && tookMs <= (job.eta_high_ms ?? 0) ? 1 : 0;
  const [known] = await tx.query<{ ratios: readonly number[] }>('SELECT ratios FROM stillmotion.eta_spread WHERE class = $1', [kind]);
  await tx.query(
    `INSERT INTO stillmotion.eta_spread AS e (class, ratios, inside, total) VALUES ($1, $2::jsonb, $3, 1)
     ON CONFLICT (class) DO UPDATE SET ratios = $2::jsonb, inside = e.inside + $3, total = e.total + 1`,
    [kind, JSON.stringify(learn(known?.ratios ?? [], tookMs / etaMs, SPREAD_WINDOW)), inside],
  );
};

/** How far off promises with so many clips ahead were lately. */
export const readSpread = async (source: Queryable, ahead: number): Promise<Spread> => {
  const [row] = await source.query<{ ratios: readonly number[] }>('SELECT ratios FROM stillmotion.eta_spread WHERE class = $1', [waitClass(ahead)]);
  return spreadOf(row?.ratios ?? []);
};

/** How much longer than nominal clips take on this installation at large, or null before anything was measured. */
export const readPace = async (source: Queryable): Promise<number | null> => {
  const ratios = (await readRates(source)).flatMap((rate) => rate.ratios);
  return ratios.length === 0 ? null : quantile(ratios, 0.5);
};

export const createPredictionStore = (database: Database): PredictionStore => ({
  rates: () => readRates(database),
  async calibration() {
    const [row] = await database.query<{ inside: number; total: number }>(
      'SELECT coalesce(sum(inside), 0)::int AS inside, coalesce(sum(total), 0)::int AS total FROM stillmotion.eta_spread',
    );
    return row ?? { inside: 0, total: 0 };
  },
});
