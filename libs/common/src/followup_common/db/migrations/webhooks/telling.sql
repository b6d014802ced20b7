-- Who made a webhook finds in their inbox that it fails, and that it was switched off; the audit log has the latter.
ALTER TABLE webhooks
    ADD COLUMN problem TEXT,
    ADD COLUMN told_at TIMESTAMP WITH TIME ZONE;
GRANT UPDATE (problem, told_at) ON webhooks TO followup_dispatcher, followup_api;
-- It seals secrets again with a new key.
GRANT UPDATE (secret, previous_secret) ON webhooks TO followup_dispatcher;

-- One notification a webhook: a later one takes the place of one before. If its maker is no admin any more,
-- all admins are told.
CREATE FUNCTION webhooks_tell() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    host text := substring(NEW.url FROM '^[a-z]+://([^/?#]+)');
    told bigint[] := ARRAY(
        SELECT u.id FROM users u WHERE u.active AND u.role = 'admin' AND (u.id = NEW.owner_id OR NOT EXISTS (
            SELECT FROM users o WHERE o.id = NEW.owner_id AND o.active AND o.role = 'admin')));
BEGIN
    DELETE FROM notifications WHERE audience = 'webhook' AND summary_of = NEW.id AND user_id = ANY(told);
    INSERT INTO notifications (user_id, audience, summary_of, details)
    SELECT user_id, 'webhook', NEW.id, jsonb_build_object(
        'host', host, 'off', NEW.state = 'off', 'reason', COALESCE(NEW.off_because, NEW.problem),
        'own', user_id = NEW.owner_id)
    FROM unnest(told) user_id;
    PERFORM pg_notify('followup_inbox', array_to_string(told, ','));
    IF NEW.state = 'off' THEN
        INSERT INTO audit_log (action, target, details)
        VALUES ('webhook.switched-off', 'webhooks/' || NEW.id, jsonb_build_object('host', host, 'reason', NEW.off_because));
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION webhooks_tell FROM PUBLIC;

CREATE TRIGGER webhooks_tell AFTER UPDATE ON webhooks FOR EACH ROW
    WHEN (NEW.state = 'off' AND OLD.state <> 'off' OR NEW.state <> 'off' AND NEW.told_at IS NOT NULL AND OLD.told_at IS NULL)
    EXECUTE FUNCTION webhooks_tell();
