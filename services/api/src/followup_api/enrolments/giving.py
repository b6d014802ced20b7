"""Whose started sequences are, where a person's work goes to somebody else."""

from __future__ import annotations

from collections.abc import Collection

from followup_common.db import Transaction
from followup_common.db.tables import enrolments
from sqlalchemy import ColumnElement, select, update

from followup_api.ids import among

e = enrolments.c


def give_enrolments(
    tx: Transaction, from_user_id: int, to: int, *which: ColumnElement[bool]
) -> Collection[int]:
    """Give started sequences of a person that go on to another one, for what is made next; returns their ids.

    Args:
        tx: a transaction that has locked the follow-ups and series which it changes.
        from_user_id: whose they are.
        to: whose they will be.
        which: conditions, of their columns; none: all.
    """
    wanted = select(e.id).where(e.assignee_id == from_user_id, e.ended_at.is_(None), *which)
    ids = tx.execute(wanted.order_by(e.id).with_for_update()).scalars().all()
    tx.execute(update(enrolments).where(among(e.id, ids)).values(assignee_id=to))
    return ids
