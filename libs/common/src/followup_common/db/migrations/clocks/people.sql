-- A calendar of one's own is a change of a person like any other: a new version, and an entry in the audit log.

CREATE OR REPLACE FUNCTION users_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Another hash of the same password, as a log-in may write it, is no change that anybody could see.
    IF (NEW.email, NEW.name, NEW.role, NEW.manager_id, NEW.active, NEW.time_zone,
        NEW.calendar_id)
        IS DISTINCT FROM
       (OLD.email, OLD.name, OLD.role, OLD.manager_id, OLD.active, OLD.time_zone,
        OLD.calendar_id)
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

CREATE OR REPLACE FUNCTION users_log_changes() RETURNS trigger LANGUAGE plpgsql
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
                ('calendar_id', to_jsonb(o.calendar_id), to_jsonb(n.calendar_id)),
                ('password', to_jsonb(o.password_hash), to_jsonb(n.password_hash))
            ) AS fields (field, was, is_now)
            WHERE was IS DISTINCT FROM is_now
              AND NOT (field = 'manager_id' AND was IS NULL AND o.created_at = now())
        ) AS changes
        WHERE (o.email, o.name, o.role, o.manager_id, o.active, o.time_zone, o.calendar_id,
               o.password_hash)
            IS DISTINCT FROM
              (n.email, n.name, n.role, n.manager_id, n.active, n.time_zone, n.calendar_id,
               n.password_hash)
          AND changes.details IS NOT NULL
        ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;
