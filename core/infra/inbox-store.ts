/** Updates taken from a platform and not yet dealt with, in SQL. */
import type { Clock } from '../clock.ts';
import type { InboxStore } from '../store.ts';
import type { Database } from './database.ts';

/** Platforms repeat an update for a day at most; after that its key is not needed any more. */
const KEPT_MS = 48 * 3_600_000;
/** What nobody could deal with for so long would only surprise people. */
const TOO_OLD_MS = 24 * 3_600_000;

export const createInboxStore = (database: Database, clock: Clock): InboxStore => ({
  async put(channel, key, payload, leaseMs) {
    const nowMs = clock.nowMs();
    const rows = await database.query(
      `INSERT INTO stillmotion.inbox (channel, key, payload, taken_at_ms, claimed_until_ms) VALUES ($1, $2, $3::jsonb, $4, $5)
       ON CONFLICT DO NOTHING RETURNING key`,
      [channel, key, JSON.stringify(payload), nowMs, nowMs + leaseMs],
    );
    return rows.length > 0;
  },
  async done(channel, key) {
    // the words and names in it are not ours to keep
    await database.query(`UPDATE stillmotion.inbox SET done = true, payload = 'null'::jsonb WHERE channel = $1 AND key = $2`, [channel, key]);
    await database.query('DELETE FROM stillmotion.inbox WHERE taken_at_ms < $1', [clock.nowMs() - KEPT_MS]);
  },
  async abandoned(channel, leaseMs) {
    const nowMs = clock.nowMs();
    return database.query<{ key: string; payload: unknown }>(
      `UPDATE stillmotion.inbox SET claimed_until_ms = $2 WHERE (channel, key) IN (
         SELECT channel, key FROM stillmotion.inbox WHERE NOT done AND channel = $1 AND claimed_until_ms <= $3 AND taken_at_ms > $4
         ORDER BY taken_at_ms LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING key, payload`,
      [channel, nowMs + leaseMs, nowMs, nowMs - TOO_OLD_MS],
    );
  },
});
