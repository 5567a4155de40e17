/** Chores that one process of several does now and then, in SQL. */
import type { Clock } from '../clock.ts';
import type { ChoreStore } from '../store.ts';
import type { Database } from './database.ts';

export const createChoreStore = (database: Database, clock: Clock): ChoreStore => ({
  async take(name, everyMs) {
    const nowMs = clock.nowMs();
    // One that lies ahead was taken before the clock was set back.
    const taken = await database.query(
      `INSERT INTO stillmotion.chore AS c (name, taken_at_ms) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET taken_at_ms = $2 WHERE c.taken_at_ms <= $2 - $3 OR c.taken_at_ms > $2 RETURNING name`,
      [name, nowMs, everyMs],
    );
    if (taken.length > 0) return 0;
    const [row] = await database.query<{ taken_at_ms: number }>('SELECT taken_at_ms FROM stillmotion.chore WHERE name = $1', [name]);
    return Math.max(1, Math.min(everyMs, (row?.taken_at_ms ?? nowMs) + everyMs - nowMs));
  },
});
