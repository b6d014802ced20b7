-- As in `merging.sql`, to the last one: the survivor may be merged into another one at this very moment, and is waited
-- for like the first.

CREATE OR REPLACE FUNCTION subject_id_follows_merge() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    survivor bigint;
BEGIN
    LOOP
        SELECT s.merged_into INTO survivor FROM subjects s WHERE s.id = NEW.subject_id FOR KEY SHARE;
        EXIT WHEN survivor IS NULL;
        NEW.subject_id := survivor;
    END LOOP;
    RETURN NEW;
END $$;

-- The highest id of a follow-up when it was merged, by which an undo tells what was made since. Null: merged by an API
-- of before.
ALTER TABLE subject_merges ADD COLUMN last_follow_up_id BIGINT;
GRANT INSERT (last_follow_up_id) ON subject_merges TO followup_api;
