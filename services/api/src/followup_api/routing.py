"""What the routes of the API share beyond FastAPI's own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from followup_api.idempotency import kept_by
from followup_api.json_bodies import StrictRequest
from followup_api.problems import Invalid

API = "/api/v1"
MOST_PARAMETERS = 300
"""In one query: each that is not known would be an error of its own."""


class Route(APIRoute):
    """Reads bodies strictly, and keeps the answer to an `Idempotency-Key` before the unit of work commits."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What FastAPI calls with a request."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            _refuse_long(request.scope["query_string"])
            request = StrictRequest(request.scope, request.receive)
            if self.body_field:
                await request.body()  # FastAPI would say of a sender who left that their body is wrong
            answer = await handle(request)
            once = kept_by(request)
            if once:
                await run_in_threadpool(once.keep, answer)
            return answer

        return handled


class DomainRouter(APIRouter):
    """A router whose routes are not tried where the path does not begin with its prefix.

    Trying each of a hundred routes takes half a millisecond.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of the routes is asked for."""
        fixed = self.prefix.partition("{")[0]
        return super().matches(scope) if scope["path"].startswith(fixed) else (Match.NONE, {})


def api_router(prefix: str, **options: Any) -> APIRouter:
    """A router of a domain's routes, under `API`."""
    return DomainRouter(prefix=API + prefix, route_class=Route, **options)


def operation_id(route: APIRoute) -> str:
    """What a route is called in the OpenAPI document: like its function."""
    return route.name


def _refuse_long(query: bytes) -> None:
    parameters = query.count(b"&") + 1
    if parameters > MOST_PARAMETERS:
        raise Invalid(
            "query", f"query has {parameters:,} parameters: send {MOST_PARAMETERS} at most, each once."
        )
