"""Only the owner may attach the trigger functions that work with the owner's rights.

Revision 0021, after 0020.

Such a function acts on whatever table its trigger is on: a service that could make a trigger of its own, on a
temporary table, would delete what it may not, and write what others own. PostgreSQL asks for the right when a
trigger is made, not when it fires.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

CHANGE = """
DO $$
DECLARE
    found regprocedure;
BEGIN
    FOR found IN
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
            AND p.prorettype = 'trigger'::regtype
    LOOP
        EXECUTE format('{verb} EXECUTE ON FUNCTION %s {whom} PUBLIC', found);
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(CHANGE.format(verb="REVOKE", whom="FROM"))


def downgrade() -> None:
    op.execute(CHANGE.format(verb="GRANT", whom="TO"))
