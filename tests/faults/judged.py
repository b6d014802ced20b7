"""One follow-up under judgement: what the database says of it, against what must be there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from tests.faults.ladders import Rung, after
from tests.faults.model import Clock, History, Stay, audience, told_by_reassignment
from tests.faults.offices import Position, next_after, position
from tests.faults.people import People
from tests.faults.settings import RunBegan, Settings

SEVERITIES = ("reminder", "overdue", "escalated", "breach")
"""In the order of their gravity."""
LONGEST_TRANSACTION = timedelta(minutes=1)
"""A transaction goes by the clock with which it began, and may meet what was committed since."""
WAIT_OVER = Rung(after(timedelta()), "overdue", ("assignee", "manager"))
"""Whom the end of a wait tells."""
Key = tuple[int, int, int]
"""A run, a step and its repeat."""
Failures = Iterator[tuple[str, int, str]]
"""(kind of failure, how many, what)"""


@dataclass
class Found:
    """What the database says about one follow-up."""

    row: RowMapping | None = None
    notifications: list[RowMapping] = field(default_factory=list)
    activities: list[RowMapping] = field(default_factory=list)
    escalations: dict[Key, RowMapping] = field(default_factory=dict)


@dataclass(frozen=True)
class Court:
    """What is known of a round as a whole.

    Attributes:
        people: everybody.
        settings: calendars and policies, at each moment.
        clock: what PostgreSQL's clock showed.
        repeated: what was raised in a second event: id, run, step, repeat.
    """

    people: People
    settings: Settings
    clock: Clock
    repeated: set[tuple[int, int, int, int]]


@dataclass
class Judged:
    """One follow-up under judgement."""

    id: int
    history: History
    runs: Mapping[int, RunBegan]
    found: Found
    court: Court

    @property
    def silent(self) -> int:
        """How many steps of another policy told nobody, because people had heard as much."""
        return sum(row["status"] == "already_told" for row in self.found.escalations.values())

    def failures(self, now: datetime) -> Failures:
        """Everything that is wrong with it."""
        yield from self._stopped()
        yield from self._policies(now)
        yield from self._announcements()
        yield from self._moves()
        yield from self._assignments()
        yield from self._ends_of_waits(now)
        current = self.history.current
        if current:
            level = self._level(current, now)
            yield from self._missing(current, level)
            yield from self._audience_now(current, level)
            yield from self._position(current, level, now)

    def _level(self, current: Stay, now: datetime) -> Position:
        """Where it should be: where the clock says, or where a clock or hours of before have brought it."""
        row = self.found.row
        reached = (row["step"], row["repeat"]) if row else (0, 0)
        [days] = self.court.settings.days(current.version, current.assignee_id, now, now)
        least = position(current.version.ladder, days, current.due_at, current.counted(now))
        return min(max(least, reached), self._highest(current.run, now))

    def _highest(self, run: int, until: datetime) -> Position:
        """The level by the latest time that PostgreSQL's clock showed in a run, and by any hours of it."""
        found: Position = (0, 0)
        for stay in self.history.of_run(run):
            if stay.begins <= until:
                ends = min(stay.ends or until, until)
                latest = self.court.clock.latest(stay.begins - LONGEST_TRANSACTION, ends)
                begins = stay.begins - LONGEST_TRANSACTION
                found = max(found, *self._positions(stay, begins, ends, latest))
        return found

    def _positions(self, stay: Stay, begins: datetime, ends: datetime, at: datetime) -> list[Position]:
        """Where it may have been at a moment, by all hours that counted in some time."""
        hours = self.court.settings.days(stay.version, stay.assignee_id, begins, ends)
        return [position(stay.version.ladder, days, stay.due_at, stay.counted(at)) for days in hours]

    def _stopped(self) -> Failures:
        if self.history.deleted:
            left = len(self.found.notifications) + len(self.found.activities) + len(self.found.escalations)
            yield "after_stop", left + (self.found.row is not None), "was deleted, and something is left"

    def _policies(self, now: datetime) -> Failures:
        """Each run is on a version that its facts gave it when it began; at the end on that of now."""
        settings = self.court.settings
        for run, (version, begins, ends) in self.runs.items():
            if ends <= settings.founded:
                continue
            if version.id not in (may_be := settings.choices(self.history.facts, begins, ends)):
                yield "wrong_level", 1, f"run {run} is on version {version.id}, and not of {may_be}"
        current = self.history.current
        if current is None:
            return
        wanted, began = settings.choice(self.history.facts, now), self.runs[current.run]
        concerned = {wanted.policy, current.version.policy} - {settings.order.at(now)[-1]}
        beside = settings.published[wanted.policy].since[-1] >= began.begins
        if concerned and current.version.id != wanted.id and not (beside and began.ends > settings.founded):
            yield "lost", 1, f"is on version {current.version.id}, was never moved to {wanted.id}"

    def _announcements(self) -> Failures:
        """Each announcement: of a state that held at its commit, at its level, once, to its audience."""
        told = self._told()
        times = Counter(key(activity) for activity in self.found.activities)
        for which, count in times.items():
            yield "duplicated", count - 1, f"{count} activities of {which}"
        for which in told.keys() - times.keys():
            yield "lost", 1, f"notifications without an activity of {which}"
        for activity in self.found.activities:
            if self._written_again(activity):
                continue
            stay = self._held(activity)
            if stay is None:
                yield "after_stop", 1, f"announced {key(activity)} at {activity['committed_at']}"
                continue
            if stay.waits(activity["created_at"]):
                yield "after_stop", 1, f"announced {key(activity)} while it waited"
            reached = activity["step"], activity["repeat"]
            least = min(self._positions(stay, *_during(activity), activity["created_at"]))
            if not least <= reached <= self._highest(stay.run, activity["committed_at"]):
                yield "wrong_level", 1, f"announced {key(activity)} at {activity['created_at']}"
            yield from self._recipients(activity, stay, told[key(activity)])

    def _recipients(self, activity: RowMapping, stay: Stay, told: list[RowMapping]) -> Failures:
        which, rung = key(activity), stay.version.ladder[activity["step"] - 1]
        expected = audience(rung, stay.assignee_id, self.court.people)
        times = Counter(notification["user_id"] for notification in told)
        twice = sum(times.values()) - len(times)
        yield "duplicated", twice, f"{which} told {dict(times)}"
        missing = expected - times.keys()
        if not rung.in_hours or self._is_still(which, stay):
            yield "lost", len(missing), f"{which} did not tell {sorted(missing)}"
        extra = [n for n in told if n["user_id"] not in expected and not self._told_later(n)]
        yield "after_stop", len(extra), f"{which} told {[dict(n) for n in extra]}"
        late = [n for n in told if not self._written_again(n) and self._held(n) is None]
        yield "after_stop", len(late), f"{which} told {[dict(n) for n in late]}, when that was over"
        if rung.in_hours:
            early = [n for n in told if not self._written_again(n) and not self._in_their_hours(n)]
            yield "wrong_level", len(early), f"{which} told {[dict(n) for n in early]} out of their hours"

    def _is_still(self, which: Key, stay: Stay) -> bool:
        """Whether nothing has come since that could have kept somebody from being told in their hours."""
        current, row = self.history.current, self.found.row
        if current is None or row is None or current.assignment != stay.assignment:
            return False
        return which == (row["run"], row["step"], row["repeat"])

    def _in_their_hours(self, notification: RowMapping) -> bool:
        hours = self.court.settings.own_days(notification["user_id"], *_during(notification))
        return any(days.is_open(notification["created_at"]) for days in hours)

    def _told_later(self, notification: RowMapping) -> bool:
        """It had a new assignee by then: the step told its new audience, or everyone by a repetition."""
        stay = self._held(notification)
        if stay is None:
            return False
        rung, people = stay.version.ladder[notification["step"] - 1], self.court.people
        if (self.id, *key(notification)) in self.court.repeated:
            return notification["user_id"] in audience(rung, stay.assignee_id, people)
        to_tell = told_by_reassignment(rung, stay.assignee_id, people)
        return stay.assignment > 1 and notification["user_id"] in to_tell

    def _moves(self) -> Failures:
        """A run that another policy began tells at first only what is graver than what was told before."""
        for run in self.history.moves:
            first = self._first_placed(run)
            if first is None:
                continue
            _, moved_at = self.history.moves[run]
            told, severity = self._gravest_told(run, moved_at), self._rung(first).severity
            is_graver = told is None or SEVERITIES.index(severity) > SEVERITIES.index(told)
            is_silent = self.found.escalations[first]["status"] == "already_told"
            announced = first in {key(activity) for activity in self.found.activities}
            if announced and not is_graver:
                yield "duplicated", 1, f"{first} told {severity} again, after {told}"
            if is_silent and is_graver:
                yield "lost", 1, f"{first} told nobody of {severity}, after {told}"
        for which, row in self.found.escalations.items():
            if row["status"] == "already_told" and which != self._first_placed(which[0]):
                yield "lost", 1, f"{which} told nobody, and is not the first of a move"

    def _first_placed(self, run: int) -> Key | None:
        """Where the first sweep that looked at a run has placed it; None: at no step."""
        first = self.found.escalations.get((run, 1, 0))
        if first is None:
            return None
        at_once = first["raised_at"]
        return max(
            which
            for which, row in self.found.escalations.items()
            if which[0] == run and row["raised_at"] == at_once
        )

    def _gravest_told(self, run: int, moved_at: datetime) -> str | None:
        """What people had heard when a run began by a move, since its clock was started."""
        heard = {key(n) for n in self.found.notifications if n["committed_at"] < moved_at}
        before = self.history.before(run)
        told = {
            self._rung(key(activity)).severity
            for activity in self.found.activities
            if activity["run"] in before
            and (key(activity) in heard or not self._rung(key(activity)).in_hours)
        }
        return max(told, key=SEVERITIES.index, default=None)

    def _rung(self, which: Key) -> Rung:
        return self.runs[which[0]].version.ladder[which[1] - 1]

    def _audience_now(self, current: Stay, level: Position) -> Failures:
        """Whom the step that has been reached tells now knows of it, however often it was handed on."""
        which = (current.run, *level)
        if which in {key(activity) for activity in self.found.activities}:
            told = {notification["user_id"] for notification in self._told()[which]}
            to_tell = told_by_reassignment(self._rung(which), current.assignee_id, self.court.people)
            missing = to_tell - told
            yield "lost", len(missing), f"{which} was handed on, and {sorted(missing)} not told"

    def _missing(self, current: Stay, level: Position) -> Failures:
        """Each step that was reached is announced, or was overtaken; the last one is announced."""
        announced = {key(activity) for activity in self.found.activities}
        steps = [(step, 0) for step in range(1, level[0] + 1)]
        for reached in dict.fromkeys([*steps, *([level] if level[0] else [])]):
            which = (current.run, *reached)
            row = self.found.escalations.get(which)
            status = row["status"] if row else None
            if status is None:
                yield "lost", 1, f"{which} was never raised"
            elif status == "already_told":
                yield "duplicated", int(which in announced), f"{which} was not to be told again"
            elif which not in announced and (status == "raised" or reached == level):
                yield "lost", 1, f"{which} is {status} and was never announced"
            elif which in announced and status != "raised" and (self.id, *which) not in self.court.repeated:
                yield "wrong_level", 1, f"{which} is {status}, yet was announced"

    def _position(self, current: Stay, level: Position, now: datetime) -> Failures:
        row = self.found.row
        if row is None:
            yield "lost", 1, "the follow-up itself"
            return
        [days] = self.court.settings.days(current.version, current.assignee_id, now, now)
        ladder = current.version.ladder
        severity = ladder[level[0] - 1].severity if level[0] else None
        wakes_at = current.later(next_after(ladder, days, current.due_at, level), now)
        expected: tuple[Any, ...] = (True, current.run, *level, severity, current.assignee_id, wakes_at)
        columns = ("is_open", "run", "step", "repeat", "severity", "assignee_id", "wake_at")
        actual = tuple(row[column] for column in columns)
        yield "wrong_level", int(actual != expected), f"is at {actual}, should be at {expected}"
        going_on = {which for which, ended in self.found.escalations.items() if ended["ended_at"] is None}
        if going_on != ({(current.run, *level)} if level[0] else set()):
            yield "wrong_level", 1, f"goes on at {going_on}, should at {(current.run, *level)}"

    def _assignments(self) -> Failures:
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

    def _ends_of_waits(self, now: datetime) -> Failures:
        """Each end of a wait is told once to each; the last one, after which nothing happened, to both."""
        told = [n for n in self.found.notifications if n["step"] < 0]
        for which, count in Counter((n["repeat"], n["user_id"]) for n in told).items():
            yield "duplicated", count - 1, f"the end of wait {which[0]} was told {which[1]} {count} times"
        current = self.history.current
        if current and self.history.ends_waiting and not current.waits(now):
            ended = max((n["repeat"] for n in told), default=None)
            knows = {n["user_id"] for n in told if n["repeat"] == ended}
            missing = audience(WAIT_OVER, current.assignee_id, self.court.people) - knows
            yield "lost", len(missing), f"the end of its wait did not tell {sorted(missing)}"

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
                told[key(notification)].append(notification)
        return told


def key(row: RowMapping) -> Key:
    """What a row of escalations, activities or notifications is about."""
    return row["run"], row["step"], row["repeat"]


def _during(row: RowMapping) -> tuple[datetime, datetime]:
    """The real time in which a row was written; a clock that was ahead says nothing of its beginning."""
    created, committed = row["created_at"], row["committed_at"]
    return (created if created <= committed else committed - LONGEST_TRANSACTION), committed
