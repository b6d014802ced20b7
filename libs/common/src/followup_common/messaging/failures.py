"""What an error means for the event that caused it."""

from __future__ import annotations

from dramatiq.middleware import TimeLimitExceeded
from psycopg import errors
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


def may_pass(error: BaseException) -> bool:
    """Whether trying again can help: the database is away, busy or not deployed yet.

    Anything else (a value that does not fit, a bug) fails each time: the batch is split.
    """
    return isinstance(
        error, OperationalError | InterfaceError | ProgrammingError | PoolTimeoutError | TimeLimitExceeded
    )


def awaits_deployment(error: BaseException) -> bool:
    """Whether the database lacks what the code expects: a migration or a grant that is still to come."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(
        cause,
        errors.InsufficientPrivilege
        | errors.UndefinedTable
        | errors.UndefinedColumn
        | errors.UndefinedFunction
        | errors.UndefinedObject
        | errors.InvalidSchemaName,
    )


def may_be_one_row(error: BaseException) -> bool:
    """Whether one slow or locked row may hold up a whole batch, so that splitting it helps the others."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(
        cause,
        errors.LockNotAvailable | errors.QueryCanceled | errors.DeadlockDetected | TimeLimitExceeded,
    )


def reason(error: BaseException) -> str:
    """One line for people: the class, and what it says first."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    said = str(cause).strip().partition(chr(10))[0]
    return f"{type(cause).__name__}: {said}" if said else type(cause).__name__
