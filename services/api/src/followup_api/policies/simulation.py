"""What policies would tell from now on, computed by the functions that the services run. It only reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from followup_common.db import Transaction
from followup_common.db.clocks import CalendarUnusable
from followup_common.db.tables import escalation_states, follow_ups, subjects, users
from followup_common.policy import NOWHERE, BeyondHorizon, Severity, holds_of, place
from followup_common.policy.foresight import coming
from sqlalchemy import func, select

from followup_api.followups.scopes import Scope
from followup_api.ids import among
from followup_api.policies.candidates import Candidate
from followup_api.policies.rules import Rules
from followup_api.policies.schemas import Simulation, Window

f, es = follow_ups.c, escalation_states.c
AHEAD = {Window.NOW: timedelta(0), Window.NEXT_14_DAYS: timedelta(days=14)}
MOST_PROBLEMS = 10
NOBODY: frozenset[int] = frozenset()
FACTS = (
    *(f.assignee_id, func.coalesce(subjects.c.kind, "none").label("subject"), f.kind, f.priority, f.tags),
    *(f.value_amount, f.value_currency),
)
"""Columns of what conditions ask."""


class Taken(NamedTuple):
    """A step of a follow-up that a sweep would take and announce.

    Attributes:
        at: when.
        step: its number, from 1.
        first: nobody was told of the run before.
        silenced: ids of those who snooze it.
        stops: when the one behind it is taken: anyone who has not heard of it by then does not; None: never.
    """

    at: datetime
    step: int
    first: bool
    silenced: frozenset[int]
    stops: datetime | None


class Telling(NamedTuple):
    """A step that would be told to some people, and when."""

    at: datetime
    candidate: Candidate
    step: int
    people: tuple[int, ...]


@dataclass
class Amount:
    """How many notifications there would be, and who would get them."""

    tells: int = 0
    people: set[int] = field(default_factory=set)

    def add(self, people: Collection[int]) -> None:
        """One for each of these."""
        self.tells += len(people)
        self.people.update(people)

    def shown(self) -> dict[str, int]:
        """As the API says it."""
        return {"tells": self.tells, "people": len(self.people)}


@dataclass
class Uncounted:
    """Follow-ups whose calendar cannot be counted by, and why."""

    number: int = 0
    problems: dict[str, None] = field(default_factory=dict)

    def add(self, problem: Exception) -> None:
        """One more."""
        self.number += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems[str(problem)] = None


def simulate(
    tx: Transaction, candidates: Sequence[Candidate], window: Window, scope: Scope, time_zone: str
) -> Simulation:
    """What would be told if all open follow-ups moved to the policies that they would get.

    What has come and was not taken is told now, as the next sweep tells it: the last step of it alone.

    Args:
        tx: where to read.
        candidates: the policies in their order; the last one is for everything.
        window: up to when.
        scope: whose follow-ups.
        time_zone: whose days are counted by.
    """
    now: datetime = tx.execute(select(func.now())).scalar_one()
    rows = _open(tx, scope)
    run = _Run(Rules(tx, candidates, {row[0] for row in rows}), now, now + AHEAD[window])
    counted = _counted(run.tellings(rows), ZoneInfo(time_zone))
    return Simulation.model_validate(
        {
            **{"window": window, "since": run.now, "until": run.until, "follow_ups": len(rows)},
            **{"moves": run.moves, "uncounted": run.uncounted.number, "problems": [*run.uncounted.problems]},
            **{"at_once": run.at_once.shown(), "by_moving": run.by_moving.shown()},
            **counted.shown(tx),
        }
    )


class _Run:
    """A simulation of some open follow-ups."""

    def __init__(self, rules: Rules, now: datetime, until: datetime) -> None:
        self.now, self.until = now, until
        self._rules = rules
        self.moves = 0
        self.at_once, self.by_moving = Amount(), Amount()
        self.uncounted = Uncounted()

    def tellings(self, rows: Collection[Any]) -> Iterator[Telling]:
        """What would be told, follow-up by follow-up."""
        for row in rows:
            assignee_id, subject, kind, priority, tags, amount, currency, *state = row
            key = (assignee_id, subject, kind, priority, tuple(tags), amount, currency)
            candidate = self._rules.candidate(key)
            moves = candidate.version_id != state[0]
            self.moves += moves
            try:
                steps = [*self._steps(candidate, assignee_id, state, moves=moves)]
            except (CalendarUnusable, BeyondHorizon) as problem:
                self.uncounted.add(problem)
                continue
            for taken in steps:
                yield from self._told(candidate, assignee_id, taken, moves=moves)

    def _told(
        self, candidate: Candidate, assignee_id: int, taken: Taken, *, moves: bool
    ) -> Iterator[Telling]:
        """Who hears of a step, at once or in working hours of their own, up to the end of the window."""
        rules, at, step = self._rules, taken.at, taken.step
        reached = rules.people(candidate, step, assignee_id, at, first=taken.first).told
        told = [user_id for user_id in reached if user_id not in taken.silenced]
        if moves and at == self.now:
            self.by_moving.add(told)
        heard: dict[datetime, list[int]] = {}
        for user_id in told:
            heard.setdefault(rules.told_at(candidate, step, user_id, at), []).append(user_id)
        for when, people in heard.items():
            stopped = when > at and taken.stops is not None and when >= taken.stops
            if stopped or when > self.until:
                continue
            if when == self.now:
                self.at_once.add(people)
            yield Telling(when, candidate, step, tuple(people))

    def _steps(
        self, candidate: Candidate, assignee_id: int, state: Sequence[Any], *, moves: bool
    ) -> Iterator[Taken]:
        """The steps that would be told of one follow-up. Of those that come together it is the last."""
        _, anchor, step, repeat, told, unplaced, run, kept, wake_at = state
        policy, calendar = candidate.policy, self._rules.calendar(candidate, assignee_id)
        reached, holds = NOWHERE if moves else (step, repeat), holds_of(kept, 0 if moves else run)
        known = told if moves or unplaced else None
        steps: dict[datetime, int] = {}
        if moves or (wake_at is not None and wake_at <= self.now):
            here = place(policy, calendar, anchor, self.now, reached=reached, holds=holds)
            steps = {self.now: here.step} if here.reached > reached else {}
            reached = here.reached
        if self.until > self.now:
            ahead = coming(policy, calendar, anchor, self.now, self.until, reached=reached, holds=holds)
            steps |= {each.at: each.step for each in ahead}
        times = [*steps]
        for number, (at, reaches) in enumerate(steps.items()):
            severity = policy.steps[reaches - 1].severity
            if number or known is None or severity.is_graver_than(Severity(known)):
                silenced = holds.silenced(reaches, at) if holds else NOBODY
                stops = times[number + 1] if number + 1 < len(times) else None
                yield Taken(at, reaches, not number and told is None, silenced, stops)


def _open(tx: Transaction, scope: Scope) -> Collection[Any]:
    found = (
        select(
            *(*FACTS, es.policy_version_id, es.anchor_at, es.step, es.repeat),
            *(func.coalesce(es.severity, es.already_told), es.unplaced, es.run, es.holds, es.wake_at),
        )
        .join(escalation_states, es.follow_up_id == f.id)
        .join(subjects, subjects.c.id == f.subject_id, isouter=True)
        .where(f.is_open, scope.condition())
    )
    return tx.execute(found).all()


@dataclass
class _Counts:
    """How much is told, by day, by step, and by person and day."""

    days: Counter[date] = field(default_factory=Counter)
    steps: Counter[tuple[str, int, str, str]] = field(default_factory=Counter)
    people: Counter[tuple[int, date]] = field(default_factory=Counter)

    def shown(self, tx: Transaction) -> dict[str, Any]:
        """As the API says it."""
        told = sorted({user_id for user_id, _ in self.people})
        return {
            "tells": sum(self.days.values()),
            "people": len(told),
            "by_day": _by_day(self.days),
            "by_step": [
                {"policy": name, "step": step, "label": label, "severity": severity, "count": count}
                for (name, step, label, severity), count in sorted(self.steps.items())
            ],
            "by_person": list(_by_person(self.people, names(tx, told))),
        }


def _counted(tellings: Iterator[Telling], zone: ZoneInfo) -> _Counts:
    """Most tellings share their hour, step and people with others: each of these is counted once."""
    alike = Counter(
        (at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0), candidate, step, people)
        for at, candidate, step, people in tellings
    )
    counts = _Counts()
    for (at, candidate, number, people), times in alike.items():
        day, step = at.astimezone(zone).date(), candidate.policy.steps[number - 1]
        counts.days[day] += times * len(people)
        counts.steps[candidate.name, number, step.label, step.severity.value] += times * len(people)
        for user_id in people:
            counts.people[user_id, day] += times
    return counts


def _by_day(days: Mapping[date, int]) -> list[dict[str, Any]]:
    return [{"date": day, "count": count} for day, count in sorted(days.items()) if count]


def _by_person(people: Counter[tuple[int, date]], named: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """Those who are told most come first."""
    days: dict[int, Counter[date]] = {}
    for (user_id, day), count in people.items():
        days.setdefault(user_id, Counter())[day] += count
    for user_id, counted in sorted(days.items(), key=lambda each: (-each[1].total(), each[0])):
        user = {"id": user_id, "name": named[user_id]}
        yield {"user": user, "count": counted.total(), "by_day": _by_day(counted)}


def names(tx: Transaction, ids: Collection[int]) -> Mapping[int, str]:
    """The names of people, by their ids."""
    rows = tx.execute(select(users.c.id, users.c.name).where(among(users.c.id, ids)))
    return {row.id: row.name for row in rows}
