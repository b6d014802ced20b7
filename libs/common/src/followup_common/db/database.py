"""Connections to PostgreSQL: one pool a process, one transaction a unit of work."""

from __future__ import annotations

import json
import math
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self, cast

import psycopg
import structlog
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DisconnectionError, InvalidRequestError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from followup_common.db.lost import give_up_connection, told_apart
from followup_common.settings import POSTGRESQL, DatabaseSettings
from followup_common.urls import ServerUrl, server_url

log = structlog.get_logger()

Transaction = Connection
"""A connection inside an open transaction. Code that gets one never commits: the edge does."""

IDLE_IN_TRANSACTION = timedelta(minutes=1)
"""PostgreSQL ends a transaction that sends nothing for so long: it holds locks and a connection, and keeps
what is deleted from being cleaned up, for somebody who is gone or hangs."""
ASK_AFTER_SECONDS = 5.0
"""A connection that was idle for so long is asked whether it lives before it is used again."""


IDLE = "idle_in_transaction_session_timeout"
SET_LOCAL = text("""
    SELECT set_config(key, value, true) FROM json_each_text(CAST(:settings AS json))
""")
IN_FORCE = text("SELECT setting FROM pg_settings WHERE name = :name")
REFUSED_OPTIONS = "unsupported startup parameter"
"""So PgBouncer answers to settings that a connection brings along."""
POOLER = (
    "A pooler such as PgBouncer is in front. Set FOLLOWUP_PREPARED_STATEMENTS=false for every service, and "
    "for the API FOLLOWUP_LISTEN_DATABASE_URL to PostgreSQL's own address; migrate there as well."
)


class PoolerInTheWay(Exception):
    """The owner's work needs a session of PostgreSQL's own, and a pooler shares sessions out."""

    def __init__(self) -> None:
        super().__init__(
            "FOLLOWUP_DATABASE_URL leads through a pooler such as PgBouncer: migrating and pruning need "
            "PostgreSQL's own address."
        )


class Database:
    """A pool of connections to PostgreSQL whose statements cannot run or wait for ever.

    Args:
        url: SQLAlchemy or libpq URL of the database.
        application_name: how the connection shows in `pg_stat_activity`.
        pool_size: connections kept at most.
        statement_timeout: bound on one statement; well below the workers' time limit.
        lock_timeout: bound on waiting for one lock.
        idle_in_transaction: bound on the time between two statements of a transaction.
        prepared_statements: whether one connection here is one session of PostgreSQL's. False behind a pooler
            that gives each transaction another session: each then brings its own bounds.
    """

    def __init__(
        self,
        url: str,
        *,
        application_name: str = "followup",
        pool_size: int = 10,
        statement_timeout: timedelta = timedelta(seconds=30),
        lock_timeout: timedelta = timedelta(seconds=5),
        idle_in_transaction: timedelta = IDLE_IN_TRANSACTION,
        prepared_statements: bool = True,
    ) -> None:
        self.url = url
        self.pool_size = pool_size
        self.session_settings = _session_settings(statement_timeout, lock_timeout, idle_in_transaction)
        self.prepared_statements = prepared_statements
        self.engine = create_engine(
            sqlalchemy_url(url),
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=30,
            hide_parameters=True,  # errors are logged, and what people write is not for logs
            connect_args={
                "application_name": application_name,
                "connect_timeout": 5,
                "keepalives_idle": 30,
                "tcp_user_timeout": 30_000,
                **(
                    {"options": _with_given(url, _options(self.session_settings))}
                    if prepared_statements
                    else {"prepare_threshold": None}
                ),
            },
        )
        if prepared_statements and make_url(sqlalchemy_url(url)).query.get("options") is None:
            event.listen(self.engine, "connect", _tell_of_pooler)
        event.listen(self.engine, "handle_error", _without_values)
        event.listen(self.engine, "handle_error", give_up_connection)
        event.listen(self.engine.pool, "checkin", _note_use)
        event.listen(self.engine.pool, "checkout", _refuse_dead)

    @classmethod
    def of(cls, settings: DatabaseSettings, *, application_name: str) -> Self:
        """The database that a service's settings name."""
        return cls(
            settings.database_url.get_secret_value(),
            application_name=application_name,
            pool_size=settings.database_pool_size,
            statement_timeout=timedelta(seconds=settings.statement_timeout_seconds),
            lock_timeout=timedelta(seconds=settings.lock_timeout_seconds),
            prepared_statements=settings.prepared_statements,
        )

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction; commit it on success, roll it back on an error.

        Raises:
            CommitUnknown: the connection was lost at the commit.
            OperationalError: it was lost before, so that nothing is changed.
        """
        with self._connected() as connection:
            _stand_alone(connection, each=False)
            with connection.begin() as begun:
                if not self.prepared_statements:
                    connection.execute(SET_LOCAL, {"settings": json.dumps(self.session_settings)})
                yield connection
                if begun.is_active:  # nobody has rolled it back
                    with told_apart():
                        begun.commit()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Open a connection whose statements each stand alone: it saves BEGIN and COMMIT their way there.

        Each statement commits by itself, and `now()` is the statement's. Behind a pooler they share a
        transaction all the same, which brings their bounds.
        """
        if not self.prepared_statements:
            with self.transaction() as connection:
                yield connection
            return
        with self._connected() as connection:
            _stand_alone(connection, each=True)
            yield connection

    def _connected(self) -> Connection:
        try:
            return self.engine.connect()
        except InvalidRequestError as error:  # what the pool opened in place of a dead one was dead as well
            raise OperationalError(None, None, error, connection_invalidated=True) from error

    def close(self) -> None:
        """Close every connection of the pool."""
        self.engine.dispose()


def sqlalchemy_url(url: str) -> str:
    """The URL as SQLAlchemy takes it, with the psycopg driver named.

    Raises:
        WrongUrl: it is none.
    """
    read = replace(_read(url), scheme="postgresql+psycopg")
    if len(read.hosts) > 1:  # SQLAlchemy has several hosts in the query
        read = replace(read, hosts=("",), query=(*(("host", host) for host in read.hosts), *read.query))
    return str(read)


def libpq_url(url: str) -> str:
    """The same URL as psycopg and PostgreSQL's own tools take it.

    Raises:
        WrongUrl: it is none.
    """
    read = replace(_read(url), scheme="postgresql")
    named = [value for name, value in read.query if name == "host"]
    if len(named) > 1:  # libpq takes the last one of these only
        others = tuple((name, value) for name, value in read.query if name != "host")
        read = replace(read, hosts=tuple(named), query=others)
    return str(read)


def place(url: str) -> str:
    """Hosts and ports of a database's URL, to show.

    Raises:
        WrongUrl: it is none.
    """
    return _read(url).place


def _read(url: str) -> ServerUrl:
    return server_url(url, *POSTGRESQL, several_hosts=True)


def _stand_alone(connection: Connection, *, each: bool) -> None:
    """Let each statement of a connection commit by itself, or not.

    It stays so in the pool: most connections serve reading after reading, and SQLAlchemy's isolation level
    for one use would be set and reset each time, which takes longer than a short statement does.
    """
    driver = cast(psycopg.Connection, connection.connection.driver_connection)
    if driver.autocommit != each:
        driver.autocommit = each


def _note_use(_: object, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _refuse_dead(connection: psycopg.Connection, record: ConnectionPoolEntry, _: object) -> None:
    """Let the pool open another connection where this one is dead.

    A server that stops, or a backend that is killed, leaves something to read where nothing is awaited, and
    to see that takes no round trip. Networks forget in silence: what was idle for long is asked.

    Raises:
        DisconnectionError: it is dead.
    """
    idle = time.monotonic() - record.info.get("used", math.inf)
    if not _readable(connection) and idle < ASK_AFTER_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError(str(error)) from error


def _readable(connection: psycopg.Connection) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _without_values(context: ExceptionContext) -> None:
    error = context.original_exception
    said = leave_out_values(error)
    if said is not None and context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(error).__module__}.{type(error).__name__}) {said}",)


def leave_out_values(error: BaseException) -> str | None:
    """Take PostgreSQL's DETAIL from an error: it quotes rows, and what people write is not for logs.

    Returns:
        What is left of it; None where PostgreSQL said nothing.
    """
    said = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    if said is not None:
        error.args = (said,)
    return said


def owners_engine(url: str, **connect_args: Any) -> Engine:
    """Connections of the database's owner, for what may take long: migrations, pruning.

    Their statements have no bounds, but a transaction whose program hangs ends. What a session keeps, locks
    and settings, has to stay with them: connecting raises `PoolerInTheWay` where it would not.
    """
    settings = {IDLE: _milliseconds(IDLE_IN_TRANSACTION)}
    options = _with_given(url, _options(settings))
    engine = create_engine(sqlalchemy_url(url), connect_args={**connect_args, "options": options})
    if make_url(url).query.get("options") is None:
        event.listen(engine, "connect", _refuse_pooler)
    event.listen(engine, "handle_error", _name_pooler)
    return engine


def options_are_ignored(connection: Transaction, settings: dict[str, str]) -> bool:
    """Whether a session lacks what it was opened with: a pooler is between, which took none of it along.

    Args:
        connection: that was opened with the settings.
        settings: such as `Database.session_settings`.
    """
    found = connection.execute(IN_FORCE, {"name": IDLE}).scalar_one()
    return bool(found != settings[IDLE])


def refused_by_pooler(error: BaseException) -> bool:
    """Whether a pooler between has refused the settings that a connection brings along."""
    return REFUSED_OPTIONS in str(getattr(error, "orig", error))


def _refuse_pooler(connection: psycopg.Connection, _: object) -> None:
    if _idle_in_force(connection) != _milliseconds(IDLE_IN_TRANSACTION):
        raise PoolerInTheWay


def _tell_of_pooler(connection: psycopg.Connection, _: object) -> None:
    """A pooler that ignores what a connection brings along takes the time limits from every statement."""
    if _idle_in_force(connection) == "0":
        log.warning("time_limits_ignored", fix=POOLER)


def _idle_in_force(connection: psycopg.Connection) -> str | None:
    with connection.cursor() as cursor:
        row = cursor.execute("SELECT setting FROM pg_settings WHERE name = %s", [IDLE]).fetchone()
    connection.rollback()
    return row[0] if row else None


def _name_pooler(context: ExceptionContext) -> None:
    if refused_by_pooler(context.original_exception):
        raise PoolerInTheWay from context.original_exception


def _session_settings(
    statement_timeout: timedelta, lock_timeout: timedelta, idle_in_transaction: timedelta
) -> dict[str, str]:
    return {
        "statement_timeout": _milliseconds(statement_timeout),
        "lock_timeout": _milliseconds(lock_timeout),
        IDLE: _milliseconds(idle_in_transaction),
        "timezone": "UTC",
        "jit": "off",  # it pays for queries of many seconds, and there are none
    }


def _options(settings: dict[str, str]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _with_given(url: str, ours: str) -> str:
    """Our options, and after them, so that they win, those of the URL."""
    given = make_url(sqlalchemy_url(url)).query.get("options", "")
    return f"{ours} {given if isinstance(given, str) else ' '.join(given)}".strip()


def _milliseconds(bound: timedelta) -> str:
    return str(round(bound.total_seconds() * 1000))
