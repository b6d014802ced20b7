"""What probes read."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from followup_api.schemas import Schema


class Alive(Schema):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(Schema):
    """Whether requests can be served, and why not."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "ready",
                    "checks": {
                        "database": "ok",
                        "broker": "escalator: RabbitMQ does not answer. Events wait in the outbox",
                    },
                }
            ]
        }
    )

    status: Literal["ready", "not ready"]
    checks: dict[str, str] = Field(
        description="One line for each part; the broker is not needed to be ready."
    )
