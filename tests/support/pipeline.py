"""Escalator and notifier on an in-process broker and a real database: the whole pipeline in one test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import dramatiq
from dramatiq.brokers.stub import StubBroker
from followup_common.contracts import Envelope, Event, SweepRequested, event_types, wrap
from followup_common.contracts.events import ESCALATOR as ESCALATOR_QUEUE
from followup_common.contracts.events import NOTIFIER as NOTIFIER_QUEUE
from followup_common.db import Database
from followup_common.messaging import outbox
from followup_common.messaging.broker import message_of, middleware
from followup_common.messaging.consumer import Consumer
from followup_escalator.settings import EscalatorSettings
from followup_escalator.worker import HANDLERS as ESCALATOR
from followup_notifier.settings import NotifierSettings
from followup_notifier.worker import HANDLERS as NOTIFIER
from pydantic import SecretStr
from sqlalchemy import text

from tests.support.company import Company
from tests.support.postgres import role_url


class HoldingBroker(StubBroker):
    """The broker of `followup run`, but what is to wait for long waits for the test, not for the time."""

    LONG_MS = 1_000

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Put a message on its queue; one that is to be held back for long stays in the outbox only."""
        if delay is not None and delay > self.LONG_MS:
            return message
        return super().enqueue(message, delay=delay)


class Pipeline:
    """Both services behind one broker, each under its own database role.

    Args:
        database_url: a migrated database of the test's own.
        changes: settings of both services that differ from the defaults.
    """

    def __init__(self, database_url: str, **changes: Any) -> None:
        self.owner = Database(database_url)
        given: dict[str, Any] = {
            "database_url": SecretStr(database_url),
            "broker_url": SecretStr("amqp://unused"),
            "handler_backoff_seconds": 0.02,
            "handler_backoff_max_seconds": 0.02,
            **changes,
        }
        settings = EscalatorSettings(**given)
        self.broker = HoldingBroker(middleware=middleware(settings.retrying))
        lock_timeout = timedelta(seconds=float(str(changes.get("lock_timeout_seconds", 5))))
        self.databases = {
            name: Database(role_url(database_url, f"followup_{name}"), lock_timeout=lock_timeout)
            for name in ("escalator", "notifier")
        }
        self.escalator = Consumer(
            "escalator",
            ESCALATOR,
            settings=settings,
            database=self.databases["escalator"],
            broker=self.broker,
        )
        self.notifier = Consumer(
            "notifier",
            NOTIFIER,
            settings=NotifierSettings(**given),
            database=self.databases["notifier"],
            broker=self.broker,
        )

    @contextmanager
    def company(self) -> Iterator[Company]:
        """A transaction on the database as its owner; committed at the end."""
        with self.owner.transaction() as tx:
            yield Company(tx)

    def emit(self, *events: Event) -> list[Envelope]:
        """Store durable events as their producer does, without publishing them."""
        with self.owner.transaction() as tx:
            return outbox.store(tx, events, source="followup/test")

    def request_sweep(self) -> int:
        """What the API does for POST /sweeps, published: the sweep and its event commit together."""
        with self.company() as company:
            sweep_id = company.new_sweep()
            event = SweepRequested(sweep_id=sweep_id)
            stored = outbox.store(company.tx, [event], source="followup/test")
        self.publish(stored)
        return sweep_id

    def tick(self, event: Event) -> None:
        """What the scheduler does."""
        self.publish([wrap(event, source="followup/test")])

    def publish(self, envelopes: Iterable[Envelope]) -> None:
        """Put messages on the queues."""
        for envelope in envelopes:
            self.broker.enqueue(message_of(envelope))

    def everything_sent(self) -> list[Envelope]:
        """Every event of the outbox, handled or not, as it was sent."""
        with self.owner.transaction() as tx:
            return [outbox.envelope(row) for row in tx.execute(text("SELECT * FROM outbox")).mappings()]

    def work(self, *, threads: int = 2) -> None:
        """Let the services work until no message is left."""
        worker = dramatiq.Worker(self.broker, worker_timeout=10, worker_threads=threads)
        worker.start()
        for _ in range(2):
            for queue in {event_class.queue for event_class in event_types().values()}:
                self.broker.join(queue, fail_fast=False, timeout=60_000)
            worker.join()
        worker.stop()

    def escalator_only(self) -> None:
        """Let the escalator work until no message is left for it; the notifier's are lost."""
        self._only(ESCALATOR_QUEUE)

    def notifier_only(self) -> None:
        """Let the notifier work until no message is left for it; the escalator's are lost."""
        self._only(NOTIFIER_QUEUE)

    def _only(self, queue: str) -> None:
        worker = dramatiq.Worker(self.broker, worker_timeout=10, queues={queue})
        worker.start()
        self.broker.join(queue, fail_fast=False, timeout=60_000)
        worker.join()
        worker.stop()
        self.broker.flush_all()

    def somebody_waits(self) -> bool:
        """Whether a transaction waits for what another one holds."""
        statement = text(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND datname = current_database())"
        )
        with self.owner.transaction() as tx:
            return bool(tx.execute(statement).scalar())

    def make_due(self) -> None:
        """Let the time come at which unhandled events are sent again."""
        with self.owner.transaction() as tx:
            tx.execute(text("UPDATE outbox SET available_at = now() WHERE handled_at IS NULL"))

    def close(self) -> None:
        """Close all connections."""
        for database in (self.owner, *self.databases.values()):
            database.close()
