"""Delivery of events within this process: escalator and notifier, without RabbitMQ between them."""

from __future__ import annotations

from collections.abc import Callable

import dramatiq
from followup_common.db import Database
from followup_common.db.tables import outbox
from followup_common.messaging import in_process_broker
from followup_common.messaging.consumer import Consumer
from followup_common.metrics import Meter
from followup_escalator.worker import HANDLERS as ESCALATOR
from followup_notifier.worker import HANDLERS as NOTIFIER
from sqlalchemy import func, update

from followup_cli.local.settings import RunSettings

CONSUMERS = {"escalator": ESCALATOR, "notifier": NOTIFIER}
POLL_MS = 200
"""How often idle threads look whether they are to stop."""
STOP_MS = 1_500


class Delivery:
    """One worker that runs the handlers of both services, each under its own database role.

    Args:
        settings: of both services.
        url_of: the database's URL for a service.
        meter: keeps the figures of both services.
    """

    def __init__(self, settings: RunSettings, url_of: Callable[[str], str], meter: Meter) -> None:
        self.broker = in_process_broker(settings.retrying)
        self._databases: dict[str, Database] = {}
        for service, handlers in CONSUMERS.items():
            own = settings.on(url_of(service))
            database = Database.of(own, application_name=f"followup-{service}")
            self._databases[service] = database
            Consumer(service, handlers, settings=own, database=database, broker=self.broker, meter=meter)
        self._worker = dramatiq.Worker(
            self.broker, worker_threads=settings.worker_threads, worker_timeout=POLL_MS
        )

    def start(self) -> None:
        """Start to deliver; what an earlier run left unhandled is due at once."""
        self._recall()
        self.broker.emit_after("process_boot")  # starts the watch over time limits
        self._worker.start()

    def stop(self) -> None:
        """Let handlers in flight finish for a moment; what does not is rolled back, and sent again later."""
        self._worker.stop(timeout=STOP_MS)
        for database in self._databases.values():
            database.close()

    def _recall(self) -> None:
        """A broker in memory forgets all it had: every unhandled event is to be sent by the next redrive."""
        waiting = (outbox.c.handled_at.is_(None), outbox.c.failed_at.is_(None))
        with self._databases["escalator"].transaction() as tx:
            tx.execute(
                update(outbox)
                .where(*waiting, outbox.c.available_at > func.now())
                .values(available_at=func.now())
            )
