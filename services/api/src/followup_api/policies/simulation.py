"""What policies would do, computed by the functions that the services run, without writing anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from followup_common.db import Transaction
from followup_common.db.clocks import Clocks, load_clocks
from followup_common.db.directory import load_directory
from followup_common.db.policies import load_policies
from followup_common.db.tables import (
    escalation_states,
    follow_ups,
    policies,
    policy_versions,
    subjects,
    users,
)
from followup_common.policy import Calendar, Directory, Policy, Severity, line, place, recipients
from followup_common.policy.conditions import Conditions, Facts, chosen
from followup_common.policy.foresight import coming
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from followup_api.followups.scopes import Scope
from followup_api.ids import among
from followup_api.policies.schemas import PolicyInput, Simulation, Window

f, es, v, p = follow_ups.c, escalation_states.c, policy_versions.c, policies.c
AHEAD = {Window.NOW: timedelta(0), Window.NEXT_14_DAYS: timedelta(days=14)}


@dataclass(frozen=True)
class Candidate:
    """A policy among which is chosen: one that is in force, or one that is only written."""

    name: str
    conditions: Conditions
    policy: Policy
    policy_id: int | None = None
    version_id: int | None = None

    @classmethod
    def of(cls, written: PolicyInput, policy_id: int | None = None) -> Candidate:
        """What is written, as if it were published."""
        policy = Policy(steps=tuple(written.steps), calendar_id=written.calendar_id)
        return cls(written.name, written.conditions, policy, policy_id)


@dataclass(frozen=True)
class Telling:
    """A step that would be told to some people, on a day."""

    day: date
    candidate: Candidate
    step: int
    people: tuple[int, ...]


def in_force(tx: Transaction) -> list[Candidate]:
    """The newest version of each policy in use, in their order."""
    newest = (
        select(v.id, v.policy_id, v.policy.label("name"), v.conditions, p.position)
        .join(policies, p.id == v.policy_id)
        .where(p.archived_at.is_(None))
        .ext(distinct_on(v.policy_id))
        .order_by(v.policy_id, v.version.desc())
    )
    rows = sorted(tx.execute(newest).all(), key=lambda row: row.position)
    known = load_policies(tx, [row.id for row in rows])
    return [
        Candidate(row.name, Conditions.model_validate(row.conditions), policy, row.policy_id, row.id)
        for row in rows
        if isinstance(policy := known[row.id], Policy)
    ]


def with_draft(candidates: Sequence[Candidate], written: Candidate) -> list[Candidate]:
    """The policies in force as they would be with one more, or with another version of one."""
    if any(each.policy_id == written.policy_id is not None for each in candidates):
        return [written if each.policy_id == written.policy_id else each for each in candidates]
    return [*candidates[:-1], written, candidates[-1]]


def simulate(
    tx: Transaction, candidates: Sequence[Candidate], window: Window, scope: Scope, time_zone: str
) -> Simulation:
    """What would be told if all open follow-ups moved to the policies that they would get.

    Args:
        tx: where to read.
        candidates: the policies in their order; the last one is for everything.
        window: up to when.
        scope: whose follow-ups.
        time_zone: whose days are counted by.
    """
    now: datetime = tx.execute(select(func.now())).scalar_one()
    span = _Span(now, now + AHEAD[window], ZoneInfo(time_zone))
    run = _Run(tx, candidates, _open(tx, scope), span)
    return _counted(tx, window, run, list(run.tellings()))


class _Span(NamedTuple):
    """From when to when, and whose days are counted by."""

    now: datetime
    until: datetime
    zone: ZoneInfo


class _Run:
    """A simulation of some open follow-ups."""

    def __init__(
        self,
        tx: Transaction,
        candidates: Sequence[Candidate],
        rows: Collection[Any],
        span: _Span,
    ) -> None:
        self.candidates, self.rows = candidates, rows
        self.now, self.until, self.zone = span
        assignees = {row.assignee_id for row in rows}
        listed = [each.policy for each in candidates]
        self._directory: Directory = load_directory(tx, assignees, listed)
        self._clocks: Clocks = load_clocks(tx, listed, assignees, self._directory)
        self._lines = {
            number: frozenset(each.id for each in line(number, self._directory)) for number in assignees
        }
        self._people: dict[tuple[int, int, int], tuple[int, ...]] = {}
        self.moves = 0

    def tellings(self) -> Iterator[Telling]:
        """What would be told, follow-up by follow-up."""
        today = self.now.astimezone(self.zone).date()
        for row in self.rows:
            candidate = chosen(self.candidates, self._facts(row))
            calendar = self._clocks.of(candidate.policy, row.assignee_id)
            reached, moves = (row.step, row.repeat), candidate.version_id != row.policy_version_id
            if moves:
                self.moves += 1
                here = place(candidate.policy, calendar, row.anchor_at, self.now)
                reached = here.reached
                severity = candidate.policy.severity(here.step)
                if severity and (row.severity is None or severity.is_graver_than(Severity(row.severity))):
                    yield self._telling(today, candidate, here.step, row.assignee_id)
            yield from self._ahead(row, candidate, calendar, reached)

    def _ahead(
        self, row: Any, candidate: Candidate, calendar: Calendar, reached: tuple[int, int]
    ) -> Iterator[Telling]:
        if self.until == self.now:
            return
        for each in coming(candidate.policy, calendar, row.anchor_at, self.now, self.until, reached=reached):
            day = each.at.astimezone(self.zone).date()
            yield self._telling(day, candidate, each.step, row.assignee_id)

    def _telling(self, day: date, candidate: Candidate, step: int, assignee_id: int) -> Telling:
        key = (id(candidate), step, assignee_id)
        if key not in self._people:
            found = recipients(candidate.policy.steps[step - 1], assignee_id, self._directory)
            self._people[key] = tuple(each.user_id for each in found)
        return Telling(day, candidate, step, self._people[key])

    def _facts(self, row: Any) -> Facts:
        return Facts(
            row.assignee_id,
            self._lines[row.assignee_id],
            row.subject_kind or "none",
            row.kind,
            row.priority,
            frozenset(row.tags),
            row.value_amount,
            row.value_currency,
        )


def _open(tx: Transaction, scope: Scope) -> Collection[Any]:
    columns = (
        *(f.assignee_id, f.kind, f.priority, f.tags, f.value_amount, f.value_currency),
        *(subjects.c.kind.label("subject_kind"), es.policy_version_id, es.anchor_at),
        *(es.step, es.repeat, es.severity),
    )
    found = (
        select(*columns)
        .join(escalation_states, es.follow_up_id == f.id)
        .join(subjects, subjects.c.id == f.subject_id, isouter=True)
        .where(f.is_open, scope.condition())
    )
    return tx.execute(found).all()


def _counted(tx: Transaction, window: Window, run: _Run, tellings: Sequence[Telling]) -> Simulation:
    days: Counter[date] = Counter()
    steps: Counter[tuple[str, int, str, str]] = Counter()
    people: Counter[tuple[int, date]] = Counter()
    for each in tellings:
        days[each.day] += len(each.people)
        step = each.candidate.policy.steps[each.step - 1]
        steps[each.candidate.name, each.step, step.label, step.severity.value] += len(each.people)
        people.update((user_id, each.day) for user_id in each.people)
    told = sorted({user_id for user_id, _ in people})
    return Simulation.model_validate(
        {
            "window": window,
            "since": run.now,
            "until": run.until,
            "follow_ups": len(run.rows),
            "moves": run.moves,
            "tells": sum(days.values()),
            "people": len(told),
            "by_day": _by_day(days),
            "by_step": [
                {"policy": name, "step": step, "label": label, "severity": severity, "count": count}
                for (name, step, label, severity), count in sorted(steps.items())
            ],
            "by_person": list(_by_person(people, _names(tx, told))),
        }
    )


def _by_day(days: Mapping[date, int]) -> list[dict[str, Any]]:
    return [{"date": day, "count": count} for day, count in sorted(days.items()) if count]


def _by_person(people: Counter[tuple[int, date]], names: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """Those who are told most come first."""
    days: dict[int, Counter[date]] = {}
    for (user_id, day), count in people.items():
        days.setdefault(user_id, Counter())[day] += count
    for user_id, counted in sorted(days.items(), key=lambda each: (-each[1].total(), each[0])):
        user = {"id": user_id, "name": names[user_id]}
        yield {"user": user, "count": counted.total(), "by_day": _by_day(counted)}


def _names(tx: Transaction, ids: Collection[int]) -> Mapping[int, str]:
    rows = tx.execute(select(users.c.id, users.c.name).where(among(users.c.id, ids)))
    return {row.id: row.name for row in rows}
