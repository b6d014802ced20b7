-- Answers to mails. The dispatcher keeps what the mailbox has; the API, which has the verbs, does what they say, once.
ALTER TABLE action_links DROP CONSTRAINT ck_action_links_act,
    ADD CONSTRAINT ck_action_links_act CHECK (act IN ('complete', 'snooze', 'acknowledge', 'answer')) NOT VALID;

CREATE TABLE mail_answers (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    token_hash BYTEA NOT NULL,
    mail_hash BYTEA NOT NULL,
    sender TEXT NOT NULL,
    said TEXT,
    refused TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    handled_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT,
    told JSONB,
    CONSTRAINT pk_mail_answers PRIMARY KEY (id),
    CONSTRAINT fk_mail_answers_token_hash
        FOREIGN KEY (token_hash) REFERENCES action_links (token_hash) ON DELETE CASCADE,
    CONSTRAINT uq_mail_answers_token_hash UNIQUE (token_hash, mail_hash),
    CONSTRAINT ck_mail_answers_mail_hash CHECK (octet_length(mail_hash) = 32),
    CONSTRAINT ck_mail_answers_said
        CHECK (num_nulls(said, refused) = CASE WHEN handled_at IS NULL OR refused IS NOT NULL THEN 1 ELSE 2 END),
    CONSTRAINT ck_mail_answers_outcome CHECK ((handled_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX ix_mail_answers_waiting ON mail_answers (id) WHERE handled_at IS NULL;

GRANT SELECT (token_hash, mail_hash) ON mail_answers TO followup_dispatcher;
GRANT INSERT (token_hash, mail_hash, sender, said, refused) ON mail_answers TO followup_dispatcher;
GRANT SELECT, UPDATE (said, handled_at, outcome, told) ON mail_answers TO followup_api;

-- Whose answer did not do what it says finds why in their inbox.
CREATE FUNCTION mail_answers_tell() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    person BIGINT := (SELECT user_id FROM action_links WHERE token_hash = NEW.token_hash);
BEGIN
    INSERT INTO notifications (user_id, audience, summary_of, details)
    VALUES (person, 'answer', NEW.id, NEW.told);
    PERFORM pg_notify('followup_inbox', person::text);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION mail_answers_tell FROM PUBLIC;

CREATE TRIGGER mail_answers_tell AFTER UPDATE OF told ON mail_answers FOR EACH ROW
    WHEN (OLD.told IS NULL AND NEW.told IS NOT NULL)
    EXECUTE FUNCTION mail_answers_tell();
