"""The audit log is read by time, alone or with an action, a person or a target: one index for each.

Revision 0028, after 0027. It lets others write meanwhile. The code before it works on, and finds entries of
one action, actor or target by the primary key.
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLE = "audit_log"
BEFORE = {"action": ["action", "id"], "actor": ["actor_id", "id"], "target": ["target", "id"]}
BY_TIME = {
    "at": ["at", "id"],
    "action_at": ["action", "at", "id"],
    "actor_at": ["actor_id", "at", "id"],
    "target_at": ["target", "at", "id"],
}


def upgrade() -> None:
    _replace(BEFORE, BY_TIME)


def downgrade() -> None:
    _replace(BY_TIME, BEFORE)


def _replace(old: dict[str, list[str]], new: dict[str, list[str]]) -> None:
    with op.get_context().autocommit_block():
        for name, columns in new.items():
            # One that a migration left half built is in the way.
            op.drop_index(f"ix_audit_log_{name}", TABLE, if_exists=True, postgresql_concurrently=True)
            op.create_index(f"ix_audit_log_{name}", TABLE, columns, postgresql_concurrently=True)
        for name in old:
            op.drop_index(f"ix_audit_log_{name}", TABLE, if_exists=True, postgresql_concurrently=True)
