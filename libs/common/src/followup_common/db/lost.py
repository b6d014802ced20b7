"""Lost connections: what says so, and that each of them is an OperationalError, whatever ended it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError

ENDS_SESSION = ("FATAL", "PANIC")
ANSWERS = (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError, psycopg.NotSupportedError)


class CommitUnknown(OperationalError):
    """The connection ended while a commit was on its way: all of the transaction is there, or nothing."""


def is_lost(error: BaseException, *, closed: bool) -> bool:
    """Whether an error is the end of a connection, rather than an answer to a statement.

    A pooler passes on what PostgreSQL said last, and says something of its own: the driver then complains of
    an answer too many, without a SQLSTATE, as InternalError. What PostgreSQL itself says of values, rights
    and constraints is an answer, however the connection goes on.

    Args:
        error: that the driver raised.
        closed: whether the connection is closed now.
    """
    if not isinstance(error, psycopg.Error) or isinstance(error, ANSWERS):
        return False
    unasked = isinstance(error, psycopg.DatabaseError) and not isinstance(error, psycopg.OperationalError)
    ended = error.diag.severity_nonlocalized in ENDS_SESSION
    return closed or ended or (unasked and error.sqlstate is None)


def give_up_connection(context: ExceptionContext) -> None:
    """Let the end of a connection, and a database that is read-only, be an OperationalError: it may pass.

    After a failover a connection can lead to what was the primary, or keep its session read-only for ever:
    all of the pool are opened again.

    Args:
        context: of SQLAlchemy's event `handle_error`.

    Raises:
        OperationalError: in place of what SQLAlchemy would raise.
    """
    error = context.original_exception
    if isinstance(error, ReadOnlySqlTransaction) or is_lost(error, closed=context.is_disconnect):
        context.is_disconnect = True
        raise OperationalError(context.statement, None, error, connection_invalidated=True) from error


@contextmanager
def told_apart() -> Iterator[None]:
    """Around a commit: a connection that is lost on the way leaves it unknown whether it was made.

    Raises:
        CommitUnknown: it is not known.
    """
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated and not isinstance(error.orig, ReadOnlySqlTransaction):
            raise CommitUnknown(None, None, error.orig or error, connection_invalidated=True) from error
        raise
