"""One log line and one measurement a request; errors that nobody foresaw become a problem here."""

from __future__ import annotations

import re
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from uuid import uuid4

import structlog
from followup_common.metrics import Meter
from followup_common.tracing import Attributes, Tracing
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from followup_api.metrics import NO_ROUTE, observe_request
from followup_api.problems import Unexpected

REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
QUIET = {"/healthz", "/readyz", "/metrics"}
"""Asked every few seconds: logged only when they fail."""
BY_LINK = "/a/"
"""Before the secret of a link, which no log may have."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Observability:
    """Bind `request_id` to every line that a request logs, log and measure it, and clear the context.

    Args:
        app: what comes next.
        meter: where to count.
        tracing: records a span for each request.
    """

    app: ASGIApp
    meter: Meter
    tracing: Tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        answer = _Answer(send, request_id)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            with self._span(scope) as span:
                await self._measured(scope, receive, answer, span)
        finally:
            structlog.contextvars.clear_contextvars()

    def _span(self, scope: Scope) -> AbstractContextManager[Span]:
        if scope["path"] in QUIET:
            return nullcontext(INVALID_SPAN)
        parent = _header(scope, b"traceparent").decode("latin-1")
        return self.tracing.span(scope["method"], SpanKind.SERVER, parent=parent or None)

    async def _measured(self, scope: Scope, receive: Receive, answer: _Answer, span: Span) -> None:
        started = time.perf_counter()
        try:
            await self._guarded(scope, receive, answer)
        finally:
            self._record(scope, answer.status or 499, time.perf_counter() - started, span)

    async def _guarded(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            await self.app(scope, receive, answer)
        except Exception:
            log.exception("request_failed", method=scope["method"], path=_shown(scope["path"]))
            if answer.status is not None:  # too late for another answer: break the connection
                raise
            await Unexpected().response()(scope, receive, answer)

    def _record(self, scope: Scope, status: int, seconds: float, span: Span) -> None:
        route = getattr(scope.get("route"), "path_format", None)
        observe_request(self.meter, route, scope["method"], status, seconds)
        _describe(span, route or NO_ROUTE, scope["method"], status)
        if scope["path"] in QUIET and status < 400:
            return
        log.info(
            "request",
            method=scope["method"],
            path=_shown(scope["path"]),
            status=status,
            ms=round(seconds * 1000, 1),
            user_id=scope.get("state", {}).get("user_id"),
        )


@dataclass
class _Answer:
    send: Send
    request_id: str
    status: int | None = field(default=None)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", self.request_id.encode())]
        await self.send(message)


def _shown(path: str) -> str:
    return f"{BY_LINK}..." if path.startswith(BY_LINK) else path


def _describe(span: Span, route: str, method: str, status: int) -> None:
    """Name a request's span, and say how it ended; what people write into paths and queries stays out."""
    span.update_name(f"{method} {route}")
    attributes: Attributes = {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
    }
    span.set_attributes(attributes)


def _request_id(scope: Scope) -> str:
    given = _header(scope, b"x-request-id")
    return given.decode("latin-1") if REQUEST_ID.match(given) else uuid4().hex


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")
