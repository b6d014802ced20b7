-- As in `holds/undoing.sql`: what is completed again, by the undo of a reopening, sleeps under every policy. Where
-- `wake_at` was null, `least` takes the other one.
CREATE OR REPLACE FUNCTION follow_ups_put_back(ids bigint[])
    RETURNS TABLE (follow_up_id bigint, outcome text, was jsonb, became jsonb, untold boolean)
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    counting CONSTANT bigint[] := ARRAY(SELECT v.id FROM policy_versions_counting v);
    rows_before jsonb[];
    held_ids CONSTANT bigint[] := ARRAY(
        SELECT DISTINCT h.follow_up_id FROM holds h WHERE h.follow_up_id = ANY(ids));
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
        priority = b.priority, tags = b.tags, value_amount = b.value_amount, value_currency = b.value_currency,
        hold_changes = p.hold_changes + (p.id = ANY(held_ids))::integer
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
        wake_at = CASE WHEN b.is_open AND b.policy_version_id = ANY(counting) THEN least(b.wake_at, now())
            ELSE b.wake_at END
    FROM unnest(run_ids, last_runs) u (id, last_run)
    JOIN escalation_states p ON p.follow_up_id = u.id
    JOIN undoable_changes c ON c.follow_up_id = u.id
    CROSS JOIN LATERAL jsonb_populate_record(p, c.state) b
    WHERE s.follow_up_id = u.id AND s.follow_up_id = ANY(run_ids);

    UPDATE escalations e SET ended_at = NULL
    FROM undoable_changes c CROSS JOIN LATERAL jsonb_populate_record(NULL::escalation_states, c.state) b
    WHERE c.follow_up_id = ANY(run_ids) AND b.is_open AND e.follow_up_id = ANY(run_ids)
      AND (e.follow_up_id, e.run, e.step, e.repeat) = (c.follow_up_id, b.run, b.step, b.repeat);

    -- First what the change began, of which there may be only one, then what it ended. What the update above has
    -- taken for the end of a run, such as that a completed one is open again, is none.
    UPDATE holds h SET ended_at = least(now(), h.until), end_reason = 'undone', ended_by = c.actor_id
    FROM undoable_changes c
    WHERE h.follow_up_id = ANY(held_ids) AND c.follow_up_id = h.follow_up_id AND h.version = c.version
      AND h.end_reason IS DISTINCT FROM 'undone' AND h.over_version IS NULL;
    UPDATE holds h
    SET over_version = nullif(nullif(h.over_version, c.version), f.version),
        ended_at = CASE WHEN h.ended_version = c.version THEN NULL ELSE h.ended_at END,
        ended_by = CASE WHEN h.ended_version = c.version THEN NULL ELSE h.ended_by END,
        end_reason = CASE WHEN h.ended_version = c.version THEN NULL ELSE h.end_reason END,
        ended_version = nullif(h.ended_version, c.version),
        assignment = CASE WHEN h.ended_version = c.version THEN f.assignment ELSE h.assignment END
    FROM undoable_changes c JOIN follow_ups f ON f.id = c.follow_up_id
    WHERE h.follow_up_id = ANY(held_ids) AND c.follow_up_id = h.follow_up_id
      AND (c.version IN (h.ended_version, h.over_version) OR h.over_version = f.version);
    PERFORM escalation_states_keep_holds(held_ids);

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
