"""What routes declare by their signatures and those of their dependencies.

Routes of included routers come from FastAPI's `iter_route_contexts`: `app.routes` has only the routers.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, get_args

from fastapi.params import Depends
from fastapi.routing import APIRoute, RouteContext
from followup_api.permissions import Permission


def calls(route: RouteContext | APIRoute) -> Iterator[Callable[..., Any]]:
    """Every function that is called for a route."""
    for dependency in getattr(route, "dependencies", ()):
        yield from _called_for(dependency.dependency)
    if route.endpoint:
        yield from _called_for(route.endpoint)


def declared_permissions(route: RouteContext) -> Iterator[Permission]:
    """The permissions that a route's dependencies declare."""
    for call in calls(route):
        permission = getattr(call, "permission", None)
        if isinstance(permission, Permission):
            yield permission


def _called_for(call: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    yield call
    for parameter in inspect.signature(call, eval_str=True).parameters.values():
        for extra in get_args(parameter.annotation)[1:]:
            if isinstance(extra, Depends) and extra.dependency:
                yield from _called_for(extra.dependency)
