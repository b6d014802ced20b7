-- As in `changes/moving.sql`. What a move goes by is read by statements of their own, behind the one that has waited
-- for the states: another policy that was published meanwhile, another move, and what the notifier has announced. A
-- statement that waits sees everything else as it was before.
CREATE OR REPLACE FUNCTION policies_move_open(published bigint, actor bigint, after bigint, at_most integer)
    RETURNS TABLE (until bigint, moved bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held CONSTANT bigint[] := ARRAY(
        SELECT f.id FROM follow_ups f WHERE f.is_open AND f.id > after ORDER BY f.id LIMIT at_most FOR SHARE);
    all_get bigint;
    ids bigint[];
    versions bigint[];
    gone bigint[];
BEGIN
    PERFORM FROM escalation_states s WHERE s.follow_up_id = ANY(held) ORDER BY s.follow_up_id FOR NO KEY UPDATE;
    all_get := policy_for_all();
    WITH chosen AS MATERIALIZED (
        SELECT f.id, COALESCE(all_get, policy_for(to_jsonb(f))) AS version FROM follow_ups f WHERE f.id = ANY(held)
    )
    SELECT array_agg(c.id ORDER BY c.id), array_agg(c.version ORDER BY c.id) INTO ids, versions
    FROM chosen c
    JOIN policy_versions becomes ON becomes.id = c.version
    JOIN escalation_states s ON s.follow_up_id = c.id
    LEFT JOIN policy_versions was ON was.id = s.policy_version_id
    JOIN policy_versions p ON p.id = published
    WHERE becomes.id = published OR was.policy_id = p.policy_id;

    PERFORM set_config('followup.actor_id', COALESCE(actor::text, ''), true);
    gone := ARRAY(SELECT escalation_states_move(ids, versions, false));
    DELETE FROM undoable_changes c WHERE c.follow_up_id = ANY(gone);
    until := CASE WHEN cardinality(held) = at_most THEN held[at_most] END;
    moved := cardinality(gone);
    RETURN NEXT;
END $$;
