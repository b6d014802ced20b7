"""The next one of a series: made in the transaction that ends the one before (ADR 0031)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from followup_common.db import Transaction
from followup_common.db.series import series
from followup_common.db.tables import follow_ups, users
from followup_common.policy.occurrences import Occurrence, next_one
from followup_common.policy.recurrence import Timetable
from sqlalchemy import bindparam, func, insert, select, update

from followup_api.followups import activities
from followup_api.followups.own_clock import clocks_of
from followup_api.ids import among
from followup_api.rows import Record

f, s = follow_ups.c, series.c
TEMPLATE = (
    *("title", "notes", "assignee_id", "subject_id", "kind", "priority", "tags"),
    *("value_amount", "value_currency"),
)
"""What the next one has of its series."""


class Next(NamedTuple):
    """The next one of a series, and how many dates passed before it; None: nothing comes after."""

    id: int | None
    due_at: datetime | None
    missed: int


OVER = Next(None, None, 0)


def timetable_of(row: Record) -> Timetable:
    """The rule of a row of `series`."""
    return Timetable.model_validate(
        {name: row._mapping[name] for name in ("rule", "starts_on", "at", "time_zone")}
    )


def series_of(tx: Transaction, follow_up_ids: Collection[int]) -> Mapping[int, int]:
    """Of which series some follow-ups are, by their ids; those of none are left out."""
    wanted = select(f.id, f.series_id).where(among(f.id, follow_up_ids), f.series_id.is_not(None))
    return {row.id: row.series_id for row in tx.execute(wanted)}


def go_on(
    tx: Transaction, series_ids: Collection[int], actor_id: int | None, *, deleted_of: int | None = None
) -> Mapping[int, Next]:
    """Make the next one of each of these series that goes on and has none that is open.

    What there is decides, under the lock of the series: called twice, it makes one.

    Args:
        tx: the transaction that has ended the ones before.
        series_ids: of them.
        actor_id: who ended them; None: nobody knows.
        deleted_of: whose the one was that was deleted, which is not there to be read any more.
    """
    if not series_ids:
        return {}
    locked = select(series).where(among(s.id, set(series_ids)), s.ended_at.is_(None)).order_by(s.id)
    rows = tx.execute(locked.with_for_update()).all()
    # A statement of its own: what others have committed while this one waited for the locks is seen.
    open_ones = select(f.series_id).where(among(f.series_id, [row.id for row in rows]), f.is_open)
    having = set(tx.execute(open_ones).scalars())
    waiting = [row for row in rows if row.id not in having]
    assignees = _assignees(tx, waiting, deleted_of)
    found = _found(tx, waiting, assignees)
    over = [number for number, occurrence in found.items() if occurrence is None]
    if over:
        tx.execute(update(series).where(among(s.id, over)).values(ended_at=func.now()))
    going_on = {key: value for key, value in found.items() if value}
    made = _make(tx, waiting, going_on, assignees, actor_id)
    return {**dict.fromkeys(over, OVER), **made}


def _assignees(tx: Transaction, rows: Collection[Record], deleted_of: int | None) -> Mapping[int, int]:
    """Whose the next one of each series is: where its own assignee is inactive, whose the one before was."""
    last = select(f.assignee_id).where(f.series_id == s.id, ~f.is_open).order_by(f.occurs_on.desc()).limit(1)
    before = users.alias()
    instead = (
        select(s.id, before.c.id.label("assignee_id"))
        .join(users, users.c.id == s.assignee_id)
        .join(before, before.c.id == func.coalesce(deleted_of, last.scalar_subquery()))
        .where(among(s.id, [row.id for row in rows]), ~users.c.active, before.c.active)
    )
    others = {row.id: row.assignee_id for row in tx.execute(instead)}
    return {row.id: others.get(row.id, row.assignee_id) for row in rows}


def _found(
    tx: Transaction, rows: Collection[Record], assignees: Mapping[int, int]
) -> Mapping[int, Occurrence | None]:
    clocks = clocks_of(tx, set(assignees.values())) if rows else {}
    found: dict[int, Occurrence | None] = {}
    for row in rows:
        calendar, _, now = clocks[assignees[row.id]]
        found[row.id] = next_one(
            timetable_of(row), calendar.is_working_day, before=row.last_on, made=row.made, now=now
        )
    return found


def _make(
    tx: Transaction,
    rows: Collection[Record],
    found: Mapping[int, Occurrence],
    assignees: Mapping[int, int],
    actor_id: int | None,
) -> Mapping[int, Next]:
    going_on = [row for row in rows if row.id in found]
    if not going_on:
        return {}
    values = [
        {
            **{name: row._mapping[name] for name in TEMPLATE},
            "assignee_id": assignees[row.id],
            "due_at": found[row.id].due_at,
            "series_id": row.id,
            "occurs_on": found[row.id].day,
        }
        for row in going_on
    ]
    plan = insert(follow_ups).returning(f.id, sort_by_parameter_order=True)
    ids = tx.execute(plan, values).scalars().all()
    tx.execute(
        update(series)
        .where(s.id == bindparam("number"))
        .values(
            assignee_id=bindparam("whose"),
            last_on=bindparam("day"),
            made=s.made + 1,
            missed=s.missed + bindparam("more"),
        ),
        [
            {
                "number": row.id,
                "whose": assignees[row.id],
                "day": found[row.id].day,
                "more": found[row.id].missed,
            }
            for row in going_on
        ],
    )
    activities.record(
        tx,
        actor_id,
        [
            (id_, "created", _facts(row.id, assignees[row.id], found[row.id]))
            for id_, row in zip(ids, going_on, strict=True)
        ],
    )
    return {
        row.id: Next(id_, found[row.id].due_at, found[row.id].missed)
        for id_, row in zip(ids, going_on, strict=True)
    }


def _facts(series_id: int, assignee_id: int, found: Occurrence) -> dict[str, Any]:
    facts = {"assignee_id": assignee_id, "due_at": found.due_at.isoformat(), "series_id": series_id}
    return {**facts, "missed": found.missed} if found.missed else facts


def said(next_one_: Next | None) -> dict[str, Any]:
    """What the history of one that has ended keeps of what came after it."""
    if next_one_ is None:
        return {}
    if next_one_.id is None:
        return {"series_over": True}
    return {"next_in_series": next_one_.id, "missed": next_one_.missed}
