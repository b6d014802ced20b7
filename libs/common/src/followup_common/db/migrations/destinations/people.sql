-- People have several destinations, by several channels. One that somebody adds tells nothing before a code that was
-- sent there has come back; the address of some is a secret, which is kept sealed.
ALTER TABLE channels
    DROP CONSTRAINT ck_channels_name,
    ADD CONSTRAINT ck_channels_name
        CHECK (name IN ('email', 'slack', 'slack_webhook', 'teams', 'apprise', 'push'));

ALTER TABLE destinations
    DROP CONSTRAINT ck_destinations_channel,
    ADD CONSTRAINT ck_destinations_channel
        CHECK (channel IN ('email', 'slack', 'slack_webhook', 'teams', 'apprise', 'push')) NOT VALID,
    ADD COLUMN sealed BYTEA,
    ADD COLUMN code_hash BYTEA,
    ADD COLUMN code_expires_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN code_tries INTEGER DEFAULT 0 NOT NULL,
    ADD COLUMN problem TEXT,
    ADD COLUMN problem_since TIMESTAMP WITH TIME ZONE;

-- A code or a test is a delivery like any other, and tells of no notification.
ALTER TABLE deliveries
    ADD COLUMN notice TEXT,
    ADD CONSTRAINT ck_deliveries_notice CHECK (notice IN ('code', 'test')) NOT VALID,
    DROP CONSTRAINT ck_deliveries_about,
    ADD CONSTRAINT ck_deliveries_about CHECK (
        CASE WHEN webhook_id IS NOT NULL
            THEN event_id IS NOT NULL
                AND num_nonnulls(notification_id, user_id, destination_id, follow_up_id, notice) = 0
            ELSE event_id IS NULL AND num_nulls(user_id, destination_id) = 0
                AND num_nonnulls(notification_id, notice) = 1 END) NOT VALID;

GRANT UPDATE (code_hash, code_expires_at, sealed, problem, problem_since) ON destinations TO followup_dispatcher;
GRANT DELETE, INSERT (user_id, channel, address, sealed),
    UPDATE (state, verified_at, code_hash, code_expires_at, code_tries, problem, problem_since)
    ON destinations TO followup_api;
GRANT INSERT (user_id, destination_id, notice) ON deliveries TO followup_api;
