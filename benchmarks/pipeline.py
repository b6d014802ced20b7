"""Followup itself: services as processes over RabbitMQ, from the sweep request to the last commit."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from followup_common.contracts import SweepRequested
from followup_common.messaging import outbox, rabbitmq_broker
from followup_common.messaging.publisher import publish
from sqlalchemy import Engine, create_engine, text

from tests.support.postgres import role_url
from tests.support.processes import Process, service

DEADLINE_SECONDS = 300


@contextmanager
def services(database_url: str, broker_url: str) -> Iterator[None]:
    """Run escalator and notifier, with default settings and each its own database role."""
    running: list[Process] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for name in ("escalator", "notifier"):
                environment = {
                    "FOLLOWUP_DATABASE_URL": role_url(database_url, f"followup_{name}"),
                    "FOLLOWUP_BROKER_URL": broker_url,
                    "FOLLOWUP_LOG_LEVEL": "WARNING",
                }
                process = service(name, environment, Path(folder))
                process.start()
                running.append(process)
            _await_consumers(broker_url)
            yield
        finally:
            for process in running:
                process.terminate(timeout=30)


def run(database_url: str, broker_url: str) -> None:
    """Ask for one sweep and wait until it is completed: every notification is committed then."""
    engine = create_engine(database_url)
    with engine.begin() as tx:
        sweep_id = tx.execute(
            text("INSERT INTO sweeps (trigger) VALUES ('manual') RETURNING id")
        ).scalar_one()
        envelopes = outbox.store(tx, [SweepRequested(sweep_id=sweep_id)], source="followup/benchmark")
    broker = rabbitmq_broker(broker_url)
    publish(broker, envelopes)
    broker.close()
    _await_completion(engine, sweep_id)
    engine.dispose()


def _await_completion(engine: Engine, sweep_id: int) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    statement = text("SELECT finished_at IS NOT NULL FROM sweeps WHERE id = :id")
    while time.monotonic() < deadline:
        with engine.begin() as tx:
            if tx.execute(statement, {"id": sweep_id}).scalar_one():
                return
        time.sleep(0.02)
    raise TimeoutError(f"the sweep did not complete within {DEADLINE_SECONDS} s")


def _await_consumers(broker_url: str) -> None:
    broker = rabbitmq_broker(broker_url)
    deadline = time.monotonic() + 60
    for queue in ("escalator", "notifier"):
        broker.declare_queue(queue, ensure=True)
        while not broker.channel.queue_declare(queue, passive=True).method.consumer_count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nobody consumes {queue}")
            time.sleep(0.05)
    broker.close()
