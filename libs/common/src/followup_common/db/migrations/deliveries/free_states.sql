-- As `escalation_states_hold`, of what nobody else holds: who holds some already waits for none of the others.
CREATE FUNCTION escalation_states_hold_free(ids bigint[]) RETURNS SETOF bigint LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.follow_up_id FROM escalation_states s WHERE s.follow_up_id = ANY(ids)
    ORDER BY s.follow_up_id FOR NO KEY UPDATE SKIP LOCKED
$$;
REVOKE EXECUTE ON FUNCTION escalation_states_hold_free FROM PUBLIC;
GRANT EXECUTE ON FUNCTION escalation_states_hold_free TO followup_dispatcher;
