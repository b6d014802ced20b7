-- What somebody held while PostgreSQL's clock was ahead would be held for that much longer once it is set back: it
-- ends, and its people are told as of any other end. One that had ended by that clock has told them, but its state
-- waits for the time that was shown. As `holds_end_by_time`, but the states are locked first, since they forget it.
-- Those that somebody holds are left to the next time.
CREATE FUNCTION holds_end_ahead(at_most integer) RETURNS SETOF bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ids bigint[] := ARRAY(
        SELECT s.follow_up_id FROM escalation_states s
        WHERE s.follow_up_id IN (
            SELECT h.follow_up_id FROM holds h
            WHERE h.starts_at > now() + interval '1 minute'
              AND (h.ended_at IS NULL OR h.ended_at > h.starts_at) LIMIT at_most)
        ORDER BY s.follow_up_id FOR NO KEY UPDATE SKIP LOCKED);
BEGIN
    IF ids = '{}' THEN
        RETURN;
    END IF;
    UPDATE holds h SET ended_at = h.starts_at
    WHERE h.follow_up_id = ANY(ids) AND h.ended_at > h.starts_at AND h.starts_at > now() + interval '1 minute';
    RETURN QUERY
        UPDATE holds h SET ended_at = h.starts_at, end_reason = 'time'
        WHERE h.follow_up_id = ANY(ids) AND h.ended_at IS NULL AND h.starts_at > now() + interval '1 minute'
        RETURNING h.id;
    PERFORM escalation_states_keep_holds(ids);
END $$;
REVOKE EXECUTE ON FUNCTION holds_end_ahead FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holds_end_ahead TO followup_escalator;
CREATE INDEX ix_holds_starts_at ON holds (starts_at);
