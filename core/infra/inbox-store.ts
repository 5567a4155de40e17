/** Updates taken from a platform and not yet dealt with, in SQL. */
import type { Clock } from '../clock.ts';
import type { InboxStore } from '../store.ts';
import type { Database } from './database.ts';

/** Platforms repeat an update for a day at most; after that its key is not needed any more. */
const KEPT_MS = 48 * 3_600_000;
/** What nobody could deal with for so long would only surprise people. */
const TOO_OLD_MS = 24 * 3_600_000;

/** NUL and halves of characters are legal in JSON and no text to PostgreSQL: one forged update must not keep all others from being kept. */
const wellFormed = (_key: string, value: unknown): unknown => (typeof value === 'string' ? value.replaceAll('\0', '').replace(/\p{Cs}/gu, '\ufffd') : value);

export const createInboxStore = (database: Database, clock: Clock): InboxStore => {
  const putAll: InboxStore['putAll'] = async (channel, updates, leaseMs) => {
    const nowMs = clock.nowMs();
    const rows = await database.query<{ key: string }>(
      `INSERT INTO stillmotion.inbox (channel, key, payload, taken_at_ms, claimed_until_ms)
       SELECT $1, u.key, u.payload, $3, $4 FROM jsonb_to_recordset($2::jsonb) AS u (key text, payload jsonb) ON CONFLICT DO NOTHING RETURNING key`,
      [channel, JSON.stringify(updates, wellFormed), nowMs, nowMs + leaseMs],
    );
    return new Set(rows.map(({ key }) => key));
  };
  return {
    putAll,
    put: async (channel, key, payload, leaseMs) => (await putAll(channel, [{ key, payload }], leaseMs)).has(key),
    async renew(channel, keys, leaseMs) {
      if (keys.length === 0) return;
      await database.query(
        `UPDATE stillmotion.inbox SET claimed_until_ms = $3 WHERE NOT done AND channel = $1 AND key IN (SELECT jsonb_array_elements_text($2::jsonb))`,
        [channel, JSON.stringify(keys), clock.nowMs() + leaseMs],
      );
    },
    async done(channel, key) {
      // the words and names in it are not ours to keep
      await database.query(`UPDATE stillmotion.inbox SET done = true, payload = 'null'::jsonb WHERE channel = $1 AND key = $2`, [channel, key]);
    },
    async abandoned(channel, leaseMs) {
      const nowMs = clock.nowMs();
      await database.query('DELETE FROM stillmotion.inbox WHERE taken_at_ms < $1', [nowMs - KEPT_MS]);
      return database.query<{ key: string; payload: unknown }>(
        `UPDATE stillmotion.inbox SET claimed_until_ms = $2 WHERE (channel, key) IN (
           SELECT channel, key FROM stillmotion.inbox WHERE NOT done AND channel = $1 AND claimed_until_ms <= $3 AND taken_at_ms > $4
           ORDER BY taken_at_ms LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING key, payload`,
        [channel, nowMs + leaseMs, nowMs, nowMs - TOO_OLD_MS],
      );
    },
  };
};
