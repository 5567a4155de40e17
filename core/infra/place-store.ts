/** Settings, bans and the audit trail of places in SQL. */
import type { Clock } from '../clock.ts';
import { defaultSettings, type Settings } from '../settings.ts';
import type { AuditEntry, Ban, PlaceStore } from '../store.ts';
import type { Database, Queryable, Row } from './database.ts';
import { movePlace } from './place-move.ts';

export interface BanRow extends Row {
  reason: string;
  until_ms: number | null;
  actor: string;
}

interface AuditRow extends Row {
  place: string;
  actor: string;
  action: string;
  target: string;
  detail: string;
  at_ms: number;
}

export const toBan = ({ actor, reason, until_ms: untilMs }: BanRow, place: string, user: string): Ban => ({ user, place, reason, untilMs, actor });

export const createPlaceStore = (database: Database, clock: Clock): PlaceStore => {
  const read = async (source: Queryable, place: string, lock = ''): Promise<Settings> => {
    const [row] = await source.query<{ settings: Partial<Settings> }>(`SELECT settings FROM stillmotion.settings WHERE place = $1 ${lock}`, [place]);
    return { ...defaultSettings, ...row?.settings };
  };
  const audit = (tx: Queryable, entry: Omit<AuditEntry, 'atMs'>) =>
    tx.query('INSERT INTO stillmotion.audit (place, actor, action, target, detail, at_ms) VALUES ($1, $2, $3, $4, $5, $6)', [
      entry.place,
      entry.actor,
      entry.action,
      entry.target,
      entry.detail,
      clock.nowMs(),
    ]);

  return {
    settings: (place) => read(database, place),
    changeSettings: (place, change, entry) =>
      database.transaction(async (tx) => {
        await tx.query(`INSERT INTO stillmotion.settings (place, settings) VALUES ($1, '{}'::jsonb) ON CONFLICT DO NOTHING`, [place]);
        const settings = change(await read(tx, place, 'FOR UPDATE'));
        await tx.query('UPDATE stillmotion.settings SET settings = $2::jsonb WHERE place = $1', [place, JSON.stringify(settings)]);
        await audit(tx, { place, ...entry });
        return settings;
      }),
    async activeBan(place, user) {
      const [row] = await database.query<BanRow>('SELECT * FROM stillmotion.ban WHERE place = $1 AND user_id = $2 AND (until_ms IS NULL OR until_ms > $3)', [
        place,
        user,
        clock.nowMs(),
      ]);
      return row ? toBan(row, place, user) : null;
    },
    async ban({ place, user, reason, untilMs, actor }) {
      await database.transaction(async (tx) => {
        await tx.query(
          `INSERT INTO stillmotion.ban (place, user_id, reason, until_ms, actor, at_ms) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (place, user_id) DO UPDATE SET reason = $3, until_ms = $4, actor = $5, at_ms = $6`,
          [place, user, reason.slice(0, 300), untilMs, actor, clock.nowMs()],
        );
        await audit(tx, {
          place,
          actor,
          action: 'ban',
          target: user,
          detail: `${untilMs === null ? 'forever' : new Date(untilMs).toISOString()} ${reason.slice(0, 300)}`.trim(),
        });
      });
    },
    unban: (place, user, actor) =>
      database.transaction(async (tx) => {
        const rows = await tx.query('DELETE FROM stillmotion.ban WHERE place = $1 AND user_id = $2 RETURNING user_id', [place, user]);
        if (rows.length > 0) await audit(tx, { place, actor, action: 'unban', target: user, detail: '' });
        return rows.length > 0;
      }),
    move: (from, to) => database.transaction((tx) => movePlace(tx, from, to, clock.nowMs())),
    async audit(place, limit) {
      const rows = await database.query<AuditRow>('SELECT * FROM stillmotion.audit WHERE place = $1 ORDER BY id DESC LIMIT $2', [place, limit]);
      return rows.map(({ at_ms, ...row }) => ({ place: row.place, actor: row.actor, action: row.action, target: row.target, detail: row.detail, atMs: at_ms }));
    },
  };
};
