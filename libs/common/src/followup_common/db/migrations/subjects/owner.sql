-- Who looks after a lead or client, also where others have follow-ups on it.
ALTER TABLE subjects ADD COLUMN owner_id BIGINT;
ALTER TABLE subjects ADD CONSTRAINT fk_subjects_owner_id FOREIGN KEY (owner_id) REFERENCES users (id) NOT VALID;

DROP TRIGGER subjects_keep_version ON subjects;
CREATE TRIGGER subjects_keep_version BEFORE UPDATE ON subjects FOR EACH ROW
WHEN ((OLD.kind, OLD.external_id, OLD.name, OLD.url, OLD.phone, OLD.email, OLD.merged_into, OLD.owner_id)
    IS DISTINCT FROM (NEW.kind, NEW.external_id, NEW.name, NEW.url, NEW.phone, NEW.email, NEW.merged_into, NEW.owner_id))
EXECUTE FUNCTION subjects_keep_version();
