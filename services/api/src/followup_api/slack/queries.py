"""SQL of messages in Slack."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from followup_common.db import Transaction
from followup_common.db.tables import deliveries, destinations, slack_members, slack_messages
from sqlalchemy import exists, func, select, update

d, v, m, p = destinations.c, deliveries.c, slack_members.c, slack_messages.c


def is_theirs(
    tx: Transaction, delivery_id: UUID, user_id: int, *, team_id: str | None, member_id: str
) -> bool:
    """Whether a member of Slack is the person to whom a delivery went: they have verified that."""
    found = exists().where(
        *(v.id == delivery_id, v.user_id == user_id, d.id == v.destination_id, d.user_id == user_id),
        *(d.verified_at.is_not(None), m.destination_id == d.id),
        *(m.team_id == team_id, m.member_id == member_id),
    )
    return bool(tx.execute(select(found)).scalar_one())


def answer_of(tx: Transaction, delivery_id: UUID) -> str | None:
    """What came of the click before, as the message of a delivery says it."""
    found: str | None = tx.execute(select(p.answer).where(p.delivery_id == delivery_id)).scalar()
    return found


def say(tx: Transaction, delivery_id: UUID, answer: str) -> None:
    """Let the message of a delivery say what came of a click, as soon as the dispatcher has changed it."""
    values: dict[str, Any] = {"answer": answer, "due_at": func.now(), "attempts": 0, "changes": p.changes + 1}
    tx.execute(update(slack_messages).where(p.delivery_id == delivery_id).values(values))
