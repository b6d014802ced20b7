"""People under examination: is nothing open left with somebody who is inactive?"""

from __future__ import annotations

from sqlalchemy import text

from followup_common.db import Transaction
from followup_common.doctor.findings import Finding
from followup_common.doctor.working_time import some

LEFT = text("""
    SELECT u.name || ' (' || count(*) || ')'
    FROM users u JOIN follow_ups f ON f.assignee_id = u.id AND f.is_open
    WHERE NOT u.active GROUP BY u.id ORDER BY count(*) DESC, u.id
""")
HAND_OVER = (
    "Hand it over, on the page People or with `POST /api/v1/users/{id}/hand-over`: until then the next "
    "active person above them is told."
)


def examine_left_work(tx: Transaction) -> Finding:
    """Whether open follow-ups belong to people who are inactive, and to whom."""
    found = tx.execute(LEFT).scalars().all()
    if not found:
        return Finding("open work", "none belongs to somebody inactive")
    return Finding("open work", f"it belongs to people who are inactive: {some(found)}", HAND_OVER)
