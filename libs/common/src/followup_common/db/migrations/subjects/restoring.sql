-- As in `series/restoring_next.sql`. What was deleted on a survivor comes back where the undo of the merge would have put
-- it, where nobody put it elsewhere since.

CREATE OR REPLACE FUNCTION follow_ups_restore(number bigint)
    RETURNS TABLE (outcome text, untold boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    gone deleted_follow_ups;
    its_series bigint;
    next_one bigint;
    undone bigint;
    its_subject bigint;
    passed integer;
    broken text;
BEGIN
    SELECT d.* INTO gone FROM deleted_follow_ups d
    WHERE d.id = number AND d.deleted_at > now() - interval '30 days' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'nothing', false;
        RETURN;
    END IF;
    its_series := (gone.was ->> 'series_id')::bigint;
    IF gone.was ->> 'completed_at' IS NULL AND its_series IS NOT NULL THEN
        -- Follow-ups, then series: as everywhere.
        SELECT f.id INTO next_one FROM follow_ups f
        WHERE f.series_id = its_series AND f.is_open AND f.version = 1 AND f.created_at = gone.deleted_at FOR UPDATE;
        PERFORM FROM series s WHERE s.id = its_series FOR UPDATE;
        DELETE FROM follow_ups f USING series s
        WHERE f.id = next_one AND s.id = its_series AND s.made > 1 AND s.starts_on <= (gone.was ->> 'occurs_on')::date;
        IF FOUND THEN
            SELECT coalesce((a.details ->> 'missed')::integer, 0) INTO passed FROM deleted_follow_ups d,
                jsonb_to_recordset(d.history -> 'activities') AS a (kind text, details jsonb)
            WHERE d.id = next_one AND a.kind = 'created';
            UPDATE series s
            SET made = s.made - 1, missed = s.missed - passed, last_on = (gone.was ->> 'occurs_on')::date
            WHERE s.id = its_series;
        END IF;
        UPDATE series s SET ended_at = NULL
        WHERE s.id = its_series AND s.ended_by IS NULL AND s.ended_at = gone.deleted_at;
        IF EXISTS (
            SELECT FROM follow_ups f WHERE f.series_id = its_series
                AND (f.is_open OR f.occurs_on = (gone.was ->> 'occurs_on')::date))
        THEN
            gone.was := gone.was - 'series_id' - 'occurs_on';
        END IF;
    END IF;
    LOOP
        -- Waits for an undo that is under way, and an undo waits for it.
        PERFORM FROM subjects s WHERE s.id = (gone.was ->> 'subject_id')::bigint FOR KEY SHARE;
        SELECT m.id, m.merged_id INTO undone, its_subject
        FROM subject_merges m JOIN subject_merge_items i ON i.merge_id = m.id
        WHERE m.survivor_id = (gone.was ->> 'subject_id')::bigint AND m.undone_at IS NOT NULL
          AND (undone IS NULL OR m.id < undone) AND (i.table_name, i.row_id) = ('follow_ups', gone.id)
          AND NOT EXISTS (
            SELECT FROM jsonb_to_recordset(gone.history -> 'activities') AS a (created_at timestamptz, details jsonb)
            WHERE a.created_at >= m.undone_at AND a.details #> '{changes,subject_id}' IS NOT NULL)
        ORDER BY m.id DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        gone.was := jsonb_set(gone.was, '{subject_id}', to_jsonb(its_subject));
    END LOOP;
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
    UPDATE escalation_states s SET wake_at = now()
    WHERE s.follow_up_id = number AND s.wake_at > now()
      AND s.policy_version_id IN (SELECT v.id FROM policy_versions_counting v);
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
