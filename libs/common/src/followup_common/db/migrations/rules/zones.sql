-- As where rules are saved: what is being held by the zone before is seen, and what comes then is held by this one.
CREATE OR REPLACE FUNCTION users_look_again() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('notification_rules'));
    UPDATE deliveries SET next_at = now()
    WHERE user_id = NEW.id AND held_until = next_at AND ended_at IS NULL AND held_until IS NOT NULL;
    RETURN NULL;
END $$;
