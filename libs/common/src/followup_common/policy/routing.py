"""Who is told about a step and how they were found, and who may see what they are told about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from followup_common.policy.models import Admins, Audience, Managers, OneUser, Step


class Fallback(StrEnum):
    """Why somebody other than the named audience is told."""

    UP_THE_LINE = "up_the_line"
    """The person meant is missing or inactive: the next active one above them."""
    ADMINS = "admins"
    """Nobody active on the line at all: the admins."""


@dataclass(frozen=True, slots=True)
class Person:
    """What routing needs to know of a user."""

    id: int
    manager_id: int | None
    active: bool
    calendar_id: int | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """The people that routing may reach: the lines above some people, and those with a role.

    Attributes:
        people: by their ids.
        admins: the active ones.
        managers: the active ones, where a policy tells them all.
        calendar_id: the organisation's, for those who have none on their line.
    """

    people: Mapping[int, Person]
    admins: Sequence[int]
    managers: Sequence[int] = ()
    calendar_id: int | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person to tell, the audience that names them, and the fallback that found them, if any."""

    user_id: int
    audience: str
    fallback: Fallback | None = None


def sight(assignee_id: int, directory: Directory) -> frozenset[int]:
    """Everyone who may see what belongs to an assignee: they, all people above them, and the admins.

    A role decides what else one may do, not what one sees. Everyone whom `recipients` finds is
    among them, but for those whom a policy names by id or role: they may read what they were told of.
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

    Empty when there is no active person to tell, not even an admin: the escalation is unroutable.
    """
    found: dict[int, Recipient] = {}
    for audience in step.audience:
        for recipient in _audience(audience, assignee_id, directory):
            found.setdefault(recipient.user_id, recipient)
    return tuple(found.values())


def _audience(audience: Audience, assignee_id: int, directory: Directory) -> Iterator[Recipient]:
    name = str(audience)
    if isinstance(audience, Admins):
        yield from (Recipient(admin, name) for admin in directory.admins)
        return
    if isinstance(audience, Managers):
        if directory.managers:
            yield from (Recipient(manager, name) for manager in directory.managers)
            return
    else:
        begins, wanted = (audience.id, 0) if isinstance(audience, OneUser) else (assignee_id, audience.height)
        for height, person in enumerate(line(begins, directory)):
            if height >= wanted and person.active:
                yield Recipient(person.id, name, None if height == wanted else Fallback.UP_THE_LINE)
                return
    yield from (Recipient(admin, name, Fallback.ADMINS) for admin in directory.admins)
