"""One follow-up under judgement: what the database says of it, against what must be there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from tests.faults import deliveries, digests, your_day
from tests.faults.ladders import Rung, after
from tests.faults.model import Clock, History, Stay
from tests.faults.offices import FORESEEN, Position, next_after, position
from tests.faults.people import People, Told
from tests.faults.settings import RunBegan, Settings

SEVERITIES = ("reminder", "overdue", "escalated", "breach")
"""In the order of their gravity."""
LONGEST_TRANSACTION = timedelta(minutes=1)
"""A transaction goes by the clock with which it began, and may meet what was committed since."""
SNOOZE_OVER = -2
"""The step of the notification that reminds somebody."""
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
    attempts: list[RowMapping] = field(default_factory=list)
    """To deliver what notifies of it, each when it was begun."""
    suppressed: list[RowMapping] = field(default_factory=list)
    """Deliveries of what notifies of it that were not to be sent any more, each when that was decided."""
    listed: list[digests.Listed] = field(default_factory=list)
    """What digests have to do with it."""
    escalations: dict[Key, RowMapping] = field(default_factory=dict)


@dataclass(frozen=True)
class Court:
    """What is known of a round as a whole.

    Attributes:
        settings: calendars, policies and people, at each moment.
        clock: what PostgreSQL's clock showed.
        repeated: what was raised in a second event: id, run, step, repeat.
        days: what has said what a day brings.
    """

    settings: Settings
    clock: Clock
    repeated: set[tuple[int, int, int, int]]
    days: Sequence[your_day.Day] = ()


@dataclass
class Judged:
    """One follow-up under judgement."""

    id: int
    history: History
    runs: Mapping[int, RunBegan]
    found: Found
    court: Court
    now: datetime

    @property
    def silent(self) -> int:
        """How many steps of another policy told nobody, because people had heard as much."""
        return sum(row["status"] == "already_told" for row in self.found.escalations.values())

    def every_failure(self) -> list[tuple[str, int, str]]:
        """Everything that is wrong with it."""
        return [failure for failure in self._failures() if failure[1] > 0]

    def _failures(self) -> Failures:
        now = self.now
        yield from self._stopped()
        yield from self._policies(now)
        yield from self._announcements()
        yield from self._moves()
        yield from self._assignments()
        yield from self._ends_of_waits(now)
        yield from self._end_of_a_snooze()
        yield from deliveries.begun_after_a_stop(self.history, self.found.attempts)
        yield from deliveries.stopped_for_nothing(self.history, self.found.suppressed)
        yield from digests.failures_of(self.id, self.history, self.found.listed)
        yield from your_day.failures_of(self.id, self.history, self.court.days)
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
        if current.acknowledged(now):
            return reached
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
            held = stay.acknowledged(activity["created_at"])
            if held and held[0] == activity["step"]:
                yield "after_stop", 1, f"announced {key(activity)} while somebody had it until {held[1]}"
            reached = activity["step"], activity["repeat"]
            least = min(self._positions(stay, *_during(activity), activity["created_at"]))
            if not least <= reached <= self._highest(stay.run, activity["committed_at"]):
                yield "wrong_level", 1, f"announced {key(activity)} at {activity['created_at']}"
            yield from self._recipients(activity, stay, told[key(activity)])

    def _recipients(self, activity: RowMapping, stay: Stay, told: list[RowMapping]) -> Failures:
        rung, said = self.told_as(activity), f"{activity['created_at']}, committed {activity['committed_at']}"
        which = key(activity)
        times = Counter(notification["user_id"] for notification in told)
        twice = sum(times.values()) - len(times)
        yield "duplicated", twice, f"{which} told {dict(times)}"
        at_once = {n["user_id"]: _is_aloud(n) for n in told if n["committed_at"] == activity["committed_at"]}
        silenced = stay.silenced(activity["step"], activity["created_at"])
        choices = [
            {person: aloud for person, aloud in each.items() if person not in silenced}
            for each in self._audiences(rung, stay.assignee_id, activity)
        ]
        expected = nearest(choices, at_once, in_hours=rung.in_hours)
        missing: Collection[int] = expected.keys() - times.keys()
        if rung.in_hours:
            missing = self._never_told_in_hours(which, stay, set(times), activity)
        yield "lost", len(missing), f"{which} did not tell {sorted(missing)}"
        extra = [n for n in told if not self._may_know(n, rung, activity, expected)]
        yield "after_stop", len(extra), f"{which} ({said}) told {[dict(n) for n in extra]}, not {expected}"
        waiting = [n for n in told if (then := self._held(n)) and then.waits(n["created_at"])]
        yield "after_stop", len(waiting), f"{which} told {[dict(n) for n in waiting]} while it waited"
        late = [n for n in told if not self._written_again(n) and self._held(n) is None]
        yield "after_stop", len(late), f"{which} told {[dict(n) for n in late]}, when that was over"
        if rung.in_hours:
            early = [n for n in told if not self._written_again(n) and not self._in_their_hours(n)]
            yield "wrong_level", len(early), f"{which} told {[dict(n) for n in early]} out of their hours"

    def _audiences(self, rung: Rung, assignee_id: int, row: RowMapping) -> list[Told]:
        """Whom a step may have told when a row was written: who was away is read at some moment of it."""
        return _different(each.audience(rung, assignee_id) for each in self._staff_in(*_during(row)))

    def _staff_in(self, begins: datetime, ends: datetime) -> list[People]:
        return self.court.settings.staff_in(begins, ends)

    def _never_told_in_hours(
        self, which: Key, stay: Stay, told: set[int], activity: RowMapping
    ) -> Collection[int]:
        """Who had hours since and was not told. Who is away is asked when the hours of each begin."""
        if not self._is_still(which, stay):
            return ()
        rung, since = self.told_as(activity), self._staff_in(_during(activity)[0], self.now)
        return min((each.audience(rung, stay.assignee_id).keys() - told for each in since), key=len)

    def _is_still(self, which: Key, stay: Stay) -> bool:
        """Whether nothing has come since that could have kept somebody from being told in their hours."""
        current, row = self.history.current, self.found.row
        if current is None or row is None or current.assignment != stay.assignment:
            return False
        return which == (row["run"], row["step"], row["repeat"])

    def _in_their_hours(self, notification: RowMapping) -> bool:
        hours = self.court.settings.own_days(notification["user_id"], *_during(notification))
        return any(days.is_open(notification["created_at"]) for days in hours)

    def _may_know(self, notification: RowMapping, rung: Rung, activity: RowMapping, expected: Told) -> bool:
        """Whether somebody may have been told, aloud or not: at once, or in their hours, or by a repetition;
        or as one of its new audience, when it had a new assignee."""
        user_id, aloud = notification["user_id"], _is_aloud(notification)
        if notification["committed_at"] == activity["committed_at"]:
            return expected.get(user_id) is aloud
        stay = self._held(notification)
        if stay is None or notification["committed_at"] < activity["committed_at"]:
            return False
        again = rung.in_hours or (self.id, *key(notification)) in self.court.repeated
        if not again and (stay.assignment == 1 or user_id == stay.assignee_id):
            return False
        choices = self._audiences(rung, stay.assignee_id, notification)
        return any(each.get(user_id) is aloud for each in choices)

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

    def told_as(self, activity: RowMapping) -> Rung:
        """A step as it was announced: the first announcement of all tells the assignee too, where one that
        came before it would have."""
        run, step, repeat = key(activity)
        rung, passed = self._rung((run, step, repeat)), self.runs[run].version.ladder[: step - 1]
        late = "assignee" not in rung.audience and any("assignee" in each.audience for each in passed)
        before = any(
            each["run"] == run
            and (each["step"], each["repeat"]) < (step, repeat)
            and each["committed_at"] <= activity["committed_at"]
            for each in self.found.activities
        )
        moved = self.history.moves.get(run)
        heard = moved is not None and self._gravest_told(run, moved[1]) is not None
        if not late or before or heard:
            return rung
        return replace(rung, audience=(*rung.audience, "assignee"))

    def _rung(self, which: Key) -> Rung:
        return self.runs[which[0]].version.ladder[which[1] - 1]

    def _audience_now(self, current: Stay, level: Position) -> Failures:
        """Whom the step that has been reached tells now knows of it, however often it was handed on."""
        which = (current.run, *level)
        announced = {key(activity): activity for activity in self.found.activities}
        if which in announced:
            told = {notification["user_id"] for notification in self._told()[which]}
            rung, assignee_id = self.told_as(announced[which]), current.assignee_id
            begins = min(s.begins for s in self.history.stays if s.assignment == current.assignment)
            missing = min(
                (
                    each.told_by_reassignment(rung, assignee_id).keys() - told
                    for each in self._staff_in(begins, self.now)
                ),
                key=len,
            )
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
                if (held := current.acknowledged(self.now)) and held[0] == reached[0]:
                    continue
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
        if current.acknowledged(now) or current.due_at > now + FORESEEN:  # is looked at again
            actual, expected = actual[:-1], expected[:-1]
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
            staff = self._staff_in(*_during(notification))
            if all(each.by_id[notification["user_id"]].away is _is_aloud(notification) for each in staff):
                yield "wrong_level", 1, f"told of an assignment as if there, or away: {dict(notification)}"
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
            since = self._staff_in(self.history.stays[-1].begins, now)
            missing = min(
                (each.audience(WAIT_OVER, current.assignee_id).keys() - knows for each in since), key=len
            )
            yield "lost", len(missing), f"the end of its wait did not tell {sorted(missing)}"

    def _end_of_a_snooze(self) -> Failures:
        """Who snoozed it last is reminded, unless a later step has told them."""
        current = self.history.current
        if current is None or not self.history.ends_snoozed:
            return
        hold = current.held[-1]
        since = [
            n
            for n in self.found.notifications
            if n["user_id"] == hold.user_id and n["committed_at"] > current.begins
        ]
        reminded = any(n["step"] == SNOOZE_OVER or n["step"] > hold.step for n in since)
        if hold.until <= self.now and not reminded:
            yield "lost", 1, f"{hold.user_id} was not reminded at {hold.until}"

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


def nearest(audiences: Iterable[Told], at_once: Told, *, in_hours: bool) -> Told:
    """The audience, of those that a step may have had, that explains best who was told at once.

    Where each is told in hours of their own, most of them are told later: only who was told counts.
    """

    def differs(audience: Told) -> int:
        told, to_tell = at_once.items(), audience.items()
        return len(told - to_tell) if in_hours else len(told ^ to_tell)

    return min(audiences, key=differs)


def key(row: RowMapping) -> Key:
    """What a row of escalations, activities or notifications is about."""
    return row["run"], row["step"], row["repeat"]


def _is_aloud(notification: RowMapping) -> bool:
    """Whether somebody heard of it, and did not only find it when they were back."""
    return bool(notification["fallback"] != "absent")


def _different(audiences: Iterable[Told]) -> list[Told]:
    """Each of them once."""
    return [dict(each) for each in dict.fromkeys(tuple(each.items()) for each in audiences)]


def _during(row: RowMapping) -> tuple[datetime, datetime]:
    """The real time in which a row was written; a clock that was ahead says nothing of its beginning."""
    created, committed = row["created_at"], row["committed_at"]
    return (created if created <= committed else committed - LONGEST_TRANSACTION), committed
