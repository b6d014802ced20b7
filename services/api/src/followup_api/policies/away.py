"""Who is away at any time that a simulation looks at, as it is planned now."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from followup_common.db import Transaction
from followup_common.policy.routing import Absence, Directory, Person
from sqlalchemy import text

# From midnight to midnight where the person is, but not before it was planned, nor after they came back.
PLANNED = text("""
    SELECT a.user_id, a.last_day, a.substitute_id, s.manager_id, s.active,
           greatest(timezone(u.time_zone, CAST(a.first_day AS timestamp)), a.created_at) AS begins,
           least(timezone(u.time_zone, CAST(a.last_day + 1 AS timestamp)), a.ended_at) AS ends
    FROM absences a JOIN users u ON u.id = a.user_id LEFT JOIN users s ON s.id = a.substitute_id
    ORDER BY a.id
""")


class _Planned(NamedTuple):
    """From when until when somebody is away, and who stands in."""

    user_id: int
    begins: datetime
    ends: datetime
    last_day: date
    substitute_id: int | None


class Away:
    """The people and reporting lines of a directory, with those who are away at a time.

    Args:
        tx: where to read what is planned.
        directory: without anybody who is away.
    """

    def __init__(self, tx: Transaction, directory: Directory) -> None:
        people = dict(directory.people)
        self._planned: list[_Planned] = []
        for row in tx.execute(PLANNED):
            if row.begins < row.ends:
                self._planned.append(
                    _Planned(row.user_id, row.begins, row.ends, row.last_day, row.substitute_id)
                )
            if row.substitute_id is not None:
                substitute = Person(row.substitute_id, row.manager_id, row.active)
                people.setdefault(row.substitute_id, substitute)
        self._directory = replace(directory, people=people)
        self._turns = sorted({at for each in self._planned for at in (each.begins, each.ends)})
        self._since: dict[int, Directory] = {}

    def turn(self, at: datetime) -> int:
        """A number for a time, the same as long as nobody leaves or comes back."""
        return bisect_right(self._turns, at)

    def directory(self, turn: int) -> Directory:
        """As it is from a turn on."""
        if turn not in self._since:
            self._since[turn] = replace(self._directory, absent=self._absent(turn))
        return self._since[turn]

    def _absent(self, turn: int) -> Mapping[int, Absence]:
        if turn == 0:
            return {}
        at = self._turns[turn - 1]
        return {
            each.user_id: Absence(each.last_day, each.substitute_id)
            for each in self._planned
            if each.begins <= at < each.ends
        }
