-- Who is told at an address that takes no mail finds in their inbox that it was switched off; the audit log has it
-- too. One notification a destination: a later one takes the place of one before. Browsers that are gone tell nobody.
CREATE FUNCTION destinations_tell() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM notifications WHERE audience = 'destination' AND summary_of = NEW.id AND user_id = NEW.user_id;
    INSERT INTO notifications (user_id, audience, summary_of, details)
    VALUES (NEW.user_id, 'destination', NEW.id, jsonb_build_object(
        'address', NEW.address, 'by_default', NEW.by_default, 'reason', NEW.problem));
    PERFORM pg_notify('followup_inbox', NEW.user_id::text);
    INSERT INTO audit_log (action, target, details)
    VALUES ('destination.switched', 'destinations/' || NEW.id, jsonb_build_object(
        'channel', NEW.channel, 'address', NEW.address, 'state', 'off', 'reason', NEW.problem));
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION destinations_tell FROM PUBLIC;

CREATE TRIGGER destinations_tell AFTER UPDATE OF state ON destinations FOR EACH ROW
    WHEN (NEW.channel = 'email' AND OLD.state = 'ok' AND NEW.state = 'off' AND NEW.problem IS NOT NULL)
    EXECUTE FUNCTION destinations_tell();

-- What was wrong with the address before says nothing of another one.
CREATE OR REPLACE FUNCTION users_keep_destinations() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO destinations (user_id, channel, address, by_default, verified_at)
        SELECT NEW.id, c.name, NEW.email, true, now() FROM channels c WHERE c.is_on AND c.everybody;
    ELSE
        UPDATE destinations SET address = NEW.email, state = 'ok', verified_at = now(), problem = NULL,
            problem_since = NULL
        WHERE user_id = NEW.id AND by_default;
    END IF;
    RETURN NULL;
END $$;
