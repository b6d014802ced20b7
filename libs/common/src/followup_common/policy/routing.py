"""Who is told about a step and how they were found, and who may see what they are told about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from followup_common.policy.audiences import Admins, Audience, Managers, OneUser
from followup_common.policy.models import Step

MOST_SUBSTITUTES = 5
"""How many substitutes are followed, each of whom stands in for the one before."""


class Fallback(StrEnum):
    """Why somebody other than the named audience is told, or in what other way."""

    UP_THE_LINE = "up_the_line"
    """The person meant is missing, inactive, or away with nobody to stand in: the next one above them."""
    ADMINS = "admins"
    """Nobody on the line can be told at all: the admins."""
    SUBSTITUTE = "substitute"
    """Told in place of the person meant, who is away."""
    ABSENT = "absent"
    """The person meant, who is away: they find it when they are back, and hear nothing of it now."""


@dataclass(frozen=True, slots=True)
class Person:
    """What routing needs to know of a user."""

    id: int
    manager_id: int | None
    active: bool
    calendar_id: int | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """That somebody is away now.

    Attributes:
        until: their last day, by their own time zone.
        substitute_id: who stands in for them; None: nobody.
    """

    until: date
    substitute_id: int | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """The people that routing may reach: the lines above some people, and those with a role.

    Attributes:
        people: by their ids; also those who stand in for somebody.
        admins: the active ones.
        managers: the active ones, where a policy tells them all.
        calendar_id: the organisation's, for those who have none on their line.
        absent: those who are away now.
    """

    people: Mapping[int, Person]
    admins: Sequence[int]
    managers: Sequence[int] = ()
    calendar_id: int | None = None
    absent: Mapping[int, Absence] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person to tell, the audience that names them, and the fallback that found them, if any.

    Attributes:
        user_id: who is told.
        audience: that names them.
        fallback: why it is not simply the person meant.
        for_user_id: in whose place they are told, who is away.
        until: the last day on which that one is away.
    """

    user_id: int
    audience: str
    fallback: Fallback | None = None
    for_user_id: int | None = None
    until: date | None = None

    @property
    def is_silent(self) -> bool:
        """Whether they find it later, and are not told now."""
        return self.fallback is Fallback.ABSENT


def sight(assignee_id: int, directory: Directory) -> frozenset[int]:
    """Everyone who may see what belongs to an assignee: they, all people above them, and the admins.

    A role decides what else one may do, not what one sees. Everyone whom `recipients` finds is
    among them, but for those whom a policy names by id or role, and those who stand in for somebody: they
    may read what they were told of.
    """
    return frozenset({person.id for person in line(assignee_id, directory)} | {*directory.admins})


def calendar_of(user_id: int, directory: Directory) -> int | None:
    """Whose calendar counts for a person: their own, else that of the nearest manager who has one, else the
    organisation's; None: every hour counts. Before all of them comes that of a policy."""
    own = (person.calendar_id for person in line(user_id, directory) if person.calendar_id is not None)
    return next(own, directory.calendar_id)


def line(assignee_id: int, directory: Directory) -> Iterator[Person]:
    """The assignee, their manager, and so on up; a cycle ends where it closes."""
    seen: set[int] = set()
    current: int | None = assignee_id
    while current is not None and current not in seen:
        seen.add(current)
        person = directory.people.get(current)
        if person is None:
            return
        yield person
        current = person.manager_id


def recipients(step: Step, assignee_id: int, directory: Directory) -> tuple[Recipient, ...]:
    """Everyone whom a step tells, each once; the audience that is named first wins.

    Those who are away are among them, to find it later. Empty when there is no active person to tell, not
    even an admin: the escalation is unroutable.
    """
    found: dict[int, Recipient] = {}
    for audience in step.audience:
        for recipient in _audience(audience, assignee_id, directory):
            before = found.setdefault(recipient.user_id, recipient)
            if before.is_silent and not recipient.is_silent:
                found[recipient.user_id] = recipient
    return tuple(found.values())


def stand_in(user_id: int, directory: Directory, barred: Iterable[int] = ()) -> int | None:
    """Who is told in place of somebody who is away; None: nobody is there for that.

    A substitute who is away themselves has the next one tell for them, `MOST_SUBSTITUTES` deep. One who is
    inactive, or comes up a second time, ends the search: never is somebody found who is away.

    Args:
        user_id: who is away.
        directory: with all who are away, and their substitutes.
        barred: those who may not stand in here.
    """
    passed = {user_id, *barred}
    current = user_id
    for _ in range(MOST_SUBSTITUTES):
        found = directory.absent[current].substitute_id
        person = directory.people.get(found) if found is not None else None
        if person is None or not person.active or person.id in passed:
            return None
        if person.id not in directory.absent:
            return person.id
        passed.add(person.id)
        current = person.id
    return None


def _audience(audience: Audience, assignee_id: int, directory: Directory) -> Iterator[Recipient]:
    name = str(audience)
    if isinstance(audience, Admins):
        yield from _admins(name, assignee_id, directory)
    elif isinstance(audience, Managers):
        told = list(_group(name, directory.managers, assignee_id, directory))
        yield from told
        if all(each.is_silent for each in told):
            yield from _admins(name, assignee_id, directory, Fallback.ADMINS)
    elif isinstance(audience, OneUser):
        yield from _on_the_line(name, audience.id, 0, {assignee_id} - {audience.id}, directory)
    else:
        yield from _on_the_line(name, assignee_id, audience.height, set(), directory)


def _on_the_line(
    name: str, begins: int, wanted: int, below: set[int], directory: Directory
) -> Iterator[Recipient]:
    """The one so high above somebody, or who stands in for them, or the next one up the line, or the admins.

    Nobody below the one who is away stands in for them here: who is told of something would be told of it
    again, in place of the one who is to see after it.
    """
    below = set(below)
    for height, person in enumerate(line(begins, directory)):
        if height >= wanted and person.active:
            if person.id not in directory.absent:
                yield Recipient(person.id, name, None if height == wanted else Fallback.UP_THE_LINE)
                return
            told = list(_away(name, person.id, below, directory))
            yield from told
            if not told[-1].is_silent:
                return
        below.add(person.id)
    yield from _admins(name, begins, directory, Fallback.ADMINS)


def _admins(
    name: str, assignee_id: int, directory: Directory, fallback: Fallback | None = None
) -> Iterator[Recipient]:
    """All admins; where all are away and nobody stands in, they are told all the same: nobody is left."""
    told = list(_group(name, directory.admins, assignee_id, directory, fallback))
    yield from told
    if all(each.is_silent for each in told):
        yield from (Recipient(admin, name, fallback) for admin in directory.admins)


def _group(
    name: str, people: Iterable[int], assignee_id: int, directory: Directory, fallback: Fallback | None = None
) -> Iterator[Recipient]:
    for user_id in people:
        if user_id in directory.absent:
            yield from _away(name, user_id, {assignee_id}, directory)
        else:
            yield Recipient(user_id, name, fallback)


def _away(name: str, user_id: int, barred: Iterable[int], directory: Directory) -> Iterator[Recipient]:
    """Somebody who is away, to find it later, and who stands in for them, if anybody does."""
    yield Recipient(user_id, name, Fallback.ABSENT)
    substitute = stand_in(user_id, directory, barred)
    if substitute is not None:
        until = directory.absent[user_id].until
        yield Recipient(substitute, name, Fallback.SUBSTITUTE, for_user_id=user_id, until=until)
