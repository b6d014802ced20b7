"""How often follow-ups were moved before this was counted, from their history.

Revision 0015, after 0014. It changes rows only, a window of follow-ups at a time, each in a transaction of
its own: the code before it works on, and nobody waits for more than one window. What was counted stays
counted when it fails, and the next try goes on from there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WINDOW = 1_000
"""Follow-ups locked at once: some tens of milliseconds."""

NEXT = sa.text("""
SELECT max(id) FROM (SELECT id FROM follow_ups WHERE id > :after ORDER BY id LIMIT :window) f
""")

# Locked in the order of ids, like everyone who locks several, and before their moves are counted: a move that
# commits meanwhile is in the history then.
LOCK = sa.text("""
SELECT count(*) FROM (
    SELECT FROM follow_ups WHERE id > :after AND id <= :last ORDER BY id FOR NO KEY UPDATE) f
""")

# The columns are none that a trigger looks at.
COUNT = sa.text("""
WITH moves AS (
    SELECT follow_up_id, count(*) AS number, min(id) AS first FROM activities
    WHERE follow_up_id > :after AND follow_up_id <= :last
      AND (kind = 'rescheduled' OR kind = 'imported' AND details ? 'changes')
      AND details -> 'changes' ? 'due_at'
    GROUP BY follow_up_id
)
UPDATE follow_ups f
SET moved = m.number, first_due_at = (a.details #>> '{changes,due_at,from}')::timestamptz
FROM moves m JOIN activities a ON a.follow_up_id = m.follow_up_id AND a.id = m.first
WHERE f.id = m.follow_up_id AND f.moved < m.number
""")


def upgrade() -> None:
    after = 0
    while last := op.get_bind().scalar(NEXT, {"after": after, "window": WINDOW}):
        count_moves(op.get_bind(), after, last)
        with op.get_context().autocommit_block():
            """Alembic commits what comes before such a block."""
        after = last


def count_moves(connection: sa.Connection, after: int, last: int) -> None:
    """Count the moves of follow-ups with ids above `after`, up to `last`, in the transaction that is open."""
    window = {"after": after, "last": last}
    connection.execute(LOCK, window)
    connection.execute(COUNT, window)


def downgrade() -> None:
    """Nothing: the columns go with the revision before."""
