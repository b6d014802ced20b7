"""CloudEvents 1.0 envelopes around frozen pydantic events.

Attribute names follow the CloudEvents specification, version 1.0 (https://cloudevents.io).
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from uuid_utils.compat import uuid7

from followup_common.moments import moment

TYPE = re.compile(r"^followup\.(?P<name>[a-z-]+(\.[a-z-]+)*)\.v(?P<version>[0-9]+)$")

_events: dict[str, type[Event]] = {}


class EventRejected(ValueError):
    """A message that can never be handled: its type is unknown, newer than this service, or invalid."""


class Event(BaseModel):
    """What happened, as data. A subclass names its `type`, the `queue` that it goes to, and its fields.

    Events are immutable and versioned: a change of meaning or of a required field is a new
    version with a new class, so that old and new services can run side by side.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    queue: ClassVar[str]
    durable: ClassVar[bool] = True
    """Whether the outbox keeps it. Clock ticks are not kept: the next one comes anyway."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "type" in cls.__dict__:
            _events[cls.type] = cls

    @property
    def subject(self) -> str | None:
        """CloudEvents `subject`: what the event is about, for people who watch queues."""
        return None

    def halves(self) -> tuple[Event, Event] | None:
        """Split a batch in two, so that one bad entry can be found; None when it cannot be split."""
        return None


def _time(value: object) -> object:
    """A text has to be a time as RFC 3339 writes it; a number is none."""
    if isinstance(value, str):
        return moment(value)
    if not isinstance(value, datetime):
        raise ValueError("is not a time")  # noqa: TRY004 - what pydantic reports
    return value


Moment = Annotated[datetime, BeforeValidator(_time)]


class Envelope(BaseModel):
    """A CloudEvents 1.0 envelope as it travels, and as the outbox keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: str | None = None
    time: Moment
    traceparent: str | None = None
    data: dict[str, Any]


def wrap(event: Event, *, source: str, traceparent: str | None = None) -> Envelope:
    """Put an event into a new envelope with an id of its own (UUIDv7, so ids sort by time).

    Args:
        event: what happened.
        source: the service that says so, for example `followup/escalator`.
        traceparent: W3C trace context to carry on; without one a new trace starts.
    """
    return Envelope(
        id=uuid7(),
        source=source,
        type=event.type,
        subject=event.subject,
        time=datetime.now(UTC),
        traceparent=traceparent or _new_traceparent(),
        data=event.model_dump(mode="json"),
    )


def open_envelope(raw: object) -> tuple[Envelope, Event]:
    """Validate a received envelope and the event inside it.

    Raises:
        EventRejected: with a reason that names the field; retrying cannot help.
    """
    try:
        envelope = Envelope.model_validate(raw)
    except ValidationError as error:
        raise EventRejected(f"not a CloudEvents envelope: {first_problem(error)}") from error
    event_class = _events.get(envelope.type)
    if event_class is None:
        raise EventRejected(_unknown(envelope.type))
    try:
        return envelope, event_class.model_validate(envelope.data)
    except ValidationError as error:
        raise EventRejected(f"invalid {envelope.type}: {first_problem(error)}") from error


def event_types() -> dict[str, type[Event]]:
    """Every known event class by its type."""
    return dict(_events)


def first_problem(error: ValidationError) -> str:
    """One line that names the first wrong field, and how many more there are."""
    problems = error.errors(include_url=False, include_input=False)
    where = ".".join(str(part) for part in problems[0]["loc"]) or "(whole)"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{where}: {problems[0]['msg']}{more}"


def _new_traceparent() -> str:
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def _unknown(event_type: str) -> str:
    match = TYPE.match(event_type)
    if match:
        known = [m["version"] for t in _events if (m := TYPE.match(t)) and m["name"] == match["name"]]
        if known:
            return f"{event_type} is a version this service does not know (it knows v{', v'.join(known)})"
    return f"unknown event type {event_type[:200]!r}"
