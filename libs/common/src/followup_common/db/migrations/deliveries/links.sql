-- Links in what leaves the house, by which its recipient does one thing to one run of a follow-up, once.
CREATE TABLE action_links (
    token_hash BYTEA NOT NULL,
    act TEXT NOT NULL,
    delivery_id UUID NOT NULL,
    user_id BIGINT NOT NULL,
    follow_up_id BIGINT NOT NULL,
    run INTEGER NOT NULL,
    assignee_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_action_links PRIMARY KEY (token_hash),
    CONSTRAINT fk_action_links_delivery_id
        FOREIGN KEY (delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE,
    CONSTRAINT ck_action_links_act CHECK (act IN ('complete', 'snooze', 'acknowledge')),
    CONSTRAINT ck_action_links_token_hash CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX ix_action_links_delivery_id ON action_links (delivery_id);

GRANT SELECT, DELETE ON action_links TO followup_dispatcher;
GRANT INSERT (token_hash, act, delivery_id, user_id, follow_up_id, run, assignee_id, expires_at)
    ON action_links TO followup_dispatcher;
GRANT SELECT, UPDATE (used_at) ON action_links TO followup_api;
