"""What routes ask for: the unit of work of their request, and the parts of the application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from followup_common.contracts import Envelope, Event
from followup_common.db import Database, Transaction
from followup_common.health import Check
from followup_common.messaging.outbox import store
from followup_common.messaging.publisher import Publisher
from followup_common.metrics import Meter
from followup_common.tracing import Tracing

from followup_api.downloads import Downloads
from followup_api.ops.gauges import Gauges
from followup_api.ops.queues.queries import QueueReader
from followup_api.settings import ApiSettings
from followup_api.threads import Threads
from followup_api.uploads import Uploads

if TYPE_CHECKING:
    from followup_api.auth.oidc.provider import Provider

SOURCE = "followup/api"


@dataclass(frozen=True)
class Parts:
    """What an application is made of. It lives in `app.state.parts`; there are no globals."""

    settings: ApiSettings
    database: Database
    publisher: Publisher
    meter: Meter
    tracing: Tracing
    gauges: Gauges
    threads: Threads
    broker_problem: Check
    queues: QueueReader | None
    """None where events are delivered in process."""
    database_state: Callable[[], str]
    """`ok`, or what is wrong with the database; raises TimeoutError when that is not to be known."""
    uploads: Uploads
    downloads: Downloads
    """Files on their way."""
    oidc: Provider | None = None


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


@contextmanager
def reading(database: Database) -> Iterator[UnitOfWork]:
    """Open a unit of work that only reads: its statements need no transaction around them."""
    with database.reading() as tx:
        yield UnitOfWork(tx)


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


async def parts(request: Request) -> Parts:
    """The parts of the application that serves this request."""
    found: Parts = request.app.state.parts
    return found


async def opened(request: Request) -> Transaction:
    """The connection that `routing.OneThreadRoute` has opened for this request."""
    found: Transaction = request.state.work.tx
    return found


async def unit_of_work(request: Request) -> UnitOfWork:
    """The unit of work of this request; committed before the answer is sent."""
    found: UnitOfWork = request.state.work
    return found


AppParts = Annotated[Parts, Depends(parts)]
Reading = Annotated[Transaction, Depends(opened)]
"""For what only reads. Unless something else of the request asks for `Work`, each statement stands alone."""
Work = Annotated[UnitOfWork, Depends(unit_of_work)]
"""For what writes: one transaction, whose commit comes before the answer, so a caller can rely on it."""
