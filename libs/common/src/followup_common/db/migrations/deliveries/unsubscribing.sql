-- Links in mails, and in their headers (RFC 8058), by which their recipient gets no more of the same kind.
CREATE TABLE unsubscribe_links (
    token_hash BYTEA NOT NULL,
    category TEXT NOT NULL,
    delivery_id UUID NOT NULL,
    user_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_unsubscribe_links PRIMARY KEY (token_hash),
    CONSTRAINT fk_unsubscribe_links_delivery_id
        FOREIGN KEY (delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE,
    CONSTRAINT ck_unsubscribe_links_category
        CHECK (category IN ('reminder', 'overdue', 'escalated', 'breach', 'digest', 'day')),
    CONSTRAINT ck_unsubscribe_links_token_hash CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX ix_unsubscribe_links_delivery_id ON unsubscribe_links (delivery_id);

GRANT SELECT, DELETE, INSERT (token_hash, category, delivery_id, user_id) ON unsubscribe_links TO followup_dispatcher;
GRANT SELECT ON unsubscribe_links TO followup_api;
