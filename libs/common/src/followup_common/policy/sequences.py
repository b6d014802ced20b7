"""Rules of sequences: follow-ups at offsets from a start, in parts of which each waits for the one before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from followup_common.policy.calendar import Calendar
from followup_common.policy.conditions import Priority
from followup_common.policy.hours import DAY, first_shown
from followup_common.policy.presets import after_working_days, on_first_open_day

EVENING = time(17)
"""Until when something is to be done today, where the work of the day does not end before."""
ENOUGH = timedelta(hours=1)
"""How much of a day's work has to be left for something to be due on it."""

SECOND = timedelta(seconds=1)


class SequenceStep(BaseModel):
    """One step of a sequence, as it is stored.

    Attributes:
        offset: working days after the start, or, from the last step that waits on, after what it waited for.
        waits: whether it is made only when none of those before it is open.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    kind: str
    priority: Priority
    notes: str
    offset: int
    waits: bool


class Misplaced(NamedTuple):
    """What is wrong with the order of steps: which step (from 0), its field, and why."""

    step: int
    field: str
    message: str


def misplaced(steps: Sequence[SequenceStep]) -> Misplaced | None:
    """The first step that cannot be where it is: it waits for nothing, or comes before the one before it."""
    for number, step in enumerate(steps):
        if step.waits:
            if number == 0:
                return Misplaced(0, "waits", "waits for nothing: the first step begins the sequence")
        elif number and step.offset < (before := steps[number - 1].offset):
            fix = f"use {before} or more, put it first, or let it wait for what comes before"
            return Misplaced(number, "offset", f"is before the step before it, which is at {before}: {fix}")
    return None


class Do(StrEnum):
    """What becomes of a sequence that was started."""

    STOP = "stop"
    WAIT = "wait"
    GO_ON = "go_on"
    FINISH = "finish"


def decide(
    number: int, made: int, outcomes: Collection[str], stops_on: Collection[str], *, any_open: bool
) -> Do:
    """What to do, by what there is; not by what happened.

    Args:
        number: how many steps there are.
        made: how many of them have been made.
        outcomes: of those that are completed.
        stops_on: outcomes that end it.
        any_open: whether one that was made is open.
    """
    if not set(stops_on).isdisjoint(outcomes):
        return Do.STOP
    if any_open:
        return Do.WAIT
    return Do.GO_ON if made < number else Do.FINISH


def next_part(steps: Sequence[SequenceStep], made: int) -> range:
    """The places of the steps that are made now: the first that is not made, and those after it up to the
    next that waits."""
    end = made + 1
    while end < len(steps) and not steps[end].waits:
        end += 1
    return range(made, min(end, len(steps)))


def due(offset: int, calendar: Calendar, zone: ZoneInfo, now: datetime) -> datetime:
    """When a step is due: nine o'clock of its working day; one of today by the end of the day's work.

    Args:
        offset: working days from now on, 0 or more.
        calendar: of the person whose follow-up it will be.
        zone: on whose clock they read the time.
        now: PostgreSQL's clock (aware).

    Raises:
        BeyondHorizon: the calendar has not been worked out so far.
    """
    if offset > 0:
        return after_working_days(offset, calendar, zone, now)
    today = now.astimezone(zone).date()
    evening = first_shown(zone, today, EVENING)
    left = calendar.worked(now, evening) if now < evening else timedelta()
    if left < ENOUGH:
        return on_first_open_day(today + DAY, calendar, zone)
    return calendar.at(now, left - SECOND) + SECOND  # the end of the day, and not the next opening
