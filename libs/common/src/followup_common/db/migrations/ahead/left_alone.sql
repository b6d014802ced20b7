-- As in `ahead/going_on.sql`, but what began ahead of the clock, and was ended for it, is left alone from then on: it
-- can never go on, and each tick would hold its state again, which a sweep beside it then passes over.
CREATE OR REPLACE FUNCTION holds_end_ahead(at_most integer) RETURNS SETOF bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    soon CONSTANT timestamptz := now() + interval '1 minute';
    going_on bigint[] := ARRAY(
        SELECT f.id FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id
        WHERE f.is_open AND f.id IN (
            SELECT h.follow_up_id FROM holds h
            WHERE h.end_reason = 'time' AND h.ended_at > soon AND h.starts_at <= soon LIMIT at_most)
        ORDER BY f.id FOR NO KEY UPDATE OF f, s SKIP LOCKED);
    ids bigint[];
BEGIN
    IF going_on <> '{}' THEN
        UPDATE holds h SET ended_at = NULL, end_reason = NULL FROM follow_ups f
        WHERE h.follow_up_id = ANY(going_on) AND f.id = h.follow_up_id AND f.id = ANY(going_on)
          AND h.end_reason = 'time' AND h.ended_at > soon AND h.starts_at <= soon
          AND h.over_version IS NULL AND h.assignment = f.assignment
          AND NOT EXISTS (
            SELECT FROM holds o WHERE o.follow_up_id = h.follow_up_id AND o.kind = h.kind AND o.id > h.id
              AND (h.kind = 'wait' OR o.user_id = h.user_id));
        PERFORM escalation_states_keep_holds(going_on);
    END IF;
    ids := ARRAY(
        SELECT s.follow_up_id FROM escalation_states s
        WHERE s.follow_up_id IN (
            SELECT h.follow_up_id FROM holds h
            WHERE h.starts_at > soon AND (h.ended_at IS NULL OR h.ended_at > h.starts_at) LIMIT at_most)
        ORDER BY s.follow_up_id FOR NO KEY UPDATE SKIP LOCKED);
    IF ids = '{}' THEN
        RETURN;
    END IF;
    UPDATE holds h SET ended_at = h.starts_at
    WHERE h.follow_up_id = ANY(ids) AND h.ended_at > h.starts_at AND h.starts_at > soon;
    RETURN QUERY
        UPDATE holds h SET ended_at = h.starts_at, end_reason = 'time'
        WHERE h.follow_up_id = ANY(ids) AND h.ended_at IS NULL AND h.starts_at > soon
        RETURNING h.id;
    PERFORM escalation_states_keep_holds(ids);
END $$;
