-- Whatever changes what somebody's inbox shows wakes it, no matter who writes and how. What the escalator and the
-- notifier write while they escalate fires none of these triggers.

-- As `followup_common.db.wakeups`: the channel, the payload, and what is sent to everyone when the list of ids
-- is too long for PostgreSQL. The same payload counts once in a transaction.
CREATE FUNCTION inboxes_wake(user_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    payload text := array_to_string(user_ids, ',');
BEGIN
    IF payload <> '' THEN
        PERFORM pg_notify('followup_inbox', CASE WHEN length(payload) > 7500 THEN '*' ELSE payload END);
    END IF;
END $$;

-- Of a follow-up the inbox shows title, state and subject, and only to those who may see its assignee's.
CREATE FUNCTION follow_ups_wake_inboxes() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM inboxes_wake(ARRAY(
        SELECT DISTINCT user_id FROM notifications WHERE follow_up_id = NEW.id ORDER BY 1));
    RETURN NULL;
END $$;

CREATE TRIGGER follow_ups_wake_inboxes
    AFTER UPDATE OF title, assignee_id, subject_id, completed_at ON follow_ups FOR EACH ROW
    WHEN ((OLD.title, OLD.assignee_id, OLD.subject_id, OLD.completed_at)
        IS DISTINCT FROM (NEW.title, NEW.assignee_id, NEW.subject_id, NEW.completed_at))
    EXECUTE FUNCTION follow_ups_wake_inboxes();

-- With a follow-up its notifications go; with age they go as well.
CREATE FUNCTION notifications_wake_inboxes() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM inboxes_wake(ARRAY(SELECT DISTINCT user_id FROM gone ORDER BY 1));
    RETURN NULL;
END $$;

CREATE TRIGGER notifications_wake_inboxes AFTER DELETE ON notifications
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION notifications_wake_inboxes();

CREATE FUNCTION subjects_wake_inboxes() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM inboxes_wake(ARRAY(
        SELECT DISTINCT n.user_id FROM follow_ups f JOIN notifications n ON n.follow_up_id = f.id
        WHERE f.subject_id = NEW.id ORDER BY 1));
    RETURN NULL;
END $$;

CREATE TRIGGER subjects_wake_inboxes AFTER UPDATE OF kind, name ON subjects FOR EACH ROW
    WHEN ((OLD.kind, OLD.name) IS DISTINCT FROM (NEW.kind, NEW.name))
    EXECUTE FUNCTION subjects_wake_inboxes();

-- A name is in the inboxes of many; a role or a manager decides what those on the line may see. Both are rare,
-- and an inbox that is woken in vain costs one short look.
CREATE FUNCTION users_wake_inboxes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('followup_inbox', '*');
    RETURN NULL;
END $$;

CREATE TRIGGER users_wake_inboxes AFTER UPDATE OF name, role, manager_id, active ON users FOR EACH ROW
    WHEN ((OLD.name, OLD.role, OLD.manager_id, OLD.active)
        IS DISTINCT FROM (NEW.name, NEW.role, NEW.manager_id, NEW.active))
    EXECUTE FUNCTION users_wake_inboxes();
