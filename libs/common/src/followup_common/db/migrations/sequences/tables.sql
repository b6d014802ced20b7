-- Sets of follow-ups for a lead or client. The API makes those of a part in the transaction that ends the last open one
-- of the part before.
--
-- Order of locks: rows of `follow_ups`, then of `series`, then of `enrolments`, then of `subjects`.

CREATE TABLE sequences (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    steps jsonb NOT NULL,
    stops_on text[] DEFAULT '{}' NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    -- Kept by the trigger `sequences_keep_version`, never written by a service:
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pk_sequences PRIMARY KEY (id),
    CONSTRAINT fk_sequences_created_by FOREIGN KEY (created_by) REFERENCES users (id),
    CONSTRAINT ck_sequences_name CHECK (name <> ''),
    CONSTRAINT ck_sequences_steps CHECK (jsonb_typeof(steps) = 'array' AND jsonb_array_length(steps) > 0)
);
CREATE UNIQUE INDEX uq_sequences_name ON sequences (lower(name));
CREATE TRIGGER sequences_keep_version BEFORE UPDATE ON sequences FOR EACH ROW
    WHEN ((OLD.name, OLD.steps, OLD.stops_on) IS DISTINCT FROM (NEW.name, NEW.steps, NEW.stops_on))
    EXECUTE FUNCTION subjects_keep_version();

-- One that was started, with the steps as they were then.
CREATE TABLE enrolments (
    id bigint GENERATED ALWAYS AS IDENTITY,
    sequence_id bigint,
    name text NOT NULL,
    steps jsonb NOT NULL,
    stops_on text[] DEFAULT '{}' NOT NULL,
    subject_id bigint NOT NULL,
    assignee_id bigint NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    ended_because text,
    ended_by bigint,
    -- Kept by the trigger `enrolments_keep_version`, never written by a service:
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pk_enrolments PRIMARY KEY (id),
    CONSTRAINT fk_enrolments_sequence_id FOREIGN KEY (sequence_id) REFERENCES sequences (id) ON DELETE SET NULL,
    CONSTRAINT fk_enrolments_subject_id FOREIGN KEY (subject_id) REFERENCES subjects (id),
    CONSTRAINT fk_enrolments_assignee_id FOREIGN KEY (assignee_id) REFERENCES users (id),
    CONSTRAINT fk_enrolments_created_by FOREIGN KEY (created_by) REFERENCES users (id),
    CONSTRAINT fk_enrolments_ended_by FOREIGN KEY (ended_by) REFERENCES users (id),
    CONSTRAINT ck_enrolments_steps CHECK (jsonb_typeof(steps) = 'array' AND jsonb_array_length(steps) > 0),
    CONSTRAINT ck_enrolments_ended CHECK ((ended_at IS NULL) = (ended_because IS NULL)),
    CONSTRAINT ck_enrolments_ended_because CHECK (ended_because IN ('finished', 'outcome', 'stopped'))
);
CREATE INDEX ix_enrolments_subject_id ON enrolments (subject_id, id);
CREATE INDEX ix_enrolments_assignee_id ON enrolments (assignee_id, id);
CREATE INDEX ix_enrolments_sequence_id ON enrolments (sequence_id);
CREATE INDEX ix_enrolments_going_on ON enrolments (id) WHERE ended_at IS NULL;
CREATE TRIGGER enrolments_keep_version BEFORE UPDATE ON enrolments
    FOR EACH ROW EXECUTE FUNCTION subjects_keep_version();

-- What is started on one that was merged away is on the survivor.
CREATE TRIGGER enrolments_about_survivor BEFORE INSERT ON enrolments
    FOR EACH ROW EXECUTE FUNCTION subject_id_follows_merge();
CREATE TRIGGER enrolments_about_survivor_again BEFORE UPDATE OF subject_id ON enrolments FOR EACH ROW
    WHEN (NEW.subject_id IS DISTINCT FROM OLD.subject_id) EXECUTE FUNCTION subject_id_follows_merge();

-- What was made of its steps, each once. A follow-up that is deleted stays one of them, and can be restored.
CREATE TABLE enrolment_steps (
    enrolment_id bigint NOT NULL,
    step smallint NOT NULL,
    follow_up_id bigint NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_enrolment_steps PRIMARY KEY (enrolment_id, step),
    CONSTRAINT uq_enrolment_steps_follow_up_id UNIQUE (follow_up_id),
    CONSTRAINT fk_enrolment_steps_enrolment_id FOREIGN KEY (enrolment_id) REFERENCES enrolments (id),
    CONSTRAINT ck_enrolment_steps_step CHECK (step >= 0)
);

GRANT SELECT, INSERT (name, steps, stops_on, created_by), UPDATE (name, steps, stops_on), DELETE
    ON sequences TO followup_api;
GRANT SELECT, INSERT (sequence_id, name, steps, stops_on, subject_id, assignee_id, created_by),
      UPDATE (subject_id, assignee_id, ended_at, ended_because, ended_by)
    ON enrolments TO followup_api;
GRANT SELECT, INSERT (enrolment_id, step, follow_up_id), DELETE ON enrolment_steps TO followup_api;
