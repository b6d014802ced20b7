"""Policies and their steps, as stored in `policy_versions.steps`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from followup_common.policy.audiences import ADMINS, ASSIGNEE, MANAGER, MANAGERS, Audience, OneUser

YEAR = timedelta(days=366)
TEN_YEARS = timedelta(days=3_660)
MICROSECOND = timedelta(microseconds=1)
SECOND, MINUTE, DAY, NO_TIME = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1), timedelta()
MOST_SET_FORWARD = timedelta(hours=2)
"""By which a zone sets its clocks forward at once."""


def _duration(value: object) -> object:
    """A number would be taken for seconds, where somebody meant hours."""
    if not isinstance(value, timedelta) and not (isinstance(value, str) and value.startswith(("P", "-P"))):
        raise ValueError("expected an ISO 8601 duration, such as PT48H, or -PT8H for a time before due")
    return value


def _not_beyond(most: timedelta, said: str) -> AfterValidator:
    """At most so long; before due, a year at most."""

    def check(value: timedelta) -> timedelta:
        if value > most:
            raise ValueError(f"is too long: use at most {said}")
        if value < -YEAR:
            raise ValueError("is too long before: use at most 1 year (-P366D)")
        return value

    return AfterValidator(check)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
UpToAYear = Annotated[Duration, _not_beyond(YEAR, "1 year (P366D)")]
UpToTenYears = Annotated[Duration, _not_beyond(TEN_YEARS, "10 years (P3660D)")]


class Severity(StrEnum):
    """How grave it is that a follow-up has reached a step."""

    REMINDER = "reminder"
    """It is not overdue yet."""
    OVERDUE = "overdue"
    """Its assignee has not done it."""
    ESCALATED = "escalated"
    """Somebody beyond the assignee is to see to it."""
    BREACH = "breach"
    """What was agreed is broken."""

    def is_graver_than(self, other: str) -> bool:
        """Whether it comes behind another one in the order above."""
        order = list(Severity)
        return order.index(self) > order.index(Severity(other))


class Tell(StrEnum):
    """When those whom a step names are told of it."""

    AT_ONCE = "at_once"
    """As soon as it has come."""
    WORKING_HOURS = "working_hours"
    """Each in working hours of their own: by then, if it comes while their calendar is closed."""


Unit = Literal["after", "working", "working_days"]
Requirement = Literal["closing_note"]
"""What a step asks of anyone who completes the follow-up: a note that says what came of it."""


class Length(BaseModel):
    """A length of time in one of three units: by the clock, in working hours, or in working days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: UpToTenYears | None = Field(None)
    working: UpToAYear | None = Field(None)
    working_days: int | None = Field(None, ge=-366, le=366, strict=True)

    @property
    def units(self) -> int:
        """In how many units it is given; one is right."""
        return sum(length is not None for length in (self.after, self.working, self.working_days))

    @property
    def length(self) -> tuple[Unit, int]:
        """The unit in which it counts, and how much: microseconds, or days."""
        if self.after is not None:
            return "after", self.after // MICROSECOND
        if self.working is not None:
            return "working", self.working // MICROSECOND
        return "working_days", self.working_days or 0

    @property
    def counts_working_time(self) -> bool:
        """Whether a calendar says how long it is."""
        return self.after is None

    @property
    def least_elapsed(self) -> timedelta:
        """How much passes by the clock at least, whatever the calendar; of a negative one nothing is said.

        Working hours last as long as they count. So many working days later is the same time of day, or the
        nearest one at which that day is open: the first of them may be short by nearly a day.
        """
        if self.working_days is not None:
            return max(NO_TIME, (self.working_days - 1) * DAY - MOST_SET_FORWARD)
        return self.working or self.after or NO_TIME


class Every(Length):
    """How long after a step, and after each repeat of it, the next one comes."""

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.units != 1:
            raise ValueError("give exactly one of after (PT24H), working (PT8H) and working_days (1)")
        unit, length = self.length
        if length < (1 if unit == "working_days" else MINUTE // MICROSECOND):
            raise ValueError("give at least PT1M, or 1 working day")
        return self


class Repeat(BaseModel):
    """A step that is told again until the next one comes, at most so many times."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Every = Field(description="Counts from when the step itself came.")
    times: int = Field(ge=1, le=100, strict=True, description="How often at most, after the first time.")


def _printable(label: str) -> str:
    """Refuse what nobody can see or type again.

    Raises:
        ValueError: the label has line ends, other control characters, or nothing but blanks.
    """
    if not label.isprintable() or not label.strip():
        raise ValueError("write it on one line, in characters that one can see")
    return label


class Step(Length):
    """One step of a policy: this long overdue, tell this audience. It counts in one of three units."""

    after: UpToTenYears | None = Field(
        None,
        description="Time since due, by the clock; negative before it. ISO 8601 duration in JSON.",
    )
    working: UpToAYear | None = Field(
        None,
        description="Time since due that lies in working hours; negative before it. ISO 8601 duration.",
    )
    working_days: int | None = Field(
        None,
        ge=-366,
        le=366,
        strict=True,
        description="Working days since due, at the same time of day; negative before it.",
    )
    audience: tuple[Audience, ...] = Field(min_length=1, max_length=20)
    label: Annotated[str, AfterValidator(_printable)] = Field(min_length=1, max_length=50)
    severity: Severity
    repeat: Repeat | None = Field(None, description="Told again so often, until the next step comes.")
    tell: Tell = Field(
        Tell.AT_ONCE, description="When each is told: at once, or within the working hours of their own."
    )
    require: Requirement | None = Field(
        None,
        description="From this step on nobody completes the follow-up without it: `closing_note`, a note of "
        "what came of it.",
    )

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if self.units != 1:
            raise ValueError(
                f"step {self.label!r} says when it comes in one of after (PT48H), working (PT16H) and "
                "working_days (2): give exactly one of them"
            )
        if self.is_before_due and self.severity is not Severity.REMINDER:
            raise ValueError(
                f"step {self.label!r} comes before due, when nothing is overdue: its severity is reminder"
            )
        return self

    def may_repeat_before(self, later: Step) -> bool:
        """Whether it may have the time to be repeated; where units differ, the calendar decides."""
        if self.repeat is None:
            return True
        if self.after is not None and later.after is not None:
            return self.repeat.every.least_elapsed < later.after - self.after
        if self.length[0] != later.length[0]:
            return True
        unit, every = self.repeat.every.length
        return unit != self.length[0] or every < later.length[1] - self.length[1]

    @property
    def names_assignee(self) -> bool:
        """Whether it tells the assignee, whatever was told before."""
        return ASSIGNEE in self.audience

    @property
    def is_before_due(self) -> bool:
        """Whether it reminds of what is to come."""
        return self.length[1] < 0


class HoldTime(Length):
    """How long the next step is held for somebody who has it."""

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.units != 1 or self.length[1] <= 0:
            raise ValueError("give exactly one of after (PT8H), working (PT8H) and working_days (1), above 0")
        return self


class HoldRules(BaseModel):
    """How far people may hold the follow-ups of a policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    acknowledge: HoldTime = Field(
        HoldTime(working=timedelta(hours=8)),
        description="How long an acknowledgement holds the next step, at most until the one behind it. "
        "Working time counts by the calendar of who acknowledges; without one, by the clock.",
    )
    snoozes: int = Field(3, ge=0, le=100, strict=True, description="How often each may snooze it in a run.")
    snooze_days: int = Field(
        5, ge=1, le=366, strict=True, description="Together at most so many working days."
    )
    reason_from: int = Field(
        2, ge=1, le=100, strict=True, description="From which snooze on a reason is needed."
    )
    waits: int = Field(2, ge=0, le=100, strict=True, description="How often it may wait in a run.")
    wait_days: int = Field(10, ge=1, le=366, strict=True, description="Each at most so many working days.")


class Policy(BaseModel):
    """The steps of one policy version, in the order of time. Never changed once stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[Step, ...] = Field(min_length=1)
    calendar_id: int | None = Field(
        None, description="The calendar by which its working time counts; null: that of the assignee."
    )
    holds: HoldRules = HoldRules()

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        """In each unit; what comes first of different units depends on the calendar and the day."""
        for number, later in enumerate(self.steps):
            for earlier in self.steps[:number]:
                if not _may_follow(earlier, later):
                    raise ValueError(
                        f"step {number + 1}, {later.label!r}, must come later than {earlier.label!r}: give "
                        "it a longer time, or move it up"
                    )
        return self

    def severity(self, step: int) -> Severity | None:
        """That of a step, by its number from 1; None before the first."""
        return self.steps[step - 1].severity if step else None

    def tells(self, step: int, *, first: bool) -> Step:
        """A step as it is announced.

        Args:
            step: its number, from 1.
            first: whether nobody has been told of the run before. Then it tells the assignee too, where a
                step that was passed over would have: nobody else does the work.
        """
        return self.tells_late[step] if first and step in self.tells_late else self.steps[step - 1]

    @cached_property
    def tells_late(self) -> Mapping[int, Step]:
        """By their numbers, the steps that do not name the assignee, behind one that does: as they are
        announced when nothing was announced before."""
        return {
            number: step.model_copy(update={"audience": (*step.audience, ASSIGNEE)})
            for number, step in enumerate(self.steps, start=1)
            if not step.names_assignee and any(above.names_assignee for above in self.steps[: number - 1])
        }

    @cached_property
    def counts_working_time(self) -> bool:
        """Whether a calendar says when its steps come."""
        return any(
            step.counts_working_time or (step.repeat is not None and step.repeat.every.counts_working_time)
            for step in self.steps
        )

    @cached_property
    def repeats(self) -> bool:
        """Whether one of its steps is told again."""
        return any(step.repeat for step in self.steps)

    @cached_property
    def tells_in_working_hours(self) -> bool:
        """Whether a calendar says when people are told."""
        return any(step.tell is Tell.WORKING_HOURS for step in self.steps)

    @cached_property
    def named_users(self) -> frozenset[int]:
        """The ids of people whom its steps name themselves."""
        return frozenset(
            audience.id for step in self.steps for audience in step.audience if isinstance(audience, OneUser)
        )

    @cached_property
    def names_managers(self) -> bool:
        """Whether a step tells everybody who is a manager."""
        return any(MANAGERS in step.audience for step in self.steps)

    @cached_property
    def lead_seconds(self) -> int | None:
        """How long before the due time its first step comes at the earliest, in whole seconds; 0: not before.

        None: a step before due counts in working time, so that a calendar says when it comes.
        """
        before = [step for step in self.steps if step.is_before_due]
        if any(step.counts_working_time for step in before):
            return None
        return max((-((step.after or NO_TIME) // SECOND) for step in before), default=0)


def _may_follow(earlier: Step, later: Step) -> bool:
    (unit, length), (other_unit, other_length) = earlier.length, later.length
    if unit == other_unit:
        return length < other_length
    return earlier.is_before_due or not later.is_before_due


STANDARD = Policy(
    steps=(
        Step(after=timedelta(0), audience=(ASSIGNEE,), label="employee", severity=Severity.OVERDUE),
        Step(
            after=timedelta(hours=48),
            audience=(MANAGER, ASSIGNEE),
            label="manager",
            severity=Severity.ESCALATED,
        ),
        Step(after=timedelta(hours=96), audience=(ADMINS,), label="admin", severity=Severity.BREACH),
    )
)
"""The policy that every installation begins with, as the first migration stores it."""
