-- Open work that was handed from one person to another in one go: for good, or until a day of the first one's own
-- time zone. What was handed over as it was then goes back on that day, and by an undo for a day.

CREATE TABLE hand_overs (
    id bigint GENERATED ALWAYS AS IDENTITY,
    from_user_id bigint NOT NULL,
    to_user_id bigint NOT NULL,
    actor_id bigint NOT NULL,
    until date,
    number integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    -- When it went back, by the clock or by an undo; `hand_over_give_back` writes both, no service does.
    ended_at timestamp with time zone,
    given_back integer,
    CONSTRAINT pk_hand_overs PRIMARY KEY (id),
    CONSTRAINT fk_hand_overs_from_user_id FOREIGN KEY (from_user_id) REFERENCES users (id),
    CONSTRAINT fk_hand_overs_to_user_id FOREIGN KEY (to_user_id) REFERENCES users (id),
    CONSTRAINT fk_hand_overs_actor_id FOREIGN KEY (actor_id) REFERENCES users (id),
    CONSTRAINT ck_hand_overs_two_people CHECK (from_user_id <> to_user_id)
);
CREATE INDEX ix_hand_overs_until ON hand_overs (until) WHERE until IS NOT NULL AND ended_at IS NULL;

-- Which they were, and as what: the version that the hand-over made, and the number of the assignment.
CREATE TABLE hand_over_items (
    hand_over_id bigint NOT NULL,
    follow_up_id bigint NOT NULL,
    version integer NOT NULL,
    assignment integer NOT NULL,
    CONSTRAINT pk_hand_over_items PRIMARY KEY (hand_over_id, follow_up_id),
    CONSTRAINT fk_hand_over_items_hand_over_id FOREIGN KEY (hand_over_id) REFERENCES hand_overs (id) ON DELETE CASCADE
);

-- Gives back what is open and was not changed since, with an entry in the history of each, unless the one it came
-- from is inactive by now. Once: a second call finds that it has ended. Returns how many; null: it had ended.
CREATE FUNCTION hand_over_give_back(wanted bigint, actor bigint) RETURNS integer LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    given hand_overs;
    ids bigint[];
BEGIN
    SELECT h.* INTO given FROM hand_overs h WHERE h.id = wanted AND h.ended_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('followup.undo_by', '', true);
    PERFORM set_config('followup.actor_id', COALESCE(actor::text, ''), true);
    ids := ARRAY(
        SELECT f.id FROM hand_over_items i JOIN follow_ups f ON f.id = i.follow_up_id
        WHERE i.hand_over_id = wanted AND f.is_open AND f.version = i.version
          AND EXISTS (SELECT FROM users u WHERE u.id = given.from_user_id AND u.active)
        ORDER BY f.id FOR UPDATE OF f);
    UPDATE follow_ups f SET assignee_id = given.from_user_id FROM hand_over_items i
    WHERE i.hand_over_id = wanted AND f.id = i.follow_up_id AND f.id = ANY(ids) AND f.is_open AND f.version = i.version;
    INSERT INTO activities (follow_up_id, kind, actor_id, details)
    SELECT id, 'reassigned', actor, jsonb_build_object('hand_over', wanted, 'changes', jsonb_build_object('assignee_id',
        jsonb_build_object('from', given.to_user_id, 'to', given.from_user_id)))
    FROM unnest(ids) id ORDER BY id;
    UPDATE hand_overs h SET ended_at = now(), given_back = cardinality(ids) WHERE h.id = wanted;
    RETURN cardinality(ids);
END $$;
REVOKE EXECUTE ON FUNCTION hand_over_give_back FROM PUBLIC;

-- Those whose last day is over, some at a time; the escalator gives each back.
CREATE FUNCTION hand_overs_over(at_most integer) RETURNS SETOF bigint LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.id FROM hand_overs h JOIN users u ON u.id = h.from_user_id
    WHERE h.until IS NOT NULL AND h.ended_at IS NULL AND h.until <= current_date + 2
      AND (h.until + 1)::timestamp AT TIME ZONE u.time_zone <= now()
    ORDER BY h.id LIMIT at_most FOR UPDATE OF h SKIP LOCKED
$$;
REVOKE EXECUTE ON FUNCTION hand_overs_over FROM PUBLIC;

GRANT SELECT ON hand_overs, hand_over_items TO followup_api, followup_notifier;
GRANT INSERT (from_user_id, to_user_id, actor_id, until, number) ON hand_overs TO followup_api;
GRANT INSERT ON hand_over_items TO followup_api;
GRANT EXECUTE ON FUNCTION hand_over_give_back TO followup_api, followup_escalator;
GRANT EXECUTE ON FUNCTION hand_overs_over TO followup_escalator;
