/** What was sent where, in SQL: a line before and after every send, and how large a file each place has taken. */
import { CEILING_LIVES_MS } from '../ceiling.ts';
import type { Clock } from '../clock.ts';
import type { DeliveryStore } from '../store.ts';
import type { Database } from './database.ts';

export const createDeliveryStore = (database: Database, clock: Clock): DeliveryStore => ({
  async beginSend(jobId, way) {
    const [row] = await database.query<{ id: number }>(
      'INSERT INTO stillmotion.send (job_id, way, begun_at_ms) VALUES ($1, $2, $3) RETURNING id::double precision AS id',
      [jobId, way, clock.nowMs()],
    );
    if (!row) throw new Error('a send could not be written down');
    return row.id;
  },
  async endSend(id, outcome, receipt) {
    const values = [id, clock.nowMs(), outcome.slice(0, 200), receipt ?? null];
    await database.query('UPDATE stillmotion.send SET ended_at_ms = $2, outcome = $3, receipt = $4 WHERE id = $1', values);
  },
  async sends(jobId) {
    const rows = await database.query<{ way: string; outcome: string | null; receipt: string | null }>(
      'SELECT way, outcome, receipt FROM stillmotion.send WHERE job_id = $1 ORDER BY id',
      [jobId],
    );
    return rows.map(({ way, outcome, receipt }) => ({ way, outcome, receipt }));
  },
  async collectedAtMs(jobId) {
    const [row] = await database.query<{ at_ms: number | null }>(
      `SELECT max(at_ms) AS at_ms FROM stillmotion.job_event WHERE job_id = $1 AND kind = 'collected'`,
      [jobId],
    );
    return row?.at_ms ?? null;
  },
  async ceiling(place) {
    const [row] = await database.query<{ bytes: number }>('SELECT bytes FROM stillmotion.ceiling WHERE place = $1 AND learnt_at_ms > $2', [
      place,
      clock.nowMs() - CEILING_LIVES_MS,
    ]);
    return row?.bytes ?? null;
  },
  async learntCeilings() {
    const [row] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM stillmotion.ceiling WHERE learnt_at_ms > $1', [
      clock.nowMs() - CEILING_LIVES_MS,
    ]);
    return row?.count ?? 0;
  },
  async learnCeiling(place, bytes) {
    await database.query(
      `INSERT INTO stillmotion.ceiling (place, bytes, learnt_at_ms) VALUES ($1, $2, $3)
       ON CONFLICT (place) DO UPDATE SET bytes = $2, learnt_at_ms = $3`,
      [place, bytes, clock.nowMs()],
    );
  },
});
