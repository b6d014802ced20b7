"""What people did, written in the same transactions: the input of the model, with exact commit times.

An outage at the moment of a commit leaves the one who asked for it in doubt. A journal inside the
transaction is not: its row is there if and only if the change is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from followup_common.db import Transaction
from sqlalchemy import text

CREATE = """
CREATE TABLE fault_journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    follow_up_id bigint NOT NULL,
    kind text NOT NULL,
    due_at timestamptz,
    assignee_id bigint,
    actor_id bigint
);
GRANT SELECT, INSERT ON fault_journal TO followup_api;
"""

WRITE = text("""
    INSERT INTO fault_journal (follow_up_id, kind, due_at, assignee_id, actor_id)
    VALUES (:follow_up_id, :kind, :due_at, :assignee_id, :actor_id)
""")

READ = text("""
    SELECT follow_up_id, kind, due_at, assignee_id, actor_id, pg_xact_commit_timestamp(xmin) AS at
    FROM fault_journal ORDER BY id
""")


class Kind(StrEnum):
    """What can happen to a follow-up."""

    CREATED_STANDARD = "created under the standard policy"
    CREATED = "created"
    COMPLETED = "completed"
    REOPENED = "reopened"
    RESCHEDULED = "rescheduled"
    REASSIGNED = "reassigned"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one follow-up, and when it was committed."""

    at: datetime
    kind: Kind
    due_at: datetime | None = None
    assignee_id: int | None = None
    actor_id: int | None = None


def write(
    tx: Transaction,
    follow_up_id: int,
    kind: Kind,
    *,
    due_at: datetime | None = None,
    assignee_id: int | None = None,
    actor_id: int | None = None,
) -> None:
    """Note a change in its own transaction, while its row is locked: ids follow commits."""
    values = {"due_at": due_at, "assignee_id": assignee_id, "actor_id": actor_id}
    tx.execute(WRITE, {"follow_up_id": follow_up_id, "kind": kind, **values})


def read(tx: Transaction) -> dict[int, list[Change]]:
    """Every follow-up's changes, in order."""
    changes: dict[int, list[Change]] = {}
    for row in tx.execute(READ):
        change = Change(row.at, Kind(row.kind), row.due_at, row.assignee_id, row.actor_id)
        changes.setdefault(row.follow_up_id, []).append(change)
    return changes
