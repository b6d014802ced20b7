"""Every event, version 1. Producers and consumers are named in docs/asyncapi.json."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

from followup_common.contracts.envelope import Event

ESCALATOR = "escalator"
NOTIFIER = "notifier"


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

    sweep_id: int

    @property
    def subject(self) -> str:
        return f"sweeps/{self.sweep_id}"


class BatchRequested(SweepRequested):
    """A running sweep has more to claim. Each lane of a sweep asks for its next batch with one of these."""

    type: ClassVar[str] = "followup.sweep.batch-requested.v1"


class EscalationKey(BaseModel):
    """One step of one follow-up, as the unique keys of notifications and activities know it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    follow_up_id: int
    due_version: int = Field(ge=1)
    step: int = Field(ge=1, description="Number of the policy step, from 1.")
    repeat: int = Field(default=0, ge=0)


class EscalationsRaised(Event):
    """Follow-ups reached a step of their policy: tell the step's audience."""

    type: ClassVar[str] = "followup.escalations.raised.v1"
    queue: ClassVar[str] = NOTIFIER

    sweep_id: int | None
    escalations: tuple[EscalationKey, ...] = Field(min_length=1)

    @property
    def subject(self) -> str | None:
        return f"sweeps/{self.sweep_id}" if self.sweep_id else None

    def halves(self) -> tuple[Self, Self] | None:
        middle = len(self.escalations) // 2
        if middle == 0:
            return None
        first, second = self.escalations[:middle], self.escalations[middle:]
        return self.model_copy(update={"escalations": first}), self.model_copy(update={"escalations": second})


class EscalationsDelivered(Event):
    """The notifier has dealt with a batch; the escalator keeps the sweep's counts with it."""

    type: ClassVar[str] = "followup.escalations.delivered.v1"
    queue: ClassVar[str] = ESCALATOR

    sweep_id: int | None
    delivered: int = Field(ge=1, description="Escalations that the batch held.")
    notified: int = Field(ge=0, description="Notifications written.")
    superseded: tuple[EscalationKey, ...] = Field(
        default=(), description="A later step had been reached before this one was announced."
    )
    unroutable: tuple[EscalationKey, ...] = Field(default=(), description="Nobody active to tell.")

    @property
    def subject(self) -> str | None:
        return f"sweeps/{self.sweep_id}" if self.sweep_id else None


class FollowUpReassigned(Event):
    """A follow-up got another assignee, who is told at once that it is theirs."""

    type: ClassVar[str] = "followup.follow-up.reassigned.v1"
    queue: ClassVar[str] = NOTIFIER

    follow_up_id: int
    assignee_id: int
    assignment: int = Field(ge=1, description="Counts the assignments of this follow-up.")
    actor_id: int | None

    @property
    def subject(self) -> str:
        return f"follow-ups/{self.follow_up_id}"
