"""What Prometheus learns of requests; what it learns of the database is in ops/gauges.py."""

from __future__ import annotations

from followup_common.metrics import Counter, Gauge, Histogram, Meter

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
NO_ROUTE = "(none)"

REQUESTS = Counter("followup_http_requests_total", "Requests answered.", ("route", "method", "status"))
SECONDS = Histogram(
    "followup_http_request_duration_seconds",
    "Time until the answer was sent.",
    ("route", "method"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
STREAMS = Gauge("followup_inbox_streams", "Live inboxes (server-sent events) that are open.")
CONNECTIONS = Gauge("followup_api_connections", "Connections of clients that are open.")
CONNECTIONS_LIMIT = Gauge(
    "followup_api_connections_limit", "Connections of clients that a process takes at once."
)
CONNECTIONS_DROPPED = Counter(
    "followup_api_connections_dropped_total",
    "Connections closed, or not taken, because as many were open as the process takes.",
)

METRICS = (REQUESTS, SECONDS, STREAMS, CONNECTIONS, CONNECTIONS_LIMIT, CONNECTIONS_DROPPED)


def observe_request(meter: Meter, route: str | None, method: str, status: int, seconds: float) -> None:
    """Count one answer. Callers invent paths and methods: unknown ones share one label."""
    route, method = route or NO_ROUTE, method if method in METHODS else "(other)"
    meter.record(REQUESTS, route=route, method=method, status=str(status))
    meter.record(SECONDS, seconds, route=route, method=method)
