-- How a lead or client is reached, as people write it.
ALTER TABLE subjects ADD COLUMN phone text, ADD COLUMN email text;

DROP TRIGGER subjects_keep_version ON subjects;
CREATE TRIGGER subjects_keep_version BEFORE UPDATE ON subjects FOR EACH ROW
WHEN ((OLD.kind, OLD.external_id, OLD.name, OLD.url, OLD.phone, OLD.email)
    IS DISTINCT FROM (NEW.kind, NEW.external_id, NEW.name, NEW.url, NEW.phone, NEW.email))
EXECUTE FUNCTION subjects_keep_version();
