-- Whatever changes by which calendar something counts, or what a calendar says, stores the event that has open
-- follow-ups placed again, no matter who writes it and how. The redrive sends it within a minute.
CREATE FUNCTION calendars_announce(calendars bigint[], people bigint[], everybody boolean) RETURNS void
    LANGUAGE sql SET search_path = public, pg_temp AS $$
    INSERT INTO outbox (id, type, source, subject, payload)
    VALUES (gen_random_uuid(), 'followup.calendars.changed.v1', 'followup/database', 'calendars', jsonb_build_object(
        'calendar_ids', to_jsonb(calendars), 'user_ids', to_jsonb(people), 'everybody', everybody, 'after', 0))
$$;

CREATE FUNCTION calendars_announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids CONSTANT bigint[] := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.version <> o.version ORDER BY n.id);
BEGIN
    IF ids <> '{}' THEN
        PERFORM calendars_announce(ids, '{}', false);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER calendars_announce_change AFTER UPDATE ON calendars
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION calendars_announce_change();

-- Without any calendar nothing counts by one.
CREATE FUNCTION users_announce_calendars() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids CONSTANT bigint[] := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE (n.calendar_id, n.manager_id) IS DISTINCT FROM (o.calendar_id, o.manager_id) ORDER BY n.id);
BEGIN
    IF ids <> '{}' AND EXISTS (SELECT FROM calendars) THEN
        PERFORM calendars_announce('{}', ids, false);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER users_announce_calendars AFTER UPDATE ON users
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION users_announce_calendars();

CREATE FUNCTION organisation_announce_calendar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM calendars_announce('{}', '{}', true);
    RETURN NULL;
END $$;
CREATE TRIGGER organisation_announce_calendar AFTER UPDATE OF calendar_id ON organisation
    FOR EACH ROW WHEN (OLD.calendar_id IS DISTINCT FROM NEW.calendar_id)
    EXECUTE FUNCTION organisation_announce_calendar();

-- As time passes, so many days are to lie ahead of each calendar: works the one out again that has the fewest, and
-- returns its id. What it has been worked out for stays so; one that somebody changes right now is left to the next
-- time. Runs as the owner: the escalator has no right on calendars.
CREATE FUNCTION calendars_move_horizon(ahead integer) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    nearest calendars;
BEGIN
    SELECT c.* INTO nearest FROM calendars c WHERE c.last_day < current_date + ahead
    ORDER BY c.last_day, c.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM calendar_work_out(nearest.id, nearest.first_day, current_date + ahead);
    RETURN nearest.id;
END $$;
REVOKE EXECUTE ON FUNCTION calendars_move_horizon FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calendars_move_horizon TO followup_escalator;
