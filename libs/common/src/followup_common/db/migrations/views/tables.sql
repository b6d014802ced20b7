-- Lists of follow-ups under a name, in the words of the API.
CREATE TABLE saved_views (
    id bigint GENERATED ALWAYS AS IDENTITY,
    owner_id bigint NOT NULL,
    name text NOT NULL,
    shared boolean DEFAULT false NOT NULL,
    filters jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    -- Kept by the trigger `saved_views_keep_version`, never written by a service:
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT pk_saved_views PRIMARY KEY (id),
    CONSTRAINT fk_saved_views_owner_id FOREIGN KEY (owner_id) REFERENCES users (id),
    CONSTRAINT ck_saved_views_name CHECK (name <> '')
);
CREATE UNIQUE INDEX uq_saved_views_name ON saved_views (owner_id, lower(name));
CREATE INDEX ix_saved_views_shared ON saved_views (id) WHERE shared;
CREATE TRIGGER saved_views_keep_version BEFORE UPDATE ON saved_views FOR EACH ROW
    WHEN ((OLD.name, OLD.shared, OLD.filters) IS DISTINCT FROM (NEW.name, NEW.shared, NEW.filters))
    EXECUTE FUNCTION subjects_keep_version();

GRANT SELECT, INSERT (owner_id, name, shared, filters), UPDATE (name, shared, filters), DELETE
    ON saved_views TO followup_api;
