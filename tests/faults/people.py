"""Everybody of a round, as the model knows them at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.faults.ladders import Rung

MOST_SUBSTITUTES = 5
"""How many stand in for each other in a row."""
Told = dict[int, bool]
"""Who is told, and whether aloud: who is away finds it later."""


@dataclass(frozen=True)
class Person:
    """Somebody, as the model knows them."""

    manager_id: int | None
    active: bool = True
    away: bool = False
    substitute_id: int | None = None
    """Who stands in for them while they are away."""


@dataclass(frozen=True)
class People:
    """Everybody, at one moment; nobody changes their manager or their role during a round.

    Attributes:
        by_id: each of them.
        admins: the active ones; they stay.
        leavers: those who may be deactivated in the course of a round; nobody gives them anything.
    """

    by_id: dict[int, Person]
    admins: tuple[int, ...]
    leavers: tuple[int, ...] = ()
    _known: dict[tuple[Rung, int], Told] = field(default_factory=dict, repr=False, compare=False)

    @property
    def assignable(self) -> list[int]:
        """Whom the API would accept as assignees, whatever happens in the round."""
        return [id_ for id_, each in self.by_id.items() if each.active and id_ not in self.leavers]

    def changed(self, person_id: int, **changes: Any) -> People:
        """The same people, one of whom has changed."""
        person = replace(self.by_id[person_id], **changes)
        return replace(self, by_id={**self.by_id, person_id: person}, _known={})

    def audience(self, rung: Rung, assignee_id: int) -> Told:
        """Whom a step tells."""
        if (rung, assignee_id) not in self._known:
            self._known[rung, assignee_id] = self._found(rung, assignee_id)
        return self._known[rung, assignee_id]

    def told_by_reassignment(self, rung: Rung, assignee_id: int) -> Told:
        """Whom a reassignment tells of a step that was announced before: its audience but the assignee."""
        found = self.audience(rung, assignee_id)
        return {person: aloud for person, aloud in found.items() if person != assignee_id}

    def _found(self, rung: Rung, assignee_id: int) -> Told:
        told: Told = {}
        for name in rung.audience:
            if name == "admins":
                _add(told, self._all_admins(assignee_id))
            else:
                _add(told, self._on_the_line(assignee_id, int(name == "manager")))
        return told

    def _on_the_line(self, assignee_id: int, height: int) -> Told:
        """The first one from a height on who is there, or whom somebody stands in for; and those before."""
        found: Told = {}
        below: list[int] = []
        person_id: int | None = assignee_id
        while person_id is not None:
            person = self.by_id[person_id]
            if len(below) >= height and person.active:
                if not person.away:
                    return found | {person_id: True}
                found[person_id] = False
                substitute = self._substitute(person_id, below)
                if substitute is not None:
                    return found | {substitute: True}
            below.append(person_id)
            person_id = person.manager_id
        _add(found, self._all_admins(assignee_id))
        return found

    def _all_admins(self, assignee_id: int) -> Told:
        found: Told = {}
        for admin in self.admins:
            away = self.by_id[admin].away
            _add(found, {admin: not away})
            substitute = self._substitute(admin, [assignee_id]) if away else None
            if substitute is not None:
                _add(found, {substitute: True})
        return found if any(found.values()) else dict.fromkeys(self.admins, True)

    def _substitute(self, person_id: int, barred: list[int]) -> int | None:
        """Who stands in for somebody who is away: not who is barred, and nobody twice."""
        seen = {person_id, *barred}
        for _ in range(MOST_SUBSTITUTES):
            following = self.by_id[person_id].substitute_id
            if following is None or following in seen or not self.by_id[following].active:
                return None
            if not self.by_id[following].away:
                return following
            seen.add(following)
            person_id = following
        return None


def _add(told: Told, found: Told) -> None:
    for person, aloud in found.items():
        told[person] = told.get(person, False) or aloud
