"""The services as processes over RabbitMQ, each under its own database role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from followup_api.bootstrap import first_admin
from followup_common.contracts import Event, OutboxTick, SweepRequested, wrap
from followup_common.db import Database
from followup_common.messaging import outbox, rabbitmq_broker
from followup_common.messaging.broker import message_of
from sqlalchemy import text

from tests.support.company import Company
from tests.support.postgres import role_url
from tests.support.processes import Process
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)


def ask(process: Process, path: str) -> httpx.Response:
    """What a service answers at a path of its own port, or of its health port."""
    port = process.environment[
        "FOLLOWUP_PORT" if "followup_api" in process.command else "FOLLOWUP_HEALTH_PORT"
    ]
    return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=20, trust_env=False)


@dataclass
class System:
    """The services of one test, their database and their virtual host.

    Args:
        database_url: a migrated database of the test's own, as its owner.
        broker_url: a virtual host of the test's own.
        start_service: the fixture of that name.
    """

    database_url: str
    broker_url: str
    start_service: Callable[..., Process]
    services: dict[str, Process] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.owner = Database(self.database_url)

    def start(self, *names: str, **settings: str) -> None:
        """Start services, or start them again after they were killed."""
        for name in names:
            if name in self.services:
                self.services[name].start()
            else:
                self.services[name] = self.start_another(name, **settings)

    def start_another(self, name: str, **settings: Any) -> Process:
        """Start one more of a service; `folder` is where its log goes."""
        environment = {"FOLLOWUP_BROKER_URL": self.broker_url, **settings}
        if name != "scheduler":
            environment["FOLLOWUP_DATABASE_URL"] = role_url(self.database_url, f"followup_{name}")
        return self.start_service(name, **environment)

    def api_client(self) -> httpx.Client:
        """A client of the API that runs, as its first admin."""
        token = first_admin(self.owner, email="first@example.com", name="First")
        assert token, "there is an admin already"
        return self.client_of(self.services["api"], token)

    def client_of(self, process: Process, token: str) -> httpx.Client:
        """A client of one API process."""
        address = f"http://127.0.0.1:{process.environment['FOLLOWUP_PORT']}"
        process.wait_until(lambda: ask(process, "/readyz").status_code == 200, what="the API is ready")
        return httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"})

    def tick(self, *events: Event) -> None:
        """What a scheduler publishes, without waiting for its minute."""
        broker = rabbitmq_broker(self.broker_url, connection_attempts=1)
        for event in events:
            broker.enqueue(message_of(wrap(event, source="followup/test")))
        broker.close()

    def request_sweep(self) -> None:
        """What the API does for POST /sweeps."""
        with self.owner.transaction() as tx:
            event = SweepRequested(sweep_id=Company(tx).new_sweep())
            [envelope] = outbox.store(tx, [event], source="followup/test")
        broker = rabbitmq_broker(self.broker_url, connection_attempts=1)
        broker.enqueue(message_of(envelope))
        broker.close()

    def ask(self, statement: str) -> object:
        """The first value of a query."""
        with self.owner.transaction() as tx:
            return tx.execute(text(statement)).scalar()

    def notifications(self) -> int:
        """How many were written so far."""
        return int(str(self.ask("SELECT count(*) FROM notifications WHERE follow_up_id IS NOT NULL")))

    def settled(self) -> bool:
        """Whether every sweep is done."""
        return self.ask("SELECT count(*) FROM sweeps WHERE finished_at IS NULL") == 0

    def redrive(self) -> None:
        """Let the time pass after which unhandled events are sent again."""
        with self.owner.transaction() as tx:
            tx.execute(text("UPDATE outbox SET available_at = now() WHERE handled_at IS NULL"))
        self.tick(OutboxTick())

    def eventually_settled(self) -> None:
        """Wait until every sweep is done, with the outbox ticks that a scheduler would send."""

        def settled() -> bool:
            self.redrive()
            return self.settled()

        eventually(settled, 90, interval=1, what="every sweep is done")


def populate(system: System, number: int, *, overdue: timedelta = HOUR) -> int:
    """Add an admin, a manager, an assignee, and follow-ups of theirs; returns the assignee."""
    with system.owner.transaction() as tx:
        company = Company(tx)
        admin = company.person("Ada", role="admin")
        assignee = company.person("Eve", manager=company.person("Max", role="manager", manager=admin))
        company.follow_ups(assignee, number, overdue=overdue)
    return assignee
