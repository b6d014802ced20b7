"""Errors as problem details (RFC 9457), in one shape for every status.

Raise a `Problem`, or a named subclass of one of the classes below; the message names the field and the fix.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from followup_common.db.lost import CommitUnknown
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from followup_api.field_errors import field_errors

MEDIA_TYPE = "application/problem+json"
READS = {"GET", "HEAD"}
MOST_ERRORS = 100
"""Fields that one answer names; the others are counted."""


class FieldError(BaseModel):
    """What is wrong with one field, and how to fix it."""

    field: str = Field(examples=["due_at"])
    message: str = Field(examples=["due_at needs a time zone, such as 2026-03-31T09:00:00Z"])


class ProblemDetails(BaseModel):
    """The body of every error (RFC 9457)."""

    type: str = Field(
        description="Names the kind of problem; stable.", examples=["urn:followup:problem:invalid"]
    )
    title: str = Field(examples=["The request is not valid"])
    status: int = Field(examples=[422])
    detail: str = Field(description="What happened and what to do.", examples=["due_at needs a time zone"])
    errors: list[FieldError] = Field(default_factory=list)
    more_errors: int | None = Field(
        None, description="How many more there are than `errors` names; absent when it names all."
    )


class Problem(Exception):
    """An answer other than success. Subclasses set `status`, `kind` and `title`; some `detail` and `headers`.

    Args:
        detail: what happened and how to fix it.
        errors: pairs of field and message.
        headers: sent with the answer.
        members: further ones of the body, as RFC 9457 lets one add them.
    """

    status: int = 400
    kind: str = "bad-request"
    title: str = "The request cannot be understood"
    detail: str
    headers: Mapping[str, str] | None = None

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        if detail is not None:
            self.detail = detail
        if headers is not None:
            self.headers = headers
        super().__init__(self.detail)
        self.errors = errors
        self.members = members

    def response(self) -> JSONResponse:
        """The answer."""
        body = ProblemDetails(
            type=f"urn:followup:problem:{self.kind}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            errors=[FieldError(field=field, message=message) for field, message in self.errors[:MOST_ERRORS]],
            more_errors=max(0, len(self.errors) - MOST_ERRORS) or None,
        )
        content = {**body.model_dump(exclude_none=True), **self.members}
        return JSONResponse(content, status_code=self.status, headers=self.headers, media_type=MEDIA_TYPE)


class Unauthenticated(Problem):
    """Nobody is logged in, or the token is not valid (any more)."""

    status, kind, title = 401, "unauthenticated", "Log in first"

    detail = "Log in, or send an API token as `Authorization: Bearer ...`."
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    """The caller is known and may not do this."""

    status, kind, title = 403, "forbidden", "Not allowed"


class NotFound(Problem):
    """There is no such thing, or the caller may not know of it."""

    status, kind, title = 404, "not-found", "Not found"


class TooSlow(Problem):
    """The body did not arrive in time."""

    status, kind, title = 408, "too-slow", "The request came too slowly"


class Conflict(Problem):
    """The request does not fit the state of things."""

    status, kind, title = 409, "conflict", "In conflict with what is there"


class Stale(Problem):
    """Somebody has changed something since the caller read it. The answer carries it as it is now.

    Args:
        name: of what it is.
        current: as it is now.
        etag: its entity tag now.
        detail: what has happened, and what to do; without it, that it was changed.
    """

    status, kind, title = 412, "stale", "Changed in the meantime"

    def __init__(self, name: str, current: BaseModel, etag: str, detail: str | None = None) -> None:
        super().__init__(
            detail
            or f"{name} has changed since you read it. Look at `current`, and repeat your change with "
            f"`If-Match: {etag}`.",
            headers={"ETag": etag},
            current=current.model_dump(mode="json"),
        )


class TooLarge(Problem):
    """The body is larger than allowed."""

    status, kind, title = 413, "too-large", "The request is too large"


class NotValid(Problem):
    """A request says something that cannot be."""

    status, kind, title = 422, "invalid", "The request is not valid"


class Invalid(NotValid):
    """A field is wrong.

    Args:
        field: its name as the caller wrote it.
        message: what is wrong with it and the fix; says the field's name.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, errors=[(field, message)])

    def within(self, field: str) -> Invalid:
        """The same, of an object that is the value of a field itself."""
        [(name, message)] = self.errors
        return Invalid(f"{field}.{name}", f"{field}: {message}")


class TooManyTries(Problem):
    """Nothing is checked until some time has passed.

    Args:
        seconds: how long.
    """

    status, kind, title = 429, "too-many-tries", "Too many tries"

    def __init__(self, seconds: int) -> None:
        detail = f"Too many tries have failed: try again in {seconds} s. Other addresses are not affected."
        super().__init__(detail, headers={"Retry-After": str(seconds)})
        self.seconds = seconds


class TriesInProgress(Problem):
    """Passwords for this account are being checked, for the same address, and it takes long."""

    status, kind, title = TooManyTries.status, TooManyTries.kind, TooManyTries.title

    detail = "Other log-ins to this account from your address are still being checked: try again shortly."
    headers: Mapping[str, str] = {"Retry-After": "1"}


class Unavailable(Problem):
    """Something that is needed is away or not configured."""

    status, kind, title = 503, "unavailable", "Not available now"


class Unexpected(Problem):
    """Something failed that should not: it says nothing about the inside."""

    status, kind, title = 500, "unexpected", "Something went wrong here"
    detail = "The error was recorded. Try again later."


KINDS: tuple[type[Problem], ...] = (
    *(Problem, Unauthenticated, Forbidden, NotFound, TooSlow, Conflict, Stale, TooLarge, NotValid),
    *(TooManyTries, Unavailable),
)
_OF_STATUS = {kind.status: kind for kind in KINDS}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: the error statuses that it can answer, each as problem details."""
    return {
        status: {
            "description": _OF_STATUS[status].title,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
        for status in statuses
    }


def constraint_of(error: IntegrityError) -> str | None:
    """Name of the constraint or unique index that a statement broke."""
    diagnosis = getattr(error.orig, "diag", None)
    return getattr(diagnosis, "constraint_name", None)


def install(app: FastAPI) -> None:
    """Make every error of the application answer with problem details."""
    handlers: dict[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
        Problem: _problem,
        RequestValidationError: _not_valid,
        HTTPException: _http,
        **dict.fromkeys((DataError, psycopg.DataError, UnicodeEncodeError), _not_storable),
        **dict.fromkeys((OperationalError, psycopg.OperationalError, NoFreeConnection), _database_away),
        psycopg.errors.ReadOnlySqlTransaction: _database_away,
        CommitUnknown: _outcome_unknown,
        ClientDisconnect: _gone,
    }
    for error, handler in handlers.items():
        app.exception_handler(error)(handler)


async def _problem(_: Request, error: Problem) -> Response:
    return error.response()


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # nobody hears it: who asked has left before all was sent


async def _http(request: Request, error: HTTPException) -> Response:
    status, headers = error.status_code, dict(error.headers or {})
    detail = str(error.detail)
    if status == 400:  # what the framework says of a body that is not even text
        message = "body must be JSON in UTF-8, sent as Content-Type: application/json."
        return Invalid("body", message).response()
    if status == 404:
        detail = f"There is nothing at {request.url.path}."
    elif status == 405:
        allowed = headers.get("Allow", "another method")
        detail = f"{request.method} is not possible at {request.url.path}; try {allowed}."
    elif status == 413:
        detail = "The body is larger than allowed: send less at once."
    problem, known, phrase = (
        Problem(detail, headers=headers),
        _OF_STATUS.get(status),
        HTTPStatus(status).phrase,
    )
    problem.status = status
    problem.kind = known.kind if known else phrase.lower().replace(" ", "-")
    problem.title = known.title if known else phrase
    return problem.response()


async def _not_valid(_: Request, error: RequestValidationError) -> Response:
    errors = field_errors(list(error.errors()))
    detail = errors[0][1] + (f" (and {len(errors) - 1:,} more)" if len(errors) > 1 else "")
    return NotValid(detail, errors=errors).response()


async def _not_storable(_: Request, __: Exception) -> Response:
    return NotValid(
        "A value is outside of what the database can keep: check numbers, dates and special characters."
    ).response()


async def _database_away(_: Request, error: Exception) -> Response:
    cause = getattr(error, "orig", error)
    read_only = isinstance(cause, psycopg.errors.ReadOnlySqlTransaction)
    state = "takes no changes at the moment" if read_only else "is away or busy"
    return _try_again(f"The database {state}. Nothing was changed: try again shortly.")


async def _outcome_unknown(request: Request, error: Exception) -> Response:
    if request.method in READS:
        return await _database_away(request, error)
    return _try_again(
        "The database went away while the change was being saved: it is not known whether it was made. Look "
        "first, or send the same request again if it came with an Idempotency-Key: then it is done once."
    )


def _try_again(detail: str) -> Response:
    return Unavailable(detail, headers={"Retry-After": "5"}).response()
