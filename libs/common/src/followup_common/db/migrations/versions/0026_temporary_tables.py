"""Only the API may make temporary tables, for its imports.

Revision 0026, after 0025. Rights only: no other service makes any. Where somebody else owns the database,
they decide, and nothing changes.
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CHANGE = """
DO $$
BEGIN
    IF (SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()) THEN
        EXECUTE format('{first}', current_database());
        EXECUTE format('{second}', current_database());
    END IF;
END $$
"""


def upgrade() -> None:
    grant = "GRANT TEMPORARY ON DATABASE %I TO followup_api"
    op.execute(CHANGE.format(first=grant, second="REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC"))


def downgrade() -> None:
    revoke = "REVOKE TEMPORARY ON DATABASE %I FROM followup_api"
    op.execute(CHANGE.format(first="GRANT TEMPORARY ON DATABASE %I TO PUBLIC", second=revoke))
