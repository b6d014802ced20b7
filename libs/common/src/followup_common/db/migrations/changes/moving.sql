-- Moves open follow-ups to a policy that was published, up to so many of those behind an id: those that get it now,
-- and those that had it and get another one by its new conditions. Follow-ups are held while one is chosen for them,
-- as by anyone who changes them. What a person could undo of those is no longer how they were, and cannot come back.
-- Runs as the owner: the escalator knows nothing of what follow-ups say. `until` is null when there are no more.
CREATE FUNCTION policies_move_open(published bigint, actor bigint, after bigint, at_most integer)
    RETURNS TABLE (until bigint, moved bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    all_get CONSTANT bigint := policy_for_all();
    ids bigint[];
    versions bigint[];
    gone bigint[];
BEGIN
    WITH held AS MATERIALIZED (
        SELECT f.* FROM follow_ups f WHERE f.is_open AND f.id > after ORDER BY f.id LIMIT at_most FOR SHARE
    ), chosen AS (
        SELECT h.id, COALESCE(all_get, policy_for(to_jsonb(h))) AS version FROM held h
    )
    SELECT CASE WHEN count(*) = at_most THEN max(h.id) END,
        array_agg(h.id ORDER BY h.id) FILTER (WHERE becomes.id = published OR was.policy_id = p.policy_id),
        array_agg(becomes.id ORDER BY h.id) FILTER (WHERE becomes.id = published OR was.policy_id = p.policy_id)
    INTO until, ids, versions
    FROM held h JOIN chosen c ON c.id = h.id
    JOIN policy_versions becomes ON becomes.id = c.version
    JOIN escalation_states s ON s.follow_up_id = h.id
    LEFT JOIN policy_versions was ON was.id = s.policy_version_id
    JOIN policy_versions p ON p.id = published;

    PERFORM set_config('followup.actor_id', COALESCE(actor::text, ''), true);
    gone := ARRAY(SELECT escalation_states_move(ids, versions, false));
    DELETE FROM undoable_changes c WHERE c.follow_up_id = ANY(gone);
    moved := cardinality(gone);
    RETURN NEXT;
END $$;
REVOKE EXECUTE ON FUNCTION policies_move_open FROM PUBLIC;
GRANT EXECUTE ON FUNCTION policies_move_open TO followup_escalator;
