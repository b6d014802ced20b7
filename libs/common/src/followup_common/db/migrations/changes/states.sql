-- The policy of a run is chosen when the run begins: the first one whose conditions the follow-up meets. Where there
-- is nothing to choose, all get the one that there is.

CREATE OR REPLACE FUNCTION follow_ups_add_states() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    all_get CONSTANT bigint := policy_for_all();
BEGIN
    INSERT INTO escalation_states
        (follow_up_id, run, last_run, policy_version_id, anchor_at, step, assignee_id, is_open, wake_at)
    SELECT a.id, 1, 1, v.id, a.due_at, 0, a.assignee_id, a.is_open,
        CASE WHEN NOT a.is_open THEN NULL WHEN v.lead_seconds IS NULL THEN now()
            ELSE a.due_at - make_interval(secs => v.lead_seconds) END
    FROM added a JOIN policy_versions v ON v.id = COALESCE(all_get, policy_for(to_jsonb(a)));
    RETURN NULL;
END $$;

-- Another due time, or a reopening, starts the escalation over in a new run, under the policy that is chosen then; a
-- completion puts it to sleep. Reassigning keeps the clock. A field that conditions ask about may bring another
-- policy, which goes on where the follow-up would be on it; `followup.restart_clock` lets it start from now. What
-- the change took place of is kept for the person whom `followup.undo_by` names; an import names nobody, so that it
-- keeps no image of each row. `told`: an undo has nothing to tell of the step that it puts back.
CREATE OR REPLACE FUNCTION follow_ups_keep_states() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    all_get CONSTANT bigint := policy_for_all();
    others bigint[];
    versions bigint[];
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
        policy_version_id = CASE WHEN c.starts_over THEN c.chosen ELSE s.policy_version_id END,
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
                 WHERE v.id = c.chosen),
                c.due_at)
            ELSE s.wake_at END
    FROM (
        SELECT n.id, n.due_at, n.assignee_id, n.is_open, over.starts AS starts_over,
            CASE WHEN over.starts THEN COALESCE(all_get, policy_for(to_jsonb(n))) END AS chosen
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        CROSS JOIN LATERAL (SELECT n.due_at <> o.due_at OR n.is_open AND NOT o.is_open AS starts) over
        WHERE (n.due_at, n.assignee_id, n.is_open) IS DISTINCT FROM (o.due_at, o.assignee_id, o.is_open)
    ) c
    WHERE s.follow_up_id = c.id AND s.follow_up_id = ANY(ids);

    -- Another policy may be the first whose conditions it meets now; another version of the same one is for runs to
    -- come.
    IF all_get IS NULL THEN
        SELECT array_agg(c.id ORDER BY c.id), array_agg(c.chosen ORDER BY c.id) INTO others, versions
        FROM (
            SELECT n.id, policy_for(to_jsonb(n)) AS chosen FROM new_rows n JOIN old_rows o ON o.id = n.id
            WHERE n.id = ANY(ids) AND n.is_open AND o.is_open AND n.due_at = o.due_at
              AND policy_facts(to_jsonb(n)) IS DISTINCT FROM policy_facts(to_jsonb(o))
        ) c
        JOIN escalation_states s ON s.follow_up_id = c.id
        LEFT JOIN policy_versions was ON was.id = s.policy_version_id
        JOIN policy_versions becomes ON becomes.id = c.chosen
        WHERE becomes.policy_id IS DISTINCT FROM was.policy_id;
        PERFORM escalation_states_move(
            others, versions, COALESCE(current_setting('followup.restart_clock', true), '') = 'on');
    END IF;

    ids := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE n.due_at <> o.due_at OR n.is_open <> o.is_open ORDER BY n.id);
    PERFORM FROM escalations e WHERE e.follow_up_id = ANY(ids) AND e.ended_at IS NULL
    ORDER BY e.follow_up_id FOR NO KEY UPDATE;
    UPDATE escalations e SET ended_at = now() WHERE e.follow_up_id = ANY(ids) AND e.ended_at IS NULL;
    RETURN NULL;
END $$;
