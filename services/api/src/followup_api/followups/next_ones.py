"""The follow-up that was planned when another one was completed, where that completion is undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from followup_common.db import Transaction
from followup_common.db.tables import activities, follow_ups
from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, any_, delete, func, select

from followup_api.ids import among

f, a = follow_ups.c, activities.c
NEXT_ID: ColumnElement[int] = a.details["next_id"].astext.cast(BigInteger)
"""SQL of the follow-up that was planned by a completion; NULL: none was."""
NEXT_IN_SERIES: ColumnElement[int] = a.details["next_in_series"].astext.cast(BigInteger)
"""SQL of the one that a completion made of its series; NULL: none."""
NEXT_CHANGED = (
    "The next follow-up that was planned with it, {id}, has been changed since: delete that one first, or "
    "reopen this one instead."
)
NEXT_IN_SERIES_CHANGED = "The next one of its series, {id}, has been changed since: reopen this one instead."
"""Deleting that one would make another."""


NEXT_IN_SEQUENCE_CHANGED = (
    "One that its sequence planned after it, {id}, has been changed since: reopen this one instead."
)


def changed_next(tx: Transaction, ids: Collection[int]) -> Mapping[int, str]:
    """Those of some completed follow-ups whose next one somebody has changed since, and what to say of it."""
    rows = tx.execute(
        select(a.follow_up_id, f.id, (f.id == NEXT_ID).label("planned"))
        .select_from(activities)
        .join(follow_ups, f.id.in_([NEXT_ID, NEXT_IN_SERIES]))
        .where(among(a.follow_up_id, ids), a.id.in_(completions(ids)), f.version > 1)
    )
    return {
        row.follow_up_id: (NEXT_CHANGED if row.planned else NEXT_IN_SERIES_CHANGED).format(id=row.id)
        for row in rows
    } | _changed_in_sequence(tx, ids)


def _changed_in_sequence(tx: Transaction, ids: Collection[int]) -> dict[int, str]:
    planned = a.details["next_in_sequence"]
    rows = tx.execute(
        select(a.follow_up_id, planned.label("ids")).where(
            among(a.follow_up_id, ids), a.id.in_(completions(ids)), planned.is_not(None)
        )
    ).all()
    wanted = {number for row in rows for number in row.ids}
    changed = select(f.id).where(among(f.id, wanted), f.version > 1)
    found = set(tx.execute(changed).scalars()) if wanted else set()
    return {
        row.follow_up_id: NEXT_IN_SEQUENCE_CHANGED.format(id=min(found.intersection(row.ids)))
        for row in rows
        if not found.isdisjoint(row.ids)
    }


def remove_next(tx: Transaction, ids: Collection[int]) -> None:
    """Delete what was planned with some completions that are undone."""
    of_them = among(a.follow_up_id, ids)  # the index of activities begins with it
    planned = select(NEXT_ID).where(of_them, a.id.in_(completions(ids)), NEXT_ID.is_not(None))
    # As an array: with IN PostgreSQL reads all follow-ups.
    theirs = func.array(planned.scalar_subquery())
    tx.execute(delete(follow_ups).where(f.id == any_(theirs), f.version == 1))


def completions(ids: Collection[int]) -> ScalarSelect[int]:
    """SQL of the last completion of each."""
    return (
        select(func.max(a.id))
        .where(among(a.follow_up_id, ids), a.kind == "completed")
        .group_by(a.follow_up_id)
        .scalar_subquery()
    )
