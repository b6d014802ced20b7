"""Follow-ups by day: how many each day of a calendar holds, and the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from followup_common.db import Transaction
from followup_common.db.tables import Time, follow_ups
from followup_common.policy import Calendar
from pydantic import Field, ValidationInfo, field_validator
from pydantic.config import JsonDict
from sqlalchemy import ARRAY, BigInteger, Select, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from followup_api.calendars.schemas import Day
from followup_api.followups import queries
from followup_api.followups.queries import Filters, narrowed
from followup_api.followups.schemas import EXAMPLE_FOLLOW_UP, FollowUp, FollowUpFilters, View
from followup_api.ids import among
from followup_api.pagination import in_text
from followup_api.schemas import Schema, examples

f = follow_ups.c

DAY = timedelta(days=1)
DAYS, ITEMS = 42, 500
"""Days of one answer at most, and follow-ups of all of them."""
COUNTED = 1_000
"""Of each day so many are counted at most: nobody looks through more."""
FIRST, LAST = date(1970, 1, 2), date(2199, 12, 30)

CalendarView = Literal[View.OPEN, View.OVERDUE, View.TODAY, View.UPCOMING, View.COMPLETED]


class CalendarQuery(FollowUpFilters):
    """Which days, and which follow-ups."""

    first_day: Day = Field(ge=FIRST, le=LAST, description="The first day, such as `2026-11-30`.")
    last_day: Day = Field(
        ge=FIRST, le=LAST, description=f"The last day, at most {DAYS - 1} days after the first one."
    )
    view: CalendarView = Field(
        View.OPEN,
        description="As of the list. Completed ones are on the day on which they were completed, all others "
        "on that on which they are due.",
    )
    per_day: int = Field(
        4,
        ge=1,
        le=200,
        description=f"So many of each day come with it, the earliest first; of all days at most {ITEMS}.",
    )

    @field_validator("last_day")
    @classmethod
    def _few_days(cls, last: date, given: ValidationInfo) -> date:
        first = given.data.get("first_day")
        if first is not None and last < first:
            raise ValueError("must not be before first_day: swap the two")
        if first is not None and last - first >= DAYS * DAY:
            raise ValueError(f"is more than {DAYS - 1} days after first_day: ask for the rest on its own")
        return last

    @field_validator("per_day")
    @classmethod
    def _few_items(cls, per_day: int, given: ValidationInfo) -> int:
        first, last = given.data.get("first_day"), given.data.get("last_day")
        if first is not None and last is not None:
            most = ITEMS // ((last - first).days + 1)
            if per_day > most:
                raise ValueError(f"can be at most {most} for so many days: ask for fewer")
        return per_day


EXAMPLE: JsonDict = {
    "day": "2026-03-02",
    "closed": False,
    "count": 1,
    "at_least": False,
    "items": [EXAMPLE_FOLLOW_UP],
}


class FollowUpDay(Schema, json_schema_extra=examples(EXAMPLE)):
    """A day, and what is on it."""

    day: date = Field(description="By your time zone.")
    closed: bool = Field(description="Whether you do not work on it, by the calendar that counts for you.")
    count: int
    at_least: bool = Field(description=f"Whether it holds more: only {COUNTED:,} are counted.")
    items: list[FollowUp] = Field(description="The first of them, the earliest first.")


class FollowUpCalendar(Schema):
    """Days one after another, those with nothing on them too."""

    days: list[FollowUpDay]


def midnights(first: date, last: date, time_zone: str) -> list[datetime]:
    """When each day begins, and when the last one ends: a day of a clock change has 23 or 25 hours.

    Args:
        first: the first day.
        last: the last one.
        time_zone: whose clocks count.
    """
    zone = ZoneInfo(time_zone)
    days = (first + number * DAY for number in range((last - first).days + 2))
    return [datetime(day.year, day.month, day.day, tzinfo=zone) for day in days]


def days_of(tx: Transaction, filters: Filters, query: CalendarQuery, working: Calendar) -> list[FollowUpDay]:
    """The days of a query. Two statements read it: what each day has, and the follow-ups that are shown.

    Args:
        tx: the request's transaction.
        filters: what the follow-ups are narrowed to, whatever the view.
        query: which days, and how many of each.
        working: the calendar of the one who asks.
    """
    bounds = midnights(query.first_day, query.last_day, filters.time_zone)
    values = {"begins": bounds[:-1], "ends": bounds[1:]}
    found = tx.execute(_counted(query.view, filters, query.per_day), values).all()
    shown = _shown(tx, filters, [number for row in found for number in row.ids or ()])
    return [
        FollowUpDay(
            day=day,
            closed=not working.is_working_day(day),
            count=min(row.amount, COUNTED),
            at_least=row.amount > COUNTED,
            items=[shown[number] for number in row.ids or () if number in shown],
        )
        for row in found
        for day in [query.first_day + (row.number - 1) * DAY]
    ]


def _counted(view: View, filters: Filters, per_day: int) -> Select[*tuple[Any, ...]]:
    """Each day reads its own part of an index, and that only so far."""
    times = [bindparam(name, type_=ARRAY(Time)) for name in ("begins", "ends")]
    each = func.unnest(*times).table_valued("begins", "ends", with_ordinality="number", name="each")
    each = each.render_derived()
    at = f.completed_at if view is View.COMPLETED else f.due_at
    wanted = narrowed(select(f.id, at.label("at")), view, filters, in_text=True)
    wanted = wanted.where(at >= each.c.begins, at < each.c.ends).order_by(at, f.id)
    some = wanted.limit(in_text(COUNTED + 1)).correlate(each).lateral("some")
    ids = func.array_agg(aggregate_order_by(some.c.id, some.c.at, some.c.id), type_=ARRAY(BigInteger))
    first = ids.filter(some.c.id.is_not(None))[1 : in_text(per_day)].label("ids")
    of_days = select(each.c.number, func.count(some.c.id).label("amount"), first)
    joined = of_days.select_from(each.join(some, true(), isouter=True))
    return joined.group_by(each.c.number).order_by(each.c.number)


def _shown(tx: Transaction, filters: Filters, ids: Sequence[int]) -> dict[int, FollowUp]:
    if not ids:
        return {}
    rows = tx.execute(filters.shown.where(among(f.id, ids))).all()
    return {one.id: one for one in queries.follow_ups_of(tx, rows)}
