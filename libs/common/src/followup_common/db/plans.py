"""What the planner is told where it would guess wrongly."""

from __future__ import annotations

from sqlalchemy import text

from followup_common.db.database import Transaction

# Right after a large import the planner's statistics are old, and it does not know how few rows of
# follow_ups a batch names: it would collect and sort all that is due, or read the whole table. A plan for any
# array, which it makes after some executions of one statement, takes each for ten rows: joins of a batch's
# thousands would be nested loops.
FIND_BY_INDEX = text("""
    SELECT set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true),
        set_config('plan_cache_mode', 'force_custom_plan', true)
""")


def find_by_index(tx: Transaction) -> None:
    """Let the statements of this transaction find rows by their indexes, in the index's order."""
    tx.execute(FIND_BY_INDEX)
