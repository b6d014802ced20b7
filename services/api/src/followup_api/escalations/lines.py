"""Open escalations told apart by reporting line: one level of it at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from followup_api.escalations.schemas import LineEscalations, OtherLines
from followup_api.followups.schemas import PersonName
from followup_api.followups.scopes import LINE
from followup_api.permissions import Caller

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with escalations, or above somebody who has some.

    Args:
        escalated, breach: how many are their own, of each severity.
    """

    id: int
    name: str
    manager_id: int | None
    has_reports: bool
    escalated: int
    breach: int


@dataclass(frozen=True, slots=True)
class Lines:
    """Escalations by line: no escalation is in two of them, and all are in one or in `others`."""

    below: PersonName | None
    lines: list[LineEscalations]
    others: OtherLines


def top_of(caller: Caller, assignee: str) -> int | None:
    """The person whose direct reports are told apart, by who asks and the filter `assignee`; None: nobody."""
    if assignee in ("me", "team"):
        return caller.user_id
    if assignee == "all":
        return None if caller.role == "admin" else caller.user_id
    return int(assignee.removeprefix(LINE))


def by_line(people: Iterable[Person], top: int | None) -> Lines:
    """Tell escalations apart by the direct reports of a person, each with everyone below them.

    Args:
        people: everyone who has some, and everyone above them.
        top: the person; None: by those who report to nobody. Where only one of these has people below, and
            would be nearly all of it, by that one's direct reports.
    """
    known = {person.id: person for person in people}
    opened: frozenset[int | None] = frozenset({top})
    found, lost = _branches(known, opened)
    deep = [first for first, members in found.items() if any(member.id != first for member in members)]
    if top is None and len(deep) == 1:
        opened |= {deep[0]}
        found, lost = _branches(known, opened)
    lines = sorted(
        (_line(known[first], members, whole=first not in opened) for first, members in found.items()),
        key=lambda line: (-line.manager - line.admin, line.person.name, line.person.id),
    )
    below = known.get(top) if top is not None else None
    return Lines(_name(below) if below else None, lines[:SHOWN], _others(lines[SHOWN:], lost))


def _branches(
    known: Mapping[int, Person], opened: Collection[int | None]
) -> tuple[dict[int, list[Person]], list[Person]]:
    """Who has some, by the first person of their branch; and who has some and is in no branch."""
    found: dict[int, list[Person]] = {}
    lost: list[Person] = []
    for person in known.values():
        if person.escalated or person.breach:
            first = _first_above(person, known, opened)
            members = lost if first is None else found.setdefault(first, [])
            members.append(person)
    return found, lost


def _first_above(person: Person, known: Mapping[int, Person], opened: Collection[int | None]) -> int | None:
    """Who of a person's line is opened, or reports to one that is; None when nobody does, as in a cycle."""
    passed = set()
    while person.id not in opened and (manager := person.manager_id) not in opened:
        if person.id in passed or manager is None or manager not in known:
            return None
        passed.add(person.id)
        person = known[manager]
    return person.id


def _line(first: Person, people: Collection[Person], *, whole: bool) -> LineEscalations:
    with_line = whole and first.has_reports
    return LineEscalations(
        person=_name(first),
        with_line=with_line,
        assignee=f"{LINE}{first.id}" if with_line else str(first.id),
        manager=sum(person.escalated for person in people),
        admin=sum(person.breach for person in people),
    )


def _others(lines: Collection[LineEscalations], people: Collection[Person]) -> OtherLines:
    return OtherLines(
        people=len(lines) + len(people),
        manager=sum(line.manager for line in lines) + sum(person.escalated for person in people),
        admin=sum(line.admin for line in lines) + sum(person.breach for person in people),
    )


def _name(person: Person) -> PersonName:
    return PersonName(id=person.id, name=person.name)
