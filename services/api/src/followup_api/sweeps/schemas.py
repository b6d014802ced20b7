"""A sweep as callers see it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.schemas import Schema, Time, examples

EXAMPLE: JsonDict = {
    "id": 7,
    "trigger": "manual",
    "status": "completed",
    "requested_at": "2026-03-31T09:00:00Z",
    "started_at": "2026-03-31T09:00:00.120000Z",
    "finished_at": "2026-03-31T09:00:01.480000Z",
    "escalated": 120,
    "notified": 160,
    "failed": 0,
}


class Sweep(Schema, json_schema_extra=examples(EXAMPLE)):
    """One pass over the overdue follow-ups."""

    id: int
    trigger: Literal["schedule", "manual", "cron"] = Field(description="What asked for it.")
    status: Literal["queued", "running", "completed", "failed"]
    requested_at: Time
    started_at: Time | None
    finished_at: Time | None
    escalated: int = Field(description="Follow-ups that reached a step.")
    notified: int = Field(description="Notifications written.")
    failed: int = Field(description="Escalations that became dead letters.")


class SweepProgress(Sweep, json_schema_extra=examples({**EXAMPLE, "waiting": 0})):
    """A sweep and what it has not reached yet."""

    waiting: int = Field(
        description="Follow-ups that have passed a step and no sweep has taken yet; 100,000 stands for more."
    )
