-- Two leads or clients that are one: what was on the one is on the other now, and anyone who names the first one gets the
-- other. For a day it can be undone.
--
-- Order of locks: rows of `follow_ups`, then of `series`, then of `subjects`, each by ascending id.

ALTER TABLE subjects ADD COLUMN merged_into BIGINT;
ALTER TABLE subjects ADD CONSTRAINT fk_subjects_merged_into
    FOREIGN KEY (merged_into) REFERENCES subjects (id) NOT VALID;
ALTER TABLE subjects ADD CONSTRAINT ck_subjects_merged_into CHECK (merged_into <> id) NOT VALID;

DROP TRIGGER subjects_keep_version ON subjects;
CREATE TRIGGER subjects_keep_version BEFORE UPDATE ON subjects FOR EACH ROW
WHEN ((OLD.kind, OLD.external_id, OLD.name, OLD.url, OLD.phone, OLD.email, OLD.merged_into)
    IS DISTINCT FROM (NEW.kind, NEW.external_id, NEW.name, NEW.url, NEW.phone, NEW.email, NEW.merged_into))
EXECUTE FUNCTION subjects_keep_version();

CREATE TABLE subject_merges (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    survivor_id BIGINT NOT NULL,
    merged_id BIGINT NOT NULL,
    actor_id BIGINT NOT NULL,
    -- What the survivor took from the other one: each field from what to what.
    changes JSONB NOT NULL,
    number INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    undone_by BIGINT,
    given_back INTEGER,
    CONSTRAINT pk_subject_merges PRIMARY KEY (id),
    CONSTRAINT fk_subject_merges_survivor_id FOREIGN KEY (survivor_id) REFERENCES subjects (id),
    CONSTRAINT fk_subject_merges_merged_id FOREIGN KEY (merged_id) REFERENCES subjects (id),
    CONSTRAINT fk_subject_merges_actor_id FOREIGN KEY (actor_id) REFERENCES users (id),
    CONSTRAINT fk_subject_merges_undone_by FOREIGN KEY (undone_by) REFERENCES users (id),
    CONSTRAINT ck_subject_merges_two_subjects CHECK (survivor_id <> merged_id),
    CONSTRAINT ck_subject_merges_undone
        CHECK ((undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (given_back IS NULL))
);
CREATE INDEX ix_subject_merges_survivor_id ON subject_merges (survivor_id, id);
CREATE INDEX ix_subject_merges_merged_id ON subject_merges (merged_id);

-- What went over: of which table, and which row.
CREATE TABLE subject_merge_items (
    merge_id BIGINT NOT NULL,
    table_name TEXT NOT NULL,
    row_id BIGINT NOT NULL,
    CONSTRAINT pk_subject_merge_items PRIMARY KEY (merge_id, table_name, row_id),
    CONSTRAINT fk_subject_merge_items_merge_id
        FOREIGN KEY (merge_id) REFERENCES subject_merges (id) ON DELETE CASCADE
);

-- The survivor's history says with which one, and that it was undone; its own one-line undo is there as well.
ALTER TABLE subject_changes ADD COLUMN merge_id BIGINT;
ALTER TABLE subject_changes ADD CONSTRAINT fk_subject_changes_merge_id
    FOREIGN KEY (merge_id) REFERENCES subject_merges (id) NOT VALID;
ALTER TABLE subject_changes DROP CONSTRAINT ck_subject_changes_kind;
ALTER TABLE subject_changes ADD CONSTRAINT ck_subject_changes_kind
    CHECK (kind IN ('edited', 'imported', 'merged', 'merge_undone', 'undone')) NOT VALID;

-- What is put on a lead or client that was merged away is on the survivor, no matter who writes and how: an import,
-- an undo, what was deleted and comes back, and what was begun before the merge and is written after it. The lock
-- waits for a merge that is under way, and a merge waits for it.
CREATE FUNCTION subject_id_follows_merge() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    survivor bigint;
BEGIN
    SELECT s.merged_into INTO survivor FROM subjects s WHERE s.id = NEW.subject_id FOR KEY SHARE;
    NEW.subject_id := COALESCE(survivor, NEW.subject_id);
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION subject_id_follows_merge FROM PUBLIC;

-- By their names they come before the triggers that look at what has changed.
CREATE TRIGGER follow_ups_about_survivor BEFORE INSERT ON follow_ups FOR EACH ROW
    WHEN (NEW.subject_id IS NOT NULL) EXECUTE FUNCTION subject_id_follows_merge();
CREATE TRIGGER follow_ups_about_survivor_again BEFORE UPDATE OF subject_id ON follow_ups FOR EACH ROW
    WHEN (NEW.subject_id IS DISTINCT FROM OLD.subject_id AND NEW.subject_id IS NOT NULL)
    EXECUTE FUNCTION subject_id_follows_merge();
CREATE TRIGGER series_about_survivor BEFORE INSERT ON series FOR EACH ROW
    WHEN (NEW.subject_id IS NOT NULL) EXECUTE FUNCTION subject_id_follows_merge();
CREATE TRIGGER series_about_survivor_again BEFORE UPDATE OF subject_id ON series FOR EACH ROW
    WHEN (NEW.subject_id IS DISTINCT FROM OLD.subject_id AND NEW.subject_id IS NOT NULL)
    EXECUTE FUNCTION subject_id_follows_merge();

GRANT SELECT ON subject_merges, subject_merge_items TO followup_api;
GRANT INSERT (survivor_id, merged_id, actor_id, changes, number), UPDATE (undone_at, undone_by, given_back)
    ON subject_merges TO followup_api;
GRANT INSERT ON subject_merge_items TO followup_api;
GRANT INSERT (merge_id) ON subject_changes TO followup_api;
