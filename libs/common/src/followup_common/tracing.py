"""Traces: one from a tick or a click through RabbitMQ to the notification. Off, and free, by default."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

from followup_common.settings import Settings

Kind = Literal["server", "producer", "consumer"]
Attributes = Mapping[str, str | int]

STANDARD = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""OpenTelemetry's own variables, either of which turns tracing on as well."""


class Span:
    """A span that is under way. This one, of a service that traces nothing, forgets what it is told."""

    def describe(self, name: str, attributes: Attributes) -> None:
        """Say what is known only later."""


class Tracing:
    """What a service has that traces nothing."""

    def span(
        self,
        name: str,  # noqa: ARG002 - for those that trace
        kind: Kind,  # noqa: ARG002
        *,
        parent: str | None = None,  # noqa: ARG002
        attributes: Attributes | None = None,  # noqa: ARG002
    ) -> AbstractContextManager[Span]:
        """Something that takes time, as long as the context is open; an error that leaves it is noted.

        Args:
            name: what is done, such as `process followup.sweep.tick.v1`.
            kind: answering a request, sending or handling an event.
            parent: W3C traceparent of what caused it; without one a new trace starts.
            attributes: by OpenTelemetry's semantic conventions.
        """
        return _NOTHING

    def traceparent(self) -> str | None:
        """W3C traceparent of the span that is under way here, for what it causes; None without one."""
        return None

    def close(self) -> None:
        """Send what has not been sent yet; gives up after some seconds."""


_NOTHING = nullcontext(Span())


def tracing(service: str, settings: Settings) -> Tracing:
    """What a service traces with, as its settings and OpenTelemetry's own variables say.

    Call it in the process that works, not before a fork: it sends from a thread.
    """
    if settings.otlp_endpoint is None and not any(map(os.environ.get, STANDARD)):
        return Tracing()
    try:
        from followup_common.otlp import OtlpTracing
    except ImportError as error:
        print(  # noqa: T201 - no log yet
            f"FOLLOWUP_OTLP_ENDPOINT asks for traces, and {error.name} is not installed. "
            "Install followup-common[tracing].",
            file=sys.stderr,
        )
        sys.exit(2)
    return OtlpTracing(service, settings.otlp_endpoint)
