-- How changes of follow-ups start, stop and put back their escalation. Nothing here knows when a step comes: that
-- is computed in one place, `followup_common.policy.clock`, when the escalator claims a follow-up. Here only a run
-- begins or ends, and `wake_at` is set to the earliest instant at which anything can happen.
--
-- Order of locks, for everyone: rows of `follow_ups`, then of `escalation_states`, then of `escalations`, several
-- of a table by their ids. People change a follow-up, and these triggers lock its state behind it. The escalator
-- claims states only, and passes over those that others hold; the notifier holds states only.

CREATE FUNCTION policy_versions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'policy versions never change: insert a new version instead'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER policy_versions_refuse_change BEFORE UPDATE OR DELETE ON policy_versions
    FOR EACH ROW EXECUTE FUNCTION policy_versions_refuse_change();

-- The version of a policy under which a run begins: the newest of the catch-all.
CREATE FUNCTION policy_version_now() RETURNS bigint LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT v.id FROM policy_versions v
    WHERE v.policy = (SELECT name FROM policies ORDER BY position DESC LIMIT 1)
    ORDER BY v.version DESC LIMIT 1
$$;

CREATE FUNCTION follow_ups_add_states() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO escalation_states
        (follow_up_id, run, last_run, policy_version_id, anchor_at, step, assignee_id, is_open, wake_at)
    SELECT a.id, 1, 1, now_valid.id, a.due_at, 0, a.assignee_id, a.is_open, CASE WHEN a.is_open THEN a.due_at END
    FROM added a, policy_version_now() AS now_valid (id);
    RETURN NULL;
END $$;

CREATE TRIGGER follow_ups_add_states AFTER INSERT ON follow_ups
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_ups_add_states();

-- Another due time, or a reopening, starts the escalation over in a new run; a completion puts it to sleep.
-- Reassigning keeps the clock. What the change took place of is kept for the person whom `followup.undo_by`
-- names; an import names nobody, so that it keeps no image of each row.
CREATE FUNCTION follow_ups_keep_states() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ids bigint[] := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.version <> o.version ORDER BY n.id);
BEGIN
    IF ids = '{}' THEN
        RETURN NULL;
    END IF;
    PERFORM FROM escalation_states s WHERE s.follow_up_id = ANY(ids)
    ORDER BY s.follow_up_id FOR NO KEY UPDATE;

    IF current_setting('followup.undo_by', true) <> '' THEN
        INSERT INTO undoable_changes AS c (follow_up_id, version, actor_id, changed_at, told, was, state)
        SELECT n.id, n.version, current_setting('followup.undo_by')::bigint, now(),
            s.step = 0 OR EXISTS (
                SELECT FROM activities a
                WHERE a.follow_up_id = n.id AND a.run = s.run AND a.step = s.step),
            to_jsonb(o), to_jsonb(s)
        FROM new_rows n JOIN old_rows o ON o.id = n.id JOIN escalation_states s ON s.follow_up_id = n.id
        WHERE n.id = ANY(ids)
        ON CONFLICT (follow_up_id) DO UPDATE
        SET version = excluded.version, actor_id = excluded.actor_id, changed_at = excluded.changed_at,
            told = excluded.told, was = excluded.was, state = excluded.state;
    END IF;

    UPDATE escalation_states s
    SET run = CASE WHEN c.starts_over THEN s.last_run + 1 ELSE s.run END,
        last_run = CASE WHEN c.starts_over THEN s.last_run + 1 ELSE s.last_run END,
        policy_version_id = CASE WHEN c.moved THEN policy_version_now() ELSE s.policy_version_id END,
        anchor_at = c.due_at,
        step = CASE WHEN c.starts_over THEN 0 ELSE s.step END,
        severity = CASE WHEN c.starts_over THEN NULL ELSE s.severity END,
        assignee_id = c.assignee_id,
        is_open = c.is_open,
        wake_at = CASE WHEN NOT c.is_open THEN NULL WHEN c.starts_over THEN c.due_at ELSE s.wake_at END
    FROM (
        SELECT n.id, n.due_at, n.assignee_id, n.is_open, n.due_at <> o.due_at AS moved,
            n.due_at <> o.due_at OR n.is_open AND NOT o.is_open AS starts_over
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.due_at, n.assignee_id, n.is_open) IS DISTINCT FROM (o.due_at, o.assignee_id, o.is_open)
    ) c
    WHERE s.follow_up_id = c.id AND s.follow_up_id = ANY(ids);

    ids := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE n.due_at <> o.due_at OR n.is_open <> o.is_open ORDER BY n.id);
    PERFORM FROM escalations e WHERE e.follow_up_id = ANY(ids) AND e.ended_at IS NULL
    ORDER BY e.follow_up_id FOR NO KEY UPDATE;
    UPDATE escalations e SET ended_at = now() WHERE e.follow_up_id = ANY(ids) AND e.ended_at IS NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER follow_ups_keep_states AFTER UPDATE ON follow_ups
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION follow_ups_keep_states();

-- What belongs to a follow-up goes with it, and is kept beside it for 30 days. Runs as the owner: no service may
-- delete from these tables itself. The state is locked first: what the notifier commits until then is seen here.
CREATE FUNCTION follow_ups_delete_dependents() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM escalation_states s WHERE s.follow_up_id IN (SELECT d.id FROM deleted d)
    ORDER BY s.follow_up_id FOR UPDATE;
    DELETE FROM undoable_changes c USING deleted d WHERE c.follow_up_id = d.id;
    WITH states AS (
        DELETE FROM escalation_states s USING deleted d WHERE s.follow_up_id = d.id RETURNING s.*
    ), told AS (
        DELETE FROM notifications n USING deleted d WHERE n.follow_up_id = d.id RETURNING n.*
    ), done AS (
        DELETE FROM activities a USING deleted d WHERE a.follow_up_id = d.id RETURNING a.*
    ), raised AS (
        DELETE FROM escalations e USING deleted d WHERE e.follow_up_id = d.id RETURNING e.*
    ), belongings AS (
        SELECT follow_up_id AS id, 'escalation_states' AS kind, jsonb_agg(to_jsonb(states)) AS rows
        FROM states GROUP BY 1
        UNION ALL
        SELECT follow_up_id, 'notifications', jsonb_agg(to_jsonb(told)) FROM told GROUP BY 1
        UNION ALL
        SELECT follow_up_id, 'activities', jsonb_agg(to_jsonb(done)) FROM done GROUP BY 1
        UNION ALL
        SELECT follow_up_id, 'escalations', jsonb_agg(to_jsonb(raised)) FROM raised GROUP BY 1
    )
    INSERT INTO deleted_follow_ups (id, deleted_by, external_id, title, assignee_id, due_at, step,
                                    notifications, activities, was, history)
    SELECT d.id, nullif(current_setting('followup.actor_id', true), '')::bigint,
        d.external_id, d.title, d.assignee_id, d.due_at,
        COALESCE((h.history #>> '{escalation_states,0,step}')::smallint, 0),
        COALESCE(jsonb_array_length(h.history -> 'notifications'), 0),
        COALESCE(jsonb_array_length(h.history -> 'activities'), 0),
        to_jsonb(d), h.history
    FROM deleted d CROSS JOIN LATERAL (
        SELECT COALESCE(jsonb_object_agg(b.kind, b.rows), '{}') AS history FROM belongings b WHERE b.id = d.id
    ) h
    -- Only where somebody has written a row with the id of a deleted one by hand.
    ON CONFLICT (id) DO UPDATE
    SET (deleted_at, deleted_by, external_id, title, assignee_id, due_at, step, notifications, activities,
         was, history) = (excluded.deleted_at, excluded.deleted_by, excluded.external_id, excluded.title,
         excluded.assignee_id, excluded.due_at, excluded.step, excluded.notifications, excluded.activities,
         excluded.was, excluded.history);
    RETURN NULL;
END $$;

CREATE TRIGGER follow_ups_delete_dependents AFTER DELETE ON follow_ups
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION follow_ups_delete_dependents();

-- The API may call it, and has no right on what it writes. It decides by itself, under the lock of the row. The
-- first update is an ordinary one, with a new version and a new number of the assignment; then what the rules
-- made of it is taken back. Where no run began or ended, the escalation goes on as it is. `was` and `became` have
-- `run` and `step` of the state beside the columns of the follow-up.
CREATE FUNCTION follow_ups_undo(ids bigint[], person bigint)
    RETURNS TABLE (follow_up_id bigint, outcome text, was jsonb, became jsonb, untold boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    present follow_ups;
    before follow_ups;
    state escalation_states;
    state_before escalation_states;
    change undoable_changes;
BEGIN
    FOR present IN SELECT f.* FROM follow_ups f WHERE f.id = ANY(ids) ORDER BY f.id FOR UPDATE LOOP
        SELECT s.* INTO state FROM escalation_states s WHERE s.follow_up_id = present.id FOR NO KEY UPDATE;
        SELECT c.* INTO change FROM undoable_changes c WHERE c.follow_up_id = present.id;
        follow_up_id := present.id;
        was := to_jsonb(present) || jsonb_build_object('run', state.run, 'step', state.step);
        became := NULL;
        untold := false;
        outcome := CASE
            WHEN change.follow_up_id IS NULL THEN 'nothing'
            WHEN change.version <> present.version THEN 'changed'
            WHEN change.actor_id <> person THEN 'others'
            WHEN change.changed_at NOT BETWEEN now() - interval '10 minutes' AND now() + interval '10 minutes'
                THEN 'late'
            ELSE 'undone' END;
        IF outcome = 'undone' THEN
            BEGIN
                before := jsonb_populate_record(present, change.was);
                state_before := jsonb_populate_record(state, change.state);
                UPDATE follow_ups f
                SET external_id = before.external_id, title = before.title, notes = before.notes,
                    due_at = before.due_at, assignee_id = before.assignee_id, subject_id = before.subject_id,
                    completed_at = before.completed_at
                WHERE f.id = present.id;
                IF state_before.run <> state.run OR before.completed_at IS DISTINCT FROM present.completed_at
                THEN
                    UPDATE follow_ups f SET moved = before.moved, first_due_at = before.first_due_at
                    WHERE f.id = present.id;
                    UPDATE escalation_states s
                    SET run = state_before.run, last_run = state.last_run,
                        policy_version_id = state_before.policy_version_id, step = state_before.step,
                        severity = state_before.severity, wake_at = state_before.wake_at
                    WHERE s.follow_up_id = present.id;
                    UPDATE escalations e SET ended_at = NULL
                    WHERE e.follow_up_id = present.id AND e.run = state_before.run
                      AND e.step = state_before.step AND state_before.is_open;
                END IF;
                DELETE FROM undoable_changes c WHERE c.follow_up_id = present.id;
                SELECT to_jsonb(f) || jsonb_build_object('run', s.run, 'step', s.step),
                    s.is_open AND s.step > 0 AND (s.step <> state_before.step OR NOT change.told)
                INTO became, untold
                FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id WHERE f.id = present.id;
            EXCEPTION WHEN unique_violation THEN
                outcome := 'taken';
            END;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

-- With the ids that they had. A column that a later revision adds gets its default.
CREATE FUNCTION rows_put_back(name regclass, rows jsonb) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    columns text;
BEGIN
    SELECT string_agg(quote_ident(a.attname), ', ') INTO columns FROM pg_attribute a
    WHERE a.attrelid = name AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND rows -> 0 ? a.attname;
    IF columns IS NOT NULL THEN
        EXECUTE format(
            'INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE '
            'SELECT %2$s FROM jsonb_populate_recordset(NULL::%1$s, $1)',
            name, columns) USING rows;
    END IF;
END $$;

-- The API may call it, and has no right on what it writes. The triggers for new follow-ups come first, then the
-- state that they made gives way to the one that was kept. `untold`: its step was never announced, and goes on
-- from here.
CREATE FUNCTION follow_ups_restore(number bigint)
    RETURNS TABLE (outcome text, untold boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    gone deleted_follow_ups;
    broken text;
BEGIN
    SELECT d.* INTO gone FROM deleted_follow_ups d
    WHERE d.id = number AND d.deleted_at > now() - interval '30 days' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'nothing', false;
        RETURN;
    END IF;
    BEGIN
        PERFORM rows_put_back('follow_ups', jsonb_build_array(gone.was));
    EXCEPTION WHEN unique_violation THEN
        -- A row with its id was written by hand: then it is there, and nothing is to be restored. What else is
        -- taken is a fault of the database's owner, and must not look like one of the caller's.
        GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
        CASE broken
            WHEN 'uq_follow_ups_external_id' THEN RETURN QUERY SELECT 'taken', false;
            WHEN 'pk_follow_ups' THEN RETURN QUERY SELECT 'nothing', false;
            ELSE RAISE;
        END CASE;
        RETURN;
    END;
    DELETE FROM escalation_states s WHERE s.follow_up_id = number;
    PERFORM rows_put_back('escalation_states', gone.history -> 'escalation_states');
    PERFORM rows_put_back('escalations', gone.history -> 'escalations');
    PERFORM rows_put_back('activities', gone.history -> 'activities');
    PERFORM rows_put_back('notifications', gone.history -> 'notifications');
    DELETE FROM deleted_follow_ups d WHERE d.id = number;
    PERFORM inboxes_wake(ARRAY(
        SELECT DISTINCT user_id FROM notifications n WHERE n.follow_up_id = number ORDER BY 1));
    RETURN QUERY SELECT 'restored', s.is_open AND s.step > 0 AND NOT EXISTS (
            SELECT FROM activities a
            WHERE a.follow_up_id = s.follow_up_id AND a.run = s.run AND a.step = s.step)
        FROM escalation_states s WHERE s.follow_up_id = number;
END $$;

-- The notifier's stop check: states as they are now, held until its transaction ends. PostgreSQL lets lock only
-- who may update something, and the notifier may not.
CREATE FUNCTION escalation_states_hold(ids bigint[]) RETURNS SETOF escalation_states LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.* FROM escalation_states s WHERE s.follow_up_id = ANY(ids)
    ORDER BY s.follow_up_id FOR NO KEY UPDATE
$$;
