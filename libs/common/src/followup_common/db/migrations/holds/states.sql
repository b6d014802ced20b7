-- What holds a follow-up is kept in its state as well, where the escalator and the notifier find it without looking
-- anywhere else; with nearly all it is null.
--
-- Order of locks, as in `first/escalations.sql`: rows of `follow_ups`, then of `escalation_states`, then of `holds`.
-- A hold that ends by its time changes no state: anyone who reads one compares with the time.

CREATE OR REPLACE FUNCTION follow_ups_keep_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.external_id, NEW.title, NEW.notes, NEW.due_at, NEW.assignee_id, NEW.subject_id, NEW.completed_at,
        NEW.kind, NEW.priority, NEW.tags, NEW.value_amount, NEW.value_currency, NEW.hold_changes)
        IS NOT DISTINCT FROM
       (OLD.external_id, OLD.title, OLD.notes, OLD.due_at, OLD.assignee_id, OLD.subject_id, OLD.completed_at,
        OLD.kind, OLD.priority, OLD.tags, OLD.value_amount, OLD.value_currency, OLD.hold_changes)
    THEN
        RETURN NEW;
    END IF;
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    IF NEW.assignee_id <> OLD.assignee_id THEN
        NEW.assignment := OLD.assignment + 1;
    END IF;
    IF NEW.due_at <> OLD.due_at THEN
        NEW.moved := OLD.moved + 1;
        NEW.first_due_at := COALESCE(OLD.first_due_at, OLD.due_at);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER follow_ups_keep_rules
    BEFORE UPDATE OF external_id, title, notes, due_at, assignee_id, subject_id, completed_at,
        kind, priority, tags, value_amount, value_currency, hold_changes
    ON follow_ups FOR EACH ROW EXECUTE FUNCTION follow_ups_keep_rules();

CREATE FUNCTION holds_in_state(follow_up bigint) RETURNS jsonb LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT nullif(jsonb_strip_nulls(jsonb_build_object(
        'pauses', jsonb_agg(jsonb_build_array(h.starts_at, COALESCE(h.ended_at, h.until)) ORDER BY h.starts_at)
            FILTER (WHERE h.kind = 'wait' AND COALESCE(h.ended_at, h.until) > h.starts_at),
        'waiting', (jsonb_agg(open.said) FILTER (WHERE h.kind = 'wait' AND h.ended_at IS NULL)) -> 0,
        'acknowledged', (jsonb_agg(open.said ORDER BY h.until DESC)
            FILTER (WHERE h.kind = 'acknowledge' AND h.ended_at IS NULL)) -> 0,
        'snoozes', jsonb_agg(open.said ORDER BY h.id) FILTER (WHERE h.kind = 'snooze' AND h.ended_at IS NULL),
        'snoozed', nullif(count(*) FILTER (WHERE h.kind = 'snooze'), 0))), '{}')
    FROM holds h CROSS JOIN LATERAL (SELECT jsonb_build_object(
        'id', h.id, 'user_id', h.user_id, 'run', h.run, 'step', h.step, 'since', h.starts_at, 'until', h.until
    ) AS said) open
    WHERE h.follow_up_id = follow_up AND h.over_version IS NULL AND h.end_reason IS DISTINCT FROM 'undone'
$$;

-- While it waits nothing can happen before the wait ends; else the next sweep looks when the next step comes. What
-- only silences somebody changes nothing of that.
CREATE FUNCTION escalation_states_keep_holds(ids bigint[]) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM escalation_states s WHERE s.follow_up_id = ANY(ids) ORDER BY s.follow_up_id FOR NO KEY UPDATE;
    UPDATE escalation_states s
    SET holds = n.holds,
        wake_at = CASE
            WHEN NOT s.is_open THEN NULL
            WHEN s.holds - '{snoozes,snoozed}'::text[] IS NOT DISTINCT FROM n.holds - '{snoozes,snoozed}'::text[]
                THEN s.wake_at
            ELSE greatest(now(), (n.holds #>> '{waiting,until}')::timestamptz) END
    FROM (
        SELECT k.follow_up_id, holds_in_state(k.follow_up_id) AS holds
        FROM escalation_states k WHERE k.follow_up_id = ANY(ids)
    ) n
    WHERE s.follow_up_id = n.follow_up_id AND s.follow_up_id = ANY(ids) AND s.holds IS DISTINCT FROM n.holds;
END $$;

CREATE FUNCTION holds_keep_states() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM escalation_states_keep_holds(ARRAY(
        SELECT DISTINCT n.follow_up_id FROM new_rows n WHERE n.end_reason IS DISTINCT FROM 'time'));
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION holds_keep_states FROM PUBLIC;
CREATE TRIGGER holds_keep_states_begun AFTER INSERT ON holds
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION holds_keep_states();
CREATE TRIGGER holds_keep_states_ended AFTER UPDATE ON holds
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION holds_keep_states();

-- Completing, handing on and another due time end what holds a follow-up; where another run begins, what was held
-- before does not count any more. Fires behind `follow_ups_keep_states`, which locks the states.
CREATE FUNCTION follow_ups_keep_states_held() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ids bigint[] := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id JOIN escalation_states s ON s.follow_up_id = n.id
        WHERE s.holds IS NOT NULL AND n.version <> o.version
          AND (n.due_at, n.assignee_id, n.is_open) IS DISTINCT FROM (o.due_at, o.assignee_id, o.is_open)
        ORDER BY n.id);
BEGIN
    IF ids = '{}' THEN
        RETURN NULL;
    END IF;
    UPDATE holds h
    SET ended_at = COALESCE(h.ended_at, least(now(), h.until)),
        ended_by = CASE WHEN h.ended_at IS NULL THEN nullif(current_setting('followup.undo_by', true), '')::bigint
            ELSE h.ended_by END,
        end_reason = COALESCE(h.end_reason, CASE WHEN NOT n.is_open THEN 'completed'
            WHEN n.due_at <> o.due_at THEN 'rescheduled' ELSE 'reassigned' END),
        ended_version = CASE WHEN h.ended_at IS NULL THEN n.version ELSE h.ended_version END,
        over_version = CASE WHEN n.due_at <> o.due_at OR n.is_open AND NOT o.is_open THEN n.version END
    FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE n.id = ANY(ids) AND h.follow_up_id = n.id AND h.follow_up_id = ANY(ids) AND h.over_version IS NULL;
    -- Also where all of them had ended by their time, which the trigger on them leaves alone.
    PERFORM escalation_states_keep_holds(ids);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION follow_ups_keep_states_held FROM PUBLIC;
CREATE TRIGGER follow_ups_keep_states_held AFTER UPDATE ON follow_ups
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION follow_ups_keep_states_held();

-- What has been held goes with a deleted follow-up once that cannot be restored any more.
CREATE FUNCTION deleted_follow_ups_drop_holds() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM holds h USING gone g
    WHERE h.follow_up_id = g.id AND NOT EXISTS (SELECT FROM escalation_states s WHERE s.follow_up_id = g.id);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION deleted_follow_ups_drop_holds FROM PUBLIC;
CREATE TRIGGER deleted_follow_ups_drop_holds AFTER DELETE ON deleted_follow_ups
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION deleted_follow_ups_drop_holds();

-- Ends holds whose time has come, up to so many; for each of them somebody is told once. The escalator calls it each
-- minute: it waits for nothing that others hold. Those of deleted follow-ups come once these are restored.
CREATE FUNCTION holds_end_by_time(at_most integer) RETURNS SETOF bigint LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH over AS MATERIALIZED (
        SELECT h.id FROM holds h
        WHERE h.ended_at IS NULL AND h.until <= now()
          AND EXISTS (SELECT FROM escalation_states s WHERE s.follow_up_id = h.follow_up_id)
        ORDER BY h.until, h.id LIMIT at_most FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE holds h SET ended_at = h.until, end_reason = 'time' FROM over
    WHERE h.id = over.id RETURNING h.id
$$;
REVOKE EXECUTE ON FUNCTION holds_end_by_time FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holds_end_by_time TO followup_escalator;

-- Ends the snoozes of people who are told of a later step, entry by entry of two arrays. The notifier calls it, which
-- holds the states of these follow-ups.
CREATE FUNCTION holds_end_by_step(follow_ups bigint[], people bigint[]) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE holds h SET ended_at = least(now(), h.until), end_reason = 'step'
    FROM unnest(follow_ups, people) told (follow_up_id, user_id)
    WHERE h.follow_up_id = told.follow_up_id AND h.follow_up_id = ANY(follow_ups) AND h.user_id = told.user_id
      AND h.kind = 'snooze' AND h.ended_at IS NULL
$$;
REVOKE EXECUTE ON FUNCTION holds_end_by_step FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holds_end_by_step TO followup_notifier;
