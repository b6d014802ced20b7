-- "Your day": one mail each working day, with what is overdue, what is due, and what came in since the last one.
-- Of the company (no person), what holds for those who have not said (`day` null). Until somebody says: never.
ALTER TABLE notification_preferences
    ADD COLUMN day BOOLEAN,
    ADD COLUMN day_at TIME WITHOUT TIME ZONE,
    ADD COLUMN day_locked BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN day_since TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;
UPDATE notification_preferences SET day = false WHERE user_id IS NULL;
ALTER TABLE notification_preferences
    ADD CONSTRAINT ck_notification_preferences_day CHECK (
        (day_at IS NOT NULL) = COALESCE(day, false)
        AND CASE WHEN user_id IS NULL THEN day IS NOT NULL ELSE NOT day_locked END) NOT VALID;

ALTER TABLE digests
    ADD COLUMN kind TEXT DEFAULT 'due' NOT NULL,
    ADD CONSTRAINT ck_digests_kind CHECK (kind IN ('due', 'day')) NOT VALID,
    DROP CONSTRAINT uq_digests_once;

GRANT INSERT (kind) ON digests TO followup_dispatcher;
GRANT SELECT (due_at, is_open, created_at) ON follow_ups TO followup_dispatcher;
GRANT SELECT (calendar_id) ON users TO followup_dispatcher;
GRANT SELECT (calendar_id) ON organisation TO followup_dispatcher;
GRANT SELECT (id, first_day, last_day) ON calendars TO followup_dispatcher;
GRANT SELECT ON calendar_spans, absent_now TO followup_dispatcher;
