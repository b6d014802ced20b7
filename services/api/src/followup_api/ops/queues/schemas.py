"""RabbitMQ's queues as operators see them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.schemas import Schema, Time, examples


class Figure(StrEnum):
    """What there is to know about a queue; each a field of its own."""

    READY = "ready"
    UNACKNOWLEDGED = "unacknowledged"
    CONSUMERS = "consumers"
    PUBLISH_RATE = "publish_rate"
    DELIVER_RATE = "deliver_rate"


FULL: JsonDict = {
    "name": "notifier",
    "ready": 1250,
    "unacknowledged": 10,
    "consumers": 2,
    "publish_rate": 42.4,
    "deliver_rate": 38.0,
    "missing": {},
}
EMPTY: JsonDict = {**FULL, "ready": 0, "unacknowledged": 0, "publish_rate": 0.0, "deliver_rate": 0.0}
SERVED: JsonDict = {
    "service": "notifier",
    "main": FULL,
    "delayed": {**EMPTY, "name": "notifier.DQ"},
    "dead": {**EMPTY, "name": "notifier.XQ", "consumers": 0},
}


class Source(StrEnum):
    """Who told the figures."""

    MANAGEMENT = "management"
    AMQP = "amqp"


class QueueState(Schema, json_schema_extra=examples(FULL)):
    """One queue of RabbitMQ. A figure that nobody told is null, and `missing` says why."""

    name: str
    ready: int | None = Field(description="Messages that wait for a consumer.")
    unacknowledged: int | None = Field(description="Messages that a consumer has and has not settled.")
    consumers: int | None
    publish_rate: float | None = Field(description="Messages a second that come in.")
    deliver_rate: float | None = Field(description="Messages a second that are handed to consumers.")
    missing: dict[Figure, str] = Field(description="Why a figure is null, by its name.")

    @classmethod
    def of(cls, name: str, known: Mapping[Figure, float | None], why: str) -> Self:
        """A queue's state.

        Args:
            name: of the queue.
            known: the figures that somebody told.
            why: the reason for each of the others.
        """
        figures = {figure: known.get(figure) for figure in Figure}
        missing = {figure: why for figure, value in figures.items() if value is None}
        return cls.model_validate({"name": name, **figures, "missing": missing})


class ServiceQueues(Schema, json_schema_extra=examples(SERVED)):
    """The queue of a service, and the two that Dramatiq keeps beside it."""

    service: str
    main: QueueState
    delayed: QueueState = Field(description="`.DQ`: messages that are tried again in a moment.")
    dead: QueueState = Field(
        description="`.XQ`: copies of what was given up, for a look. What counts is the list of dead letters."
    )


QUEUES_EXAMPLE: JsonDict = {
    "read_at": "2026-03-31T09:00:00Z",
    "delivery": "rabbitmq",
    "source": "management",
    "problems": [],
    "queues": [SERVED],
}


class Queues(Schema, json_schema_extra=examples(QUEUES_EXAMPLE)):
    """Every queue, as far as it is known."""

    read_at: Time
    delivery: Literal["rabbitmq", "in-process"] = Field(
        description="How events reach the services; in-process (`followup run`) there are no queues."
    )
    source: Source | None = Field(description="Who told the figures; null when nobody did.")
    problems: list[str] = Field(description="What could not be asked, and the fix.")
    queues: list[ServiceQueues]
