/** A place that becomes another one, in SQL. Everything moves together or not at all, and what has moved does not move again. */
import type { Queryable } from './database.ts';
import { moveAccounts } from './ledger-store.ts';

/** In this order jobs, then people, then places are locked everywhere. */
const steps: readonly string[] = [
  // A moderator of the new place may have set something before we heard; that is the newer word.
  `WITH old AS (DELETE FROM stillmotion.settings WHERE place = $1 RETURNING settings)
   INSERT INTO stillmotion.settings (place, settings) SELECT $2, settings FROM old ON CONFLICT DO NOTHING`,
  `WITH old AS (DELETE FROM stillmotion.ban WHERE place = $1 RETURNING *)
   INSERT INTO stillmotion.ban (place, user_id, reason, until_ms, actor, at_ms) SELECT $2, user_id, reason, until_ms, actor, at_ms FROM old ON CONFLICT DO NOTHING`,
  `WITH old AS (DELETE FROM stillmotion.ceiling WHERE place = $1 RETURNING *)
   INSERT INTO stillmotion.ceiling AS c (place, bytes, learnt_at_ms) SELECT $2, bytes, learnt_at_ms FROM old
     ON CONFLICT (place) DO UPDATE SET bytes = least(c.bytes, excluded.bytes)`,
  'UPDATE stillmotion.audit SET place = $2 WHERE place = $1',
  'UPDATE stillmotion.job SET place = $2 WHERE place = $1',
  `WITH old AS (DELETE FROM stillmotion.line_person WHERE place = $1 RETURNING *)
   INSERT INTO stillmotion.line_person AS l (place, user_id, start_ms, since_ms, urgency, waiting, work_ms)
     SELECT $2, user_id, start_ms, since_ms, urgency, waiting, work_ms FROM old
     ON CONFLICT (place, user_id) DO UPDATE SET waiting = l.waiting + excluded.waiting, work_ms = l.work_ms + excluded.work_ms,
       since_ms = least(l.since_ms, excluded.since_ms), urgency = least(l.urgency, excluded.urgency)`,
  `WITH old AS (DELETE FROM stillmotion.line_place WHERE place = $1 RETURNING *)
   INSERT INTO stillmotion.line_place AS l (place, start_ms, since_ms, urgency, virtual_ms, waiting, work_ms)
     SELECT $2, start_ms, since_ms, urgency, virtual_ms, waiting, work_ms FROM old
     ON CONFLICT (place) DO UPDATE SET waiting = l.waiting + excluded.waiting, work_ms = l.work_ms + excluded.work_ms,
       virtual_ms = greatest(l.virtual_ms, excluded.virtual_ms), since_ms = least(l.since_ms, excluded.since_ms), urgency = least(l.urgency, excluded.urgency)`,
];

/** @returns false when this was known; what was left under the old name is brought along even so */
export const movePlace = async (tx: Queryable, from: string, to: string, nowMs: number): Promise<boolean> => {
  if (from === to) return false;
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['stillmotion:turns']);
  for (const place of [from, to].sort()) await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`stillmotion:pool:${place}`]);
  const isNew = await tx.query(
    'INSERT INTO stillmotion.place_move (old_place, new_place, at_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING old_place',
    [from, to, nowMs],
  );
  // What came to the old place from an even older one goes along.
  await tx.query('UPDATE stillmotion.place_move SET new_place = $2 WHERE new_place = $1', [from, to]);
  for (const step of steps) await tx.query(step, [from, to]);
  await moveAccounts(tx, from, to, nowMs);
  if (isNew.length > 0) {
    const about = [to, 'stillmotion', 'place-moved', from, '', nowMs];
    await tx.query('INSERT INTO stillmotion.audit (place, actor, action, target, detail, at_ms) VALUES ($1, $2, $3, $4, $5, $6)', about);
  }
  return isNew.length > 0;
};
