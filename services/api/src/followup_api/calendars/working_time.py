"""Working time by a calendar, as the rules of escalation compute it."""

from __future__ import annotations

from datetime import datetime

from followup_common.db import Transaction
from followup_common.db.working_time import load_calendars
from followup_common.policy import BeyondHorizon, WorkingTime

from followup_api.calendars.problems import BeforeTheHorizon, BeyondTheHorizon, CalendarNotFound
from followup_api.calendars.schemas import WorkingTimeAnswer, WorkingTimeQuery
from followup_api.problems import NotValid

LENGTHS = ("to", "add", "add_days")


class OneLength(NotValid):
    """None or several of the ways to say how far to count."""

    def __init__(self) -> None:
        message = "give exactly one of to, add (PT8H) and add_days (2)."
        super().__init__(
            f"Besides from, {message}",
            errors=[(name, f"{name}: besides from, {message}") for name in LENGTHS],
        )


def answer(tx: Transaction, calendar_id: int, query: WorkingTimeQuery) -> WorkingTimeAnswer:
    """Compute what is asked for.

    Raises:
        OneLength: it is not clear what that is.
        CalendarNotFound: there is no such calendar.
        BeforeTheHorizon, BeyondTheHorizon: it lies outside of what the calendar has been worked out for.
    """
    given = [name for name in LENGTHS if getattr(query, name) is not None]
    if len(given) != 1:
        raise OneLength
    calendar = load_calendars(tx, {calendar_id}).get(calendar_id)
    if calendar is None:
        raise CalendarNotFound(calendar_id)
    _refuse_earlier("from", query.since, calendar)
    try:
        return _computed(calendar, query)
    except BeyondHorizon as error:
        field = "from" if query.since >= error.until else given[0]
        raise BeyondTheHorizon(field, error) from None


def _computed(calendar: WorkingTime, query: WorkingTimeQuery) -> WorkingTimeAnswer:
    if query.to is not None:
        _refuse_earlier("to", query.to, calendar)
        return WorkingTimeAnswer(worked=calendar.worked(query.since, query.to))
    if query.add is not None:
        field, at = "add", calendar.at(query.since, query.add)
    else:
        field, at = "add_days", calendar.add_days(query.since, query.add_days or 0)
    if at <= calendar.since < query.since:
        raise BeforeTheHorizon(field, calendar.since)
    return WorkingTimeAnswer(at=at)


def _refuse_earlier(field: str, instant: datetime, calendar: WorkingTime) -> None:
    if instant < calendar.since:
        raise BeforeTheHorizon(field, calendar.since)
