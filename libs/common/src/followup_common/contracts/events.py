"""Every event, version 1. Producers and consumers are named in docs/asyncapi.json."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, model_validator

from followup_common.contracts.envelope import Event, Moment

ESCALATOR = "escalator"
NOTIFIER = "notifier"


Number = Annotated[int, Strict()]
"""A number as such: from a message neither `true` nor `"1"` is one."""
Run = Annotated[Number, Field(ge=1, description="Counts how often the escalation has started over.")]
StepNumber = Annotated[Number, Field(ge=1, description="Number of the policy step, from 1.")]
Repeat = Annotated[Number, Field(ge=0)]


class SweepTick(Event):
    """The clock says that a sweep is due. PostgreSQL decides which slot it belongs to."""

    type: ClassVar[str] = "followup.sweep.tick.v1"
    queue: ClassVar[str] = ESCALATOR
    durable: ClassVar[bool] = False


class OutboxTick(Event):
    """The clock says that it is time to look after the outbox: redrive, settle sweeps, prune."""

    type: ClassVar[str] = "followup.outbox.tick.v1"
    queue: ClassVar[str] = ESCALATOR
    durable: ClassVar[bool] = False


class SweepRequested(Event):
    """A sweep was recorded and waits to be run."""

    type: ClassVar[str] = "followup.sweep.requested.v1"
    queue: ClassVar[str] = ESCALATOR

    sweep_id: Number

    @property
    def subject(self) -> str:
        return f"sweeps/{self.sweep_id}"


class BatchRequested(SweepRequested):
    """A running sweep has more to claim. Each lane of a sweep asks for its next batch with one of these."""

    type: ClassVar[str] = "followup.sweep.batch-requested.v1"

    since: Moment | None = Field(
        None, description="Up to when the lane has claimed what was due. The next batch begins there."
    )


class EscalationKey(BaseModel):
    """One step of one follow-up, as the unique keys of notifications and activities know it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    follow_up_id: Number
    run: Run
    step: StepNumber
    repeat: Repeat = 0


class EscalationsRaised(Event):
    """Follow-ups reached a step of their policy: tell the step's audience.

    A batch travels as columns, a list of numbers each: entry by entry they make `EscalationKey`s. That
    is a fifth of the bytes of a list of keys, and what is read from it goes into SQL as it is.
    """

    type: ClassVar[str] = "followup.escalations.raised.v1"
    queue: ClassVar[str] = NOTIFIER

    sweep_id: Number | None
    follow_up_ids: tuple[Number, ...] = Field(min_length=1)
    runs: tuple[Run, ...]
    steps: tuple[StepNumber, ...]
    repeats: tuple[Repeat, ...]
    in_hours: bool = Field(
        False,
        strict=True,
        exclude_if=lambda later: not later,  # so that the release before, which does not know it, reads it
        description="They have been announced: tell those whose working hours had not begun by then.",
    )

    @model_validator(mode="after")
    def _as_long_as_each_other(self) -> Self:
        if not len(self) == len(self.runs) == len(self.steps) == len(self.repeats):
            raise ValueError("follow_up_ids, runs, steps and repeats must be of one length")
        return self

    @classmethod
    def of(cls, sweep_id: int | None, keys: Iterable[EscalationKey]) -> Self:
        """The event of these escalations, one at least."""
        columns = zip(*((k.follow_up_id, k.run, k.step, k.repeat) for k in keys), strict=True)
        ids, runs, steps, repeats = columns
        return cls(sweep_id=sweep_id, follow_up_ids=ids, runs=runs, steps=steps, repeats=repeats)

    @property
    def escalations(self) -> tuple[EscalationKey, ...]:
        """The batch as keys, entry by entry."""
        columns = zip(self.follow_up_ids, self.runs, self.steps, self.repeats, strict=True)
        return tuple(
            EscalationKey(follow_up_id=follow_up_id, run=run, step=step, repeat=repeat)
            for follow_up_id, run, step, repeat in columns
        )

    @property
    def subject(self) -> str | None:
        return f"sweeps/{self.sweep_id}" if self.sweep_id else None

    def halves(self) -> tuple[Self, Self] | None:
        middle = len(self) // 2
        return (self._slice(0, middle), self._slice(middle, len(self))) if middle else None

    def __len__(self) -> int:
        return len(self.follow_up_ids)

    def _slice(self, start: int, stop: int) -> Self:
        return self.model_copy(update={name: getattr(self, name)[start:stop] for name in COLUMNS})


COLUMNS = ("follow_up_ids", "runs", "steps", "repeats")


class EscalationsDelivered(Event):
    """The notifier has dealt with a batch; the escalator keeps the sweep's counts with it."""

    type: ClassVar[str] = "followup.escalations.delivered.v1"
    queue: ClassVar[str] = ESCALATOR

    sweep_id: Number | None
    delivered: Number = Field(ge=1, description="Escalations that the batch held.")
    notified: Number = Field(ge=0, description="Notifications written.")
    superseded: tuple[EscalationKey, ...] = Field(
        default=(), description="A later step had been reached before this one was announced."
    )
    unroutable: tuple[EscalationKey, ...] = Field(default=(), description="Nobody active to tell.")

    @property
    def subject(self) -> str | None:
        return f"sweeps/{self.sweep_id}" if self.sweep_id else None


class FollowUpReassigned(Event):
    """A follow-up got another assignee: they are told at once, and whom the step reached tells now."""

    type: ClassVar[str] = "followup.follow-up.reassigned.v1"
    queue: ClassVar[str] = NOTIFIER

    follow_up_id: Number
    assignee_id: Number
    assignment: Number = Field(ge=1, description="Counts the assignments of this follow-up.")
    actor_id: Number | None

    @property
    def subject(self) -> str:
        return f"follow-ups/{self.follow_up_id}"


class PersonReturned(Event):
    """Somebody who was away is back: sum up for them what came meanwhile without a sound."""

    type: ClassVar[str] = "followup.person.returned.v1"
    queue: ClassVar[str] = NOTIFIER

    user_id: Number
    absence_id: Number = Field(description="The last of their absences that are over now.")
    since: Moment = Field(description="When the first of them began.")

    @property
    def subject(self) -> str:
        return f"users/{self.user_id}"


class FollowUpsHandedOver(Event):
    """Open follow-ups went from one person to another in one go, or back: who is concerned is told once."""

    type: ClassVar[str] = "followup.follow-ups.handed-over.v1"
    queue: ClassVar[str] = NOTIFIER

    hand_over_id: Number
    back: bool = Field(False, strict=True, description="Whether they went back to whom they came from.")
    silent: bool = Field(
        False,
        strict=True,
        description="Whether they were undone: only those are told who had heard that they were given.",
    )
    actor_id: Number | None = Field(
        None,
        exclude_if=lambda nobody: nobody is None,  # so that the release before reads it
        description="Who undid it.",
    )

    @property
    def subject(self) -> str:
        return f"hand-overs/{self.hand_over_id}"


class PoliciesPublished(Event):
    """A policy was published for open follow-ups too: those that get another version now move to it.

    Each goes on where it would be on that version; what it has told is not told again. A batch that is not
    the last one emits the event again, with `after`.
    """

    type: ClassVar[str] = "followup.policies.published.v1"
    queue: ClassVar[str] = ESCALATOR

    policy_version_id: Number = Field(description="The version that was published.")
    actor_id: Number | None = Field(description="Who published it.")
    after: Number = Field(0, ge=0, description="Follow-ups up to this id have been looked at.")
    beside: tuple[str, ...] = Field(
        (),
        exclude_if=lambda others: not others,  # so that the release before, which does not know it, reads it
        description="PostgreSQL's numbers of the transactions that wrote follow-ups when the first were "
        "looked at: once they have ended, all are looked at again.",
    )

    @property
    def subject(self) -> str:
        return f"policy-versions/{self.policy_version_id}"


class CalendarsChanged(Event):
    """Calendars say something else now, or other people count by them: open follow-ups are placed again.

    What they have told is not told again. A batch that is not the last one emits the event again, with
    `after`.
    """

    type: ClassVar[str] = "followup.calendars.changed.v1"
    queue: ClassVar[str] = ESCALATOR

    calendar_ids: tuple[Number, ...] = Field(description="Calendars that have a new version.")
    user_ids: tuple[Number, ...] = Field(
        description="People with another calendar, or another manager: they and all below them are concerned."
    )
    everybody: bool = Field(description="The organisation has another calendar.")
    after: Number = Field(0, ge=0, description="Follow-ups up to this id have been looked at.")

    @property
    def subject(self) -> str:
        return "calendars"


class HoldsEnded(Event):
    """Holds of follow-ups have ended by their time: tell those who are to know, once.

    Of a wait these are the assignee and their manager; of a snooze or an acknowledgement, whose it was.
    """

    type: ClassVar[str] = "followup.holds.ended.v1"
    queue: ClassVar[str] = NOTIFIER

    hold_ids: tuple[Number, ...] = Field(min_length=1)

    @property
    def subject(self) -> str:
        return "holds"

    def halves(self) -> tuple[Self, Self] | None:
        middle = len(self.hold_ids) // 2
        if not middle:
            return None
        first, second = self.hold_ids[:middle], self.hold_ids[middle:]
        return self.model_copy(update={"hold_ids": first}), self.model_copy(update={"hold_ids": second})
