"""How a route is run: all of a request in one go, in one thread, on one connection."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import ResponseValidationError
from fastapi.routing import APIRoute, RouteContext
from starlette.types import ASGIApp, Receive, Scope, Send

from followup_api.answers import json_answer
from followup_api.arguments import Call, NotTaken, calls, in_place
from followup_api.auth.oidc.bearer import read_access_token
from followup_api.dependencies import Parts, UnitOfWork, reading, transaction, unit_of_work
from followup_api.idempotency import keep_answer
from followup_api.json_bodies import StrictRequest
from followup_api.problems import Invalid

API = "/api/v1"
MOST_PARAMETERS = 300
"""In one query: each that is not known would be an error of its own."""

T = TypeVar("T")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OneThreadRoute(APIRoute):
    """Who asks, what they want, the work, its commit and the answer's bytes: one visit to one thread.

    FastAPI sends every function that may wait, be it a dependency, the endpoint or the check of its answer,
    through the threadpool by itself; those trips took longer than what they were for. Here all functions of
    a request run in the thread that it was given, so they may wait there, and none may await the event loop:
    dependencies are `async` only because FastAPI then calls them where it is.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _called_in_place(endpoint), **options)

    def get_route_handler(self) -> Handler:
        """What Starlette calls with a request."""
        handle = self._quicker(super().get_route_handler())
        writes = unit_of_work in calls(self.dependant)

        async def handled(request: Request) -> Response:
            _refuse_long(request.scope["query_string"])
            app: Parts = request.app.state.parts
            if self.body_field:
                request = StrictRequest(request.scope, request.receive)
                request.state.sent = await request.body()  # and kept with the request
            request.state.access_token = await read_access_token(request, app)
            run = partial(_run, handle, request, _work(app, writes=writes))
            return await app.threads.run(run, writes=writes)

        return handled

    def _quicker(self, by_fastapi: Handler) -> Callable[[Request], Any]:
        """FastAPI's handler, or the short way through it for routes that `Call` supports."""
        call, field = Call(self.dependant), self.response_field
        if self.methods != {"GET"} or field is None or self.status_code is not None or not call.supported:
            return by_fastapi

        def handle(request: Request) -> Any:
            response = Response()
            del response.headers["content-length"]
            try:
                found = call.run(request, response, {})
            except NotTaken:
                return by_fastapi(request)
            if isinstance(found, Response):
                return found
            answer, errors = field.validate(found, {}, loc=("response",))
            if errors:
                raise ResponseValidationError(errors)
            return json_answer(field.serialize_json(answer), response)

        return handle


@dataclass(frozen=True)
class Direct:
    """Look up paths that have no parameters, instead of trying route after route.

    Args:
        app: the router, for all others.
        routes: what an application routes to.
    """

    app: ASGIApp
    routes: Mapping[tuple[str | None, str | None], RouteContext]

    @classmethod
    def before(cls, app: ASGIApp, contexts: Iterable[RouteContext]) -> Direct:
        """Put it before a router; of two routes for a path the first counts, as there."""
        routes: dict[tuple[str | None, str | None], RouteContext] = {}
        for context in contexts:
            path = context.path_format or ""
            for method in () if "{" in path else context.methods or ():
                routes.setdefault((method, path), context)
        return cls(app, routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = self.routes.get((scope.get("method"), scope.get("path")))
        if context is None:
            await self.app(scope, receive, send)
            return
        scope["route"], scope["path_params"] = context.original_route, {}
        await context.app(scope, receive, send)


def api_router(prefix: str = "", **options: Any) -> APIRouter:
    """A router of routes that use the database, under `API`."""
    return plain_router(prefix=API + prefix, route_class=OneThreadRoute, **options)


def plain_router(**options: Any) -> APIRouter:
    """A router whose routes stand for themselves: the application takes them over as they are.

    Including it in another one would build all of its routes once more.
    """
    return APIRouter(generate_unique_id_function=operation_id, **options)


def operation_id(route: APIRoute) -> str:
    """What a route is called in the OpenAPI document: like its function."""
    return route.name


async def in_transaction(app: Parts, work: Callable[[UnitOfWork], T]) -> T:
    """Do something in a transaction, in a thread: for the few routes that await something else before."""

    def run() -> T:
        with transaction(app.database, app.publisher, app.tracing) as opened:
            return work(opened)

    return await app.threads.run(run, writes=True)


def _work(app: Parts, *, writes: bool) -> AbstractContextManager[UnitOfWork]:
    return transaction(app.database, app.publisher, app.tracing) if writes else reading(app.database)


def _run(
    handle: Callable[[Request], Any], request: Request, opening: AbstractContextManager[UnitOfWork]
) -> Response:
    with opening as work:
        request.state.work = work
        response: Response = in_place(handle(request))
        keep_answer(request, response)
        return response


def _refuse_long(query: bytes) -> None:
    parameters = query.count(b"&") + 1
    if parameters > MOST_PARAMETERS:
        raise Invalid(
            "query", f"query has {parameters:,} parameters: send {MOST_PARAMETERS} at most, each once."
        )


def _called_in_place(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def call(*args: Any, **kwargs: Any) -> Any:
        return endpoint(*args, **kwargs)

    return call
