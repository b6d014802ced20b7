"""Tokens have scopes, sessions say where they are used and how fresh their proof is, and both end for good.

Revision 0013, after 0012. Code of revision 0012 works on: what it writes gets the defaults, which are what it
meant. Tokens made before keep all scopes, and their end, if they have any. The proof of a session made before
is its log-in.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Time = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("now()")
ALL_SCOPES = "'{read,write,ops,admin}'::text[]"

# In both directions: a session or token that is made while its person is being deactivated does not wake up
# when they are activated again.
END_ACCESS = """
CREATE FUNCTION users_end_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sessions WHERE user_id = NEW.id;
    DELETE FROM api_tokens WHERE user_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER users_end_access AFTER UPDATE OF active ON users
    FOR EACH ROW WHEN (OLD.active <> NEW.active) EXECUTE FUNCTION users_end_access();
"""


def upgrade() -> None:
    texts, all_scopes = sa.ARRAY(sa.Text()), sa.text(ALL_SCOPES)
    op.add_column("api_tokens", sa.Column("scopes", texts, server_default=all_scopes, nullable=False))
    op.create_check_constraint(op.f("ck_api_tokens_scopes"), "api_tokens", f"scopes <@ {ALL_SCOPES}")
    op.add_column("sessions", sa.Column("last_used_at", Time, server_default=NOW, nullable=False))
    op.add_column("sessions", sa.Column("proved_at", Time, server_default=NOW, nullable=False))
    op.add_column("sessions", sa.Column("address", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("browser", sa.Text(), nullable=True))
    op.execute("UPDATE sessions SET last_used_at = created_at, proved_at = created_at")
    op.execute(END_ACCESS)


def downgrade() -> None:
    op.execute("DROP TRIGGER users_end_access ON users; DROP FUNCTION users_end_access")
    for column in ("browser", "address", "proved_at", "last_used_at"):
        op.drop_column("sessions", column)
    op.drop_constraint("ck_api_tokens_scopes", "api_tokens")
    op.drop_column("api_tokens", "scopes")
