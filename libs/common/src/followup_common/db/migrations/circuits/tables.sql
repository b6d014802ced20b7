-- How places that take deliveries do, such as the domain of a mail address: one that fails again and again is left
-- alone for a while by all dispatchers. A place without a row has not failed, and has no rate.
CREATE TABLE circuits (
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    in_a_row INTEGER DEFAULT 0 NOT NULL,
    recent INTEGER DEFAULT 0 NOT NULL,
    tried SMALLINT DEFAULT 0 NOT NULL,
    openings INTEGER DEFAULT 0 NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE,
    retry_at TIMESTAMP WITH TIME ZONE,
    probing_until TIMESTAMP WITH TIME ZONE,
    problem TEXT,
    free_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_circuits PRIMARY KEY (channel, target),
    CONSTRAINT ck_circuits_open CHECK ((opened_at IS NULL) = (retry_at IS NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON circuits TO followup_dispatcher;
GRANT SELECT ON circuits TO followup_api;
