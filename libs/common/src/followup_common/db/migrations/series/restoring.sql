-- As in `places/restoring.sql`. One whose series has another open one by now comes back outside of it.

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
    IF gone.was ->> 'completed_at' IS NULL AND gone.was ->> 'series_id' IS NOT NULL THEN
        PERFORM FROM series s WHERE s.id = (gone.was ->> 'series_id')::bigint FOR UPDATE;
        IF EXISTS (
            SELECT FROM follow_ups f WHERE f.series_id = (gone.was ->> 'series_id')::bigint AND f.is_open)
        THEN
            gone.was := gone.was - 'series_id' - 'occurs_on';
        END IF;
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
