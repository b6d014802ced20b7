-- As before, with the outcome, and for all of them at once: a row at a time, each would fire the triggers of statements.

CREATE FUNCTION undo_outcome(change undoable_changes, present follow_ups, person bigint) RETURNS text
    LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN change.follow_up_id IS NULL THEN 'nothing'
        WHEN change.version <> present.version THEN 'changed'
        WHEN change.actor_id <> person THEN 'others'
        WHEN change.changed_at NOT BETWEEN now() - interval '10 minutes' AND now() + interval '10 minutes' THEN 'late'
        ELSE 'undone' END
$$;

-- Puts follow-ups and their states back as `undoable_changes` has them. The first update is an ordinary one, with a
-- new version and a new number of the assignment; then what the rules made of it is taken back. Where no run began
-- or ended, the escalation goes on as it is. Where a calendar says when the next step comes, the next sweep looks:
-- the calendar may have changed meanwhile.
CREATE FUNCTION follow_ups_put_back(ids bigint[])
    RETURNS TABLE (follow_up_id bigint, outcome text, was jsonb, became jsonb, untold boolean)
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    counting CONSTANT bigint[] := ARRAY(SELECT v.id FROM policy_versions_counting v);
    rows_before jsonb[];
    run_ids bigint[]; -- those of which a run began or ended
    last_runs integer[];
BEGIN
    SELECT array_agg(to_jsonb(f) || jsonb_build_object('run', s.run, 'step', s.step, 'repeat', s.repeat) ORDER BY f.id)
    INTO rows_before
    FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id WHERE f.id = ANY(ids);

    SELECT array_agg(f.id ORDER BY f.id), array_agg(s.last_run ORDER BY f.id) INTO run_ids, last_runs
    FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id
    JOIN undoable_changes c ON c.follow_up_id = f.id
    WHERE f.id = ANY(ids) AND ((c.state ->> 'run')::integer <> s.run
        OR (c.was ->> 'completed_at')::timestamptz IS DISTINCT FROM f.completed_at);

    PERFORM set_config('followup.undo_by', '', true); -- what is undone is no change to be undone
    UPDATE follow_ups f
    SET external_id = b.external_id, title = b.title, notes = b.notes, due_at = b.due_at,
        assignee_id = b.assignee_id, subject_id = b.subject_id, completed_at = b.completed_at,
        outcome = b.outcome, kind = b.kind,
        priority = b.priority, tags = b.tags, value_amount = b.value_amount, value_currency = b.value_currency
    FROM follow_ups p JOIN undoable_changes c ON c.follow_up_id = p.id
    CROSS JOIN LATERAL jsonb_populate_record(p, c.was) b
    WHERE f.id = p.id AND p.id = ANY(ids) AND f.id = ANY(ids);

    UPDATE follow_ups f SET moved = b.moved, first_due_at = b.first_due_at
    FROM follow_ups p JOIN undoable_changes c ON c.follow_up_id = p.id
    CROSS JOIN LATERAL jsonb_populate_record(p, c.was) b
    WHERE f.id = p.id AND p.id = ANY(run_ids) AND f.id = ANY(run_ids);

    UPDATE escalation_states s
    SET run = b.run, last_run = u.last_run, policy_version_id = b.policy_version_id, anchor_at = b.anchor_at,
        step = b.step, repeat = b.repeat, severity = b.severity, already_told = b.already_told,
        unplaced = b.unplaced,
        wake_at = CASE WHEN b.policy_version_id = ANY(counting) THEN least(b.wake_at, now()) ELSE b.wake_at END
    FROM unnest(run_ids, last_runs) u (id, last_run)
    JOIN escalation_states p ON p.follow_up_id = u.id
    JOIN undoable_changes c ON c.follow_up_id = u.id
    CROSS JOIN LATERAL jsonb_populate_record(p, c.state) b
    WHERE s.follow_up_id = u.id AND s.follow_up_id = ANY(run_ids);

    UPDATE escalations e SET ended_at = NULL
    FROM undoable_changes c CROSS JOIN LATERAL jsonb_populate_record(NULL::escalation_states, c.state) b
    WHERE c.follow_up_id = ANY(run_ids) AND b.is_open AND e.follow_up_id = ANY(run_ids)
      AND (e.follow_up_id, e.run, e.step, e.repeat) = (c.follow_up_id, b.run, b.step, b.repeat);

    RETURN QUERY
        SELECT f.id, 'undone', u.was, to_jsonb(f) || jsonb_build_object('run', s.run, 'step', s.step, 'repeat', s.repeat),
            s.is_open AND s.step > 0 AND (NOT c.told
                OR (s.step, s.repeat) <> ((c.state ->> 'step')::smallint, (c.state ->> 'repeat')::smallint))
        FROM unnest(ids, rows_before) u (id, was)
        JOIN follow_ups f ON f.id = u.id
        JOIN escalation_states s ON s.follow_up_id = u.id
        JOIN undoable_changes c ON c.follow_up_id = u.id
        ORDER BY f.id;
    DELETE FROM undoable_changes c WHERE c.follow_up_id = ANY(ids);
END $$;
REVOKE EXECUTE ON FUNCTION follow_ups_put_back FROM PUBLIC;

-- The API may call it, and has no right on what it writes. It decides by itself, under the locks of the rows. Where
-- the external id of one has been taken meanwhile, all of them fail: they are tried in halves then, down to the one.
CREATE OR REPLACE FUNCTION follow_ups_undo(ids bigint[], person bigint)
    RETURNS TABLE (follow_up_id bigint, outcome text, was jsonb, became jsonb, untold boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    wanted bigint[];
    middle integer;
BEGIN
    PERFORM FROM follow_ups f WHERE f.id = ANY(ids) ORDER BY f.id FOR UPDATE;
    PERFORM FROM escalation_states s WHERE s.follow_up_id = ANY(ids) ORDER BY s.follow_up_id FOR NO KEY UPDATE;
    RETURN QUERY
        SELECT f.id, undo_outcome(c, f, person),
            to_jsonb(f) || jsonb_build_object('run', s.run, 'step', s.step, 'repeat', s.repeat), NULL::jsonb, false
        FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id
        LEFT JOIN undoable_changes c ON c.follow_up_id = f.id
        WHERE f.id = ANY(ids) AND undo_outcome(c, f, person) <> 'undone' ORDER BY f.id;
    wanted := ARRAY(
        SELECT f.id FROM follow_ups f JOIN undoable_changes c ON c.follow_up_id = f.id
        WHERE f.id = ANY(ids) AND undo_outcome(c, f, person) = 'undone' ORDER BY f.id);
    IF wanted = '{}' THEN
        RETURN;
    END IF;
    BEGIN
        RETURN QUERY SELECT * FROM follow_ups_put_back(wanted);
    EXCEPTION WHEN unique_violation THEN
        middle := cardinality(wanted) / 2;
        IF middle = 0 THEN
            RETURN QUERY
                SELECT f.id, 'taken',
                    to_jsonb(f) || jsonb_build_object('run', s.run, 'step', s.step, 'repeat', s.repeat),
                    NULL::jsonb, false
                FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id WHERE f.id = wanted[1];
        ELSE
            RETURN QUERY SELECT * FROM follow_ups_undo(wanted[:middle], person);
            RETURN QUERY SELECT * FROM follow_ups_undo(wanted[middle + 1:], person);
        END IF;
    END;
END $$;
