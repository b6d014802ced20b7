"""Traces: one from a tick or a click through RabbitMQ to the notification. Nothing is recorded by default.

OpenTelemetry's API is in every service; its SDK comes with the extra `tracing`, and is loaded only where
traces are asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from followup_common.settings import Settings

Attributes = Mapping[str, str | int]

STANDARD = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""OpenTelemetry's own variables, either of which turns tracing on as well."""

W3C = TraceContextTextMapPropagator()


class Tracing:
    """What a service traces with.

    Args:
        provider: makes the spans. OpenTelemetry's default records nothing, and hands on what caused it.
    """

    def __init__(self, provider: trace.TracerProvider | None = None) -> None:
        self._records = provider is not None
        self._tracer = (provider or trace.NoOpTracerProvider()).get_tracer("followup")

    @contextmanager
    def span(
        self, name: str, kind: SpanKind, *, parent: str | None = None, attributes: Attributes | None = None
    ) -> Iterator[Span]:
        """Something that takes time, as long as the context is open; an error that leaves it is noted.

        Args:
            name: what is done, such as `process followup.sweep.tick.v1`.
            kind: answering a request, sending or handling an event.
            parent: W3C traceparent of what caused it; without one a new trace starts.
            attributes: by OpenTelemetry's semantic conventions.
        """
        caused_by = W3C.extract({"traceparent": parent} if parent else {})
        with (
            self._tracer.start_as_current_span(
                name, context=caused_by, kind=kind, attributes=attributes
            ) as span,
            structlog.contextvars.bound_contextvars(**self._ids(span)),
        ):
            yield span

    def traceparent(self) -> str | None:
        """W3C traceparent of the span that is under way here, for what it causes; None without one."""
        carrier: dict[str, str] = {}
        W3C.inject(carrier)
        return carrier.get("traceparent")

    def close(self) -> None:
        """Send what has not been sent yet; gives up after some seconds."""

    def _ids(self, span: Span) -> dict[str, str]:
        """What log lines carry: by these a trace is found, so only where there is one to find."""
        if not self._records:
            return {}
        ids = span.get_span_context()
        return {
            "trace_id": trace.format_trace_id(ids.trace_id),
            "span_id": trace.format_span_id(ids.span_id),
        }


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
