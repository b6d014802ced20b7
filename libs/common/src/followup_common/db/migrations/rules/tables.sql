-- How people are told outside the house: a rule for each channel and severity, of the company (no person) or one's own.
CREATE TABLE notification_rules (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    user_id BIGINT,
    channel TEXT NOT NULL,
    severity TEXT NOT NULL,
    mode TEXT NOT NULL,
    digest_at TIME WITHOUT TIME ZONE,
    weekday SMALLINT,
    locked BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_notification_rules PRIMARY KEY (id),
    CONSTRAINT uq_notification_rules_one UNIQUE NULLS NOT DISTINCT (user_id, channel, severity),
    CONSTRAINT fk_notification_rules_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT ck_notification_rules_channel CHECK (channel IN ('email')),
    CONSTRAINT ck_notification_rules_severity CHECK (severity IN ('reminder', 'overdue', 'escalated', 'breach')),
    CONSTRAINT ck_notification_rules_mode CHECK (mode IN ('at_once', 'hourly', 'daily', 'weekly', 'never')),
    CONSTRAINT ck_notification_rules_digest_at CHECK ((digest_at IS NOT NULL) = (mode IN ('daily', 'weekly'))),
    CONSTRAINT ck_notification_rules_weekday
        CHECK ((weekday IS NOT NULL) = (mode = 'weekly') AND weekday BETWEEN 1 AND 7),
    CONSTRAINT ck_notification_rules_locked CHECK (user_id IS NULL OR NOT locked)
);

-- When somebody is not told; of the company (no person), what holds for all.
CREATE TABLE notification_preferences (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    user_id BIGINT,
    quiet_begins TIME WITHOUT TIME ZONE,
    quiet_ends TIME WITHOUT TIME ZONE,
    quiet_days SMALLINT[],
    breaches_pass BOOLEAN DEFAULT true NOT NULL,
    CONSTRAINT pk_notification_preferences PRIMARY KEY (id),
    CONSTRAINT uq_notification_preferences_one UNIQUE NULLS NOT DISTINCT (user_id),
    CONSTRAINT fk_notification_preferences_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT ck_notification_preferences_quiet CHECK (
        CASE WHEN quiet_begins IS NULL THEN quiet_ends IS NULL AND quiet_days IS NULL
            ELSE user_id IS NOT NULL AND num_nulls(quiet_ends, quiet_days) = 0
                AND cardinality(quiet_days) > 0 AND quiet_days <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]
                AND (quiet_begins <> quiet_ends OR NOT quiet_days @> ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]) END)
);

-- As it was before there were rules.
INSERT INTO notification_rules (channel, severity, mode)
VALUES ('email', 'reminder', 'never'), ('email', 'overdue', 'at_once'), ('email', 'escalated', 'at_once'),
    ('email', 'breach', 'at_once');
INSERT INTO notification_preferences DEFAULT VALUES;

ALTER TABLE deliveries
    ADD COLUMN severity TEXT,
    ADD COLUMN held_until TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT ck_deliveries_severity
        CHECK (severity IN ('reminder', 'overdue', 'escalated', 'breach')) NOT VALID;

GRANT SELECT ON notification_rules TO followup_notifier, followup_dispatcher;
GRANT SELECT ON notification_preferences TO followup_dispatcher;
GRANT SELECT (role) ON users TO followup_dispatcher;
GRANT SELECT, INSERT, UPDATE, DELETE ON notification_rules, notification_preferences TO followup_api;
GRANT INSERT (severity) ON deliveries TO followup_notifier;
GRANT UPDATE (held_until) ON deliveries TO followup_dispatcher;
