"""How often follow-ups were moved before this was counted, from their history.

Revision 0015, after 0014. It changes rows only, each for a moment: the code before it works on.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Locked in the order of ids, like everyone who locks several. The columns are none that a trigger looks at.
COUNT_MOVES = """
WITH moves AS (
    SELECT follow_up_id, count(*) AS number, min(id) AS first FROM activities
    WHERE (kind = 'rescheduled' OR kind = 'imported' AND details ? 'changes')
      AND details -> 'changes' ? 'due_at'
    GROUP BY follow_up_id
), moved AS (
    SELECT f.id, m.number, (a.details #>> '{changes,due_at,from}')::timestamptz AS first_due_at
    FROM moves m
        JOIN follow_ups f ON f.id = m.follow_up_id
        JOIN activities a ON a.follow_up_id = f.id AND a.id = m.first
    ORDER BY f.id FOR NO KEY UPDATE OF f
)
UPDATE follow_ups f SET moved = moved.number, first_due_at = moved.first_due_at
FROM moved WHERE f.id = moved.id AND f.moved < moved.number
"""


def upgrade() -> None:
    op.execute(COUNT_MOVES)


def downgrade() -> None:
    """Nothing: the columns go with the revision before."""
