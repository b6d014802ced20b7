"""Health of a service over HTTP: /healthz (alive) and /readyz (can do its job, or what is missing).

`python -m followup_common.health` asks the service on this machine; for a container's HEALTHCHECK.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import urllib.request
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from followup_common.db import Database

log = structlog.get_logger()

Check = Callable[[], str | None]
"""Returns None when all is well, else what is missing."""


class HealthServer:
    """A small HTTP server in a thread of its own.

    Args:
        port: where to listen; 0 serves nothing.
        alive: checks whose failure means that the process should be restarted.
        ready: checks whose failure means that it cannot work right now.
    """

    def __init__(
        self, port: int, *, alive: Mapping[str, Check] | None = None, ready: Mapping[str, Check] | None = None
    ) -> None:
        self._port = port
        self._checks = {"/healthz": alive or {}, "/readyz": {**(alive or {}), **(ready or {})}}

    def start(self) -> None:
        """Listen. A port that is taken (by a sister process of the same service) is left to its owner."""
        if not self._port:
            return
        try:
            server = ThreadingHTTPServer(("0.0.0.0", self._port), self._handler())  # noqa: S104 - probes come from outside
        except OSError as error:
            log.info("health_port_taken", port=self._port, error=str(error))
            return
        threading.Thread(target=server.serve_forever, name="health", daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        paths = self._checks

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                checks = paths.get(self.path)
                if checks is None:
                    self.send_error(HTTPStatus.NOT_FOUND)
                    return
                status, body = report(checks)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                """Probes are not worth a log line."""

        return Handler


def report(checks: Mapping[str, Check]) -> tuple[HTTPStatus, dict[str, object]]:
    """Run checks: 200 when all pass, else 503; the body names each."""
    results = {name: check() for name, check in checks.items()}
    well = not any(results.values())
    body: dict[str, object] = {
        "status": "ok" if well else "unavailable",
        "checks": {name: problem or "ok" for name, problem in results.items()},
    }
    return (HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE), body


def database_check(database: Database) -> Check:
    """Whether PostgreSQL answers."""

    def check() -> str | None:
        try:
            with database.transaction() as tx:
                tx.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            return f"PostgreSQL does not answer: {type(error).__name__}"
        return None

    return check


def main() -> int:
    """Exit status 0 when the service on FOLLOWUP_HEALTH_PORT (default 8080) is alive."""
    port = os.environ.get("FOLLOWUP_HEALTH_PORT", "8080")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
            return 0 if answer.status == HTTPStatus.OK else 1
    except OSError as error:
        print(f"not healthy: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 1


if __name__ == "__main__":
    sys.exit(main())
