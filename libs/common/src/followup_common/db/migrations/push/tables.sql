-- Browsers are destinations as well: how each is reached, and the key by which they subscribe.
ALTER TABLE channels ADD COLUMN public_key TEXT;

CREATE TABLE push_subscriptions (
    destination_id BIGINT NOT NULL,
    endpoint_hash BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    CONSTRAINT pk_push_subscriptions PRIMARY KEY (destination_id),
    CONSTRAINT fk_push_subscriptions_destination_id FOREIGN KEY (destination_id)
        REFERENCES destinations (id) ON DELETE CASCADE,
    CONSTRAINT uq_push_subscriptions_endpoint_hash UNIQUE (endpoint_hash),
    CONSTRAINT ck_push_subscriptions_endpoint_hash CHECK (octet_length(endpoint_hash) = 32)
);

GRANT SELECT ON push_subscriptions TO followup_dispatcher;
GRANT SELECT, INSERT ON push_subscriptions TO followup_api;
GRANT UPDATE (sealed) ON push_subscriptions TO followup_dispatcher;
GRANT INSERT (verified_at) ON destinations TO followup_api;
