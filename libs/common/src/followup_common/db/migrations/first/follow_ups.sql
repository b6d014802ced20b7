-- What is kept about a follow-up itself, no matter who writes it: its version, how often it was assigned and moved, and
-- the text that searches look through.

CREATE FUNCTION follow_ups_keep_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.external_id, NEW.title, NEW.notes, NEW.due_at,
        NEW.assignee_id, NEW.subject_id, NEW.completed_at)
        IS NOT DISTINCT FROM
       (OLD.external_id, OLD.title, OLD.notes, OLD.due_at,
        OLD.assignee_id, OLD.subject_id, OLD.completed_at)
    THEN
        RETURN NEW;
    END IF;
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    IF NEW.assignee_id <> OLD.assignee_id THEN
        NEW.assignment := OLD.assignment + 1;
    END IF;
    IF NEW.due_at <> OLD.due_at THEN
        NEW.moved := OLD.moved + 1;
        NEW.first_due_at := COALESCE(OLD.first_due_at, OLD.due_at);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER follow_ups_keep_rules
    BEFORE UPDATE OF external_id, title, notes, due_at, assignee_id, subject_id, completed_at
    ON follow_ups FOR EACH ROW EXECUTE FUNCTION follow_ups_keep_rules();

-- Texts are in a table of their own. Rows that are written are locked by the one who writes them, so no text is kept
-- of what is no longer there.
CREATE FUNCTION follow_up_texts_keep() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM follow_up_texts t USING gone WHERE t.follow_up_id = gone.id;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO follow_up_texts (follow_up_id, text)
        SELECT id, searchable(concat_ws(E'\n', title, notes, external_id)) FROM added;
    ELSE
        UPDATE follow_up_texts t SET text = searchable(concat_ws(E'\n', NEW.title, NEW.notes, NEW.external_id))
        WHERE t.follow_up_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER follow_ups_add_texts AFTER INSERT ON follow_ups
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_up_texts_keep();

CREATE TRIGGER follow_ups_delete_texts AFTER DELETE ON follow_ups
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION follow_up_texts_keep();

CREATE TRIGGER follow_ups_change_texts AFTER UPDATE OF title, notes, external_id ON follow_ups FOR EACH ROW
    WHEN ((OLD.title, OLD.notes, OLD.external_id) IS DISTINCT FROM (NEW.title, NEW.notes, NEW.external_id))
    EXECUTE FUNCTION follow_up_texts_keep();
