"""What a route's functions are called with, worked out once a route instead of once a request."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from inspect import iscoroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

CONTAINERS = (list, tuple, set, frozenset)


class NotTaken(Exception):
    """A request that FastAPI has to look at itself: something in it is not valid, and it says what."""


@dataclass
class Call:
    """A function of a route and where its arguments come from.

    FastAPI finds that out again for each request, which takes longer than calling them does. This does the
    same for what most routes that read have: dependencies, the request and its answer, numbers in the path,
    and one model of all query parameters. Whatever does not pass goes to FastAPI: there are only its errors.

    Args:
        dependant: what FastAPI knows of the function.
    """

    dependant: Dependant
    parts: list[Call] = field(init=False)

    def __post_init__(self) -> None:
        self.parts = [Call(part) for part in self.dependant.dependencies]

    @property
    def supported(self) -> bool:
        """Whether the arguments are all of the kinds above."""
        mine = self.dependant
        other = (mine.header_params, mine.cookie_params, mine.body_params, mine.background_tasks_param_name)
        one_model = not mine.query_params or (len(mine.query_params) == 1 and self._model is not None)
        return not any(other) and one_model and all(part.supported for part in self.parts)

    def run(self, request: Request, response: Response, done: dict[Any, Any]) -> Any:
        """Call the function, and before it those that it depends on; `done` has what they gave.

        Raises:
            NotTaken: the path or the query is not valid.
        """
        call = self.dependant.call
        if call is not None and call not in done:
            arguments: dict[Any, Any] = dict(self._own(request, response))
            for part in self.parts:
                arguments[part.dependant.name] = part.run(request, response, done)
            arguments.pop(None, None)  # of those that are called only for what they do
            done[call] = in_place(call(**arguments))
        return done[call]

    def _own(self, request: Request, response: Response) -> Iterator[tuple[str, Any]]:
        mine = self.dependant
        for name in (mine.request_param_name, mine.http_connection_param_name):
            if name:
                yield name, request
        if mine.response_param_name:
            yield mine.response_param_name, response
        for param in mine.path_params:
            value, errors = param.validate(request.path_params.get(param.name), {}, loc=("path",))
            if errors:
                raise NotTaken
            yield param.name, value
        for param in mine.query_params:
            value, errors = param.validate(dict(request.query_params), {}, loc=("query",))
            if errors:
                raise NotTaken
            yield param.name, value

    @property
    def _model(self) -> type[BaseModel] | None:
        """The one model of all query parameters, if each of them is a single value."""
        annotation = self.dependant.query_params[0].field_info.annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return None
        single = all(
            getattr(info.annotation, "__origin__", info.annotation) not in CONTAINERS and not info.alias
            for info in annotation.model_fields.values()
        )
        return annotation if single else None


def in_place(result: Any) -> Any:
    """What a function gives, in this thread: a coroutine that never has to wait for the event loop ends here.

    Raises:
        RuntimeError: it waits for something else than this thread.
    """
    if not iscoroutine(result):
        return result
    coroutine: Coroutine[Any, Any, Any] = result
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise RuntimeError("something awaits the event loop: here it must wait in its thread instead")


def calls(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    """Every function that is called for a route."""
    yield dependant.call
    for dependency in dependant.dependencies:
        yield from calls(dependency)
