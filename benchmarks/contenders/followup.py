"""Followup itself: services as processes over RabbitMQ, from the sweep request to the last commit."""

from __future__ import annotations

from contextlib import ExitStack

from followup_common.contracts import SweepRequested
from followup_common.messaging import outbox, rabbitmq_broker
from followup_common.messaging.publisher import publish
from sqlalchemy import Engine, create_engine, text

from benchmarks.bench import Bench
from benchmarks.cost import Cost, measured
from tests.support.waiting import eventually


def run(bench: Bench, database_url: str, due: int, *, instances: int = 1, **settings: str) -> Cost:
    """The cost of one sweep over all that are due; the services are ready before it is asked for.

    Args:
        bench: whose broker is used.
        database_url: a filled database.
        due: how many of it are due.
        instances: of each service.
        settings: of both services, that differ from the defaults.
    """
    with ExitStack() as stack:
        broker_url = stack.enter_context(bench.broker())
        for name in ("escalator", "notifier") * instances:
            stack.enter_context(bench.service(name, database_url, broker_url, **settings))
        bench.await_consumers(broker_url, "escalator", "notifier")
        return measured(bench, database_url, due, lambda: sweep(database_url, broker_url))


def sweep(database_url: str, broker_url: str) -> None:
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
    eventually(lambda: _completed(engine, sweep_id), 300, interval=0.05, what="the sweep")
    engine.dispose()


def _completed(engine: Engine, sweep_id: int) -> bool:
    with engine.begin() as tx:
        statement = text("SELECT finished_at IS NOT NULL FROM sweeps WHERE id = :id")
        return bool(tx.execute(statement, {"id": sweep_id}).scalar_one())
