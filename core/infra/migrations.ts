/** The database schema, as numbered steps that are applied once and in order, together with BullMQ's own. */
import { runMigrations as migrateQueue } from 'bullmq';
import { acceptFunctions } from './accept-functions.ts';
import { acceptScalars } from './accept-scalars.ts';
import { acceptSeen } from './accept-seen.ts';
import { acceptSteady } from './accept-steady.ts';
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
  // Credits in double entry, turns in line, and what was learnt about durations. One clip of the old ledger is one credit, 10000 ms.
  `
  ALTER TABLE stillmotion.ledger RENAME TO ledger_before_credits;
  CREATE TABLE stillmotion.ledger_entry (
    id bigserial PRIMARY KEY,
    key text UNIQUE,
    kind text NOT NULL,
    user_id text NOT NULL,
    place text NOT NULL,
    job_id text,
    actor text NOT NULL,
    reason text NOT NULL DEFAULT '',
    at_ms double precision NOT NULL
  );
  CREATE INDEX ledger_entry_person ON stillmotion.ledger_entry (user_id, id);
  CREATE INDEX ledger_entry_job ON stillmotion.ledger_entry (job_id) WHERE job_id IS NOT NULL;
  CREATE TABLE stillmotion.ledger_line (
    entry_id bigint NOT NULL REFERENCES stillmotion.ledger_entry (id),
    account text NOT NULL,
    amount_ms bigint NOT NULL CHECK (amount_ms <> 0),
    PRIMARY KEY (entry_id, account)
  );
  CREATE INDEX ledger_line_account ON stillmotion.ledger_line (account) INCLUDE (amount_ms);
  CREATE FUNCTION stillmotion.check_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT sum(amount_ms) FROM stillmotion.ledger_line WHERE entry_id = NEW.entry_id) <> 0 THEN
        RAISE EXCEPTION 'ledger entry % is not balanced', NEW.entry_id USING ERRCODE = 'check_violation';
      END IF;
      IF NEW.account LIKE 'hold:%' AND (SELECT sum(amount_ms) FROM stillmotion.ledger_line WHERE account = NEW.account) < 0 THEN
        RAISE EXCEPTION 'more was taken from % than was set aside', NEW.account USING ERRCODE = 'check_violation';
      END IF;
      RETURN NULL;
    END $$;
  CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON stillmotion.ledger_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stillmotion.check_ledger();
  CREATE FUNCTION stillmotion.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation'; END $$;
  CREATE TRIGGER ledger_entry_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON stillmotion.ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION stillmotion.refuse_change();
  CREATE TRIGGER ledger_line_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON stillmotion.ledger_line
    FOR EACH STATEMENT EXECUTE FUNCTION stillmotion.refuse_change();

  CREATE TEMPORARY TABLE old_ledger ON COMMIT DROP AS
    SELECT l.*, j.id IS NOT NULL AS open, CASE WHEN account LIKE '%#grants' THEN 'grants:' || left(account, -7) ELSE 'day:' || account || ':' || day END AS new_account
    FROM stillmotion.ledger_before_credits l LEFT JOIN stillmotion.job j ON l.kind = 'hold' AND j.id = l.job_id AND j.state IN ('waiting', 'running');
  INSERT INTO stillmotion.ledger_entry (key, kind, user_id, place, job_id, actor, reason, at_ms)
    SELECT 'hold:' || job_id, 'hold', user_id, place, job_id, actor, reason, at_ms FROM old_ledger WHERE open ORDER BY id;
  INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms)
    SELECT e.id, line.account, line.amount_ms FROM old_ledger o JOIN stillmotion.ledger_entry e ON e.key = 'hold:' || o.job_id
    CROSS JOIN LATERAL (VALUES (o.new_account, o.clips * 10000), ('hold:' || o.job_id, -o.clips * 10000)) AS line (account, amount_ms) WHERE o.open;
  CREATE TEMPORARY TABLE old_balance ON COMMIT DROP AS
    SELECT new_account, user_id, place, sum(clips) * 10000 AS amount_ms, max(at_ms) AS at_ms FROM old_ledger
    WHERE NOT open GROUP BY new_account, user_id, place HAVING sum(clips) <> 0;
  INSERT INTO stillmotion.ledger_entry (key, kind, user_id, place, actor, reason, at_ms)
    SELECT 'opening:' || place || ' ' || new_account, 'opening', user_id, place, 'stillmotion', 'brought over from the ledger of clips', at_ms
    FROM old_balance ORDER BY at_ms;
  INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms)
    SELECT e.id, line.account, line.amount_ms FROM old_balance o JOIN stillmotion.ledger_entry e ON e.key = 'opening:' || o.place || ' ' || o.new_account
    CROSS JOIN LATERAL (VALUES (o.new_account, o.amount_ms), ('house:opening', -o.amount_ms)) AS line (account, amount_ms);
  SET CONSTRAINTS ALL IMMEDIATE;
  SET CONSTRAINTS ALL DEFERRED;

  ALTER TABLE stillmotion.job
    ADD COLUMN nominal_ms double precision,
    ADD COLUMN predicted_ms double precision NOT NULL DEFAULT 10000,
    ADD COLUMN size_class integer NOT NULL DEFAULT 8,
    ADD COLUMN weight double precision NOT NULL DEFAULT 1,
    ADD COLUMN ticket text,
    ADD COLUMN eta_ms double precision,
    ADD COLUMN eta_low_ms double precision,
    ADD COLUMN eta_high_ms double precision,
    ADD COLUMN eta_ahead integer;
  CREATE INDEX job_line ON stillmotion.job (place, user_id, created_at_ms, id COLLATE "C") WHERE state = 'waiting';
  CREATE INDEX job_age ON stillmotion.job (place, created_at_ms, id COLLATE "C") WHERE state = 'waiting';
  CREATE INDEX job_ticket ON stillmotion.job (ticket) WHERE state = 'running';
  CREATE TABLE stillmotion.line_clock (single boolean PRIMARY KEY DEFAULT true CHECK (single), virtual_ms double precision NOT NULL DEFAULT 0);
  INSERT INTO stillmotion.line_clock DEFAULT VALUES;
  CREATE TABLE stillmotion.line_place (
    place text PRIMARY KEY,
    start_ms double precision NOT NULL DEFAULT 0,
    since_ms double precision NOT NULL DEFAULT 0,
    urgency double precision NOT NULL DEFAULT 0,
    virtual_ms double precision NOT NULL DEFAULT 0,
    waiting integer NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    work_ms double precision NOT NULL DEFAULT 0
  );
  CREATE INDEX line_place_next ON stillmotion.line_place (urgency, place COLLATE "C") WHERE waiting > 0;
  CREATE TABLE stillmotion.line_person (
    place text NOT NULL,
    user_id text NOT NULL,
    start_ms double precision NOT NULL DEFAULT 0,
    since_ms double precision NOT NULL DEFAULT 0,
    urgency double precision NOT NULL DEFAULT 0,
    waiting integer NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    work_ms double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (place, user_id)
  );
  CREATE INDEX line_person_next ON stillmotion.line_person (place, urgency, user_id COLLATE "C") WHERE waiting > 0;
  CREATE INDEX line_person_user ON stillmotion.line_person (user_id) WHERE waiting > 0;
  INSERT INTO stillmotion.line_person (place, user_id, since_ms, urgency, waiting, work_ms)
    SELECT place, user_id, min(created_at_ms), min(created_at_ms) * 0.05, count(*), sum(predicted_ms) FROM stillmotion.job WHERE state = 'waiting' GROUP BY place, user_id;
  INSERT INTO stillmotion.line_place (place, since_ms, urgency, waiting, work_ms)
    SELECT place, min(since_ms), min(urgency), sum(waiting), sum(work_ms) FROM stillmotion.line_person GROUP BY place;

  CREATE TABLE stillmotion.render_rate (engine text NOT NULL, size integer NOT NULL, ratios jsonb NOT NULL, PRIMARY KEY (engine, size));
  CREATE TABLE stillmotion.eta_spread (class integer PRIMARY KEY, ratios jsonb NOT NULL, inside integer NOT NULL, total integer NOT NULL);
  `,
  // Which engines are held where.
  `
  CREATE TABLE stillmotion.worker (
    id text PRIMARY KEY,
    manifests jsonb NOT NULL,
    engines text[] NOT NULL,
    provider text NOT NULL,
    heartbeat_ms double precision NOT NULL
  );
  `,
  // Which chore was done when, by one process of several.
  `
  CREATE TABLE stillmotion.chore (name text PRIMARY KEY, taken_at_ms double precision NOT NULL);
  `,
  // What is still needed of photos and clips.
  `
  CREATE INDEX job_photo ON stillmotion.job ((photo->>'sha256'));
  CREATE INDEX job_kept ON stillmotion.job (finished_at_ms) WHERE NOT deleted AND finished_at_ms IS NOT NULL;
  `,
  // Places that became other places, as a group on Telegram becomes a supergroup.
  `
  CREATE TABLE stillmotion.place_move (old_place text PRIMARY KEY, new_place text NOT NULL, at_ms double precision NOT NULL);
  CREATE INDEX place_move_new ON stillmotion.place_move (new_place);
  `,
  // A request is accepted in few round trips.
  acceptFunctions,
  // In two, unless somebody else's request comes between them.
  acceptSeen,
  // With less to put together and to take apart.
  acceptScalars,
  // With plans that stay.
  acceptSteady,
];

type Session = Parameters<typeof migrateQueue>[0];

/**
 * Brings the database up to date.
 * @param session one dedicated connection; BullMQ runs its own migrations on it in one transaction
 * @param upTo only so many steps, for a database as an older version left it
 */
export const migrate = async (database: Queryable, session: Session, upTo = steps.length): Promise<void> => {
  await session.query('BEGIN');
  try {
    // Bots and workers of one installation may start at the same moment, and IF NOT EXISTS alone does not let one of them through.
    await session.query(`SELECT pg_advisory_xact_lock(hashtext('stillmotion:migrate'))`);
    await session.query('CREATE SCHEMA IF NOT EXISTS stillmotion');
    await session.query('CREATE TABLE IF NOT EXISTS stillmotion.migration (step integer PRIMARY KEY)');
    const [row] = await database.query<{ step: number }>('SELECT coalesce(max(step), 0)::int AS step FROM stillmotion.migration');
    for (const [index, sql] of steps.entries()) {
      if (index < (row?.step ?? 0) || index >= upTo) continue;
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
