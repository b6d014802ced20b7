-- Policies get ids, conditions, drafts and an end; `db/tables/seen.py` says what their columns are.

ALTER TABLE policy_versions DROP CONSTRAINT fk_policy_versions_policy,
    DROP CONSTRAINT uq_policy_versions_policy_version;
ALTER TABLE policies DROP CONSTRAINT pk_policies, DROP CONSTRAINT uq_policies_position;
ALTER TABLE policies
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN draft jsonb,
    ADD COLUMN draft_by bigint,
    ADD COLUMN draft_at timestamp with time zone,
    ADD COLUMN archived_at timestamp with time zone,
    ADD COLUMN created_at timestamp with time zone DEFAULT now() NOT NULL,
    -- Kept by the trigger `policies_keep_version`, never written by a service:
    ADD COLUMN updated_at timestamp with time zone DEFAULT now() NOT NULL,
    ADD COLUMN version integer DEFAULT 1 NOT NULL,
    ALTER COLUMN position DROP NOT NULL,
    ADD CONSTRAINT pk_policies PRIMARY KEY (id),
    -- Looked at when a statement ends, so that one statement can put them into another order.
    ADD CONSTRAINT uq_policies_position UNIQUE (position) DEFERRABLE,
    ADD CONSTRAINT fk_policies_draft_by_users FOREIGN KEY (draft_by) REFERENCES users (id),
    ADD CONSTRAINT ck_policies_name CHECK (name <> ''),
    ADD CONSTRAINT ck_policies_placed CHECK ((position IS NULL) = (archived_at IS NOT NULL)),
    ADD CONSTRAINT ck_policies_drafted CHECK ((draft IS NULL) = (draft_at IS NULL));
CREATE UNIQUE INDEX uq_policies_name ON policies (lower(name)) WHERE archived_at IS NULL;

ALTER TABLE policy_versions
    ADD COLUMN policy_id bigint,
    ADD COLUMN conditions jsonb DEFAULT '{}' NOT NULL,
    ADD COLUMN published_by bigint;
ALTER TABLE policy_versions DISABLE TRIGGER policy_versions_refuse_change;
UPDATE policy_versions v SET policy_id = p.id FROM policies p WHERE p.name = v.policy;
ALTER TABLE policy_versions ENABLE TRIGGER policy_versions_refuse_change;
ALTER TABLE policy_versions
    ALTER COLUMN policy_id SET NOT NULL,
    ADD CONSTRAINT uq_policy_versions_policy_id_version UNIQUE (policy_id, version),
    ADD CONSTRAINT fk_policy_versions_policy_id_policies FOREIGN KEY (policy_id) REFERENCES policies (id),
    ADD CONSTRAINT fk_policy_versions_published_by_users FOREIGN KEY (published_by) REFERENCES users (id),
    ADD CONSTRAINT ck_policy_versions_conditions CHECK (jsonb_typeof(conditions) = 'object');

-- A version may be written by the name of its policy alone.
CREATE FUNCTION policy_versions_find_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.policy_id IS NULL THEN
        NEW.policy_id := (SELECT p.id FROM policies p WHERE p.name = NEW.policy AND p.archived_at IS NULL);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_versions_find_policy BEFORE INSERT ON policy_versions
    FOR EACH ROW EXECUTE FUNCTION policy_versions_find_policy();

-- That another policy moved past it is no change of a policy.
CREATE FUNCTION policies_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER policies_keep_version BEFORE UPDATE OF name, draft, archived_at ON policies
    FOR EACH ROW EXECUTE FUNCTION policies_keep_version();

-- The API writes policies and their versions; versions never change.
GRANT INSERT (name, position, draft, draft_by, draft_at),
      UPDATE (name, position, draft, draft_by, draft_at, archived_at) ON policies TO followup_api;
GRANT INSERT (policy_id, policy, version, conditions, steps, published_by) ON policy_versions TO followup_api;
