"""Sending traces as OTLP over HTTP, with OpenTelemetry's SDK. Imported only where tracing is on."""

from __future__ import annotations

import os
import threading

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic import AnyHttpUrl

from followup_common.tracing import Tracing

CLOSE_SECONDS = 5


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
        # The service closes it: at exit the SDK would wait for a receiver that is away for 30 s.
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": named}), shutdown_on_exit=False
        )
        traces = None if endpoint is None else f"{str(endpoint).rstrip('/')}/v1/traces"
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=traces)))
        super().__init__(self._provider)

    def close(self) -> None:
        closing = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)
