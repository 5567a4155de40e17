/** Who makes clips, in SQL: every process says what it holds and that it lives; what went silent counts as gone. */
import type { Clock } from '../clock.ts';
import type { EngineManifest } from '../engine.ts';
import { WORKER_LIVES_MS, type WorkerStore } from '../workers.ts';
import type { Database } from './database.ts';

/** How long a silent worker's engines are remembered, so that a restart takes none away. */
const REMEMBERED_MS = 10 * 60_000;

export const createWorkerStore = (database: Database, clock: Clock): WorkerStore => ({
  async announce({ id, manifests, provider }) {
    const nowMs = clock.nowMs();
    await database.query(
      `INSERT INTO stillmotion.worker (id, manifests, engines, provider, heartbeat_ms)
       VALUES ($1, $2::jsonb, ARRAY(SELECT m->>'id' FROM jsonb_array_elements($2::jsonb) m), $3, $4)
       ON CONFLICT (id) DO UPDATE SET manifests = excluded.manifests, engines = excluded.engines, provider = excluded.provider, heartbeat_ms = excluded.heartbeat_ms`,
      [id, JSON.stringify(manifests), provider, nowMs],
    );
    await database.query('DELETE FROM stillmotion.worker WHERE heartbeat_ms < $1', [nowMs - REMEMBERED_MS]);
  },
  async leave(id) {
    await database.query('UPDATE stillmotion.worker SET heartbeat_ms = least(heartbeat_ms, $2) WHERE id = $1', [id, clock.nowMs() - WORKER_LIVES_MS]);
  },
  async announced() {
    const rows = await database.query<{ manifests: EngineManifest[]; heartbeat_ms: number }>(
      'SELECT manifests, heartbeat_ms FROM stillmotion.worker ORDER BY heartbeat_ms DESC, id',
    );
    const atMs = clock.nowMs() - WORKER_LIVES_MS;
    return rows.flatMap(({ manifests, heartbeat_ms: heartbeatMs }) => manifests.map((manifest) => ({ manifest, alive: heartbeatMs > atMs })));
  },
  async remind(engines) {
    await database.query(
      `UPDATE stillmotion.job SET touched_at_ms = $2 WHERE id IN (SELECT id FROM stillmotion.job
         WHERE state = 'waiting' AND request->>'engine' IN (SELECT jsonb_array_elements_text($1::jsonb)) ORDER BY created_at_ms LIMIT 200)`,
      [JSON.stringify(engines), clock.nowMs()],
    );
  },
});
