"""A person's own last change can be undone for ten minutes: everything is as it was, and no run starts over.

Revision 0014, after 0013. It adds a table, a trigger, a function and three columns, and replaces the function
that keeps the rules of follow-ups: what is new in it are run numbers that no undo frees again, and how often
and from when a follow-up was moved. The code before it works on; what it changes cannot be undone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Time = postgresql.TIMESTAMP(timezone=True)

KEEP_FOLLOW_UP_RULES = """
CREATE OR REPLACE FUNCTION follow_ups_keep_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    starts_over boolean := TG_OP = 'INSERT';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.external_id, NEW.title, NEW.notes, NEW.due_at,
            NEW.assignee_id, NEW.subject_id, NEW.completed_at)
            IS NOT DISTINCT FROM
           (OLD.external_id, OLD.title, OLD.notes, OLD.due_at,
            OLD.assignee_id, OLD.subject_id, OLD.completed_at)
        THEN
            RETURN NEW;
        END IF;
        NEW.version := OLD.version + 1;
        NEW.updated_at := now();
        IF NEW.assignee_id <> OLD.assignee_id THEN
            NEW.assignment := OLD.assignment + 1;
        END IF;
        {count_moves}
        starts_over := NEW.due_at <> OLD.due_at
            OR (NEW.completed_at IS NULL AND OLD.completed_at IS NOT NULL);
        IF starts_over THEN
            NEW.due_version := {last_run} + 1;
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.due_at <> OLD.due_at THEN
        NEW.policy_version_id := (
            SELECT id FROM policy_versions WHERE policy = 'standard' ORDER BY version DESC LIMIT 1);
    END IF;
    IF starts_over THEN
        NEW.level := 0;
        NEW.next_step_at := NEW.due_at + (
            SELECT (steps -> 0 ->> 'after')::interval FROM policy_versions WHERE id = NEW.policy_version_id);
    END IF;
    IF NEW.completed_at IS NOT NULL THEN
        NEW.next_step_at := NULL;
    END IF;
    RETURN NEW;
END $$
"""

COUNT_MOVES = """
        IF NEW.due_at <> OLD.due_at THEN
            NEW.moved := OLD.moved + 1;
            NEW.first_due_at := COALESCE(OLD.first_due_at, OLD.due_at);
        END IF;
"""
# Never a number that an undone run had: what was told under it would count as told already.
LAST_RUN = "greatest(OLD.due_version, OLD.last_run)"

# Only for changes of a person, who is named by `followup.actor_id`. As the owner: no service may write here.
KEEP_WHAT_WAS = """
CREATE FUNCTION follow_ups_keep_what_was() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO undoable_changes AS c (follow_up_id, version, actor_id, changed_at, told, was)
    VALUES (
        NEW.id, NEW.version, current_setting('followup.actor_id')::bigint, now(),
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
    FOR EACH ROW WHEN (NEW.version <> OLD.version AND current_setting('followup.actor_id', true) <> '')
    EXECUTE FUNCTION follow_ups_keep_what_was();
"""

# The API may call it, and has no right on the columns that it writes. It decides by itself, under the lock of
# the row. Two updates: the first is an ordinary one, with a new version and a new number of the assignment;
# the second takes back what the rules made of it. Where no run began or ended, the level goes on as it is.
UNDO = """
CREATE FUNCTION follow_ups_undo(ids bigint[], person bigint)
    RETURNS TABLE (follow_up_id bigint, outcome text, was jsonb, became jsonb, untold boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    present follow_ups;
    before follow_ups;
    change undoable_changes;
BEGIN
    FOR present IN SELECT f.* FROM follow_ups f WHERE f.id = ANY(ids) ORDER BY f.id FOR UPDATE LOOP
        SELECT c.* INTO change FROM undoable_changes c WHERE c.follow_up_id = present.id;
        follow_up_id := present.id;
        was := to_jsonb(present);
        became := NULL;
        untold := false;
        outcome := CASE
            WHEN change.follow_up_id IS NULL THEN 'nothing'
            WHEN change.version <> present.version THEN 'changed'
            WHEN change.actor_id <> person THEN 'others'
            WHEN change.changed_at NOT BETWEEN now() - interval '10 minutes' AND now() + interval '10 minutes'
                THEN 'late'
            ELSE 'undone' END;
        IF outcome = 'undone' THEN
            BEGIN
                before := jsonb_populate_record(present, change.was);
                UPDATE follow_ups f
                SET external_id = before.external_id, title = before.title, notes = before.notes,
                    due_at = before.due_at, assignee_id = before.assignee_id, subject_id = before.subject_id,
                    completed_at = before.completed_at
                WHERE f.id = present.id;
                IF before.due_version <> present.due_version
                    OR before.completed_at IS DISTINCT FROM present.completed_at
                THEN
                    UPDATE follow_ups f
                    SET due_version = before.due_version,
                        last_run = greatest(present.last_run, present.due_version),
                        policy_version_id = before.policy_version_id, level = before.level,
                        next_step_at = before.next_step_at,
                        moved = before.moved, first_due_at = before.first_due_at
                    WHERE f.id = present.id;
                END IF;
                DELETE FROM undoable_changes c WHERE c.follow_up_id = present.id;
                SELECT to_jsonb(f), f.is_open AND f.level > 0 AND (f.level <> before.level OR NOT change.told)
                INTO became, untold FROM follow_ups f WHERE f.id = present.id;
            EXCEPTION WHEN unique_violation THEN
                outcome := 'taken';
            END;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$
"""

GRANTS = (
    "REVOKE EXECUTE ON FUNCTION follow_ups_undo FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION follow_ups_undo TO followup_api",
    "GRANT SELECT (changed_at), DELETE ON undoable_changes TO followup_escalator",
)

MOVES_BEFORE = "kind IN ('rescheduled', 'reopened') OR kind = 'imported' AND details ? 'changes'"
MOVES = "kind IN ('rescheduled', 'reopened', 'undone') OR kind = 'imported' AND details ? 'changes'"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _index_moves(MOVES)
    op.add_column("follow_ups", sa.Column("last_run", sa.Integer()))
    op.add_column("follow_ups", sa.Column("moved", sa.Integer(), server_default="0", nullable=False))
    op.add_column("follow_ups", sa.Column("first_due_at", Time))
    op.create_table(
        "undoable_changes",
        sa.Column("follow_up_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", Time, nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("was", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("follow_up_id", name="pk_undoable_changes"),
    )
    op.create_index("ix_undoable_changes_changed_at", "undoable_changes", ["changed_at"])
    rules = KEEP_FOLLOW_UP_RULES.format(count_moves=COUNT_MOVES, last_run=LAST_RUN)
    for statement in (rules, KEEP_WHAT_WAS, UNDO, *GRANTS):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP FUNCTION follow_ups_undo")
    op.execute("DROP TRIGGER follow_ups_keep_what_was ON follow_ups; DROP FUNCTION follow_ups_keep_what_was")
    op.execute(KEEP_FOLLOW_UP_RULES.format(count_moves="", last_run="OLD.due_version"))
    op.drop_table("undoable_changes")
    for column in ("first_due_at", "moved", "last_run"):
        op.drop_column("follow_ups", column)
    with op.get_context().autocommit_block():
        _index_moves(MOVES_BEFORE)


def _index_moves(condition: str) -> None:
    """Build the index of moves again while others write; one that a broken-off run left goes first."""
    new = "ix_activities_moves_new"
    op.drop_index(new, "activities", if_exists=True, postgresql_concurrently=True)
    where = sa.text(condition)
    op.create_index(new, "activities", ["created_at"], postgresql_where=where, postgresql_concurrently=True)
    op.drop_index("ix_activities_moves", "activities", if_exists=True, postgresql_concurrently=True)
    op.execute(f"ALTER INDEX {new} RENAME TO ix_activities_moves")
