"""The unit of work of a request: one transaction, committed before the answer is sent.

A request that only reads has a connection whose statements each stand alone: it saves BEGIN and COMMIT
their way to the database.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool
from followup_common.contracts import Envelope, Event
from followup_common.db import Database, Transaction
from followup_common.messaging.outbox import store
from followup_common.messaging.publisher import Publisher
from followup_common.tracing import Tracing

from followup_api.auth.oidc.bearer import read_access_token
from followup_api.dependencies import AppContext

SOURCE = "followup/api"
READS = ("GET", "HEAD")
"""Methods of requests that only read, unless their route says otherwise."""


class ReadsOnly(Exception):
    """An event comes from a unit of work that has no transaction to store it in."""

    def __init__(self, event: Event) -> None:
        super().__init__(f"{event} is emitted where nothing is written: give the route `WRITES`")
        self.event = event


@dataclass
class UnitOfWork:
    """One transaction and the events that it causes. Routes never commit: the edge does."""

    tx: Transaction
    events: list[Event] = field(default_factory=list)
    again: list[Envelope] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """Store an event with this work's changes, and publish it once they are committed."""
        self.events.append(event)

    def send_again(self, envelopes: Iterable[Envelope]) -> None:
        """Publish events that are stored already, once this work's changes are committed."""
        self.again += envelopes


class Reading(UnitOfWork):
    """One that only reads: its statements need no transaction around them.

    It connects at the first of them, in the thread that asks it: neither its beginning nor its end waits.
    """

    def __init__(self, connect: Callable[[], Transaction]) -> None:
        self._connect = connect

    @cached_property
    def tx(self) -> Transaction:  # type: ignore[override]  # a field there
        """Where to ask."""
        return self._connect()

    def emit(self, event: Event) -> None:
        """Not here.

        Raises:
            ReadsOnly: always.
        """
        raise ReadsOnly(event)


@contextmanager
def reading(database: Database) -> Iterator[UnitOfWork]:
    """Open a unit of work that only reads."""
    with ExitStack() as opened:
        yield Reading(lambda: opened.enter_context(database.reading()))


@contextmanager
def transaction(
    database: Database, publisher: Publisher, tracing: Tracing | None = None
) -> Iterator[UnitOfWork]:
    """Open a unit of work: store its events, commit, publish; roll all of it back on an error."""
    with database.transaction() as tx:
        work = UnitOfWork(tx)
        yield work
        traceparent = tracing.traceparent() if tracing else None
        envelopes = store(tx, work.events, source=SOURCE, traceparent=traceparent)
    publisher.publish(work.again + envelopes)


async def writing(request: Request) -> None:
    """A route of GET that writes all the same says so: `dependencies=[WRITES]`."""
    request.state.writes = True


WRITES = Depends(writing)


async def unit_of_work(request: Request) -> AsyncIterator[UnitOfWork]:
    """The unit of work of this request; committed before the answer is sent, so a caller can rely on it.

    It has a place among those that use the database; the provider of an access token is asked before.
    """
    app: AppContext = request.app.state.context
    request.state.access_token = await read_access_token(request, app)
    writes = request.method not in READS or getattr(request.state, "writes", False)
    async with app.threads.place(writes=writes):
        if writes or not app.database.prepared_statements:  # behind a pooler reading needs a transaction
            whole = transaction(app.database, app.publisher, app.tracing)
            async with contextmanager_in_threadpool(whole) as work:
                yield work
        else:
            with reading(app.database) as work:
                yield work


Work = Annotated[UnitOfWork, Depends(unit_of_work, scope="function")]
