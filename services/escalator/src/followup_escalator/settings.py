"""Settings of the escalator."""

from datetime import timedelta
from typing import Annotated

from followup_common.settings import WorkerSettings, unset_when_empty
from pydantic import BeforeValidator, Field


class EscalatorSettings(WorkerSettings):
    """What the escalator takes."""

    sweep_batch_size: int = Field(2_000, ge=1, le=10_000, description="Follow-ups claimed at once.")
    sweep_lanes: int = Field(4, ge=1, le=64, description="Batches of one sweep claimed side by side.")
    escalations_per_minute: Annotated[int | None, BeforeValidator(unset_when_empty)] = Field(
        None,
        ge=1,
        description="Escalations raised in any 60 seconds at most, such as 100, by all escalators "
        "together; the rest waits. Unset or empty: no limit.",
    )
    outbox_retention_days: float = Field(
        7, gt=0, le=3_650, description="How long handled events are kept in the outbox; at most ten years."
    )

    @property
    def outbox_retention(self) -> timedelta:
        return timedelta(days=self.outbox_retention_days)
