"""What the engine's rules say of follow-ups under some policies: which of them, by which calendar, whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from followup_common.db import Transaction
from followup_common.db.clocks import CalendarUnusable, Clocks, load_clocks, own_clocks
from followup_common.db.directory import load_directory
from followup_common.db.tables import users
from followup_common.policy import ALWAYS_OPEN, BeyondHorizon, Calendar, Tell, line, recipients
from followup_common.policy.conditions import Facts, chosen
from sqlalchemy import select

from followup_api.policies.away import Away
from followup_api.policies.candidates import Candidate

NO_WORK = timedelta()

FactKey = tuple[int, str, str, str, tuple[str, ...], Decimal | None, str | None]
"""What conditions ask of a follow-up: its assignee, subject, kind, priority, tags, and its value's amount and
currency."""


class Reached(NamedTuple):
    """Whom a step reaches.

    Attributes:
        told: ids of those who hear of it.
        away: those who find it when they are back.
    """

    told: tuple[int, ...]
    away: frozenset[int]


class Rules:
    """Policies, and the people and calendars that they need to know of, as they are now.

    Args:
        tx: where to read them.
        candidates: the policies in their order; the last one is for everything.
        assignees: whose follow-ups they are asked about.
    """

    def __init__(self, tx: Transaction, candidates: Sequence[Candidate], assignees: Collection[int]) -> None:
        self._candidates = candidates
        listed = [each.policy for each in candidates]
        in_hours = any(policy.tells_in_working_hours for policy in listed)
        # Anybody may be told, and the own calendar of each is then asked for.
        people = tx.execute(select(users.c.id)).scalars().all() if in_hours else assignees
        self._directory = load_directory(tx, people, listed)
        self._away = Away(tx, self._directory)
        self._clocks: Clocks = load_clocks(tx, listed, assignees, self._directory)
        self._own = own_clocks(tx, self._directory, people) if in_hours else None
        self._lines: dict[int, frozenset[int]] = {}
        self._chosen: dict[FactKey, Candidate] = {}
        self._calendars: dict[tuple[Candidate, int], Calendar] = {}
        self._people: dict[tuple[Candidate, int, int, int, bool], Reached] = {}

    def candidate(self, key: FactKey) -> Candidate:
        """The first policy whose conditions a follow-up meets."""
        if len(self._candidates) == 1:
            return self._candidates[0]
        found = self._chosen.get(key)
        if found is None:
            assignee_id, subject, kind, priority, tags, amount, currency = key
            people = self._line(assignee_id)
            facts = Facts(assignee_id, people, subject, kind, priority, frozenset(tags), amount, currency)
            found = self._chosen[key] = chosen(self._candidates, facts)
        return found

    def calendar(self, candidate: Candidate, assignee_id: int) -> Calendar:
        """By which a policy counts for an assignee.

        Raises:
            CalendarUnusable: nothing can be counted by it.
        """
        if not candidate.policy.counts_working_time:
            return ALWAYS_OPEN
        found = self._calendars.get((candidate, assignee_id))
        if found is None:
            found = self._clocks.of(candidate.policy, assignee_id)
            self._calendars[candidate, assignee_id] = found
        return found

    def people(
        self, candidate: Candidate, step: int, assignee_id: int, at: datetime, *, first: bool
    ) -> Reached:
        """Everyone whom a step reaches that is taken at a time; `first`: nobody was told before."""
        turn = self._away.turn(at)
        key = (candidate, step, assignee_id, turn, first)
        found = self._people.get(key)
        if found is None:
            directory = self._away.directory(turn)
            told = recipients(candidate.policy.tells(step, first=first), assignee_id, directory)
            found = self._people[key] = Reached(
                tuple(each.user_id for each in told if not each.is_silent),
                frozenset(each.user_id for each in told if each.is_silent),
            )
        return found

    def told_at(self, candidate: Candidate, step: int, user_id: int, at: datetime) -> datetime:
        """When somebody is told of a step that is taken at a time: then, or in working hours of their own."""
        if self._own is None or candidate.policy.steps[step - 1].tell is Tell.AT_ONCE:
            return at
        try:
            return max(at, self._own.own(user_id).at(at, NO_WORK))
        except (CalendarUnusable, BeyondHorizon):
            return at

    def _line(self, assignee_id: int) -> frozenset[int]:
        if assignee_id not in self._lines:
            above = line(assignee_id, self._directory)
            self._lines[assignee_id] = frozenset(each.id for each in above)
        return self._lines[assignee_id]
