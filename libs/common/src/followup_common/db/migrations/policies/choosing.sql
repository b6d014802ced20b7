-- Which policy a follow-up gets: the first one whose conditions it meets. The same rules are in Python
-- (`policy/conditions.py`); a test holds the two against each other.

-- The newest version of each policy, in their order; the last one is for everything.
CREATE VIEW policies_in_force AS
    SELECT p.position, v.id AS policy_version_id, v.policy_id, v.conditions
    FROM policies p CROSS JOIN LATERAL (
        SELECT v.id, v.policy_id, v.conditions FROM policy_versions v
        WHERE v.policy_id = p.id ORDER BY v.version DESC LIMIT 1
    ) v
    WHERE p.archived_at IS NULL;
GRANT SELECT ON policies_in_force TO followup_api, followup_escalator;

-- The catch-all's.
CREATE OR REPLACE FUNCTION policy_version_now() RETURNS bigint LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS $$
    SELECT f.policy_version_id FROM policies_in_force f ORDER BY f.position DESC LIMIT 1
$$;

CREATE FUNCTION condition_holds(condition jsonb, follow_up jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT COALESCE(CASE condition ->> 'field'
        WHEN 'tags' THEN CASE condition ->> 'is'
            WHEN 'has_all' THEN follow_up -> 'tags' @> (condition -> 'value')
            ELSE (condition ->> 'is' = 'has_any') = EXISTS (
                SELECT FROM jsonb_array_elements(condition -> 'value') AS wanted (tag)
                WHERE follow_up -> 'tags' @> wanted.tag)
            END
        WHEN 'value' THEN follow_up ->> 'value_currency' = condition #>> '{value,currency}'
            AND CASE condition ->> 'is'
                WHEN 'at_least' THEN (follow_up ->> 'value_amount')::numeric >= (condition #>> '{value,amount}')::numeric
                WHEN 'at_most' THEN (follow_up ->> 'value_amount')::numeric <= (condition #>> '{value,amount}')::numeric
                WHEN 'below' THEN (follow_up ->> 'value_amount')::numeric < (condition #>> '{value,amount}')::numeric
                END
        ELSE (condition ->> 'is' = 'any_of') = CASE condition ->> 'field'
            WHEN 'kind' THEN condition -> 'value' @> (follow_up -> 'kind')
            WHEN 'priority' THEN condition -> 'value' @> (follow_up -> 'priority')
            WHEN 'assignee' THEN condition -> 'value' @> (follow_up -> 'assignee_id')
            WHEN 'subject' THEN condition -> 'value' @> to_jsonb(COALESCE(
                (SELECT s.kind FROM subjects s WHERE s.id = (follow_up ->> 'subject_id')::bigint), 'none'))
            WHEN 'team' THEN EXISTS (
                WITH RECURSIVE line AS (
                    SELECT (follow_up ->> 'assignee_id')::bigint AS id
                    UNION
                    SELECT u.manager_id FROM users u JOIN line l ON u.id = l.id WHERE u.manager_id IS NOT NULL
                )
                SELECT FROM line l WHERE condition -> 'value' @> to_jsonb(l.id))
            END
        END, false)
$$;

CREATE FUNCTION conditions_hold(conditions jsonb, follow_up jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
            SELECT FROM jsonb_array_elements(conditions -> 'all') AS each (condition)
            WHERE NOT condition_holds(each.condition, follow_up))
        AND (NOT conditions ? 'any' OR EXISTS (
            SELECT FROM jsonb_array_elements(conditions -> 'any') AS each (condition)
            WHERE condition_holds(each.condition, follow_up)))
$$;

-- The version under which a run of a follow-up begins. Takes the row as JSON.
CREATE FUNCTION policy_for(follow_up jsonb) RETURNS bigint LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT f.policy_version_id FROM policies_in_force f
    WHERE conditions_hold(f.conditions, follow_up)
    ORDER BY f.position LIMIT 1
$$;

-- The version that every follow-up gets, where there is nothing to choose; null where there is.
CREATE FUNCTION policy_for_all() RETURNS bigint LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN count(*) = 1 THEN min(f.policy_version_id) END FROM policies_in_force f
$$;

-- What of a follow-up conditions can ask about.
CREATE FUNCTION policy_facts(follow_up jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object(
        'kind', follow_up -> 'kind', 'priority', follow_up -> 'priority', 'tags', follow_up -> 'tags',
        'amount', follow_up -> 'value_amount', 'currency', follow_up -> 'value_currency',
        'subject', follow_up -> 'subject_id', 'assignee', follow_up -> 'assignee_id')
$$;
