-- What comes of a follow-up: a list that people choose from, like that of kinds.

ALTER FUNCTION follow_up_kinds_keep_version() RENAME TO choices_keep_version;
ALTER FUNCTION follow_up_kinds_stay() RENAME TO choices_stay;
CREATE OR REPLACE FUNCTION choices_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keep their names and are never deleted: change the label, or archive it', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TABLE outcomes (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    label text NOT NULL,
    position integer,
    archived_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    -- Kept by the trigger `outcomes_keep_version`, never written by a service:
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pk_outcomes PRIMARY KEY (id),
    CONSTRAINT uq_outcomes_name UNIQUE (name),
    CONSTRAINT uq_outcomes_position UNIQUE (position) DEFERRABLE,
    CONSTRAINT ck_outcomes_name CHECK (name <> '' AND label <> ''),
    CONSTRAINT ck_outcomes_placed CHECK ((position IS NULL) = (archived_at IS NOT NULL)),
    CONSTRAINT ck_outcomes_default CHECK (name <> 'done' OR archived_at IS NULL)
);
CREATE UNIQUE INDEX uq_outcomes_label ON outcomes (lower(label)) WHERE archived_at IS NULL;
CREATE TRIGGER outcomes_keep_version BEFORE UPDATE OF label, archived_at ON outcomes
    FOR EACH ROW EXECUTE FUNCTION choices_keep_version();
CREATE TRIGGER outcomes_stay BEFORE DELETE ON outcomes FOR EACH ROW EXECUTE FUNCTION choices_stay();
CREATE TRIGGER outcomes_keep_name BEFORE UPDATE OF name ON outcomes
    FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION choices_stay();

INSERT INTO outcomes (name, label, position)
VALUES ('done', 'Done', 1), ('reached', 'Reached', 2), ('no answer', 'No answer', 3),
    ('left message', 'Left message', 4), ('meeting set', 'Meeting set', 5), ('not interested', 'Not interested', 6);

ALTER TABLE follow_ups ADD COLUMN outcome text;

-- An open follow-up has no outcome, whichever way it was opened again.
CREATE FUNCTION follow_ups_drop_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.outcome := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER follow_ups_drop_outcome BEFORE UPDATE OF completed_at ON follow_ups
    FOR EACH ROW WHEN (NEW.completed_at IS NULL AND NEW.outcome IS NOT NULL)
    EXECUTE FUNCTION follow_ups_drop_outcome();

GRANT SELECT ON outcomes TO followup_api;
GRANT INSERT (name, label, position), UPDATE (label, position, archived_at) ON outcomes TO followup_api;
GRANT UPDATE (outcome) ON follow_ups TO followup_api;
