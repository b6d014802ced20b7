-- Links by which people set a password: at most one a person, so a new one takes the place of the one before.
-- Of its secret only the digest is kept.

CREATE TABLE password_links (
    user_id bigint NOT NULL,
    purpose text NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_password_links PRIMARY KEY (user_id),
    CONSTRAINT fk_password_links_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT uq_password_links_token_hash UNIQUE (token_hash),
    CONSTRAINT ck_password_links_purpose CHECK (purpose IN ('invitation', 'reset'))
);

-- A link is for the person as the admin knew them who made it: whatever else decides how they log in ends it.
CREATE FUNCTION users_end_password_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM password_links WHERE user_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER users_end_password_links AFTER UPDATE OF active, email, password_hash ON users
    FOR EACH ROW
    WHEN ((OLD.active, OLD.email, OLD.password_hash) IS DISTINCT FROM (NEW.active, NEW.email, NEW.password_hash))
    EXECUTE FUNCTION users_end_password_links();

GRANT SELECT, INSERT, UPDATE, DELETE ON password_links TO followup_api;
