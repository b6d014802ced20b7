-- As in `merging.sql`, to the last one: the survivor may be merged into another one at this very moment, and is waited
-- for like the first. Each merge on the way keeps what is older than itself as one of those that
-- went over: its undo takes it back.

CREATE OR REPLACE FUNCTION subject_id_follows_merge() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    survivor bigint;
    way subject_merges;
BEGIN
    LOOP
        SELECT s.merged_into INTO survivor FROM subjects s WHERE s.id = NEW.subject_id FOR KEY SHARE;
        EXIT WHEN survivor IS NULL;
        -- A merge of the survivor as well has its own step: `merged_into` leads past it.
        SELECT m.* INTO way FROM subject_merges m
        WHERE m.merged_id = NEW.subject_id AND m.undone_at IS NULL ORDER BY m.id DESC LIMIT 1;
        IF NEW.created_at < way.created_at THEN
            INSERT INTO subject_merge_items (merge_id, table_name, row_id) VALUES (way.id, TG_TABLE_NAME, NEW.id)
            ON CONFLICT DO NOTHING;
        END IF;
        NEW.subject_id := COALESCE(way.survivor_id, survivor);
    END LOOP;
    RETURN NEW;
END $$;

-- The highest id of a follow-up when it was merged, by which an undo tells what was made since. Null: merged by an API
-- of before.
ALTER TABLE subject_merges ADD COLUMN last_follow_up_id BIGINT;
GRANT INSERT (last_follow_up_id) ON subject_merges TO followup_api;
