-- Where programs of others hear what happens. A delivery to one is a delivery like any other: one queue, one log.
CREATE TABLE webhooks (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    url TEXT NOT NULL,
    event_types TEXT[] NOT NULL,
    owner_id BIGINT NOT NULL,
    state TEXT DEFAULT 'on' NOT NULL,
    secret BYTEA NOT NULL,
    previous_secret BYTEA,
    previous_until TIMESTAMP WITH TIME ZONE,
    free_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    failures INTEGER DEFAULT 0 NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    off_because TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_webhooks PRIMARY KEY (id),
    CONSTRAINT fk_webhooks_owner_id FOREIGN KEY (owner_id) REFERENCES users (id),
    CONSTRAINT ck_webhooks_state CHECK (state IN ('on', 'paused', 'off')),
    CONSTRAINT ck_webhooks_event_types CHECK (cardinality(event_types) > 0)
);

CREATE TABLE webhook_events (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    type TEXT NOT NULL,
    data JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_webhook_events PRIMARY KEY (id)
);
CREATE INDEX ix_webhook_events_created_at ON webhook_events (created_at);

ALTER TABLE deliveries
    ALTER COLUMN notification_id DROP NOT NULL,
    ALTER COLUMN user_id DROP NOT NULL,
    ALTER COLUMN destination_id DROP NOT NULL,
    ADD COLUMN webhook_id BIGINT,
    ADD COLUMN event_id UUID,
    ADD CONSTRAINT ck_deliveries_about CHECK (
        CASE WHEN webhook_id IS NULL
            THEN event_id IS NULL AND num_nulls(notification_id, user_id, destination_id) = 0
            ELSE event_id IS NOT NULL
                AND num_nonnulls(notification_id, user_id, destination_id, follow_up_id) = 0 END) NOT VALID,
    ADD CONSTRAINT fk_deliveries_webhook_id FOREIGN KEY (webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
        NOT VALID;

GRANT SELECT ON webhooks, webhook_events TO followup_dispatcher, followup_api;
GRANT UPDATE (state, free_at, failures, failing_since, off_because) ON webhooks TO followup_dispatcher;
GRANT DELETE, INSERT (url, event_types, owner_id, secret),
    UPDATE (url, event_types, state, secret, previous_secret, previous_until, free_at, failures, failing_since,
        off_because) ON webhooks TO followup_api;
GRANT INSERT (type, data) ON webhook_events TO followup_api;
GRANT INSERT (event_id, webhook_id, channel) ON deliveries TO followup_api;
