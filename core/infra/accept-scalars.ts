/**
 * The two functions of the usual way once more, with less to put together and to take apart: what is read comes as a list, what is
 * written goes in as plain values, in one statement where it can. Their rules and their order of locks are those of `accept-seen.ts`.
 */

/** A step of `migrations.ts`; once released it never changes. What the steps before made stays for a process of those versions. */
export const acceptScalars = `
  -- Entries are never changed or removed, so that it is enough to see once that the entry of a line is there: by the trigger that
  -- looks at a statement's lines anyway, instead of by a question and a lock for each of them.
  ALTER TABLE stillmotion.ledger_line DROP CONSTRAINT ledger_line_entry_id_fkey;
  CREATE OR REPLACE FUNCTION stillmotion.check_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE wrong text; usual boolean;
    BEGIN
      -- What nearly every statement writes, one entry that takes nothing from a hold, is known at one look.
      SELECT sum(a.amount_ms) = 0 AND min(a.entry_id) = max(a.entry_id) AND NOT bool_or(a.amount_ms < 0 AND a.account LIKE 'hold:%')
        AND EXISTS (SELECT FROM stillmotion.ledger_entry e WHERE e.id = min(a.entry_id)) INTO usual FROM added a;
      IF usual THEN RETURN NULL; END IF;
      SELECT a.entry_id INTO wrong FROM added a WHERE NOT EXISTS (SELECT FROM stillmotion.ledger_entry e WHERE e.id = a.entry_id) LIMIT 1;
      IF wrong IS NOT NULL THEN RAISE EXCEPTION 'ledger entry % does not exist', wrong USING ERRCODE = 'foreign_key_violation'; END IF;
      SELECT a.entry_id INTO wrong FROM added a GROUP BY a.entry_id HAVING sum(a.amount_ms) <> 0 LIMIT 1;
      IF wrong IS NOT NULL THEN RAISE EXCEPTION 'ledger entry % is not balanced', wrong USING ERRCODE = 'check_violation'; END IF;
      SELECT a.account INTO wrong FROM added a WHERE a.amount_ms < 0 AND a.account LIKE 'hold:%'
        AND (SELECT sum(l.amount_ms) FROM stillmotion.ledger_line l WHERE l.account = a.account) < 0 LIMIT 1;
      IF wrong IS NOT NULL THEN RAISE EXCEPTION 'more was taken from % than was set aside', wrong USING ERRCODE = 'check_violation'; END IF;
      RETURN NULL;
    END $$;

  -- What a request is decided upon, as of one moment; the order of the list is that of DeskRow in accept-desk.ts. accounts are all
  -- that might pay; those without lines are left out.
  CREATE FUNCTION stillmotion.read_desk(asked_key text, asked_place text, asking_user text, now_ms double precision, accounts text[])
  RETURNS json LANGUAGE plpgsql STABLE AS $$
    BEGIN
      RETURN (SELECT json_build_array(
          (SELECT to_json(j) FROM stillmotion.job j WHERE j.request_key = asked_key),
          s.settings,
          CASE WHEN b.place IS NOT NULL THEN to_json(b) END,
          (SELECT json_agg(json_build_array(r.engine, r.size, r.ratios)) FROM stillmotion.render_rate r),
          p.start_ms, p.since_ms, p.waiting,
          h.start_ms, h.since_ms, h.waiting, h.virtual_ms,
          (SELECT coalesce(sum(l.waiting), 0) FROM stillmotion.line_person l WHERE l.user_id = asking_user AND l.waiting > 0),
          c.virtual_ms,
          (SELECT json_object_agg(t.account, t.sum) FROM (
            SELECT l.account, sum(l.amount_ms) AS sum FROM stillmotion.ledger_line l WHERE l.account = ANY (accounts) GROUP BY l.account) t))
        FROM stillmotion.line_clock c
        LEFT JOIN stillmotion.settings s ON s.place = asked_place
        LEFT JOIN stillmotion.ban b ON b.place = asked_place AND b.user_id = asking_user AND (b.until_ms IS NULL OR b.until_ms > now_ms)
        LEFT JOIN stillmotion.line_person p ON p.place = asked_place AND p.user_id = asking_user
        LEFT JOIN stillmotion.line_place h ON h.place = asked_place);
    END $$;

  -- The same under the locks of one person's requests, of the common pool if there is one, and of the flows that a new job would
  -- enter, in this order everywhere. Volatile: each statement sees what was committed while it waited for a lock.
  CREATE FUNCTION stillmotion.read_locked_desk(asked_key text, asked_place text, asking_user text, now_ms double precision, accounts text[], pooled boolean)
  RETURNS json LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtext('stillmotion:' || asking_user));
      IF pooled THEN PERFORM pg_advisory_xact_lock(hashtext('stillmotion:pool:' || asked_place)); END IF;
      INSERT INTO stillmotion.line_person (place, user_id) VALUES (asked_place, asking_user) ON CONFLICT DO NOTHING;
      PERFORM FROM stillmotion.line_person WHERE place = asked_place AND user_id = asking_user FOR UPDATE;
      INSERT INTO stillmotion.line_place (place) VALUES (asked_place) ON CONFLICT DO NOTHING;
      PERFORM FROM stillmotion.line_place WHERE place = asked_place FOR UPDATE;
      RETURN stillmotion.read_desk(asked_key, asked_place, asking_user, now_ms, accounts);
    END $$;

  -- Writes an accepted job with its hold, its place in line and its first event. Unless its caller holds the locks of read_locked_desk
  -- it takes them in the same order and returns NULL, having written nothing, when the decision was made on what is no longer so:
  -- the request is known, a sum has changed, too many wait now, or a flow that the job would enter is not the one that was seen.
  -- A flow in which somebody waits is entered as it is. Volatile as well.
  CREATE FUNCTION stillmotion.write_accepted(new_id text, asked_key text, channel text, asked_place text, room text, asking_user text, user_name text,
    locale text, address jsonb, request jsonb, photo jsonb, parent text, max_clip_bytes double precision, now_ms double precision,
    nominal_ms double precision, predicted_ms double precision, size_class integer, weight double precision,
    eta_ms double precision, eta_low_ms double precision, eta_high_ms double precision, eta_ahead integer,
    held text[], amounts bigint[], payers text[], sums bigint[], pooled boolean,
    most_here double precision, most_everywhere double precision, most_all double precision,
    person_start double precision, person_urgency double precision, person_was double precision,
    home_start double precision, home_urgency double precision, home_was double precision, home_virtual double precision,
    clock double precision, locked boolean)
  RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
      new_revision bigint;
      entered boolean := true;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtext('stillmotion:' || asking_user));
      IF pooled THEN PERFORM pg_advisory_xact_lock(hashtext('stillmotion:pool:' || asked_place)); END IF;
      IF NOT locked AND (EXISTS (SELECT FROM stillmotion.job o WHERE o.request_key = asked_key)
        OR (SELECT coalesce(sum(l.waiting), 0) FROM stillmotion.line_person l WHERE l.user_id = asking_user AND l.waiting > 0) >= most_everywhere
        OR EXISTS (SELECT FROM unnest(payers, sums) AS p (account, sum_ms)
          WHERE p.sum_ms <> (SELECT coalesce(sum(l.amount_ms), 0) FROM stillmotion.ledger_line l WHERE l.account = p.account))) THEN RETURN NULL; END IF;
      WITH new_job AS (
        INSERT INTO stillmotion.job (id, request_key, state, channel, place, room, user_id, user_name, locale, address, request, photo, parent_id,
            max_clip_bytes, created_at_ms, touched_at_ms, nominal_ms, predicted_ms, size_class, weight, eta_ms, eta_low_ms, eta_high_ms, eta_ahead)
          VALUES (new_id, asked_key, 'waiting', channel, asked_place, room, asking_user, user_name, locale, address, request, photo, parent,
            max_clip_bytes, now_ms, now_ms, nominal_ms, predicted_ms, size_class, weight, eta_ms, eta_low_ms, eta_high_ms, eta_ahead)
          RETURNING revision),
      entry AS (
        INSERT INTO stillmotion.ledger_entry (key, kind, user_id, place, job_id, actor, at_ms)
          VALUES ('hold:' || new_id, 'hold', asking_user, asked_place, new_id, asking_user, now_ms) RETURNING id),
      line AS (
        INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms)
          SELECT entry.id, l.account, l.amount_ms FROM entry, unnest(held, amounts) AS l (account, amount_ms)),
      event AS (INSERT INTO stillmotion.job_event (job_id, kind, at_ms) VALUES (new_id, 'accepted', now_ms))
      SELECT revision INTO new_revision FROM new_job;
      IF person_was IS NULL THEN
        INSERT INTO stillmotion.line_person (place, user_id, start_ms, since_ms, urgency, waiting, work_ms)
          VALUES (asked_place, asking_user, person_start, now_ms, person_urgency, 1, predicted_ms) ON CONFLICT DO NOTHING;
      ELSE
        UPDATE stillmotion.line_person l SET waiting = l.waiting + 1, work_ms = l.work_ms + predicted_ms,
            start_ms = CASE WHEN l.waiting = 0 THEN person_start ELSE l.start_ms END,
            since_ms = CASE WHEN l.waiting = 0 THEN now_ms ELSE l.since_ms END,
            urgency = CASE WHEN l.waiting = 0 THEN person_urgency ELSE l.urgency END
          WHERE l.place = asked_place AND l.user_id = asking_user AND (locked OR l.waiting < most_here AND (l.waiting > 0 OR l.start_ms = person_was))
          RETURNING l.waiting = 1 INTO entered;
      END IF;
      IF NOT FOUND THEN RAISE SQLSTATE 'SM001'; END IF;
      IF home_was IS NULL THEN
        INSERT INTO stillmotion.line_place (place, start_ms, since_ms, urgency, waiting, work_ms)
          SELECT asked_place, home_start, now_ms, home_urgency, 1, predicted_ms FROM stillmotion.line_clock c WHERE locked OR c.virtual_ms = clock
          ON CONFLICT DO NOTHING;
      ELSE
        UPDATE stillmotion.line_place l SET waiting = l.waiting + 1, work_ms = l.work_ms + predicted_ms,
            start_ms = CASE WHEN l.waiting = 0 THEN home_start ELSE l.start_ms END,
            since_ms = CASE WHEN l.waiting = 0 THEN now_ms ELSE l.since_ms END,
            urgency = CASE WHEN l.waiting = 0 THEN home_urgency ELSE l.urgency END
          WHERE l.place = asked_place AND (locked OR l.waiting < most_all AND (NOT entered OR l.virtual_ms = home_virtual)
            AND (l.waiting > 0 OR l.start_ms = home_was AND (SELECT c.virtual_ms FROM stillmotion.line_clock c) = clock));
      END IF;
      IF NOT FOUND THEN RAISE SQLSTATE 'SM001'; END IF;
      RETURN new_revision;
    EXCEPTION WHEN SQLSTATE 'SM001' THEN RETURN NULL;
    END $$;
`;
