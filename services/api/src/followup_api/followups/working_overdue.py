"""How long follow-ups are overdue in the working time of the calendar that applies, beside that by the clock.

A page of a list reads it at once: one statement where nobody has a calendar, none where nothing is overdue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from followup_common.db import Transaction
from followup_common.db.clocks import usable_calendars
from followup_common.policy import BeyondHorizon, Directory, Person, WorkingTime, calendar_of
from sqlalchemy import text

from followup_api.rows import Record

LINES = text("""
    WITH RECURSIVE line AS (
        SELECT id, manager_id, active, calendar_id FROM users
        WHERE id = ANY(CAST(:assignees AS bigint[])) AND EXISTS (SELECT FROM calendars)
        UNION -- not UNION ALL: a cycle that slipped in must end here
        SELECT u.id, u.manager_id, u.active, u.calendar_id FROM users u JOIN line ON u.id = line.manager_id
    )
    SELECT line.*, (SELECT calendar_id FROM organisation) AS organisation, now() AS now FROM line
""")
CENTI_HOUR = timedelta(seconds=36)


class Late(NamedTuple):
    """Something that is or was overdue.

    Attributes:
        key: by which it is found again.
        assignee_id: whose calendar counts, or that of the next one up their line.
        calendar_id: that of the policy, which comes first.
        due_at: since when it counts.
        until: the end; None: now.
    """

    key: int
    assignee_id: int
    calendar_id: int | None
    due_at: datetime
    until: datetime | None = None


def working_overdue(tx: Transaction, rows: Sequence[Record]) -> Mapping[int, dict[str, Any]]:
    """The fields of a `WorkingOverdue` for each row of `FOLLOW_UPS` that is overdue and has a calendar."""
    late = [row for row in rows if row.status == "open" and row.hours_overdue > 0]
    return counted(tx, [Late(row.id, row.assignee_id, row.policy_calendar_id, row.due_at) for row in late])


def counted(tx: Transaction, late: Sequence[Late]) -> Mapping[int, dict[str, Any]]:
    """The fields of a `WorkingOverdue` for each that has a calendar, by its key.

    What cannot be counted by its calendar is left out: the time by the clock is always there.
    """
    people = tx.execute(LINES, {"assignees": sorted({one.assignee_id for one in late})}).all() if late else []
    if not people:
        return {}
    lines = {one.id: Person(one.id, one.manager_id, one.active, one.calendar_id) for one in people}
    directory = Directory(lines, (), calendar_id=people[0].organisation)
    applies = {one.key: one.calendar_id or calendar_of(one.assignee_id, directory) for one in late}
    calendars = usable_calendars(tx, {number for number in applies.values() if number is not None})
    by = ((one, calendars.get(applies[one.key] or 0)) for one in late)
    found = {
        one.key: _counted(calendar, one.due_at, one.until or people[0].now)
        for one, calendar in by
        if calendar
    }
    return {key: passed for key, passed in found.items() if passed}


def _counted(calendar: WorkingTime, due_at: datetime, until: datetime) -> dict[str, Any] | None:
    if due_at < calendar.since:  # what was worked before is not known
        return None
    try:
        days, rest = calendar.passed(due_at, until)
    except BeyondHorizon:
        return None
    # Cut, not rounded, like hours_overdue.
    return {"calendar": calendar.name, "days": days, "hours": rest // CENTI_HOUR / 100}
