"""By which calendar each follow-up counts: read only where a policy counts in working time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from followup_common.db.database import Transaction
from followup_common.db.directory import load_directory
from followup_common.db.working_time import load_calendars
from followup_common.policy import (
    ALWAYS_OPEN,
    Calendar,
    Directory,
    NeverOpen,
    Policy,
    WorkingTime,
    calendar_of,
)


class CalendarUnusable(ValueError):
    """A calendar by which something counts has no open time, or has never been worked out."""

    def __init__(self, calendar_id: int, problem: str) -> None:
        super().__init__(f"calendar {calendar_id} cannot be counted by: {problem}")
        self.calendar_id = calendar_id


Found = Mapping[int, Calendar | CalendarUnusable]


class Clocks:
    """The calendars of some people, as they are now.

    Args:
        directory: whose calendar is whose.
        calendars: by their ids; one that cannot be counted by comes as its error.
    """

    def __init__(self, directory: Directory, calendars: Found) -> None:
        self._directory = directory
        self._calendars = calendars
        self._own: dict[int, int | None] = {}

    def of(self, policy: Policy, assignee_id: int) -> Calendar:
        """By which the steps of a policy count for an assignee.

        Raises:
            CalendarUnusable: nothing can be counted by it.
        """
        if not policy.counts_working_time:
            return ALWAYS_OPEN
        if policy.calendar_id is not None:
            return self._usable(policy.calendar_id)
        return self.own(assignee_id)

    def own(self, user_id: int) -> Calendar:
        """A person's own, whatever policy it is about.

        Raises:
            CalendarUnusable: nothing can be counted by it.
        """
        if user_id not in self._own:
            self._own[user_id] = calendar_of(user_id, self._directory)
        number = self._own[user_id]
        return ALWAYS_OPEN if number is None else self._usable(number)

    def with_calendar(self, calendar_id: int, calendar: Calendar) -> Clocks:
        """The same, if a calendar were another one."""
        return Clocks(self._directory, {**self._calendars, calendar_id: calendar})

    def _usable(self, calendar_id: int) -> Calendar:
        found = self._calendars.get(calendar_id)
        if found is None:
            raise CalendarUnusable(calendar_id, "it has not been worked out")
        if isinstance(found, CalendarUnusable):
            raise found
        return found


NO_CLOCKS = Clocks(Directory({}, ()), {})
"""Enough where nothing counts in working time."""


def load_clocks(
    tx: Transaction,
    policies: Iterable[Policy],
    assignees: Iterable[int],
    directory: Directory | None = None,
) -> Clocks:
    """By which calendars these policies count for these people.

    Reads nothing where none of them counts in working time.

    Args:
        tx: where to read.
        policies: those that some follow-ups are on.
        assignees: of these follow-ups.
        directory: the people above them, where it has been loaded with these policies.
    """
    counting = [policy for policy in policies if policy.counts_working_time]
    if not counting:
        return NO_CLOCKS
    people = set(assignees)
    known = directory or load_directory(tx, people, counting)
    wanted = {policy.calendar_id for policy in counting}
    if None in wanted:
        wanted |= {calendar_of(user_id, known) for user_id in people}
    return Clocks(known, _calendars(tx, {number for number in wanted if number is not None}))


def own_clocks(tx: Transaction, directory: Directory, people: Iterable[int]) -> Clocks:
    """The own calendars of these people, whose lines the directory has."""
    wanted = {calendar_of(user_id, directory) for user_id in people}
    return Clocks(directory, _calendars(tx, {number for number in wanted if number is not None}))


def usable_calendars(tx: Transaction, ids: Collection[int]) -> Mapping[int, WorkingTime]:
    """Of these calendars those that can be counted by, by their ids."""
    found = _calendars(tx, ids)
    return {number: calendar for number, calendar in found.items() if isinstance(calendar, WorkingTime)}


def _calendars(tx: Transaction, ids: Collection[int]) -> Found:
    """One that cannot be read must not keep the others from being counted by."""
    if not ids:
        return {}
    try:
        return load_calendars(tx, ids)
    except NeverOpen:
        return {number: _one(tx, number) for number in ids}


def _one(tx: Transaction, calendar_id: int) -> Calendar | CalendarUnusable:
    try:
        found = load_calendars(tx, [calendar_id]).get(calendar_id)
    except NeverOpen as problem:
        return CalendarUnusable(calendar_id, str(problem))
    return found or CalendarUnusable(calendar_id, "it has not been worked out")
