"""What must be in the database, worked out from the journal alone: no code of the product is used here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from tests.faults.journal import Change, Kind
from tests.faults.ladders import Rung
from tests.faults.settings import Facts, Version

MINUTE = timedelta(minutes=1)
TAKEN_BACK = (Kind.UNDONE, Kind.RESTORED)


@dataclass(frozen=True)
class Clock:
    """What PostgreSQL's clock showed, whose jumps are known.

    Args:
        jumps: when it jumped, by the real clock, and how far it was off from then on; in order.
    """

    jumps: Sequence[tuple[datetime, timedelta]] = ()

    def latest(self, begins: datetime, ends: datetime) -> datetime:
        """The latest time that it showed between two moments of the real clock."""
        offs = [(datetime.min.replace(tzinfo=begins.tzinfo), timedelta(0)), *self.jumps, (ends, timedelta(0))]
        shown = [
            min(until, ends) + off
            for (since, off), (until, _) in pairwise(offs)
            if since <= ends and until >= begins
        ]
        return max(shown)


Pauses = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody has a follow-up, or wants no reminder of it, by PostgreSQL's clock."""

    kind: Kind
    user_id: int
    step: int
    begins: datetime
    until: datetime

    def counts(self, at: datetime) -> bool:
        """Whether it goes on; it does not where the clock was ahead when it began."""
        return self.begins - MINUTE <= at < self.until


@dataclass(frozen=True, slots=True)
class Stay:
    """A follow-up with one assignee and one run, from one commit to the next; open throughout."""

    begins: datetime
    ends: datetime | None
    run: int
    due_at: datetime
    version: Version
    assignee_id: int
    assignment: int
    resumed: bool = False
    """Whether an undo or a restoration brought it back to how it was before."""
    pauses: Pauses = ()
    """From when to when it waits, or has waited in its run, by PostgreSQL's clock."""
    held: tuple[Hold, ...] = ()
    """What else holds it."""

    def silenced(self, step: int, at: datetime) -> set[int]:
        """Who wants no reminder of a step."""
        return {
            hold.user_id
            for hold in self.held
            if hold.kind is Kind.SNOOZED and hold.step >= step and hold.counts(at)
        }

    def acknowledged(self, at: datetime) -> tuple[int, datetime] | None:
        """The step that is not told because somebody has it, and until when: the one behind it ends that."""
        holds = [hold for hold in self.held if hold.kind is Kind.ACKNOWLEDGED and hold.counts(at)]
        if not holds:
            return None
        hold = max(holds, key=lambda each: each.until)
        ladder, zero = self.version.ladder, timedelta()
        if hold.step >= len(ladder) or any(not isinstance(r.comes.amount, timedelta) for r in ladder):
            return None
        comes = [self.later(self.due_at + _amount(rung), at) or at for rung in ladder[hold.step :]]
        until = min(hold.until, max(comes[0], comes[1])) if len(comes) > 1 else hold.until
        return (hold.step + 1, until) if comes[0] < hold.until and until - at > zero else None

    def counted(self, at: datetime) -> datetime:
        """A moment, earlier by what was waited until then since it was due."""
        zero = timedelta()
        return at - sum(
            (max(min(ends, at) - max(begins, self.due_at), zero) for begins, ends in self.pauses), zero
        )

    def later(self, at: datetime | None, now: datetime) -> datetime | None:
        """When something comes that would come at a moment if nothing had been waited by now.

        What was waited by a clock that was ahead does not count.
        """
        for begins, ends in self.pauses:
            if at is not None and ends > self.due_at and max(begins, self.due_at) < at and begins <= now:
                at += ends - max(begins, self.due_at)
        return at

    def waits(self, at: datetime) -> bool:
        """Whether it waits, by PostgreSQL's clock: not where that was ahead when the wait began."""
        if not self.pauses:
            return False
        begins, ends = self.pauses[-1]
        return begins - MINUTE <= at < ends

    def holds(self, at: datetime) -> bool:
        """Whether this is how the follow-up was at a moment."""
        return self.begins < at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody was given a follow-up by somebody else."""

    at: datetime
    number: int
    assignee_id: int


@dataclass
class History:
    """Everything that people did to one follow-up."""

    facts: Facts = field(default_factory=Facts)
    stays: list[Stay] = field(default_factory=list)
    given: Assigned | None = None
    """How who has it now was given it, if by somebody else; what was taken back does not count."""
    deleted: bool = False
    restored: set[datetime] = field(default_factory=set)
    """When it was restored: all that is known of it was written again then."""
    ends_waiting: bool = False
    """Whether nothing has happened to it since it was let wait."""
    ends_snoozed: bool = False
    """Whether nothing has happened to it since somebody snoozed it."""
    moves: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    """Of each run that another version of a policy began: the run before, and when."""

    @property
    def current(self) -> Stay | None:
        """How it is now; None when it is completed or deleted."""
        return self.stays[-1] if self.stays and self.stays[-1].ends is None else None

    def stay(self, at: datetime) -> Stay | None:
        """How it was at a moment; None when it was not open."""
        return next((stay for stay in self.stays if stay.holds(at)), None)

    def of_run(self, run: int) -> list[Stay]:
        """How it was in the course of a run."""
        return [stay for stay in self.stays if stay.run == run]

    def before(self, run: int) -> list[int]:
        """The runs out of which a run came by moves: people have heard already what those have told."""
        found: list[int] = []
        while run in self.moves:
            run, _ = self.moves[run]
            found.append(run)
        return found

    def open_since(self, at: datetime) -> bool:
        """Whether it has been open all the time since a moment, but for what was taken back."""
        since = [stay for stay in self.stays if stay.ends is None or stay.ends > at]
        return bool(self.current) and all(
            first.ends == second.begins or second.resumed for first, second in pairwise(since)
        )


@dataclass
class _Now:
    """A follow-up while its changes are played."""

    due_at: datetime
    assignee_id: int
    run: int = 1
    assignment: int = 1
    open: bool = True
    given: Assigned | None = None
    runs: int = 1
    """The highest run that it ever had."""
    pauses: Pauses = ()
    held: tuple[Hold, ...] = ()
    late: bool = False
    """Whether a change that was committed behind the end of a wait found it over, whenever it began."""

    def stay(self, begins: datetime, ends: datetime | None, version: Version, *, resumed: bool) -> Stay:
        stood = (self.run, self.due_at, version, self.assignee_id, self.assignment)
        return Stay(begins, ends, *stood, resumed, self.pauses, self.held)

    def hold(self, change: Change) -> None:
        """Somebody holds it, in place of what they held in the same way; who has it, reminds nobody else."""
        assert change.actor_id is not None
        assert change.step is not None
        assert change.due_at is not None
        has_it = change.kind is Kind.ACKNOWLEDGED
        kept = (
            hold
            for hold in self.held
            if (hold.kind is not change.kind or hold.user_id != change.actor_id)
            and not (has_it and hold.kind is Kind.SNOOZED and hold.user_id != change.actor_id)
        )
        begun = Hold(change.kind, change.actor_id, change.step, change.clock, change.due_at)
        self.held = (*kept, begun)

    def end_wait(self, change: Change) -> None:
        """It waits no longer."""
        at = change.clock
        if self.pauses and at < self.pauses[-1][1]:
            *before, (begins, until) = self.pauses
            if not (self.late and until <= change.at):
                self.pauses = (*before, (begins, at)) if begins < at else (*before,)

    def start_over(self) -> None:
        """Begin a run of its own."""
        self.runs += 1
        self.run = self.runs
        self.pauses, self.held = (), ()

    def take_back(self, before: _Now) -> None:
        """Be again as before the last change; numbers that were used are not used again."""
        self.assignment += self.assignee_id != before.assignee_id
        self.due_at, self.assignee_id = before.due_at, before.assignee_id
        self.run, self.open, self.given = before.run, before.open, before.given
        self.pauses, self.held = before.pauses, before.held


def history(changes: Sequence[Change], versions: Mapping[int, Version], *, late: bool = False) -> History:
    """Play the changes of one follow-up.

    Args:
        changes: in their order.
        versions: the version that each of its runs is on.
        late: whether a change ends no wait that ended by its time between the beginning of the change's
            transaction and its commit. It does or does not, as the two meet: both are right.
    """
    created = changes[0]
    assert created.due_at is not None
    assert created.assignee_id is not None
    played = History(created.facts)
    now = _Now(created.due_at, created.assignee_id, late=late)
    before = now
    for index, change in enumerate(changes):
        if index:
            was = replace(now)
            _apply(now, change, before)
            if change.kind is Kind.MOVED:
                played.moves[now.run] = was.run, change.at
            # A move that a reassignment brought is taken back with it.
            if change.kind is not Kind.MOVED or change.at != changes[index - 1].at:
                before = was
        if now.open:
            ends = changes[index + 1].at if index + 1 < len(changes) else None
            resumed = change.kind in TAKEN_BACK
            played.stays.append(now.stay(change.at, ends, versions[now.run], resumed=resumed))
        if change.kind is Kind.RESTORED:
            played.restored.add(change.at)
    played.given = now.given
    played.ends_waiting = changes[-1].kind is Kind.WAITS and now.open
    played.ends_snoozed = changes[-1].kind is Kind.SNOOZED and now.open
    played.deleted = changes[-1].kind is Kind.DELETED
    return played


def _apply(now: _Now, change: Change, before: _Now) -> None:
    match change.kind:
        case Kind.COMPLETED:
            now.open, now.held = False, ()
            now.end_wait(change)
        case Kind.DELETED:
            now.open = False
        case Kind.WAITS:
            assert change.due_at is not None
            now.end_wait(change)
            now.pauses = (*now.pauses, (change.clock, change.due_at))
        case Kind.ACKNOWLEDGED | Kind.SNOOZED:
            now.hold(change)
        case Kind.RESUMED:
            now.end_wait(change)
            now.held = tuple(hold for hold in now.held if hold.user_id != change.actor_id)
        case Kind.REOPENED:
            now.open = True
            now.start_over()
        case Kind.RESCHEDULED:
            assert change.due_at is not None
            now.due_at = change.due_at
            now.start_over()
        case Kind.MOVED:
            now.start_over()
        case Kind.REASSIGNED:
            assert change.assignee_id is not None
            now.assignee_id, now.held = change.assignee_id, ()
            now.assignment += 1
            now.end_wait(change)
            by_another = change.actor_id != now.assignee_id
            now.given = Assigned(change.at, now.assignment, now.assignee_id) if by_another else None
        case Kind.GIVEN_BACK:
            assert change.assignee_id is not None
            now.assignee_id, now.held = change.assignee_id, ()
            now.assignment += 1
            now.end_wait(change)
            # As if it had never been away.
            now.given = before.given if before.assignee_id == now.assignee_id else None
        case Kind.UNDONE | Kind.RESTORED:
            now.take_back(before)
        case _:
            raise AssertionError(f"{change.kind} is only ever the first change")


def _amount(rung: Rung) -> timedelta:
    assert isinstance(rung.comes.amount, timedelta)
    return rung.comes.amount
