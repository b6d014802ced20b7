-- As in `first/follow_ups.sql`, with the new columns.

CREATE OR REPLACE FUNCTION follow_ups_keep_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.external_id, NEW.title, NEW.notes, NEW.due_at, NEW.assignee_id, NEW.subject_id, NEW.completed_at,
        NEW.kind, NEW.priority, NEW.tags, NEW.value_amount, NEW.value_currency)
        IS NOT DISTINCT FROM
       (OLD.external_id, OLD.title, OLD.notes, OLD.due_at, OLD.assignee_id, OLD.subject_id, OLD.completed_at,
        OLD.kind, OLD.priority, OLD.tags, OLD.value_amount, OLD.value_currency)
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

CREATE OR REPLACE TRIGGER follow_ups_keep_rules
    BEFORE UPDATE OF external_id, title, notes, due_at, assignee_id, subject_id, completed_at,
        kind, priority, tags, value_amount, value_currency
    ON follow_ups FOR EACH ROW EXECUTE FUNCTION follow_ups_keep_rules();

CREATE OR REPLACE FUNCTION follow_up_texts_keep() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM follow_up_texts t USING gone WHERE t.follow_up_id = gone.id;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO follow_up_texts (follow_up_id, text)
        SELECT id, searchable(concat_ws(E'\n', title, notes, external_id, nullif(array_to_string(tags, E'\n'), '')))
        FROM added;
    ELSE
        UPDATE follow_up_texts t
        SET text = searchable(
            concat_ws(E'\n', NEW.title, NEW.notes, NEW.external_id, nullif(array_to_string(NEW.tags, E'\n'), '')))
        WHERE t.follow_up_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER follow_ups_change_texts AFTER UPDATE OF title, notes, external_id, tags ON follow_ups
    FOR EACH ROW
    WHEN ((OLD.title, OLD.notes, OLD.external_id, OLD.tags)
        IS DISTINCT FROM (NEW.title, NEW.notes, NEW.external_id, NEW.tags))
    EXECUTE FUNCTION follow_up_texts_keep();
