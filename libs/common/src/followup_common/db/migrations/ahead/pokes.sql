-- What is to be looked at at once is written with the time of now. Where PostgreSQL's clock is ahead, that is far away
-- once it is set back: so it is written with a time that no wrong clock is ahead of. See `slow_clock`.
CREATE FUNCTION escalation_states_at_once() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.wake_at := least(NEW.wake_at, (SELECT c.at FROM slow_clock c));
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION escalation_states_at_once FROM PUBLIC;
CREATE TRIGGER escalation_states_at_once BEFORE INSERT OR UPDATE OF wake_at ON escalation_states
    FOR EACH ROW WHEN (NEW.wake_at = now()) EXECUTE FUNCTION escalation_states_at_once();

-- As in `holds/states.sql`: what only silences somebody changes nothing of when to look, where nothing else holds it
-- too.
CREATE OR REPLACE FUNCTION escalation_states_keep_holds(ids bigint[]) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM escalation_states s WHERE s.follow_up_id = ANY(ids) ORDER BY s.follow_up_id FOR NO KEY UPDATE;
    UPDATE escalation_states s
    SET holds = n.holds,
        wake_at = CASE
            WHEN NOT s.is_open THEN NULL
            WHEN COALESCE(s.holds, '{}') - '{snoozes,snoozed}'::text[] = COALESCE(n.holds, '{}') - '{snoozes,snoozed}'::text[]
                THEN s.wake_at
            ELSE greatest(now(), (n.holds #>> '{waiting,until}')::timestamptz) END
    FROM (
        SELECT k.follow_up_id, holds_in_state(k.follow_up_id) AS holds
        FROM escalation_states k WHERE k.follow_up_id = ANY(ids)
    ) n
    WHERE s.follow_up_id = n.follow_up_id AND s.follow_up_id = ANY(ids) AND s.holds IS DISTINCT FROM n.holds;
END $$;
