"""Whose series are, where a person's work goes to somebody else."""

from __future__ import annotations

from collections.abc import Collection

from followup_common.db import Transaction
from followup_common.db.series import series
from sqlalchemy import ColumnElement, select, update

from followup_api.ids import among

s = series.c


def give_series(tx: Transaction, from_user_id: int, to: int, *which: ColumnElement[bool]) -> Collection[int]:
    """Give series of a person that go on to another one; returns their ids.

    Args:
        tx: a transaction that has locked the follow-ups which it changes.
        from_user_id: whose they are.
        to: whose they will be.
        which: conditions, of their columns; none: all.
    """
    wanted = select(s.id).where(s.assignee_id == from_user_id, s.ended_at.is_(None), *which)
    ids = tx.execute(wanted.order_by(s.id).with_for_update()).scalars().all()
    tx.execute(update(series).where(among(s.id, ids)).values(assignee_id=to))
    return ids
