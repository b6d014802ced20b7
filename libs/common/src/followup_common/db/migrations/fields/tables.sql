-- What a follow-up is beside its text: its kind, priority, tags and value; `db/tables/seen.py` says what the columns
-- are. A default that is constant rewrites no row, and a constraint that is not valid yet reads none: the next
-- revision looks at the rows while others write.

CREATE TABLE follow_up_kinds (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    label text NOT NULL,
    position integer,
    archived_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    -- Kept by the trigger `follow_up_kinds_keep_version`, never written by a service:
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pk_follow_up_kinds PRIMARY KEY (id),
    CONSTRAINT uq_follow_up_kinds_name UNIQUE (name),
    -- Looked at when a statement ends, so that one statement can put them into another order.
    CONSTRAINT uq_follow_up_kinds_position UNIQUE (position) DEFERRABLE,
    CONSTRAINT ck_follow_up_kinds_name CHECK (name <> '' AND label <> ''),
    CONSTRAINT ck_follow_up_kinds_placed CHECK ((position IS NULL) = (archived_at IS NOT NULL)),
    CONSTRAINT ck_follow_up_kinds_default CHECK (name <> 'task' OR archived_at IS NULL)
);
CREATE UNIQUE INDEX uq_follow_up_kinds_label ON follow_up_kinds (lower(label)) WHERE archived_at IS NULL;

INSERT INTO follow_up_kinds (name, label, position)
VALUES ('call', 'Call', 1), ('e-mail', 'E-mail', 2), ('meeting', 'Meeting', 3), ('visit', 'Visit', 4),
    ('task', 'Task', 5);

-- That another kind moved past it is no change of a kind.
CREATE FUNCTION follow_up_kinds_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER follow_up_kinds_keep_version BEFORE UPDATE OF label, archived_at ON follow_up_kinds
    FOR EACH ROW EXECUTE FUNCTION follow_up_kinds_keep_version();

-- Follow-ups and versions of policies say the name of a kind: it stays as it is for good, and what people read, its
-- label, can change. So follow-ups need no foreign key, by which each new one would lock the row of its kind.
CREATE FUNCTION follow_up_kinds_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'kinds of follow-ups keep their names and are never deleted: change the label, or archive it'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER follow_up_kinds_stay BEFORE DELETE ON follow_up_kinds
    FOR EACH ROW EXECUTE FUNCTION follow_up_kinds_stay();
CREATE TRIGGER follow_up_kinds_keep_name BEFORE UPDATE OF name ON follow_up_kinds
    FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION follow_up_kinds_stay();

ALTER TABLE follow_ups
    ADD COLUMN kind text DEFAULT 'task' NOT NULL,
    ADD COLUMN priority text DEFAULT 'normal' NOT NULL,
    ADD COLUMN tags text[] DEFAULT '{}' NOT NULL,
    ADD COLUMN value_amount numeric(14, 2),
    ADD COLUMN value_currency text,
    ADD CONSTRAINT ck_follow_ups_priority CHECK (priority IN ('low', 'normal', 'high')) NOT VALID,
    ADD CONSTRAINT ck_follow_ups_tags CHECK (
        cardinality(tags) <= 20 AND array_position(tags, NULL) IS NULL AND array_position(tags, '') IS NULL
    ) NOT VALID,
    ADD CONSTRAINT ck_follow_ups_value CHECK (
        (value_amount IS NULL) = (value_currency IS NULL) AND value_amount >= 0 AND value_currency ~ '^[A-Z]{3}$'
    ) NOT VALID;

GRANT SELECT ON follow_up_kinds TO followup_api;
GRANT INSERT (name, label, position), UPDATE (label, position, archived_at) ON follow_up_kinds TO followup_api;
GRANT INSERT (kind, priority, tags, value_amount, value_currency),
      UPDATE (kind, priority, tags, value_amount, value_currency) ON follow_ups TO followup_api;
