"""A restoration says that an external id is taken only when it is the external id that is taken.

Revision 0025, after 0024. It replaces a function, which answers in the same words: the code before it works
on.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

RESTORE = """
CREATE OR REPLACE FUNCTION follow_ups_restore(number bigint)
    RETURNS TABLE (outcome text, untold boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    gone deleted_follow_ups;
    before follow_ups;
    broken text;
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
        {taken}
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

ANY = "RETURN QUERY SELECT 'taken', false;"
# A row with its id was written by hand: then it is there, and nothing is to be restored. What else is taken
# is a fault of the database's owner, and must not look like one of the caller's.
BY_NAME = """
        GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
        CASE broken
            WHEN 'uq_follow_ups_external_id' THEN RETURN QUERY SELECT 'taken', false;
            WHEN 'pk_follow_ups' THEN RETURN QUERY SELECT 'nothing', false;
            ELSE RAISE;
        END CASE;
"""


def upgrade() -> None:
    op.execute(RESTORE.format(taken=BY_NAME.strip()))


def downgrade() -> None:
    op.execute(RESTORE.format(taken=ANY))
