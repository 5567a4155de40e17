/**
 * The way of a request into the database, as functions that live there: each is one round trip whose plans the server keeps. They
 * read together what is decided upon together, and write together what must be written together; every decision is made by the pure
 * parts of core in between, under the locks that `open_desk` takes.
 */

/** A step of `migrations.ts`; once released it never changes, a later step replaces what must become different. */
export const acceptFunctions = `
  -- What decides before anything costs something: the job that this request has become already, the place's settings, a ban, durations.
  CREATE FUNCTION stillmotion.circumstances(asked_key text, asked_place text, asking_user text, now_ms double precision)
  RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
    BEGIN
      RETURN jsonb_build_object(
        'known', (SELECT to_jsonb(j) FROM stillmotion.job j WHERE j.request_key = asked_key),
        'settings', (SELECT s.settings FROM stillmotion.settings s WHERE s.place = asked_place),
        'ban', (SELECT to_jsonb(b) FROM stillmotion.ban b
                WHERE b.place = asked_place AND b.user_id = asking_user AND (b.until_ms IS NULL OR b.until_ms > now_ms)),
        'rates', (SELECT coalesce(jsonb_agg(to_jsonb(r)), '[]') FROM stillmotion.render_rate r));
    END $$;

  -- Locks one person's requests, the common pool if there is one, and the flows that a new job would enter, in this order everywhere;
  -- then reads what the decision needs. Volatile on purpose: every statement in it sees what was committed while it waited for a lock.
  CREATE FUNCTION stillmotion.open_desk(asked_key text, asked_place text, asking_user text, pooled boolean, own_account text,
    grant_account text, pool_account text)
  RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
      known jsonb;
      person stillmotion.line_person;
      home stillmotion.line_place;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtext('stillmotion:' || asking_user));
      SELECT to_jsonb(j) INTO known FROM stillmotion.job j WHERE j.request_key = asked_key;
      IF known IS NOT NULL THEN RETURN jsonb_build_object('known', known); END IF;
      IF pooled THEN PERFORM pg_advisory_xact_lock(hashtext('stillmotion:pool:' || asked_place)); END IF;
      SELECT * INTO person FROM stillmotion.line_person WHERE place = asked_place AND user_id = asking_user FOR UPDATE;
      SELECT * INTO home FROM stillmotion.line_place WHERE place = asked_place FOR UPDATE;
      RETURN jsonb_build_object(
        'person', CASE WHEN person.place IS NOT NULL THEN to_jsonb(person) END,
        'home', CASE WHEN home.place IS NOT NULL THEN to_jsonb(home) END,
        'everywhere', (SELECT coalesce(sum(waiting), 0) FROM stillmotion.line_person WHERE user_id = asking_user AND waiting > 0),
        'virtualMs', (SELECT virtual_ms FROM stillmotion.line_clock),
        'policy', (SELECT s.settings->>'queuePolicy' FROM stillmotion.settings s WHERE s.place = asked_place),
        'sums', (SELECT coalesce(jsonb_object_agg(s.account, s.sum), '{}') FROM (
          SELECT l.account, sum(l.amount_ms) AS sum FROM stillmotion.ledger_line l WHERE l.account IN (own_account, grant_account, pool_account) GROUP BY l.account) s));
    END $$;

  -- Writes an accepted job with its hold, its place in line and its first event. A flow that somebody else has entered meanwhile stays.
  CREATE FUNCTION stillmotion.accept_job(draft jsonb, hold jsonb, person jsonb, home jsonb)
  RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
    DECLARE
      j stillmotion.job := jsonb_populate_record(NULL::stillmotion.job, draft);
      entry bigint;
      revision bigint;
    BEGIN
      INSERT INTO stillmotion.job (id, request_key, state, channel, place, room, user_id, user_name, locale, address, request, photo, parent_id,
          max_clip_bytes, created_at_ms, touched_at_ms, nominal_ms, predicted_ms, size_class, weight, eta_ms, eta_low_ms, eta_high_ms, eta_ahead)
        VALUES (j.id, j.request_key, 'waiting', j.channel, j.place, j.room, j.user_id, j.user_name, j.locale, j.address, j.request,
          coalesce(j.photo, 'null'::jsonb), j.parent_id, j.max_clip_bytes, j.created_at_ms, j.created_at_ms, j.nominal_ms, j.predicted_ms, j.size_class,
          j.weight, j.eta_ms, j.eta_low_ms, j.eta_high_ms, j.eta_ahead)
        RETURNING job.revision INTO revision;
      INSERT INTO stillmotion.ledger_entry (key, kind, user_id, place, job_id, actor, at_ms)
        VALUES ('hold:' || j.id, 'hold', j.user_id, j.place, j.id, j.user_id, j.created_at_ms) RETURNING id INTO entry;
      INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms)
        SELECT entry, l.account, l."amountMs" FROM jsonb_to_recordset(hold) AS l (account text, "amountMs" bigint);
      INSERT INTO stillmotion.line_person AS l (place, user_id, start_ms, since_ms, urgency, waiting, work_ms)
        VALUES (j.place, j.user_id, (person->>'startMs')::float8, (person->>'sinceMs')::float8, (person->>'urgency')::float8, 1, j.predicted_ms)
        ON CONFLICT (place, user_id) DO UPDATE SET waiting = l.waiting + 1, work_ms = l.work_ms + excluded.work_ms,
          start_ms = CASE WHEN l.waiting = 0 THEN excluded.start_ms ELSE l.start_ms END,
          since_ms = CASE WHEN l.waiting = 0 THEN excluded.since_ms ELSE l.since_ms END,
          urgency = CASE WHEN l.waiting = 0 THEN excluded.urgency ELSE l.urgency END;
      INSERT INTO stillmotion.line_place AS l (place, start_ms, since_ms, urgency, waiting, work_ms)
        VALUES (j.place, (home->>'startMs')::float8, (home->>'sinceMs')::float8, (home->>'urgency')::float8, 1, j.predicted_ms)
        ON CONFLICT (place) DO UPDATE SET waiting = l.waiting + 1, work_ms = l.work_ms + excluded.work_ms,
          start_ms = CASE WHEN l.waiting = 0 THEN excluded.start_ms ELSE l.start_ms END,
          since_ms = CASE WHEN l.waiting = 0 THEN excluded.since_ms ELSE l.since_ms END,
          urgency = CASE WHEN l.waiting = 0 THEN excluded.urgency ELSE l.urgency END;
      INSERT INTO stillmotion.job_event (job_id, kind, at_ms) VALUES (j.id, 'accepted', j.created_at_ms);
      RETURN revision;
    END $$;

  -- Everything that says how long the line is and how fast it moves. A line of more than longest jobs comes without its people.
  CREATE FUNCTION stillmotion.outlook(usual_policy text, longest integer, lives_ms double precision)
  RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
    DECLARE
      waiting integer := (SELECT coalesce(sum(l.waiting), 0) FROM stillmotion.line_place l WHERE l.waiting > 0);
    BEGIN
      RETURN jsonb_build_object(
        'waiting', waiting,
        'measured', EXISTS (SELECT FROM stillmotion.render_rate r WHERE jsonb_array_length(r.ratios) > 0),
        'running', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'predicted_ms', predicted_ms, 'started_at_ms', started_at_ms, 'progress', progress)), '[]')
           FROM stillmotion.job WHERE state = 'running'),
        'spreads', (SELECT coalesce(jsonb_object_agg(class, ratios), '{}') FROM stillmotion.eta_spread),
        'announced', EXISTS (SELECT FROM stillmotion.worker),
        'held', (SELECT coalesce(jsonb_agg(DISTINCT e), '[]') FROM stillmotion.worker w, unnest(w.engines) e WHERE w.heartbeat_ms > lives_ms),
        'virtualMs', (SELECT virtual_ms FROM stillmotion.line_clock),
        'places', CASE WHEN waiting <= longest THEN (SELECT coalesce(jsonb_agg(jsonb_build_object('place', l.place, 'startMs', l.start_ms, 'sinceMs', l.since_ms,
             'virtualMs', l.virtual_ms, 'policy', coalesce(s.settings->>'queuePolicy', usual_policy))), '[]')
           FROM stillmotion.line_place l LEFT JOIN stillmotion.settings s ON s.place = l.place WHERE l.waiting > 0) END,
        'people', CASE WHEN waiting <= longest THEN (SELECT coalesce(jsonb_agg(jsonb_build_object('place', place, 'user', user_id, 'startMs', start_ms,
             'sinceMs', since_ms)), '[]') FROM stillmotion.line_person u WHERE u.waiting > 0) END,
        'jobs', CASE WHEN waiting <= longest THEN (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'place', place, 'user', user_id,
             'createdAtMs', created_at_ms, 'predictedMs', predicted_ms, 'weight', weight)), '[]') FROM stillmotion.job WHERE state = 'waiting') END);
    END $$;

  -- The same rules as before, looked at once per statement: what a statement adds to an entry adds up to 0, so the entry always does.
  DROP TRIGGER ledger_balanced ON stillmotion.ledger_line;
  CREATE OR REPLACE FUNCTION stillmotion.check_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE wrong text;
    BEGIN
      SELECT a.entry_id INTO wrong FROM added a GROUP BY a.entry_id HAVING sum(a.amount_ms) <> 0 LIMIT 1;
      IF wrong IS NOT NULL THEN RAISE EXCEPTION 'ledger entry % is not balanced', wrong USING ERRCODE = 'check_violation'; END IF;
      SELECT a.account INTO wrong FROM added a WHERE a.amount_ms < 0 AND a.account LIKE 'hold:%'
        AND (SELECT sum(l.amount_ms) FROM stillmotion.ledger_line l WHERE l.account = a.account) < 0 LIMIT 1;
      IF wrong IS NOT NULL THEN RAISE EXCEPTION 'more was taken from % than was set aside', wrong USING ERRCODE = 'check_violation'; END IF;
      RETURN NULL;
    END $$;
  CREATE TRIGGER ledger_balanced AFTER INSERT ON stillmotion.ledger_line
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION stillmotion.check_ledger();
`;
