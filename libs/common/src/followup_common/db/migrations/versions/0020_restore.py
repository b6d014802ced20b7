"""What is deleted can be restored for 30 days: it waits in one row, with all that belonged to it.

Revision 0020, after 0019. A new table and functions; those that follow a deletion and an edit are replaced.
The code before it works on: what it deletes can be restored as well, what it changes cannot be undone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

Time = postgresql.TIMESTAMP(timezone=True)

# What belongs to a follow-up goes with it, as before, and is kept beside it. Runs as the owner: no service
# may delete from these tables itself.
KEEP_DELETED = """
CREATE OR REPLACE FUNCTION follow_ups_delete_dependents() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM undoable_changes c USING deleted d WHERE c.follow_up_id = d.id;
    WITH told AS (
        DELETE FROM notifications n USING deleted d WHERE n.follow_up_id = d.id RETURNING n.*
    ), done AS (
        DELETE FROM activities a USING deleted d WHERE a.follow_up_id = d.id RETURNING a.*
    ), raised AS (
        DELETE FROM escalations e USING deleted d WHERE e.follow_up_id = d.id RETURNING e.*
    ), belongings AS (
        SELECT follow_up_id AS id, 'notifications' AS kind, jsonb_agg(to_jsonb(told)) AS rows
        FROM told GROUP BY 1
        UNION ALL
        SELECT follow_up_id, 'activities', jsonb_agg(to_jsonb(done)) FROM done GROUP BY 1
        UNION ALL
        SELECT follow_up_id, 'escalations', jsonb_agg(to_jsonb(raised)) FROM raised GROUP BY 1
    )
    INSERT INTO deleted_follow_ups (id, deleted_by, external_id, title, assignee_id, due_at, level,
                                    notifications, activities, was, history)
    SELECT d.id, nullif(current_setting('followup.actor_id', true), '')::bigint,
        d.external_id, d.title, d.assignee_id, d.due_at, d.level,
        COALESCE(jsonb_array_length(h.history -> 'notifications'), 0),
        COALESCE(jsonb_array_length(h.history -> 'activities'), 0),
        to_jsonb(d), h.history
    FROM deleted d CROSS JOIN LATERAL (
        SELECT COALESCE(jsonb_object_agg(b.kind, b.rows), '{}') AS history FROM belongings b WHERE b.id = d.id
    ) h
    -- Only where somebody has written a row with the id of a deleted one by hand.
    ON CONFLICT (id) DO UPDATE
    SET (deleted_at, deleted_by, external_id, title, assignee_id, due_at, level, notifications, activities,
         was, history) = (excluded.deleted_at, excluded.deleted_by, excluded.external_id, excluded.title,
         excluded.assignee_id, excluded.due_at, excluded.level, excluded.notifications, excluded.activities,
         excluded.was, excluded.history);
    RETURN NULL;
END $$
"""

DELETE_DEPENDENTS = """
CREATE OR REPLACE FUNCTION follow_ups_delete_dependents() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM undoable_changes c USING deleted d WHERE c.follow_up_id = d.id;
    DELETE FROM notifications n USING deleted d WHERE n.follow_up_id = d.id;
    DELETE FROM activities a USING deleted d WHERE a.follow_up_id = d.id;
    DELETE FROM escalations e USING deleted d WHERE e.follow_up_id = d.id;
    RETURN NULL;
END $$
"""

# With the ids that they had. A column that a later revision adds gets its default.
PUT_BACK = """
CREATE FUNCTION rows_put_back(name regclass, rows jsonb) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    columns text;
BEGIN
    SELECT string_agg(quote_ident(a.attname), ', ') INTO columns FROM pg_attribute a
    WHERE a.attrelid = name AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND rows -> 0 ? a.attname;
    IF columns IS NOT NULL THEN
        EXECUTE format(
            'INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE '
            'SELECT %2$s FROM jsonb_populate_recordset(NULL::%1$s, $1)',
            name, columns) USING rows;
    END IF;
END $$
"""

# The API may call it, and has no right on what it writes. The rules for new follow-ups come first, then what
# they set is set to what it was. `untold`: its level was never announced, and goes on from here.
RESTORE = """
CREATE FUNCTION follow_ups_restore(number bigint)
    RETURNS TABLE (outcome text, untold boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    gone deleted_follow_ups;
    before follow_ups;
BEGIN
    SELECT d.* INTO gone FROM deleted_follow_ups d
    WHERE d.id = number AND d.deleted_at > now() - interval '30 days' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'nothing', false;
        RETURN;
    END IF;
    BEGIN
        PERFORM rows_put_back('follow_ups', jsonb_build_array(gone.was));
    EXCEPTION WHEN unique_violation THEN
        RETURN QUERY SELECT 'taken', false;
        RETURN;
    END;
    before := jsonb_populate_record(NULL::follow_ups, gone.was);
    UPDATE follow_ups f
    SET policy_version_id = before.policy_version_id, level = before.level, next_step_at = before.next_step_at
    WHERE f.id = number;
    PERFORM rows_put_back('escalations', gone.history -> 'escalations');
    PERFORM rows_put_back('activities', gone.history -> 'activities');
    PERFORM rows_put_back('notifications', gone.history -> 'notifications');
    DELETE FROM deleted_follow_ups d WHERE d.id = number;
    PERFORM inboxes_wake(ARRAY(
        SELECT DISTINCT user_id FROM notifications n WHERE n.follow_up_id = number ORDER BY 1));
    RETURN QUERY SELECT 'restored', f.is_open AND f.level > 0 AND NOT EXISTS (
            SELECT FROM activities a
            WHERE a.follow_up_id = f.id AND a.due_version = f.due_version AND a.step = f.level)
        FROM follow_ups f WHERE f.id = number;
END $$
"""

# Every request that writes names its person in `followup.actor_id`, imports too. What can be undone is named
# apart, so that an import keeps no image of each row.
KEEP_WHAT_WAS = """
DROP TRIGGER follow_ups_keep_what_was ON follow_ups;

CREATE OR REPLACE FUNCTION follow_ups_keep_what_was() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO undoable_changes AS c (follow_up_id, version, actor_id, changed_at, told, was)
    VALUES (
        NEW.id, NEW.version, current_setting('{setting}')::bigint, now(),
        OLD.level = 0 OR EXISTS (
            SELECT FROM activities a
            WHERE a.follow_up_id = OLD.id AND a.due_version = OLD.due_version AND a.step = OLD.level),
        to_jsonb(OLD))
    ON CONFLICT (follow_up_id) DO UPDATE
    SET version = excluded.version, actor_id = excluded.actor_id, changed_at = excluded.changed_at,
        told = excluded.told, was = excluded.was;
    RETURN NULL;
END $$;

CREATE TRIGGER follow_ups_keep_what_was
    AFTER UPDATE OF external_id, title, notes, due_at, assignee_id, subject_id, completed_at ON follow_ups
    FOR EACH ROW WHEN (NEW.version <> OLD.version AND current_setting('{setting}', true) <> '')
    EXECUTE FUNCTION follow_ups_keep_what_was();
"""

READABLE = (
    "id, deleted_at, deleted_by, external_id, title, assignee_id, due_at, level, notifications, activities"
)
GRANTS = (
    "REVOKE EXECUTE ON FUNCTION rows_put_back, follow_ups_restore FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION follow_ups_restore TO followup_api",
    f"GRANT SELECT ({READABLE}) ON deleted_follow_ups TO followup_api",
    "GRANT SELECT (deleted_at), DELETE ON deleted_follow_ups TO followup_escalator",
)


def upgrade() -> None:
    op.create_table(
        "deleted_follow_ups",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", Time, server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_by", sa.BigInteger()),
        sa.Column("external_id", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", Time, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("notifications", sa.Integer(), nullable=False),
        sa.Column("activities", sa.Integer(), nullable=False),
        sa.Column("was", postgresql.JSONB(), nullable=False),
        sa.Column("history", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deleted_follow_ups"),
    )
    op.create_index("ix_deleted_follow_ups_deleted_at", "deleted_follow_ups", ["deleted_at", "id"])
    keep_what_was = KEEP_WHAT_WAS.format(setting="followup.undo_by")
    for statement in (KEEP_DELETED, PUT_BACK, RESTORE, keep_what_was, *GRANTS):
        op.execute(statement)


def downgrade() -> None:
    """What was deleted before stays deleted."""
    op.execute("DROP FUNCTION follow_ups_restore; DROP FUNCTION rows_put_back")
    op.execute(DELETE_DEPENDENTS)
    op.execute(KEEP_WHAT_WAS.format(setting="followup.actor_id"))
    op.drop_table("deleted_follow_ups")
