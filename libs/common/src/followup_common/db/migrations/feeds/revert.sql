CREATE OR REPLACE FUNCTION users_end_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sessions WHERE user_id = NEW.id;
    DELETE FROM api_tokens WHERE user_id = NEW.id;
    RETURN NULL;
END $$;

DROP TABLE calendar_feeds;
