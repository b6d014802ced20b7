-- Follow-ups that come again: the rule, and what the next one has. Of a series at most one is open; the API makes the
-- next one in the transaction that ends it.
--
-- Order of locks: rows of `follow_ups`, then of `series`.

CREATE TABLE series (
    id bigint GENERATED ALWAYS AS IDENTITY,
    -- What the next one has.
    title text NOT NULL,
    notes text DEFAULT '' NOT NULL,
    assignee_id bigint NOT NULL,
    subject_id bigint,
    kind text DEFAULT 'task' NOT NULL,
    priority text DEFAULT 'normal' NOT NULL,
    tags text[] DEFAULT '{}' NOT NULL,
    value_amount numeric(14, 2),
    value_currency text,
    -- When it comes (`policy.recurrence`), from which day on, and on whose clock.
    rule jsonb NOT NULL,
    starts_on date NOT NULL,
    at time without time zone NOT NULL,
    time_zone text NOT NULL,
    -- The date of the newest one, how many there were, and how many dates passed while one was open.
    last_on date NOT NULL,
    made integer DEFAULT 1 NOT NULL,
    missed integer DEFAULT 0 NOT NULL,
    -- When nothing came after any more; by whom, or null: the rule was over.
    ended_at timestamp with time zone,
    ended_by bigint,
    created_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    -- Kept by the trigger `series_keep_version`, never written by a service:
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pk_series PRIMARY KEY (id),
    CONSTRAINT fk_series_assignee_id FOREIGN KEY (assignee_id) REFERENCES users (id),
    CONSTRAINT fk_series_subject_id FOREIGN KEY (subject_id) REFERENCES subjects (id),
    CONSTRAINT fk_series_ended_by FOREIGN KEY (ended_by) REFERENCES users (id),
    CONSTRAINT fk_series_created_by FOREIGN KEY (created_by) REFERENCES users (id),
    CONSTRAINT ck_series_rule CHECK (jsonb_typeof(rule) = 'object' AND rule ? 'unit'),
    CONSTRAINT ck_series_counts CHECK (made >= 1 AND missed >= 0),
    CONSTRAINT ck_series_ended CHECK (ended_by IS NULL OR ended_at IS NOT NULL)
);
CREATE INDEX ix_series_assignee_id ON series (assignee_id, id);
CREATE INDEX ix_series_subject_id ON series (subject_id) WHERE subject_id IS NOT NULL;
CREATE TRIGGER series_keep_version BEFORE UPDATE ON series
    FOR EACH ROW EXECUTE FUNCTION subjects_keep_version();

-- Of which series it is, and on which date of its rule.
ALTER TABLE follow_ups ADD COLUMN series_id bigint, ADD COLUMN occurs_on date;
ALTER TABLE follow_ups ADD CONSTRAINT fk_follow_ups_series_id
    FOREIGN KEY (series_id) REFERENCES series (id) NOT VALID;
ALTER TABLE follow_ups ADD CONSTRAINT ck_follow_ups_series
    CHECK ((series_id IS NULL) = (occurs_on IS NULL)) NOT VALID;

-- One that is opened again while another one of its series is open is no longer of the series: nothing is lost, and
-- no series has two.
CREATE FUNCTION follow_ups_leave_series() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM series s WHERE s.id = NEW.series_id FOR UPDATE;
    IF EXISTS (SELECT FROM follow_ups f WHERE f.series_id = NEW.series_id AND f.is_open AND f.id <> NEW.id) THEN
        NEW.series_id := NULL;
        NEW.occurs_on := NULL;
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION follow_ups_leave_series FROM PUBLIC;
CREATE TRIGGER follow_ups_leave_series BEFORE UPDATE OF completed_at ON follow_ups FOR EACH ROW
    WHEN (NEW.series_id IS NOT NULL AND OLD.completed_at IS NOT NULL AND NEW.completed_at IS NULL)
    EXECUTE FUNCTION follow_ups_leave_series();

GRANT SELECT ON series TO followup_api;
GRANT INSERT (title, notes, assignee_id, subject_id, kind, priority, tags, value_amount, value_currency, rule,
              starts_on, at, time_zone, last_on, created_by),
      UPDATE (title, notes, assignee_id, subject_id, kind, priority, tags, value_amount, value_currency, rule,
              starts_on, at, time_zone, last_on, made, missed, ended_at, ended_by)
    ON series TO followup_api;
GRANT INSERT (series_id, occurs_on), UPDATE (series_id, occurs_on) ON follow_ups TO followup_api;
