/** Which jobs still need their files, in SQL. */
import type { Clock } from '../clock.ts';
import type { RetentionStore } from '../store.ts';
import type { Database, Row } from './database.ts';

/** Retired in one go; the rest waits for the next time. */
const MOST_AT_ONCE = 5_000;

export const createRetentionStore = (database: Database, clock: Clock): RetentionStore => {
  const among = async (text: string, names: readonly string[], ...rest: number[]): Promise<ReadonlySet<string>> =>
    new Set((await database.query<Row & { name: string }>(text, [JSON.stringify(names), ...rest])).map(({ name }) => name));
  return {
    async retire(endedBeforeMs) {
      // Touched, so that whoever read the job a moment ago has time to finish what they do with its files.
      const retired = await database.query(
        `UPDATE stillmotion.job SET deleted = true, touched_at_ms = $2 WHERE id IN (
           SELECT id FROM stillmotion.job WHERE NOT deleted AND finished_at_ms IS NOT NULL AND finished_at_ms < $1 AND delivery <> 'pending'
             AND state NOT IN ('waiting', 'running') ORDER BY finished_at_ms LIMIT ${MOST_AT_ONCE} FOR UPDATE SKIP LOCKED) RETURNING id`,
        [endedBeforeMs, clock.nowMs()],
      );
      return retired.length;
    },
    clipsNeeded: (jobIds, sinceMs) =>
      among(
        `SELECT id AS name FROM stillmotion.job WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb))
           AND (state IN ('waiting', 'running') OR (clip IS NOT NULL AND (NOT deleted OR delivery = 'pending' OR touched_at_ms > $2)))`,
        jobIds,
        sinceMs,
      ),
    photosNeeded: (sha256s, sinceMs) =>
      among(
        `SELECT DISTINCT photo->>'sha256' AS name FROM stillmotion.job WHERE photo->>'sha256' IN (SELECT jsonb_array_elements_text($1::jsonb))
           AND (state IN ('waiting', 'running') OR NOT deleted OR touched_at_ms > $2)`,
        sha256s,
        sinceMs,
      ),
    unfinished: (jobIds) =>
      among(`SELECT id AS name FROM stillmotion.job WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb)) AND state IN ('waiting', 'running')`, jobIds),
  };
};
