"""What a change of a calendar would do to open follow-ups. Only reads: it is worked out in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from followup_common.db import Transaction
from followup_common.db.clocks import CalendarUnusable, Clocks, load_clocks
from followup_common.db.policies import load_policies
from followup_common.db.tables import escalation_states, policy_versions
from followup_common.policy import (
    BeyondHorizon,
    Holds,
    NeverOpen,
    Placement,
    Policy,
    Range,
    WorkingHours,
    WorkingTime,
    holds_of,
    place,
)
from followup_common.policy import Calendar as WorkingCalendar
from followup_common.policy.clock import Reached
from sqlalchemy import func, select

from followup_api.calendars import queries
from followup_api.calendars.holidays import public_holidays
from followup_api.calendars.problems import CalendarNeverOpen, CalendarNotFound
from followup_api.calendars.schemas import Calendar, CalendarInput, CalendarPreview
from followup_api.calendars.service import horizon, hours_of, imported, refuse_overlap

es, pv = escalation_states.c, policy_versions.c
AT_ONCE = 2_000
STATES = (es.policy_version_id, es.assignee_id, es.anchor_at, es.step, es.repeat, es.run, es.holds)


class Effect(NamedTuple):
    """What the edit does to one follow-up.

    Attributes:
        before: where it is by the calendar as it is; None where nothing can be counted by that.
        after: where it would be.
    """

    before: Placement | None
    after: Placement | None

    @property
    def comes(self) -> bool:
        """Whether a step would come at once that has not come yet."""
        if self.after is None:
            return False
        return self.before is None or self.after.reached > self.before.reached


def preview(tx: Transaction, calendar_id: int, body: CalendarInput) -> CalendarPreview:
    """Place all open follow-ups that count by a calendar, as it is and as it would be.

    Raises:
        CalendarNotFound: there is no such calendar.
        CalendarNeverOpen, Invalid: it cannot be like that.
    """
    current = _found(tx, calendar_id)
    return _effect(tx, calendar_id, _worked_out(tx, body, [day.date for day in current.imported_days]))


def preview_import(tx: Transaction, calendar_id: int, ics: str) -> CalendarPreview:
    """The same for the days of a file, in place of those of the file before.

    Raises:
        CalendarNotFound: there is no such calendar.
        CalendarNeverOpen, Invalid: the file leaves it no hours, or cannot be taken.
    """
    current = _found(tx, calendar_id)
    first, _ = horizon(tx)
    return _effect(tx, calendar_id, _worked_out(tx, _as_written(current), imported(ics, first)))


def _found(tx: Transaction, calendar_id: int) -> Calendar:
    current = queries.find(tx, calendar_id)
    if current is None:
        raise CalendarNotFound(calendar_id)
    return current


def _as_written(current: Calendar) -> CalendarInput:
    """A calendar as its `PUT` takes it."""
    fields = current.model_dump(mode="json", include={*CalendarInput.model_fields})
    if fields["holidays"]:
        del fields["holidays"]["days"]
    return CalendarInput.model_validate(fields)


def _effect(tx: Transaction, calendar_id: int, edited: WorkingTime) -> CalendarPreview:
    now: datetime = tx.execute(select(func.now())).scalar_one()
    counting = _counting(tx)
    concerned = moved = 0
    steps: Counter[tuple[int, int]] = Counter()
    for version, effect in _effects(tx, calendar_id, edited, counting, now):
        concerned += 1
        moved += effect.after != effect.before
        if effect.after is not None and effect.comes:
            steps[version, effect.after.step] += 1
    return CalendarPreview.model_validate(
        {
            **{"follow_ups": concerned, "moved": moved, "as_of": now},
            "steps": [_step(tx, counting, *reached, number) for reached, number in sorted(steps.items())],
        }
    )


def _worked_out(tx: Transaction, body: CalendarInput, closed: Iterable[date]) -> WorkingTime:
    refuse_overlap(body)
    first, last = horizon(tx)
    week: dict[int, list[Range]] = defaultdict(list)
    for hours in body.hours:
        for weekday in hours.days:
            week[weekday].append(hours_of(hours))
    days: dict[date, Sequence[Range]] = {}
    if body.holidays:
        removed = set(body.holidays.removed)
        days |= {day: () for day in public_holidays(body.holidays, first, last) if day not in removed}
    days |= dict.fromkeys(closed, ())
    days |= {day.date: [*map(hours_of, day.hours)] for day in body.days}  # what people wrote comes first
    try:
        return WorkingTime(body.name, WorkingHours(ZoneInfo(body.time_zone), week, days), first, last)
    except NeverOpen as error:
        raise CalendarNeverOpen(error) from None


def _counting(tx: Transaction) -> dict[int, Policy]:
    """The policies that count in working time, by the number of their version."""
    known = load_policies(tx, tx.execute(select(pv.id)).scalars().all())
    return {
        number: policy
        for number, policy in known.items()
        if isinstance(policy, Policy) and policy.counts_working_time
    }


def _effects(
    tx: Transaction, calendar_id: int, edited: WorkingTime, counting: dict[int, Policy], now: datetime
) -> Iterator[tuple[int, Effect]]:
    """Of each open follow-up that counts by the calendar, with the version of its policy."""
    of_these = (es.is_open, es.wake_at.is_not(None), es.policy_version_id.in_(counting))
    assignees = tx.execute(select(es.assignee_id).distinct().where(*of_these)).scalars().all()
    clocks = load_clocks(tx, counting.values(), assignees)
    others = clocks.with_calendar(calendar_id, edited)
    rows = tx.execute(select(*STATES).where(*of_these), execution_options={"yield_per": AT_ONCE})
    for version, assignee, anchor, step, repeat, run, kept in rows:
        policy, reached, holds = counting[version], (step, repeat), holds_of(kept, run)
        if _calendar(others, policy, assignee) is edited:
            current = _calendar(clocks, policy, assignee)
            before = _placed(policy, current, anchor, now, reached, holds=holds) if current else None
            yield version, Effect(before, _placed(policy, edited, anchor, now, reached, holds=holds))


def _calendar(clocks: Clocks, policy: Policy, assignee_id: int) -> WorkingCalendar | None:
    try:
        return clocks.of(policy, assignee_id)
    except CalendarUnusable:
        return None


def _placed(
    policy: Policy,
    calendar: WorkingCalendar,
    anchor: datetime,
    now: datetime,
    reached: Reached,
    *,
    holds: Holds | None,
) -> Placement | None:
    try:
        return place(policy, calendar, anchor, now, reached=reached, holds=holds)
    except BeyondHorizon:
        return None


def _step(
    tx: Transaction, counting: dict[int, Policy], version_id: int, step: int, number: int
) -> dict[str, Any]:
    version = tx.execute(select(pv.policy, pv.version).where(pv.id == version_id)).one()
    taken = counting[version_id].steps[step - 1]
    return {
        **{"policy": version.policy, "policy_version": version.version, "step": step},
        **{"label": taken.label, "severity": taken.severity, "follow_ups": number},
    }
