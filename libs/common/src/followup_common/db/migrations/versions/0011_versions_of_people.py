"""People have versions, as follow-ups have: of two who change one person at once, the second is told.

Revision 0011, after 0010. It only adds: code of revision 0008 works on, and its changes count as well.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEEP_VERSIONS = """
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
"""


def upgrade() -> None:
    op.add_column("users", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.execute(KEEP_VERSIONS)


def downgrade() -> None:
    op.execute("DROP TRIGGER users_keep_version ON users; DROP FUNCTION users_keep_version")
    op.drop_column("users", "version")
