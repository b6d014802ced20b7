-- As before, with the outcome.

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
                    completed_at = before.completed_at, outcome = before.outcome, kind = before.kind, priority = before.priority,
                    tags = before.tags, value_amount = before.value_amount,
                    value_currency = before.value_currency
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
