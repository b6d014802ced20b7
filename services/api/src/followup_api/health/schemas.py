"""What probes read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.schemas import Schema, examples


class Alive(Schema):
    """The process answers."""

    status: Literal["alive"] = "alive"


READINESS_EXAMPLE: JsonDict = {
    "status": "ready",
    "checks": {"database": "ok", "broker": "escalator: RabbitMQ does not answer. Events wait in the outbox"},
}


class Readiness(Schema, json_schema_extra=examples(READINESS_EXAMPLE)):
    """Whether requests can be served, and why not."""

    status: Literal["ready", "not ready"]
    checks: dict[str, str] = Field(
        description="One line for each part; the broker is not needed to be ready."
    )
