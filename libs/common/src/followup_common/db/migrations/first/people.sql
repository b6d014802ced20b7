-- Rules about people, leads and clients, no matter who writes: reporting lines, versions, what ends a person's access,
-- and the audit log.

-- A reporting line is no cycle. Two changes that would create one together wait for each other.
CREATE FUNCTION users_refuse_manager_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two changes that would close a cycle together wait for each other here.
    PERFORM pg_advisory_xact_lock(hashtext('users.manager_id'));
    IF EXISTS (
        WITH RECURSIVE line AS (
            SELECT NEW.manager_id AS id
            UNION
            SELECT u.manager_id FROM users u JOIN line ON u.id = line.id WHERE u.manager_id IS NOT NULL
        ) SELECT FROM line WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'user % would manage themselves through their line of managers', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'users_no_manager_cycle',
                  TABLE = 'users', COLUMN = 'manager_id';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER users_refuse_manager_cycle AFTER INSERT OR UPDATE OF manager_id ON users
    FOR EACH ROW WHEN (NEW.manager_id IS NOT NULL) EXECUTE FUNCTION users_refuse_manager_cycle();

-- Of two people who change one person at once, the second is told.
CREATE FUNCTION users_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Another hash of the same password, as a log-in may write it, is no change that anybody could see.
    IF (NEW.email, NEW.name, NEW.role, NEW.manager_id, NEW.active, NEW.time_zone)
        IS DISTINCT FROM
       (OLD.email, OLD.name, OLD.role, OLD.manager_id, OLD.active, OLD.time_zone)
       OR NEW.password_hash IS DISTINCT FROM OLD.password_hash
           AND current_setting('followup.password', true) IS DISTINCT FROM 'rehashed'
    THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := now();
    ELSE
        NEW.version := OLD.version;
        NEW.updated_at := OLD.updated_at;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER users_keep_version BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION users_keep_version();

CREATE FUNCTION subjects_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER subjects_keep_version BEFORE UPDATE ON subjects FOR EACH ROW
WHEN ((OLD.kind, OLD.external_id, OLD.name, OLD.url)
    IS DISTINCT FROM (NEW.kind, NEW.external_id, NEW.name, NEW.url))
EXECUTE FUNCTION subjects_keep_version();

-- A deactivation ends sessions and tokens. In both directions: one that is made while its person is being
-- deactivated does not wake up when they are activated again.
CREATE FUNCTION users_end_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sessions WHERE user_id = NEW.id;
    DELETE FROM api_tokens WHERE user_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER users_end_access AFTER UPDATE OF active ON users
    FOR EACH ROW WHEN (OLD.active <> NEW.active) EXECUTE FUNCTION users_end_access();

-- A time zone that this database does not know is refused: whatever asks for that person's day would fail.
CREATE FUNCTION users_time_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM now() AT TIME ZONE NEW.time_zone;
    RETURN NEW;
EXCEPTION WHEN invalid_parameter_value THEN
    RAISE EXCEPTION 'the database does not know the time zone'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'users_time_zone_known';
END
$$;

CREATE TRIGGER users_new_time_zone BEFORE INSERT ON users
    FOR EACH ROW WHEN (NEW.time_zone <> 'UTC') EXECUTE FUNCTION users_time_zone();

CREATE TRIGGER users_other_time_zone BEFORE UPDATE OF time_zone ON users
    FOR EACH ROW WHEN (NEW.time_zone IS DISTINCT FROM OLD.time_zone) EXECUTE FUNCTION users_time_zone();

-- What changes about people is in the audit log, no matter who writes it and how. Who writes is what the
-- transaction says of itself (`audit.sign`), else the role that the database knows. Statement by statement, so
-- that an import costs one INSERT. Runs as the owner: anyone who may write to people writes these entries too, and
-- needs no right of its own. A manager who is given in the transaction that adds a person belongs to adding them.
CREATE FUNCTION users_log_changes() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    actor bigint := NULLIF(current_setting('followup.actor_id', true), '');
    address text := NULLIF(current_setting('followup.address', true), '');
    request text := NULLIF(current_setting('followup.request_id', true), '');
    way text := NULLIF(current_setting('followup.by', true), '');
    password_is text := COALESCE(NULLIF(current_setting('followup.password', true), ''), 'changed');
    origin jsonb := '{}';
BEGIN
    IF COALESCE(actor::text, request, way) IS NULL THEN
        way := 'database role ' || session_user;
    END IF;
    IF way IS NOT NULL THEN
        origin := jsonb_build_object('by', way);
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO audit_log (action, actor_id, target, address, request_id, details)
        SELECT 'user.created', actor, 'users/' || id, address, request,
               jsonb_build_object('email', email, 'role', role) || origin
        FROM new_rows ORDER BY id;
    ELSE
        INSERT INTO audit_log (action, actor_id, target, address, request_id, details)
        SELECT 'user.changed', actor, 'users/' || n.id, address, request, changes.details || origin
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(field, CASE field
                WHEN 'password' THEN jsonb_build_object(password_is, true)
                ELSE jsonb_build_object('from', was, 'to', is_now) END) AS details
            FROM (VALUES
                ('email', to_jsonb(o.email), to_jsonb(n.email)),
                ('name', to_jsonb(o.name), to_jsonb(n.name)),
                ('role', to_jsonb(o.role), to_jsonb(n.role)),
                ('manager_id', to_jsonb(o.manager_id), to_jsonb(n.manager_id)),
                ('active', to_jsonb(o.active), to_jsonb(n.active)),
                ('time_zone', to_jsonb(o.time_zone), to_jsonb(n.time_zone)),
                ('password', to_jsonb(o.password_hash), to_jsonb(n.password_hash))
            ) AS fields (field, was, is_now)
            WHERE was IS DISTINCT FROM is_now
              AND NOT (field = 'manager_id' AND was IS NULL AND o.created_at = now())
        ) AS changes
        WHERE (o.email, o.name, o.role, o.manager_id, o.active, o.time_zone, o.password_hash)
            IS DISTINCT FROM
              (n.email, n.name, n.role, n.manager_id, n.active, n.time_zone, n.password_hash)
          AND changes.details IS NOT NULL
        ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER users_log_added AFTER INSERT ON users REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION users_log_changes();

CREATE TRIGGER users_log_changed AFTER UPDATE ON users
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION users_log_changes();
