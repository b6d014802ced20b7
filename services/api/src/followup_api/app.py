"""The application, composed from its parts. No globals: tests and `followup run` build their own."""

from __future__ import annotations

from anyio import Semaphore
from fastapi import APIRouter, FastAPI
from followup_common.db import Database
from followup_common.messaging.publisher import Publisher

from followup_api import problems
from followup_api.dependencies import Parts
from followup_api.settings import ApiSettings

API = "/api/v1"

ROUTERS: tuple[APIRouter, ...] = ()
"""One router of each domain folder, under /api/v1."""


def create_app(settings: ApiSettings, *, database: Database, publisher: Publisher) -> FastAPI:
    """Compose the application.

    Args:
        settings: what the environment says.
        database: where everything is kept; the caller closes it.
        publisher: sends committed events; the caller starts and stops it.
    """
    app = FastAPI(
        title="Followup",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=settings.max_body_bytes,
    )
    app.state.parts = Parts(settings, database, publisher, Semaphore(settings.database_pool_size))
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    return app
