-- Each unread notification gets its deliveries in the statement that writes it, no matter who writes it: nothing can
-- come between, and no writer has to think of it. Reminders stay in the inbox, as does what sums others up. What is put
-- back with a restored follow-up was told before. While no channel is on, this reads a table without a row.
CREATE FUNCTION notifications_plan_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM channels WHERE is_on) THEN
        INSERT INTO deliveries (notification_id, user_id, follow_up_id, destination_id, channel)
        SELECT w.id, w.user_id, w.follow_up_id, d.id, d.channel
        FROM written w
        JOIN destinations d ON d.user_id = w.user_id AND d.state = 'ok' AND d.verified_at IS NOT NULL
        JOIN channels c ON c.name = d.channel AND c.is_on AND (c.everybody OR NOT d.by_default)
        LEFT JOIN escalations e
            ON (e.follow_up_id, e.run, e.step, e.repeat) = (w.follow_up_id, w.run, w.step, w.repeat)
        WHERE w.read_at IS NULL AND w.summary_of IS NULL AND w.created_at = now()
            AND e.severity IS DISTINCT FROM 'reminder';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER notifications_plan_deliveries AFTER INSERT ON notifications
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION notifications_plan_deliveries();

-- The address that somebody logs in with is a destination by itself once a channel is for everybody. It follows
-- that address whether the channel is on or not, so that nothing ever goes to an old one.
CREATE FUNCTION users_keep_destinations() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO destinations (user_id, channel, address, by_default, verified_at)
        SELECT NEW.id, c.name, NEW.email, true, now() FROM channels c WHERE c.is_on AND c.everybody;
    ELSE
        UPDATE destinations SET address = NEW.email, state = 'ok', verified_at = now()
        WHERE user_id = NEW.id AND by_default;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION users_keep_destinations FROM PUBLIC;

CREATE TRIGGER users_add_destinations AFTER INSERT ON users FOR EACH ROW
    EXECUTE FUNCTION users_keep_destinations();
CREATE TRIGGER users_keep_destinations AFTER UPDATE OF email ON users FOR EACH ROW
    WHEN (OLD.email IS DISTINCT FROM NEW.email) EXECUTE FUNCTION users_keep_destinations();
