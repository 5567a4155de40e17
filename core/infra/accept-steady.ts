/**
 * The functions of the usual way keep one plan for all requests, and writing writes less: no event says what the row of the job says
 * itself. Rules, order of locks and answers are those of `accept-scalars.ts`.
 */

/** A step of `migrations.ts`; once released it never changes. */
export const acceptSteady = `
  -- Left to itself a session weighs a plan for all requests against the mean of its first plans for single ones. When those were made
  -- while the tables were small it may go on planning every request anew, which takes longer than to answer it.
  ALTER FUNCTION stillmotion.read_desk SET plan_cache_mode = force_generic_plan;
  ALTER FUNCTION stillmotion.outlook SET plan_cache_mode = force_generic_plan;

  -- As before, without the event "accepted": created_at_ms of the job says when that was.
  CREATE OR REPLACE FUNCTION stillmotion.write_accepted(new_id text, asked_key text, channel text, asked_place text, room text, asking_user text, user_name text,
    locale text, address jsonb, request jsonb, photo jsonb, parent text, max_clip_bytes double precision, now_ms double precision,
    nominal_ms double precision, predicted_ms double precision, size_class integer, weight double precision,
    eta_ms double precision, eta_low_ms double precision, eta_high_ms double precision, eta_ahead integer,
    held text[], amounts bigint[], payers text[], sums bigint[], pooled boolean,
    most_here double precision, most_everywhere double precision, most_all double precision,
    person_start double precision, person_urgency double precision, person_was double precision,
    home_start double precision, home_urgency double precision, home_was double precision, home_virtual double precision,
    clock double precision, locked boolean)
  RETURNS bigint LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
    DECLARE
      new_revision bigint;
      new_entry bigint;
      entered boolean := true;
    BEGIN
      -- Conditions, because an expression costs less than a query; a lock is never NULL.
      IF pg_advisory_xact_lock(hashtext('stillmotion:' || asking_user)) IS NULL
        OR pooled AND pg_advisory_xact_lock(hashtext('stillmotion:pool:' || asked_place)) IS NULL THEN RETURN NULL; END IF;
      IF NOT locked AND (EXISTS (SELECT FROM stillmotion.job o WHERE o.request_key = asked_key)
        OR (SELECT coalesce(sum(l.waiting), 0) FROM stillmotion.line_person l WHERE l.user_id = asking_user AND l.waiting > 0) >= most_everywhere
        OR EXISTS (SELECT FROM unnest(payers, sums) AS p (account, sum_ms)
          WHERE p.sum_ms <> (SELECT coalesce(sum(l.amount_ms), 0) FROM stillmotion.ledger_line l WHERE l.account = p.account))) THEN RETURN NULL; END IF;
      -- Drawn under the person's lock, so that their entries are numbered in the order in which they were made.
      new_entry := nextval('stillmotion.ledger_entry_id_seq');
      INSERT INTO stillmotion.job (id, request_key, state, channel, place, room, user_id, user_name, locale, address, request, photo, parent_id,
          max_clip_bytes, created_at_ms, touched_at_ms, nominal_ms, predicted_ms, size_class, weight, eta_ms, eta_low_ms, eta_high_ms, eta_ahead)
        VALUES (new_id, asked_key, 'waiting', channel, asked_place, room, asking_user, user_name, locale, address, request, photo, parent,
          max_clip_bytes, now_ms, now_ms, nominal_ms, predicted_ms, size_class, weight, eta_ms, eta_low_ms, eta_high_ms, eta_ahead)
        RETURNING revision INTO new_revision;
      INSERT INTO stillmotion.ledger_entry (id, key, kind, user_id, place, job_id, actor, at_ms)
        VALUES (new_entry, 'hold:' || new_id, 'hold', asking_user, asked_place, new_id, asking_user, now_ms);
      INSERT INTO stillmotion.ledger_line (entry_id, account, amount_ms) SELECT new_entry, l.account, l.amount_ms FROM unnest(held, amounts) AS l (account, amount_ms);
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
