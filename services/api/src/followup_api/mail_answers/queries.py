"""SQL of answers to mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import destinations, mail_answers, users
from sqlalchemy import func, or_, select, update

from followup_api.rows import Record

ma, d, u = mail_answers.c, destinations.c, users.c

WAITING = select(ma.id, ma.token_hash, ma.sender, ma.said, ma.refused).where(ma.handled_at.is_(None))


def take(tx: Transaction) -> Record | None:
    """The oldest answer that waits, for this transaction alone; None: none does."""
    oldest = WAITING.order_by(ma.id).limit(1).with_for_update(of=mail_answers, skip_locked=True)
    return tx.execute(oldest).one_or_none()


def end(tx: Transaction, answer_id: int, outcome: str, told: Mapping[str, Any] | None = None) -> None:
    """Say what became of an answer; its text is not kept.

    Args:
        tx: in which it was done.
        answer_id: which one.
        outcome: what it came to.
        told: what its person finds in their inbox; None: nothing.
    """
    values = {"said": None, "handled_at": func.now(), "outcome": outcome, **({"told": told} if told else {})}
    tx.execute(update(mail_answers).where(ma.id == answer_id, ma.handled_at.is_(None)).values(values))


def is_theirs(tx: Transaction, user_id: int, address: str) -> bool:
    """Whether an address is one at which somebody is told, or the one with which they log in."""
    verified = select(d.id).where(
        d.user_id == user_id,
        d.channel == "email",
        d.verified_at.is_not(None),
        func.lower(d.address) == address,
    )
    own = select(u.id).where(u.id == user_id, or_(func.lower(u.email) == address, verified.exists()))
    return tx.execute(own).first() is not None
