/** The database schema, as numbered steps that are applied once and in order, together with BullMQ's own. */
import { runMigrations as migrateQueue } from 'bullmq';
import type { Queryable } from './database.ts';

const steps: readonly string[] = [
  `
  CREATE SEQUENCE stillmotion.revision;
  CREATE TABLE stillmotion.job (
    id text PRIMARY KEY,
    request_key text NOT NULL UNIQUE,
    state text NOT NULL,
    channel text NOT NULL,
    place text NOT NULL,
    room text NOT NULL,
    user_id text NOT NULL,
    user_name text NOT NULL,
    locale text NOT NULL,
    address jsonb NOT NULL,
    request jsonb NOT NULL,
    photo jsonb NOT NULL,
    parent_id text,
    max_clip_bytes double precision NOT NULL,
    progress jsonb,
    attempt integer NOT NULL DEFAULT 0,
    cancel_requested boolean NOT NULL DEFAULT false,
    clip jsonb,
    error jsonb,
    notes jsonb NOT NULL DEFAULT '[]',
    delivery text NOT NULL DEFAULT 'none',
    delivery_attempts integer NOT NULL DEFAULT 0,
    delivery_receipt text,
    delivery_error jsonb,
    deliver_after_ms double precision NOT NULL DEFAULT 0,
    created_at_ms double precision NOT NULL,
    started_at_ms double precision,
    finished_at_ms double precision,
    touched_at_ms double precision NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    revision bigint NOT NULL DEFAULT nextval('stillmotion.revision')
  );
  CREATE INDEX job_open ON stillmotion.job (created_at_ms, id) WHERE state IN ('waiting', 'running');
  CREATE INDEX job_revision ON stillmotion.job (revision);
  CREATE INDEX job_pending ON stillmotion.job (deliver_after_ms) WHERE delivery = 'pending';
  CREATE INDEX job_finished ON stillmotion.job (finished_at_ms) WHERE state = 'done';
  CREATE FUNCTION stillmotion.next_revision() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.revision := nextval('stillmotion.revision'); RETURN NEW; END $$;
  CREATE TRIGGER job_changed BEFORE UPDATE ON stillmotion.job FOR EACH ROW EXECUTE FUNCTION stillmotion.next_revision();

  CREATE TABLE stillmotion.job_event (
    id bigserial PRIMARY KEY,
    job_id text NOT NULL REFERENCES stillmotion.job (id),
    kind text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    at_ms double precision NOT NULL
  );
  CREATE INDEX job_event_job ON stillmotion.job_event (job_id);

  CREATE TABLE stillmotion.ledger (
    id bigserial PRIMARY KEY,
    account text NOT NULL,
    user_id text NOT NULL,
    place text NOT NULL,
    day text NOT NULL,
    kind text NOT NULL,
    clips integer NOT NULL,
    job_id text,
    actor text NOT NULL,
    reason text NOT NULL DEFAULT '',
    at_ms double precision NOT NULL,
    UNIQUE (job_id, kind)
  );
  CREATE INDEX ledger_account ON stillmotion.ledger (account, day);

  CREATE TABLE stillmotion.settings (place text PRIMARY KEY, settings jsonb NOT NULL);
  CREATE TABLE stillmotion.ban (
    place text NOT NULL,
    user_id text NOT NULL,
    reason text NOT NULL,
    until_ms double precision,
    actor text NOT NULL,
    at_ms double precision NOT NULL,
    PRIMARY KEY (place, user_id)
  );
  CREATE TABLE stillmotion.audit (
    id bigserial PRIMARY KEY,
    place text NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    detail text NOT NULL,
    at_ms double precision NOT NULL
  );
  CREATE INDEX audit_place ON stillmotion.audit (place, id);
  `,
  `
  CREATE TABLE stillmotion.send (
    id bigserial PRIMARY KEY,
    job_id text NOT NULL REFERENCES stillmotion.job (id),
    way text NOT NULL,
    begun_at_ms double precision NOT NULL,
    ended_at_ms double precision,
    outcome text,
    receipt text
  );
  CREATE INDEX send_job ON stillmotion.send (job_id);
  CREATE TABLE stillmotion.ceiling (place text PRIMARY KEY, bytes double precision NOT NULL, learnt_at_ms double precision NOT NULL);
  CREATE TABLE stillmotion.inbox (
    channel text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL,
    taken_at_ms double precision NOT NULL,
    claimed_until_ms double precision NOT NULL,
    done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (channel, key)
  );
  CREATE INDEX inbox_open ON stillmotion.inbox (claimed_until_ms) WHERE NOT done;
  `,
];

type Session = Parameters<typeof migrateQueue>[0];

/**
 * Brings the database up to date.
 * @param session one dedicated connection; BullMQ runs its own migrations on it in one transaction
 */
export const migrate = async (database: Queryable, session: Session): Promise<void> => {
  // Bots and workers of one installation may start at the same moment; a lock on one row lets one of them through.
  await session.query('CREATE SCHEMA IF NOT EXISTS stillmotion');
  await session.query('CREATE TABLE IF NOT EXISTS stillmotion.migration (step integer PRIMARY KEY)');
  await session.query('BEGIN');
  try {
    await session.query('LOCK TABLE stillmotion.migration IN EXCLUSIVE MODE');
    const [row] = await database.query<{ step: number }>('SELECT coalesce(max(step), 0)::int AS step FROM stillmotion.migration');
    for (const [index, sql] of steps.entries()) {
      if (index < (row?.step ?? 0)) continue;
      await session.query(sql);
      await session.query(`INSERT INTO stillmotion.migration (step) VALUES (${index + 1})`);
    }
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK');
    throw error;
  }
  await migrateQueue(session);
};
