"""Tracing with OpenTelemetry's SDK, sent as OTLP over HTTP. Imported only where tracing is on."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pydantic import AnyHttpUrl

from followup_common.tracing import Attributes, Kind, Span, Tracing

CLOSE_SECONDS = 5
W3C = TraceContextTextMapPropagator()
KINDS: dict[Kind, trace.SpanKind] = {
    "server": trace.SpanKind.SERVER,
    "producer": trace.SpanKind.PRODUCER,
    "consumer": trace.SpanKind.CONSUMER,
}


class OtlpTracing(Tracing):
    """Records spans and sends them from a thread of its own, a batch at a time.

    The SDK's own variables hold: OTEL_TRACES_SAMPLER, OTEL_RESOURCE_ATTRIBUTES, OTEL_EXPORTER_OTLP_HEADERS
    and the others.

    Args:
        service: its name.
        endpoint: base URL of the receiver; None: the one that OpenTelemetry's variables name.
    """

    def __init__(self, service: str, endpoint: AnyHttpUrl | None) -> None:
        named = os.environ.get("OTEL_SERVICE_NAME") or f"followup-{service}"
        # Whoever runs it closes it: at exit the SDK would wait for a receiver that is away for 30 s.
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": named}), shutdown_on_exit=False
        )
        traces = None if endpoint is None else f"{str(endpoint).rstrip('/')}/v1/traces"
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=traces)))
        self._tracer = self._provider.get_tracer("followup")

    @contextmanager
    def span(
        self, name: str, kind: Kind, *, parent: str | None = None, attributes: Attributes | None = None
    ) -> Iterator[Span]:
        caused_by = W3C.extract({"traceparent": parent} if parent else {})
        with self._tracer.start_as_current_span(
            name, context=caused_by, kind=KINDS[kind], attributes=attributes
        ) as span:
            ids = span.get_span_context()
            with structlog.contextvars.bound_contextvars(
                trace_id=trace.format_trace_id(ids.trace_id), span_id=trace.format_span_id(ids.span_id)
            ):
                yield _Recorded(span)

    def traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        W3C.inject(carrier)
        return carrier.get("traceparent")

    def close(self) -> None:
        closing = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)


class _Recorded(Span):
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def describe(self, name: str, attributes: Attributes) -> None:
        self._span.update_name(name)
        self._span.set_attributes(dict(attributes))
