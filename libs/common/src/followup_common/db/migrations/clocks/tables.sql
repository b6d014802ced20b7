-- Whose calendar a step counts by, how far ahead of its due time a follow-up is looked at, repeats of steps, and
-- what was told before another policy took over. What columns are for is beside them in `db/tables`.

ALTER TABLE users ADD COLUMN calendar_id bigint CONSTRAINT fk_users_calendar_id REFERENCES calendars (id);
CREATE INDEX ix_users_calendar_id ON users (calendar_id) WHERE calendar_id IS NOT NULL;

CREATE TABLE organisation (
    id boolean DEFAULT true NOT NULL,
    calendar_id bigint,
    CONSTRAINT pk_organisation PRIMARY KEY (id),
    CONSTRAINT ck_organisation_one_row CHECK (id),
    CONSTRAINT fk_organisation_calendar_id FOREIGN KEY (calendar_id) REFERENCES calendars (id)
);
INSERT INTO organisation DEFAULT VALUES;

ALTER TABLE policy_versions
    ADD COLUMN calendar_id bigint CONSTRAINT fk_policy_versions_calendar_id REFERENCES calendars (id),
    ADD COLUMN lead_seconds integer DEFAULT 0,
    ADD CONSTRAINT ck_policy_versions_lead_seconds CHECK (lead_seconds >= 0),
    DROP CONSTRAINT ck_policy_versions_steps,
    ADD CONSTRAINT ck_policy_versions_steps CHECK (NOT jsonb_path_exists(steps, '$[*] ? (!((@.after like_regex "^-?P" || @.working like_regex "^-?P" || @.working_days.type() == "number") && @.label != "" && @.audience[0] != "" && (@.severity == "reminder" || @.severity == "overdue" || @.severity == "escalated" || @.severity == "breach")))'));

ALTER TABLE escalation_states
    ADD COLUMN repeat smallint DEFAULT 0 NOT NULL,
    ADD COLUMN already_told text,
    ADD COLUMN unplaced boolean DEFAULT false NOT NULL,
    ADD CONSTRAINT ck_escalation_states_already_told
        CHECK (already_told IN ('reminder', 'overdue', 'escalated', 'breach'));

ALTER TABLE escalations
    DROP CONSTRAINT ck_escalations_status,
    ADD CONSTRAINT ck_escalations_status CHECK (status IN ('raised', 'skipped', 'unroutable', 'already_told'));

GRANT SELECT ON organisation TO followup_api, followup_escalator, followup_notifier;
GRANT UPDATE (calendar_id) ON organisation TO followup_api;
GRANT SELECT (calendar_id) ON users TO followup_escalator, followup_notifier;
GRANT INSERT (calendar_id, lead_seconds) ON policy_versions TO followup_api;
