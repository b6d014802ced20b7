"""How the application is served, as a service of its own and within `followup run`."""

from __future__ import annotations

import socket
from functools import partial

import structlog
import uvicorn
from fastapi import FastAPI
from followup_common.db import Database
from followup_common.settings import DatabaseSettings

from followup_api.connections import Connection, Connections, most_connections
from followup_api.dependencies import AppContext
from followup_api.notifications import live
from followup_api.settings import ApiSettings

log = structlog.get_logger()

UNTRUST = (
    "Passwords and log-ins cross the network readable. Put https in front, set FOLLOWUP_PUBLIC_URL, unset "
    "FOLLOWUP_TRUST_PLAIN_HTTP."
)
DRAIN_SECONDS = 3
"""Requests in flight at SIGTERM get this long; live streams end at once."""


def open_database(settings: DatabaseSettings) -> Database:
    """The pool of connections that the settings describe."""
    return Database.of(settings, application_name="followup-api")


def server_config(app: FastAPI, settings: ApiSettings) -> uvicorn.Config:
    """Configure uvicorn: our logging, no access log of its own, forwarded headers only from known proxies."""
    context: AppContext = app.state.context
    connections = Connections(most_connections(settings.max_connections), context.meter)
    return uvicorn.Config(
        app,
        http=partial(Connection, connections),  # type: ignore[arg-type]  # called like a class
        ws="none",
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.forwarded_allow_ips is not None,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


class Server(uvicorn.Server):
    """Serves the application; at shutdown it ends live streams first, and then waits for requests in flight.

    Args:
        app: what to serve.
        settings: where to listen.
    """

    def __init__(self, app: FastAPI, settings: ApiSettings) -> None:
        if settings.trust_plain_http:
            log.warning("plain_http_is_trusted", fix=UNTRUST)
        super().__init__(server_config(app, settings))
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn once it was told to stop."""
        inboxes = live.of(self._app)
        if inboxes:
            inboxes.close()
        await super().shutdown(sockets)
