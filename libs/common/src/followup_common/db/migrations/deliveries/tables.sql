-- What leaves the house: by which channels, to which addresses, and what became of each delivery.

-- Roles belong to the whole server, so another database of it may have made this one.
DO $$
BEGIN
    CREATE ROLE followup_dispatcher NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;

-- The channels that are configured; the dispatcher says so when it starts. None: nothing is ever planned.
CREATE TABLE channels (
    name TEXT NOT NULL,
    is_on BOOLEAN NOT NULL,
    everybody BOOLEAN NOT NULL,
    problem TEXT,
    problem_since TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_channels PRIMARY KEY (name),
    CONSTRAINT ck_channels_name CHECK (name IN ('email'))
);

CREATE TABLE destinations (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    user_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    by_default BOOLEAN DEFAULT false NOT NULL,
    state TEXT DEFAULT 'ok' NOT NULL,
    verified_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_destinations PRIMARY KEY (id),
    CONSTRAINT fk_destinations_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT ck_destinations_channel CHECK (channel IN ('email')),
    CONSTRAINT ck_destinations_state CHECK (state IN ('ok', 'off'))
);
CREATE INDEX ix_destinations_user_id ON destinations (user_id);
CREATE UNIQUE INDEX uq_destinations_by_default ON destinations (user_id, channel) WHERE by_default;

CREATE TABLE deliveries (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    notification_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    follow_up_id BIGINT NOT NULL,
    destination_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT DEFAULT 'queued' NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    error TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_deliveries PRIMARY KEY (id),
    CONSTRAINT uq_deliveries_once UNIQUE (notification_id, destination_id),
    CONSTRAINT ck_deliveries_state
        CHECK (state IN ('queued', 'sending', 'unknown', 'sent', 'failed', 'suppressed', 'expired')),
    CONSTRAINT ck_deliveries_ended
        CHECK ((ended_at IS NULL) = (state IN ('queued', 'sending', 'unknown')))
);
CREATE INDEX ix_deliveries_due ON deliveries (channel, next_at) WHERE ended_at IS NULL;
CREATE INDEX ix_deliveries_created_at ON deliveries USING brin (created_at);

CREATE TABLE delivery_attempts (
    delivery_id UUID NOT NULL,
    number INTEGER NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT,
    answer TEXT,
    CONSTRAINT pk_delivery_attempts PRIMARY KEY (delivery_id, number),
    CONSTRAINT fk_delivery_attempts_delivery_id
        FOREIGN KEY (delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE,
    CONSTRAINT ck_delivery_attempts_outcome CHECK (outcome IN ('sent', 'refused', 'put_off', 'unknown'))
);

GRANT USAGE ON SCHEMA public TO followup_dispatcher;
GRANT SELECT ON alembic_version, policy_versions, escalation_states, notifications, channels, destinations,
    deliveries, delivery_attempts TO followup_dispatcher;
GRANT SELECT (id, title, subject_id, assignee_id) ON follow_ups TO followup_dispatcher;
GRANT SELECT (id, name) ON subjects TO followup_dispatcher;
GRANT SELECT (id, name, email, active, manager_id, time_zone, clock, date_order) ON users TO followup_dispatcher;
GRANT EXECUTE ON FUNCTION escalation_states_hold TO followup_dispatcher;
GRANT INSERT, UPDATE ON channels TO followup_dispatcher;
GRANT INSERT (user_id, channel, address, by_default, verified_at), UPDATE (address, state, verified_at)
    ON destinations TO followup_dispatcher;
GRANT UPDATE (state, attempts, next_at, error, ended_at) ON deliveries TO followup_dispatcher;
GRANT INSERT (delivery_id, number), UPDATE (ended_at, outcome, answer) ON delivery_attempts TO followup_dispatcher;

GRANT SELECT ON channels, destinations TO followup_notifier;
GRANT INSERT (notification_id, user_id, follow_up_id, destination_id, channel) ON deliveries TO followup_notifier;

GRANT SELECT ON channels, destinations, deliveries, delivery_attempts TO followup_api;
