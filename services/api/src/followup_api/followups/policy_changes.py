"""Changes that bring another policy: who asks is told of it before, and says whether the clock starts over.

PostgreSQL chooses the policy and notes the change in the history (`follow_ups_keep_states`): what it did in
this transaction is read here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from followup_common.db import Transaction
from pydantic import TypeAdapter
from sqlalchemy import text

from followup_api.followups.policy_change_schemas import ClockChoice, PolicyMove
from followup_api.followups.problems import PolicyWouldChange
from followup_api.followups.reasons import ask_to_restart

RESTART = text("SELECT set_config('followup.restart_clock', 'on', true)")
OF_THIS_CHANGE = """
    FROM activities
    WHERE follow_up_id = ANY(CAST(:ids AS bigint[])) AND kind = 'policy_changed' AND created_at = now()
"""
MOVED_IDS = text(f"SELECT follow_up_id {OF_THIS_CHANGE} ORDER BY follow_up_id")
MOVED = text(f"""
    SELECT (details -> 'from') - 'id' AS "from", (details -> 'to') - 'id' AS "to", count(*) AS follow_ups
    {OF_THIS_CHANGE} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
""")
"""From which policies to which, those first between which most follow-ups would move."""
MOVES: TypeAdapter[list[PolicyMove]] = TypeAdapter(list[PolicyMove])


def prepare(tx: Transaction, choice: ClockChoice) -> None:
    """Tell PostgreSQL, before the change, what becomes of the clock."""
    if choice.restart_clock:
        tx.execute(RESTART)


def settle(tx: Transaction, ids: Collection[int], choice: ClockChoice, reason: str | None) -> None:
    """Make sure, after the change, that it may bring the policies that it has brought.

    Args:
        tx: where they were changed, and where nothing is kept if this refuses.
        ids: of the follow-ups that were changed.
        choice: what the caller says of their clocks.
        reason: why the clocks start over.

    Raises:
        PolicyWouldChange: the caller wants to decide about the clock first.
        ReasonMissing: a clock starts over that was escalated beyond the assignee.
    """
    if not choice.ask_about_policy and not choice.restart_clock:
        return
    if choice.restart_clock:
        moved = tx.execute(MOVED_IDS, {"ids": list(ids)}).scalars().all()
        ask_to_restart(tx, moved, reason)
    elif moves := _moves(tx, ids):
        raise PolicyWouldChange(moves)


def _moves(tx: Transaction, ids: Collection[int]) -> Sequence[PolicyMove]:
    rows = tx.execute(MOVED, {"ids": list(ids)}).mappings().all()
    return MOVES.validate_python([dict(row) for row in rows])
