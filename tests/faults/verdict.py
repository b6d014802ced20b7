"""The database against the model: what was lost, said twice, said after a stop, or said at a wrong level."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from followup_common.contracts import EscalationsRaised
from followup_common.db import Transaction
from sqlalchemy import RowMapping, text

from tests.faults import journal
from tests.faults.company import People
from tests.faults.model import Clock, History, Stay, audience, history, told_by_reassignment
from tests.support.clock import jumps

EXAMPLES = 5
SEVERITIES = (None, "overdue", "escalated", "breach")
"""Of each step."""
LONGEST_TRANSACTION = timedelta(minutes=1)
"""A transaction goes by the clock with which it began, and may meet what was committed since."""
COMMITTED = "pg_xact_commit_timestamp(xmin) AS committed_at"

QUERIES = {
    "notifications": f"SELECT follow_up_id, run, step, repeat, user_id, created_at, {COMMITTED} "
    "FROM notifications",
    "activities": f"SELECT follow_up_id, run, step, repeat, created_at, {COMMITTED} "
    "FROM activities WHERE kind = 'escalated'",
    "escalations": "SELECT follow_up_id, run, step, status, ended_at FROM escalations",
    "follow_ups": "SELECT s.* FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id",
}

SWEEPS_BEYOND = text("""
    SELECT coalesce(sum(delivered + failed - escalated), 0) FROM sweeps WHERE delivered + failed > escalated
""")
LEFT = text("""
    SELECT (SELECT count(*) FROM sweeps WHERE finished_at IS NULL)
         + (SELECT count(*) FROM outbox WHERE handled_at IS NULL AND failed_at IS NULL)
""")
DEAD = text("SELECT count(*) FROM outbox WHERE failed_at IS NOT NULL")
REPEATED = text("""
    SELECT payload FROM outbox WHERE type = :raised AND jsonb_typeof(payload -> 'sweep_id') = 'null'
""")

Key = tuple[int, int]
"""A run and a step."""


@dataclass
class Verdict:
    """How many of each kind of failure, with a few examples of each."""

    lost: int = 0
    duplicated: int = 0
    after_stop: int = 0
    wrong_level: int = 0
    dead_letters: int = 0
    announced: int = 0
    notified: int = 0
    skipped: int = 0
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.duplicated or self.after_stop or self.wrong_level)

    def add(self, failure: str, count: int, example: str) -> None:
        """Count a failure."""
        if count > 0:
            setattr(self, failure, getattr(self, failure) + count)
            kept = self.examples.setdefault(failure, [])
            if len(kept) < EXAMPLES:
                kept.append(example)


@dataclass
class Found:
    """What the database says about one follow-up."""

    row: RowMapping | None = None
    notifications: list[RowMapping] = field(default_factory=list)
    activities: list[RowMapping] = field(default_factory=list)
    escalations: dict[Key, str] = field(default_factory=dict)
    ends: dict[Key, datetime | None] = field(default_factory=dict)
    """When each step that was raised ended."""


def judge(tx: Transaction, people: People) -> Verdict:
    """Compare everything; to be called when nothing moves any more."""
    verdict = Verdict(dead_letters=tx.execute(DEAD).scalar_one())
    now: datetime = tx.execute(text("SELECT now()")).scalar_one()
    found = _read(tx)
    repeated = _repeated(tx)
    clock = Clock(jumps(tx))
    for follow_up_id, changes in journal.read(tx).items():
        judged = _Judged(
            follow_up_id, history(changes), found.pop(follow_up_id, Found()), people, repeated, clock
        )
        for failure, count, example in judged.failures(now):
            told = "; ".join(f"{change.kind} {change.at:%M:%S.%f}" for change in changes)
            verdict.add(failure, count, f"follow-up {follow_up_id}: {example} ({told})")
        verdict.announced += len(judged.found.activities)
        verdict.notified += len(judged.found.notifications)
        verdict.skipped += sum(status == "skipped" for status in judged.found.escalations.values())
    for follow_up_id in found:
        verdict.add("after_stop", 1, f"follow-up {follow_up_id} is in no journal")
    left, beyond = tx.execute(LEFT).scalar_one(), tx.execute(SWEEPS_BEYOND).scalar_one()
    verdict.add("lost", left, f"{left} sweeps and events never came to an end")
    verdict.add("duplicated", beyond, f"sweeps counted {beyond} deliveries more than they had escalations")
    return verdict


@dataclass
class _Judged:
    """One follow-up under judgement."""

    id: int
    history: History
    found: Found
    people: People
    repeated: set[tuple[int, int, int]]
    clock: Clock

    def failures(self, now: datetime) -> Iterator[tuple[str, int, str]]:
        """(kind of failure, how many, what)"""
        yield from self._stopped()
        yield from self._announcements()
        yield from self._assignments()
        current = self.history.current
        if current:
            level = self._level(current, now)
            yield from self._missing(current, level)
            yield from self._audience_now(current, level)
            yield from self._position(current, level)

    def _level(self, current: Stay, now: datetime) -> int:
        """Where it should be: where the clock says, or where a clock that was ahead has brought it."""
        reached = self.found.row["step"] if self.found.row else 0
        return min(max(current.level(now), reached), self._highest(current, now))

    def _highest(self, stay: Stay, until: datetime) -> int:
        """The level by the latest time that PostgreSQL's clock showed since this run began.

        Args:
            stay: of the run.
            until: by the real clock.
        """
        since = self.history.run_since(stay.run) - LONGEST_TRANSACTION
        return stay.level(self.clock.latest(since, until))

    def _stopped(self) -> Iterator[tuple[str, int, str]]:
        if self.history.deleted:
            left = len(self.found.notifications) + len(self.found.activities) + len(self.found.escalations)
            yield "after_stop", left + (self.found.row is not None), "was deleted, and something is left"

    def _announcements(self) -> Iterator[tuple[str, int, str]]:
        """Each announcement: of a state that held at its commit, at its level, once, to its audience."""
        told = self._told()
        times = Counter(_key(activity) for activity in self.found.activities)
        for key, count in times.items():
            yield "duplicated", count - 1, f"{count} activities of {key}"
        for key in told.keys() - times.keys():
            yield "lost", 1, f"notifications without an activity of {key}"
        for activity in self.found.activities:
            if self._written_again(activity):
                continue
            stay = self._held(activity)
            if stay is None:
                yield "after_stop", 1, f"announced {_key(activity)} at {activity['committed_at']}"
                continue
            highest = self._highest(stay, activity["committed_at"])
            if not stay.level(activity["created_at"]) <= activity["step"] <= highest:
                yield "wrong_level", 1, f"announced {_key(activity)} at {activity['created_at']}"
            yield from self._recipients(activity, stay, told[_key(activity)])

    def _recipients(
        self, activity: RowMapping, stay: Stay, told: list[RowMapping]
    ) -> Iterator[tuple[str, int, str]]:
        expected = audience(activity["step"], stay.assignee_id, self.people)
        times = Counter(notification["user_id"] for notification in told)
        twice = sum(times.values()) - len(times)
        yield "duplicated", twice, f"{_key(activity)} told {dict(times)}"
        missing = expected - times.keys()
        yield "lost", len(missing), f"{_key(activity)} did not tell {sorted(missing)}"
        extra = [n for n in told if n["user_id"] not in expected and not self._told_later(n)]
        yield "after_stop", len(extra), f"{_key(activity)} told {[dict(n) for n in extra]}"

    def _told_later(self, notification: RowMapping) -> bool:
        """It had a new assignee by then: the step told its new audience, or everyone by a repetition."""
        stay = self._held(notification)
        if stay is None:
            return False
        if (self.id, *_key(notification)) in self.repeated:
            return notification["user_id"] in audience(notification["step"], stay.assignee_id, self.people)
        to_tell = told_by_reassignment(notification["step"], stay.assignee_id, self.people)
        return stay.assignment > 1 and notification["user_id"] in to_tell

    def _audience_now(self, current: Stay, level: int) -> Iterator[tuple[str, int, str]]:
        """Whom the step that has been reached tells now knows of it, however often it was handed on."""
        key = (current.run, level)
        if key in {_key(activity) for activity in self.found.activities}:
            told = {notification["user_id"] for notification in self._told()[key]}
            missing = told_by_reassignment(level, current.assignee_id, self.people) - told
            yield "lost", len(missing), f"{key} was handed on, and {sorted(missing)} not told"

    def _missing(self, current: Stay, level: int) -> Iterator[tuple[str, int, str]]:
        """Each step that was reached is announced, or was overtaken; the last one is announced."""
        announced = {_key(activity) for activity in self.found.activities}
        for step in range(1, level + 1):
            key = (current.run, step)
            status = self.found.escalations.get(key)
            if status is None:
                yield "lost", 1, f"{key} was never raised"
            elif key not in announced and (status == "raised" or step == level):
                yield "lost", 1, f"{key} is {status} and was never announced"
            elif key in announced and status != "raised" and (self.id, *key) not in self.repeated:
                yield "wrong_level", 1, f"{key} is {status}, yet was announced"

    def _position(self, current: Stay, level: int) -> Iterator[tuple[str, int, str]]:
        row = self.found.row
        if row is None:
            yield "lost", 1, "the follow-up itself"
            return
        severity = SEVERITIES[level]
        expected = (True, current.run, level, severity, current.assignee_id, current.next_step_at(level))
        columns = ("is_open", "run", "step", "severity", "assignee_id", "wake_at")
        actual = tuple(row[column] for column in columns)
        yield "wrong_level", int(actual != expected), f"is at {actual}, should be at {expected}"
        going_on = {key for key, ended_at in self.found.ends.items() if ended_at is None}
        if going_on != ({(current.run, level)} if level else set()):
            yield "wrong_level", 1, f"goes on at {going_on}, should at {(current.run, level)}"

    def _assignments(self) -> Iterator[tuple[str, int, str]]:
        """Who has it was told so once, whatever was undone; others at most once, while it was theirs."""
        told = [n for n in self.found.notifications if n["step"] == 0]
        for number, count in Counter(n["repeat"] for n in told).items():
            yield "duplicated", count - 1, f"{count} notifications of assignment {number}"
        for notification in told:
            if self._written_again(notification):
                continue
            stay = self.history.stay(notification["committed_at"])
            if stay is None or (stay.assignment, stay.assignee_id) != (
                notification["repeat"],
                notification["user_id"],
            ):
                yield "after_stop", 1, f"told of an assignment that did not hold: {dict(notification)}"
        current, given = self.history.current, self.history.given
        if current and given:
            of_it = [n for n in told if n["repeat"] >= given.number and n["user_id"] == given.assignee_id]
            yield "duplicated", len(of_it) - 1, f"assignment {given.number} was told {len(of_it)} times"
            if not of_it and self.history.open_since(given.at):
                yield "lost", 1, f"nobody was told of assignment {given.number}"

    def _held(self, row: RowMapping) -> Stay | None:
        """The state that an announcement speaks of, if it held when that was committed."""
        stay = self.history.stay(row["committed_at"])
        return stay if stay and stay.run == row["run"] else None

    def _written_again(self, row: RowMapping) -> bool:
        """A restoration wrote it: when it was committed at first, nobody knows any more."""
        return row["committed_at"] in self.history.restored

    def _told(self) -> defaultdict[Key, list[RowMapping]]:
        told: defaultdict[Key, list[RowMapping]] = defaultdict(list)
        for notification in self.found.notifications:
            if notification["step"] > 0:
                told[_key(notification)].append(notification)
        return told


def _key(row: RowMapping) -> Key:
    return row["run"], row["step"]


def _read(tx: Transaction) -> dict[int, Found]:
    found: defaultdict[int, Found] = defaultdict(Found)
    for name, query in QUERIES.items():
        for row in tx.execute(text(query)).mappings():
            entry = found[row["follow_up_id"]]
            if name == "follow_ups":
                entry.row = row
            elif name == "escalations":
                entry.escalations[_key(row)] = row["status"]
                entry.ends[_key(row)] = row["ended_at"]
            else:
                getattr(entry, name).append(row)
    return dict(found)


def _repeated(tx: Transaction) -> set[tuple[int, int, int]]:
    payloads = tx.execute(REPEATED, {"raised": EscalationsRaised.type}).scalars()
    events = map(EscalationsRaised.model_validate, payloads)
    return {entry for e in events for entry in zip(e.follow_up_ids, e.runs, e.steps, strict=True)}
