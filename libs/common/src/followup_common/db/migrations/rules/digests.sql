-- What goes to somebody in one message: one for each address and time, whatever was due before it.
CREATE TABLE digests (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    user_id BIGINT NOT NULL,
    destination_id BIGINT NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_digests PRIMARY KEY (id),
    CONSTRAINT uq_digests_once UNIQUE (destination_id, ends_at)
);
CREATE INDEX ix_digests_created_at ON digests (created_at);

ALTER TABLE deliveries
    ADD COLUMN digest_id UUID,
    DROP CONSTRAINT ck_deliveries_about,
    DROP CONSTRAINT ck_deliveries_state,
    ADD CONSTRAINT ck_deliveries_about CHECK (
        CASE WHEN webhook_id IS NOT NULL
            THEN event_id IS NOT NULL
                AND num_nonnulls(notification_id, user_id, destination_id, follow_up_id, notice, digest_id) = 0
            ELSE event_id IS NULL AND num_nulls(user_id, destination_id) = 0
                AND (notification_id IS NOT NULL OR follow_up_id IS NULL)
                AND (notice IS NULL) = (num_nonnulls(notification_id, digest_id) > 0) END) NOT VALID,
    ADD CONSTRAINT ck_deliveries_state CHECK (
        state IN ('queued', 'sending', 'unknown', 'sent', 'failed', 'suppressed', 'expired', 'digested')) NOT VALID,
    ADD CONSTRAINT ck_deliveries_digested CHECK (state <> 'digested' OR digest_id IS NOT NULL) NOT VALID;

GRANT SELECT, INSERT (user_id, destination_id, ends_at) ON digests TO followup_dispatcher;
GRANT UPDATE (digest_id), INSERT (digest_id, user_id, destination_id, channel, next_at) ON deliveries
    TO followup_dispatcher;
