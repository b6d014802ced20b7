"""What policies would have told of follow-ups, if they had been in force when what happened happened.

It goes as the engine goes: a sweep looks at what has come by then and announces the last step of it, a new
due time or a reopening starts over, a change that brings another policy repeats nothing that people know, and
an undo puts everything back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from followup_common.policy import NOWHERE, Reached, Severity, place

from followup_api.policies.candidates import Candidate
from followup_api.policies.lives import Life, Moment
from followup_api.policies.rules import Rules


class Told(NamedTuple):
    """Somebody who is told of a step, and when."""

    at: datetime
    policy: str
    step: int
    label: str
    severity: str
    user_id: int


@dataclass(slots=True)
class _Run:
    """A follow-up on its way along a policy.

    Attributes:
        candidate: the policy.
        anchor: what its steps count from.
        wake_at: when something can come at the earliest; None: nothing will.
        reached: the step and repeat.
        told: the gravest that people were told, also before another policy took over.
        unplaced: another policy has taken over, and no step of it has been reached since.
        first: the present step is the first that was told.
        known_by: everyone who was told of the present step.
    """

    candidate: Candidate
    anchor: datetime
    wake_at: datetime | None
    reached: Reached = NOWHERE
    told: Severity | None = None
    unplaced: bool = False
    first: bool = False
    known_by: frozenset[int] = frozenset()


class Replay:
    """Goes through lives as sweeps would have.

    Args:
        rules: of the policies.
        sweeps: when there were sweeps, in their order.
        until: the last instant.
    """

    def __init__(self, rules: Rules, sweeps: Sequence[datetime], until: datetime) -> None:
        self._rules, self._sweeps, self._until = rules, sweeps, until

    def told(self, life: Life) -> Iterator[Told]:
        """Everyone who would have been told, in the order of sweeps.

        Raises:
            CalendarUnusable, BeyondHorizon: it cannot be counted by its calendar.
        """
        run: _Run | None = None
        before: _Run | None = None
        was: Moment | None = None
        ends = _ends(life.moments, self._until)
        for number, moment in enumerate(life.moments):
            run, before = self._changed(run, before, was, moment), run and replace(run)
            if run is not None and moment.is_open:
                handed_on = was is not None and was.is_open and was.facts[0] != moment.facts[0]
                if handed_on and not moment.undone:
                    yield from self._handed_on(run, moment)
                following = life.moments[number + 1].at if number + 1 < len(life.moments) else self._until
                yield from self._between(run, moment, following, ends[number])
            was = moment

    def _changed(
        self, run: _Run | None, before: _Run | None, was: Moment | None, moment: Moment
    ) -> _Run | None:
        """The run that a follow-up is on after somebody changed it."""
        if moment.undone:
            return before
        if run is None or was is None or was.due_at != moment.due_at or (moment.is_open and not was.is_open):
            return self._begun(moment) if moment.is_open else run
        if moment.is_open and was.facts != moment.facts:
            run.wake_at = run.wake_at and min(run.wake_at, moment.at)  # another calendar may count
            candidate = self._rules.candidate(moment.facts)
            if candidate is not run.candidate:
                return self._taken_over(run, candidate, moment)
        return run

    def _begun(self, moment: Moment) -> _Run:
        candidate = self._rules.candidate(moment.facts)
        lead = candidate.policy.lead_seconds
        earliest = moment.at if lead is None else moment.due_at - timedelta(seconds=lead)
        return _Run(candidate, moment.due_at, max(earliest, moment.at))

    def _taken_over(self, run: _Run, candidate: Candidate, moment: Moment) -> _Run:
        """Another policy goes on where the follow-up is on it; or from then, where the clock starts over."""
        if moment.restarted:
            return _Run(candidate, max(run.anchor, moment.at), moment.at)
        return _Run(candidate, run.anchor, moment.at, told=run.told, unplaced=True)

    def _between(self, run: _Run, moment: Moment, until: datetime, stops: datetime) -> Iterator[Told]:
        """What sweeps tell from one moment up to the next one."""
        policy, assignee_id = run.candidate.policy, moment.facts[0]
        calendar = self._rules.calendar(run.candidate, assignee_id)
        while run.wake_at is not None:
            at = self._sweep_from(max(run.wake_at, moment.at))
            if at is None or at >= until:
                return
            step, repeat, wake_at = place(policy, calendar, run.anchor, at, reached=run.reached)
            severity = policy.severity(step)
            goes_on = (step, repeat) > run.reached
            known = run.unplaced and run.told is not None
            run.reached, run.wake_at, run.unplaced = (step, repeat), wake_at, run.unplaced and step == 0
            if not goes_on or severity is None:
                continue
            run.known_by = frozenset()
            if known and run.told is not None and not severity.is_graver_than(run.told):
                continue
            run.first = run.told is None
            if run.told is None or severity.is_graver_than(run.told):
                run.told = severity
            yield from self._announced(run, assignee_id, at, min(stops, wake_at or stops))

    def _announced(self, run: _Run, assignee_id: int, at: datetime, stops: datetime) -> Iterator[Told]:
        """Everyone whom the present step tells; who waits for working hours is told if nothing stops it."""
        people = self._rules.people(run.candidate, run.reached[0], assignee_id, at, first=run.first)
        for user_id in people.told:
            told_at = self._rules.told_at(run.candidate, run.reached[0], user_id, at)
            if told_at == at or told_at < stops:
                yield self._entry(run, told_at, user_id)
        run.known_by |= {*people.told, *people.away}

    def _handed_on(self, run: _Run, moment: Moment) -> Iterator[Told]:
        """Whom the present step tells by the new assignee and did not by the old one, unless a later step has
        come. That it is theirs is said to the new assignee whatever the policy."""
        assignee_id = moment.facts[0]
        calendar = self._rules.calendar(run.candidate, assignee_id)
        here = place(run.candidate.policy, calendar, run.anchor, moment.at, reached=run.reached)
        if not run.known_by or here.reached > run.reached:
            return
        step, at = run.reached[0], moment.at
        people = self._rules.people(run.candidate, step, assignee_id, at, first=run.first)
        for user_id in people.told:
            if user_id not in run.known_by and user_id != assignee_id:
                yield self._entry(run, at, user_id)
        run.known_by |= {*people.told, *people.away}

    def _entry(self, run: _Run, at: datetime, user_id: int) -> Told:
        number = run.reached[0]
        step = run.candidate.policy.steps[number - 1]
        return Told(at, run.candidate.name, number, step.label, step.severity.value, user_id)

    def _sweep_from(self, at: datetime) -> datetime | None:
        """The first sweep at a time or after it."""
        number = bisect_left(self._sweeps, at)
        return self._sweeps[number] if number < len(self._sweeps) else None


def _ends(moments: Sequence[Moment], until: datetime) -> list[datetime]:
    """Of each moment, when the run that it is in stops: at a completion, another due time, or an undo."""
    found = [until] * len(moments)
    for number in range(len(moments) - 2, -1, -1):
        here, following = moments[number], moments[number + 1]
        goes_on = following.is_open and following.due_at == here.due_at and not following.undone
        found[number] = found[number + 1] if goes_on else following.at
    return found
