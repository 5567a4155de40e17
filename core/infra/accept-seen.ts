/**
 * The usual way of a request into the database, as two functions that live there: one reads all that is decided upon, without locks;
 * the other writes the decision if what it was made on still holds. When it does not, a third reads once more, under locks.
 */

/** A step of `migrations.ts`; once released it never changes. What the step before made stays for a process of that version. */
export const acceptSeen = `
  -- Jobs are never removed, and an event is written with its job or after it: nothing is left to check, at every event.
  ALTER TABLE stillmotion.job_event DROP CONSTRAINT job_event_job_id_fkey;

  -- The same rules as before. What nearly every statement writes, one entry that takes nothing from a hold, is known at one look.
  CREATE OR REPLACE FUNCTION stillmotion.check_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE wrong text; total numeric; is_one boolean; takes boolean;
    BEGIN
      SELECT sum(a.amount_ms), min(a.entry_id) = max(a.entry_id), bool_or(a.amount_ms < 0 AND a.account LIKE 'hold:%') INTO total, is_one, takes FROM added a;
      IF total = 0 AND is_one AND NOT takes THEN RETURN NULL; END IF;
      SELECT a.entry_id INTO wrong FROM added a GROUP BY a.entry_id HAVING sum(a.amount_ms) <> 0 LIMIT 1;
      IF wrong IS NOT NULL THEN RAISE EXCEPTION 'ledger entry % is not balanced', wrong USING ERRCODE = 'check_violation'; END IF;
      SELECT a.account INTO wrong FROM added a WHERE a.amount_ms < 0 AND a.account LIKE 'hold:%'
        AND (SELECT sum(l.amount_ms) FROM stillmotion.ledger_line l WHERE l.account = a.account) < 0 LIMIT 1;
      IF wrong IS NOT NULL THEN RAISE EXCEPTION 'more was taken from % than was set aside', wrong USING ERRCODE = 'check_violation'; END IF;
      RETURN NULL;
    END $$;

  -- What a request is decided upon, as of one moment. accounts are all that might pay; those without lines are left out.
  CREATE FUNCTION stillmotion.desk(asked_key text, asked_place text, asking_user text, now_ms double precision, accounts text[])
  RETURNS json LANGUAGE plpgsql STABLE AS $$
    BEGIN
      RETURN json_build_object(
        'known', (SELECT to_json(j) FROM stillmotion.job j WHERE j.request_key = asked_key),
        'settings', (SELECT s.settings FROM stillmotion.settings s WHERE s.place = asked_place),
        'ban', (SELECT to_json(b) FROM stillmotion.ban b
                WHERE b.place = asked_place AND b.user_id = asking_user AND (b.until_ms IS NULL OR b.until_ms > now_ms)),
        'rates', (SELECT coalesce(json_agg(r), '[]') FROM stillmotion.render_rate r),
        'person', (SELECT to_json(l) FROM stillmotion.line_person l WHERE l.place = asked_place AND l.user_id = asking_user),
        'home', (SELECT to_json(l) FROM stillmotion.line_place l WHERE l.place = asked_place),
        'everywhere', (SELECT coalesce(sum(l.waiting), 0) FROM stillmotion.line_person l WHERE l.user_id = asking_user AND l.waiting > 0),
        'virtualMs', (SELECT virtual_ms FROM stillmotion.line_clock),
        'sums', (SELECT coalesce(json_object_agg(s.account, s.sum), '{}') FROM (
          SELECT l.account, sum(l.amount_ms) AS sum FROM stillmotion.ledger_line l WHERE l.account = ANY (accounts) GROUP BY l.account) s));
    END $$;

  -- The same under the locks of one person's requests, of the common pool if there is one, and of the flows that a new job would
  -- enter, in this order everywhere. Volatile: each statement sees what was committed while it waited for a lock.
  CREATE FUNCTION stillmotion.locked_desk(asked_key text, asked_place text, asking_user text, now_ms double precision, accounts text[], pooled boolean)
  RETURNS json LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtext('stillmotion:' || asking_user));
      IF pooled THEN PERFORM pg_advisory_xact_lock(hashtext('stillmotion:pool:' || asked_place)); END IF;
      INSERT INTO stillmotion.line_person (place, user_id) VALUES (asked_place, asking_user) ON CONFLICT DO NOTHING;
      PERFORM FROM stillmotion.line_person WHERE place = asked_place AND user_id = asking_user FOR UPDATE;
      INSERT INTO stillmotion.line_place (place) VALUES (asked_place) ON CONFLICT DO NOTHING;
      PERFORM FROM stillmotion.line_place WHERE place = asked_place FOR UPDATE;
      RETURN stillmotion.desk(asked_key, asked_place, asking_user, now_ms, accounts);
    END $$;

  -- Writes an accepted job with its hold, its place in line and its first event. Unless its caller holds the locks of locked_desk
  -- it takes them in the same order and returns NULL, having written nothing, when the decision was made on what is no longer so:
  -- the request is known, a sum has changed, too many wait now, or a flow that the job would enter is not the one that was seen.
  -- A flow in which somebody waits is entered as it is. Volatile as well.
  CREATE FUNCTION stillmotion.accept_seen(draft jsonb, held text[], amounts bigint[], payers text[], sums bigint[], pooled boolean,
    most_here double precision, most_everywhere double precision, most_all double precision,
    person_start double precision, person_urgency double precision, person_was double precision,
    home_start double precision, home_urgency double precision, home_was double precision, home_virtual double precision,
    clock double precision, locked boolean)
  RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
      j stillmotion.job := jsonb_populate_record(NULL::stillmotion.job, draft);
      revision bigint;
      entered boolean := true;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtext('stillmotion:' || j.user_id));
      IF pooled THEN PERFORM pg_advisory_xact_lock(hashtext('stillmotion:pool:' || j.place)); END IF;
      IF NOT locked AND (EXISTS (SELECT FROM stillmotion.job o WHERE o.request_key = j.request_key)
        OR (SELECT coalesce(sum(l.waiting), 0) FROM stillmotion.line_person l WHERE l.user_id = j.user_id AND l.waiting > 0) >= most_everywhere
        OR EXISTS (SELECT FROM unnest(payers, sums) AS p (account, sum_ms)
          WHERE p.sum_ms <> (SELECT coalesce(sum(l.amount_ms), 0) FROM stillmotion.ledger_line l WHERE l.account = p.account))) THEN RETURN NULL; END IF;
      INSERT INTO stillmotion.job (id, request_key, state, channel, place, room, user_id, user_name, locale, address, request, photo, parent_id,
          max_clip_bytes, created_at_ms, touched_at_ms, nominal_ms, predicted_ms, size_class, weight, eta_ms, eta_low_ms, eta_high_ms, eta_ahead)
        VALUES (j.id, j.request_key, 'waiting', j.channel, j.place, j.room, j.user_id, j.user_name, j.locale, j.address, j.request,
          coalesce(j.photo, 'null'::jsonb), j.parent_id, j.max_clip_bytes, j.created_at_ms, j.created_at_ms, j.nominal_ms, j.predicted_ms, j.size_class,
          j.weight, j.eta_ms, j.eta_low_ms, j.eta_high_ms, j.eta_ahead)
        RETURNING job.revision INTO revision;
      WITH entry AS (INSERT INTO stillmotion.ledger_entry (key, kind, user_id, place, job_id, actor, at_ms)
        VALUES ('hold:' || j.id, 'hold', j.user_id, j.place, j.id, j.user_id, j.created_at_ms) RETURNING id)
      INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms) SELECT entry.id, l.account, l.amount_ms FROM entry, unnest(held, amounts) AS l (account, amount_ms);
      INSERT INTO stillmotion.job_event (job_id, kind, at_ms) VALUES (j.id, 'accepted', j.created_at_ms);
      IF person_was IS NULL THEN
        INSERT INTO stillmotion.line_person (place, user_id, start_ms, since_ms, urgency, waiting, work_ms)
          VALUES (j.place, j.user_id, person_start, j.created_at_ms, person_urgency, 1, j.predicted_ms) ON CONFLICT DO NOTHING;
      ELSE
        UPDATE stillmotion.line_person l SET waiting = l.waiting + 1, work_ms = l.work_ms + j.predicted_ms,
            start_ms = CASE WHEN l.waiting = 0 THEN person_start ELSE l.start_ms END,
            since_ms = CASE WHEN l.waiting = 0 THEN j.created_at_ms ELSE l.since_ms END,
            urgency = CASE WHEN l.waiting = 0 THEN person_urgency ELSE l.urgency END
          WHERE l.place = j.place AND l.user_id = j.user_id AND (locked OR l.waiting < most_here AND (l.waiting > 0 OR l.start_ms = person_was))
          RETURNING l.waiting = 1 INTO entered;
      END IF;
      IF NOT FOUND THEN RAISE SQLSTATE 'SM001'; END IF;
      IF home_was IS NULL THEN
        INSERT INTO stillmotion.line_place (place, start_ms, since_ms, urgency, waiting, work_ms)
          SELECT j.place, home_start, j.created_at_ms, home_urgency, 1, j.predicted_ms FROM stillmotion.line_clock c WHERE locked OR c.virtual_ms = clock
          ON CONFLICT DO NOTHING;
      ELSE
        UPDATE stillmotion.line_place l SET waiting = l.waiting + 1, work_ms = l.work_ms + j.predicted_ms,
            start_ms = CASE WHEN l.waiting = 0 THEN home_start ELSE l.start_ms END,
            since_ms = CASE WHEN l.waiting = 0 THEN j.created_at_ms ELSE l.since_ms END,
            urgency = CASE WHEN l.waiting = 0 THEN home_urgency ELSE l.urgency END
          WHERE l.place = j.place AND (locked OR l.waiting < most_all AND (NOT entered OR l.virtual_ms = home_virtual)
            AND (l.waiting > 0 OR l.start_ms = home_was AND (SELECT c.virtual_ms FROM stillmotion.line_clock c) = clock));
      END IF;
      IF NOT FOUND THEN RAISE SQLSTATE 'SM001'; END IF;
      RETURN revision;
    EXCEPTION WHEN SQLSTATE 'SM001' THEN RETURN NULL;
    END $$;
`;
