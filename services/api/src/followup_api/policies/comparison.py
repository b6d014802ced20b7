"""The last 90 days under other policies, beside what was told in them. It only reads."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from followup_common.db import Transaction
from followup_common.db.clocks import CalendarUnusable
from followup_common.db.policies import load_policies
from followup_common.db.tables import follow_ups, notifications, policy_versions, sweeps, users
from followup_common.policy import BeyondHorizon, Fallback, Policy, Severity
from sqlalchemy import func, select

from followup_api.followups.scopes import Scope
from followup_api.ids import among
from followup_api.policies import schemas
from followup_api.policies.candidates import Candidate
from followup_api.policies.lives import lives
from followup_api.policies.replay import Replay, Told
from followup_api.policies.rules import Rules
from followup_api.policies.schemas import MOST_EXAMPLES, Window
from followup_api.policies.simulation import Uncounted, names

f, n, v = follow_ups.c, notifications.c, policy_versions.c
BACK = timedelta(days=90)
AT_ONCE = 2_000

Step = tuple[str, int, str, str]
"""The policy's name, the step's number, its label and its severity."""


class Progress(NamedTuple):
    """How far a comparison is."""

    done: int
    total: int


@dataclass
class _Tally:
    """Notifications that there were and would have been, of one kind."""

    told: int = 0
    would_tell: int = 0
    avoided: int = 0
    added: int = 0

    @property
    def changes(self) -> int:
        return self.avoided + self.added

    def add(self, told: int, would_tell: int, avoided: int, added: int) -> None:
        """Count more of them."""
        self.told += told
        self.would_tell += would_tell
        self.avoided += avoided
        self.added += added


def compare(
    tx: Transaction, candidates: Sequence[Candidate], scope: Scope
) -> Iterator[Progress | schemas.Replay]:
    """Compare what was told in the last 90 days with what these policies would have told.

    People, reporting lines and calendars are taken as they are now, absences as they were planned. Who was
    away heard nothing then, and is counted neither here nor there.

    Args:
        tx: where to read.
        candidates: the policies in their order; the last one is for everything.
        scope: whose follow-ups.

    Yields:
        How far it is, from time to time; at last what was found.
    """
    now: datetime = tx.execute(select(func.now())).scalar_one()
    since = now - BACK
    ids = _concerned(tx, scope, since)
    everybody = tx.execute(select(users.c.id)).scalars().all()
    rules = Rules(tx, candidates, everybody)
    comparison = _Comparison(Replay(rules, _sweeps(tx), now), _Recorded(tx), since)
    for begin in range(0, len(ids), AT_ONCE):
        yield Progress(begin, len(ids))
        comparison.look_at(tx, ids[begin : begin + AT_ONCE])
    yield comparison.shown(tx, now, len(ids))


class _Recorded:
    """Reads what people were told, with the names and labels of its steps."""

    def __init__(self, tx: Transaction) -> None:
        rows = tx.execute(select(v.id, v.policy)).all()
        self._names = {row.id: row.policy for row in rows}
        self._policies = load_policies(tx, self._names.keys())
        self._steps: dict[tuple[int, int], tuple[str, str]] = {}

    def told(self, tx: Transaction, ids: Sequence[int], since: datetime) -> dict[int, list[Told]]:
        """By follow-up, in the order of time."""
        columns = (n.follow_up_id, n.created_at, n.policy_version_id, n.step, n.user_id)
        heard = n.fallback.is_distinct_from(Fallback.ABSENT.value)
        wanted = select(*columns).where(among(n.follow_up_id, ids), n.step > 0, n.created_at >= since, heard)
        found: dict[int, list[Told]] = {}
        for follow_up_id, at, version_id, step, user_id in tx.execute(wanted):
            label, severity = self._step(version_id, step)
            name = self._names.get(version_id, "")
            found.setdefault(follow_up_id, []).append(Told(at, name, step, label, severity, user_id))
        for each in found.values():
            each.sort()
        return found

    def _step(self, version_id: int, step: int) -> tuple[str, str]:
        """Label and severity; of a version that cannot be read, what can be said all the same."""
        policy = self._policies.get(version_id)
        if isinstance(policy, Policy) and step <= len(policy.steps):
            return policy.steps[step - 1].label, policy.steps[step - 1].severity.value
        return f"step {step}", Severity.OVERDUE.value


@dataclass
class _Comparison:
    """What was found so far."""

    replay: Replay
    recorded: _Recorded
    since: datetime
    steps: dict[Step, _Tally] = field(default_factory=dict)
    people: dict[int, _Tally] = field(default_factory=dict)
    uncounted: Uncounted = field(default_factory=Uncounted)
    differing: int = 0
    examples: list[tuple[int, int, list[Told], list[Told]]] = field(default_factory=list)

    def look_at(self, tx: Transaction, ids: Sequence[int]) -> None:
        """Replay some follow-ups, and compare each with what was told of it."""
        recorded = self.recorded.told(tx, ids, self.since)
        for life in lives(tx, ids):
            try:
                replayed = [told for told in self.replay.told(life) if told.at >= self.since]
            except (CalendarUnusable, BeyondHorizon) as problem:
                self.uncounted.add(problem)
                continue
            self._compare(life.id, recorded.get(life.id, []), replayed)

    def _compare(self, follow_up_id: int, told: list[Told], would_tell: list[Told]) -> None:
        left = Counter((each.severity, each.user_id) for each in told)
        added = [each for each in would_tell if not _taken(left, each)]
        left = Counter((each.severity, each.user_id) for each in would_tell)
        avoided = [each for each in told if not _taken(left, each)]
        for entries, counts in (
            (told, (1, 0, 0, 0)),
            (would_tell, (0, 1, 0, 0)),
            (avoided, (0, 0, 1, 0)),
            (added, (0, 0, 0, 1)),
        ):
            for each in entries:
                self.steps.setdefault(each[1:5], _Tally()).add(*counts)
                self.people.setdefault(each.user_id, _Tally()).add(*counts)
        if changes := len(added) + len(avoided):
            self.differing += 1
            example = (changes, follow_up_id, told, would_tell)
            push = heapq.heappush if len(self.examples) < MOST_EXAMPLES else heapq.heappushpop
            push(self.examples, example)

    def shown(self, tx: Transaction, now: datetime, follow_ups: int) -> schemas.Replay:
        """As the API says it."""
        severities = {severity: _Tally() for severity in Severity}
        for (*_, severity), tally in self.steps.items():
            severities[Severity(severity)].add(*vars(tally).values())
        whole = _Tally()
        for tally in severities.values():
            whole.add(*vars(tally).values())
        named = names(tx, self._mentioned())
        people = sorted(self.people.items(), key=lambda each: (-each[1].changes, -each[1].told, each[0]))
        return schemas.Replay.model_validate(
            {
                **{"window": Window.LAST_90_DAYS, "since": self.since, "until": now},
                **{"follow_ups": follow_ups, "differing": self.differing},
                **{"uncounted": self.uncounted.number, "problems": [*self.uncounted.problems]},
                **vars(whole),
                "by_severity": [
                    {"severity": severity, **vars(tally)}
                    for severity, tally in severities.items()
                    if tally.told or tally.would_tell
                ],
                "by_step": [
                    {"policy": name, "step": step, "label": label, "severity": severity, **vars(tally)}
                    for (name, step, label, severity), tally in sorted(self.steps.items())
                ],
                "by_person": [{"user": _person(named, id_), **vars(tally)} for id_, tally in people],
                "examples": list(_examples(tx, sorted(self.examples, reverse=True), named)),
            }
        )

    def _mentioned(self) -> set[int]:
        return {*self.people}


def _taken(left: Counter[tuple[str, int]], told: Told) -> bool:
    """Whether one of those that are left is the same; it is none of them any more then."""
    key = (told.severity, told.user_id)
    left[key] -= 1
    return left[key] >= 0


def _concerned(tx: Transaction, scope: Scope, since: datetime) -> Sequence[int]:
    """The follow-ups that were open at some time since."""
    opened = select(f.id).where(f.is_open, scope.condition())
    ended = select(f.id).where(~f.is_open, f.completed_at >= since, scope.condition())
    return sorted(tx.execute(opened.union_all(ended)).scalars())


def _sweeps(tx: Transaction) -> Sequence[datetime]:
    """When there were sweeps."""
    started = sweeps.c.started_at
    return tx.execute(select(started).where(started.is_not(None)).order_by(started)).scalars().all()


def _examples(
    tx: Transaction, found: Collection[tuple[int, int, list[Told], list[Told]]], named: Mapping[int, str]
) -> Iterator[dict[str, Any]]:
    ids = [follow_up_id for _, follow_up_id, _, _ in found]
    columns = (f.id, f.title, f.due_at, f.completed_at)
    rows = {row.id: row._mapping for row in tx.execute(select(*columns).where(among(f.id, ids)))}
    for _, follow_up_id, told, would_tell in found:
        if follow_up_id in rows:  # nobody has deleted it meanwhile
            lines = {"told": [*_line(told, named)], "would_tell": [*_line(would_tell, named)]}
            yield {**rows[follow_up_id], **lines}


def _line(told: Sequence[Told], named: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """One entry for all who are told of a step at once."""
    for (at, policy, step, label, severity), group in groupby(sorted(told), key=lambda each: each[:5]):
        people = [_person(named, each.user_id) for each in group]
        yield {
            **{"at": at, "policy": policy, "step": step, "label": label},
            **{"severity": severity, "people": people},
        }


def _person(named: Mapping[int, str], user_id: int) -> dict[str, Any]:
    return {"id": user_id, "name": named.get(user_id, "somebody unknown")}
