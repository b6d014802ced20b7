-- Who is told at a URL of a chat that is gone finds that in their inbox, as of an address that takes no mail; a browser
-- that is gone leaves the list.
CREATE OR REPLACE FUNCTION destinations_tell() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM notifications WHERE audience = 'destination' AND summary_of = NEW.id AND user_id = NEW.user_id;
    INSERT INTO notifications (user_id, audience, summary_of, details)
    VALUES (NEW.user_id, 'destination', NEW.id, jsonb_build_object('channel', NEW.channel,
        'address', NEW.address, 'by_default', NEW.by_default, 'reason', NEW.problem));
    PERFORM pg_notify('followup_inbox', NEW.user_id::text);
    INSERT INTO audit_log (action, target, details)
    VALUES ('destination.switched', 'destinations/' || NEW.id, jsonb_build_object(
        'channel', NEW.channel, 'address', NEW.address, 'state', 'off', 'reason', NEW.problem));
    RETURN NULL;
END $$;

DROP TRIGGER destinations_tell ON destinations;
CREATE TRIGGER destinations_tell AFTER UPDATE OF state ON destinations FOR EACH ROW
    WHEN (NEW.channel <> 'push' AND OLD.state = 'ok' AND NEW.state = 'off' AND NEW.problem IS NOT NULL)
    EXECUTE FUNCTION destinations_tell();

GRANT DELETE ON destinations TO followup_dispatcher;
