-- Addresses under which calendar programs read somebody's follow-ups: of each only the digest is kept.
CREATE TABLE calendar_feeds (
    id bigint GENERATED ALWAYS AS IDENTITY,
    user_id bigint NOT NULL,
    name text NOT NULL,
    whose text NOT NULL,
    alarm_minutes smallint,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_read_at timestamp with time zone,
    CONSTRAINT pk_calendar_feeds PRIMARY KEY (id),
    CONSTRAINT fk_calendar_feeds_user_id FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT uq_calendar_feeds_token_hash UNIQUE (token_hash),
    CONSTRAINT ck_calendar_feeds_name CHECK (name <> ''),
    CONSTRAINT ck_calendar_feeds_whose CHECK (whose IN ('me', 'team')),
    CONSTRAINT ck_calendar_feeds_alarm_minutes CHECK (alarm_minutes >= 0),
    CONSTRAINT ck_calendar_feeds_token_hash CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX ix_calendar_feeds_user_id ON calendar_feeds (user_id);

GRANT SELECT, INSERT (user_id, name, whose, alarm_minutes, token_hash),
    UPDATE (token_hash, last_read_at), DELETE ON calendar_feeds TO followup_api;

-- As before, and feeds too.
CREATE OR REPLACE FUNCTION users_end_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sessions WHERE user_id = NEW.id;
    DELETE FROM api_tokens WHERE user_id = NEW.id;
    DELETE FROM calendar_feeds WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
