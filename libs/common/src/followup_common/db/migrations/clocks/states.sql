-- How changes of follow-ups start, stop and put back their escalation, as in `first/escalations.sql`, with repeats
-- of steps, reminders before due, and runs that another policy begins.

-- `wake_at` is the earliest instant at which anything can happen: the due time, or as long before it as the first
-- step of the version comes. Where that one counts in working time, a sweep looks at once.
CREATE OR REPLACE FUNCTION follow_ups_add_states() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO escalation_states
        (follow_up_id, run, last_run, policy_version_id, anchor_at, step, assignee_id, is_open, wake_at)
    SELECT a.id, 1, 1, v.id, a.due_at, 0, a.assignee_id, a.is_open,
        CASE WHEN NOT a.is_open THEN NULL WHEN v.lead_seconds IS NULL THEN now()
            ELSE a.due_at - make_interval(secs => v.lead_seconds) END
    FROM added a, policy_versions v WHERE v.id = policy_version_now();
    RETURN NULL;
END $$;

-- Another due time, or a reopening, starts the escalation over in a new run; a completion puts it to sleep.
-- Reassigning keeps the clock. What the change took place of is kept for the person whom `followup.undo_by`
-- names; an import names nobody, so that it keeps no image of each row. `told`: an undo has nothing to tell of the
-- step that it puts back.
CREATE OR REPLACE FUNCTION follow_ups_keep_states() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    newest CONSTANT bigint := policy_version_now();
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
                WHERE a.follow_up_id = n.id AND a.run = s.run AND a.step = s.step AND a.repeat = s.repeat)
            OR EXISTS (
                SELECT FROM escalations e WHERE e.follow_up_id = n.id AND e.run = s.run AND e.step = s.step
                    AND e.repeat = s.repeat AND e.status = 'already_told'),
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
        policy_version_id = CASE WHEN c.moved THEN newest ELSE s.policy_version_id END,
        anchor_at = CASE WHEN c.starts_over THEN c.due_at ELSE s.anchor_at END,
        step = CASE WHEN c.starts_over THEN 0 ELSE s.step END,
        repeat = CASE WHEN c.starts_over THEN 0 ELSE s.repeat END,
        severity = CASE WHEN c.starts_over THEN NULL ELSE s.severity END,
        already_told = CASE WHEN c.starts_over THEN NULL ELSE s.already_told END,
        unplaced = s.unplaced AND NOT c.starts_over,
        assignee_id = c.assignee_id,
        is_open = c.is_open,
        wake_at = CASE
            WHEN NOT c.is_open THEN NULL
            WHEN c.starts_over THEN COALESCE(
                (SELECT CASE WHEN v.lead_seconds IS NULL THEN now()
                             ELSE c.due_at - make_interval(secs => v.lead_seconds) END
                 FROM policy_versions v
                 WHERE v.id = CASE WHEN c.moved THEN newest ELSE s.policy_version_id END),
                c.due_at)
            ELSE s.wake_at END
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

CREATE OR REPLACE FUNCTION follow_ups_undo(ids bigint[], person bigint)
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
        was := to_jsonb(present) || jsonb_build_object('run', state.run, 'step', state.step, 'repeat', state.repeat);
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
                        policy_version_id = state_before.policy_version_id, anchor_at = state_before.anchor_at,
                        step = state_before.step, repeat = state_before.repeat, severity = state_before.severity,
                        already_told = state_before.already_told, unplaced = state_before.unplaced,
                        wake_at = state_before.wake_at
                    WHERE s.follow_up_id = present.id;
                    UPDATE escalations e SET ended_at = NULL
                    WHERE e.follow_up_id = present.id AND e.run = state_before.run
                      AND e.step = state_before.step AND e.repeat = state_before.repeat
                      AND state_before.is_open;
                END IF;
                DELETE FROM undoable_changes c WHERE c.follow_up_id = present.id;
                SELECT to_jsonb(f) || jsonb_build_object('run', s.run, 'step', s.step, 'repeat', s.repeat),
                    s.is_open AND s.step > 0
                        AND ((s.step, s.repeat) <> (state_before.step, state_before.repeat) OR NOT change.told)
                INTO became, untold
                FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id WHERE f.id = present.id;
            EXCEPTION WHEN unique_violation THEN
                outcome := 'taken';
            END;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION follow_ups_restore(number bigint)
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
            WHERE a.follow_up_id = s.follow_up_id AND a.run = s.run AND a.step = s.step AND a.repeat = s.repeat)
        AND NOT EXISTS (
            SELECT FROM escalations e WHERE e.follow_up_id = s.follow_up_id AND e.run = s.run AND e.step = s.step
                AND e.repeat = s.repeat AND e.status = 'already_told')
        FROM escalation_states s WHERE s.follow_up_id = number;
END $$;

-- Puts open follow-ups on other versions of policies, entry by entry of two arrays, each in a new run that a sweep
-- looks at at once. What has been announced is kept in `already_told`, so that nobody hears it again from the new
-- run: the gravest of what people were told since the clock was started. With `restart` the clock starts now, and
-- all is told as if new. One that has that version already, or is not open, stays as it is. Runs as the owner: the
-- trigger above calls it for anyone who changes follow-ups, the escalator when a policy is published.
CREATE FUNCTION escalation_states_move(ids bigint[], versions bigint[], restart boolean) RETURNS SETOF bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH held AS MATERIALIZED (
        SELECT s.*, wanted.version AS next
        FROM unnest(ids, versions) wanted (id, version) JOIN escalation_states s ON s.follow_up_id = wanted.id
        WHERE s.follow_up_id = ANY(ids) AND s.is_open AND s.policy_version_id <> wanted.version
        ORDER BY s.follow_up_id FOR NO KEY UPDATE OF s
    ), told AS MATERIALIZED (
        SELECT h.follow_up_id, (
            SELECT severity
            FROM (
                SELECT h.already_told AS severity
                UNION ALL
                SELECT e.severity FROM escalations e
                JOIN activities a USING (follow_up_id, run, step, repeat)
                WHERE e.follow_up_id = h.follow_up_id AND e.run = h.run AND (
                    NOT a.details ? 'tells_at' OR EXISTS (
                        SELECT FROM notifications n WHERE n.follow_up_id = e.follow_up_id
                            AND (n.run, n.step, n.repeat) = (e.run, e.step, e.repeat)))
            ) announced
            WHERE severity IS NOT NULL AND NOT restart
            ORDER BY array_position('{reminder,overdue,escalated,breach}', severity) DESC LIMIT 1
        ) AS severity
        FROM held h
    ), ended AS (
        UPDATE escalations e SET ended_at = now() FROM held h
        WHERE e.follow_up_id = h.follow_up_id AND e.run = h.run AND e.ended_at IS NULL
    ), noted AS (
        INSERT INTO activities (follow_up_id, kind, actor_id, policy_version_id, details)
        SELECT h.follow_up_id, 'policy_changed', nullif(current_setting('followup.actor_id', true), '')::bigint,
            h.next, jsonb_build_object(
                'from', jsonb_build_object('id', was.id, 'policy', was.policy, 'version', was.version),
                'to', jsonb_build_object('id', becomes.id, 'policy', becomes.policy, 'version', becomes.version),
                'restarted', restart)
        FROM held h JOIN policy_versions becomes ON becomes.id = h.next
        LEFT JOIN policy_versions was ON was.id = h.policy_version_id
        ORDER BY h.follow_up_id
    )
    UPDATE escalation_states s
    SET run = h.last_run + 1, last_run = h.last_run + 1, policy_version_id = h.next, step = 0, repeat = 0,
        anchor_at = CASE WHEN restart THEN greatest(h.anchor_at, now()) ELSE h.anchor_at END,
        already_told = told.severity, unplaced = true, wake_at = now()
    FROM held h JOIN told USING (follow_up_id)
    WHERE s.follow_up_id = h.follow_up_id AND s.follow_up_id = ANY(ids)
    RETURNING s.follow_up_id
$$;
REVOKE EXECUTE ON FUNCTION escalation_states_move FROM PUBLIC;
GRANT EXECUTE ON FUNCTION escalation_states_move TO followup_escalator;
