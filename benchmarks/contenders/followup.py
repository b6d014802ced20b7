"""Followup itself: services as processes over RabbitMQ, from the sweep request to the last commit."""

from __future__ import annotations

from followup_common.contracts import SweepRequested
from followup_common.messaging import outbox, rabbitmq_broker
from followup_common.messaging.publisher import publish
from sqlalchemy import Engine, create_engine, text

from benchmarks.bench import Bench, timed
from tests.support.waiting import eventually

DEADLINE_SECONDS = 300


def run(bench: Bench, database_url: str, **settings: str) -> float:
    """Seconds of one sweep over everything that is due, with escalator and notifier ready before."""
    with (
        bench.broker() as broker_url,
        bench.service("escalator", database_url, broker_url, **settings),
        bench.service("notifier", database_url, broker_url, **settings),
    ):
        _await_consumers(broker_url)
        return timed(lambda: sweep(database_url, broker_url))


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
    eventually(lambda: _completed(engine, sweep_id), DEADLINE_SECONDS, interval=0.02, what="the sweep")
    engine.dispose()


def _completed(engine: Engine, sweep_id: int) -> bool:
    with engine.begin() as tx:
        statement = text("SELECT finished_at IS NOT NULL FROM sweeps WHERE id = :id")
        return bool(tx.execute(statement, {"id": sweep_id}).scalar_one())


def _await_consumers(broker_url: str) -> None:
    broker = rabbitmq_broker(broker_url)
    for queue in ("escalator", "notifier"):
        broker.declare_queue(queue, ensure=True)
        count = lambda: broker.channel.queue_declare(queue, passive=True).method.consumer_count  # noqa: B023, E731
        eventually(count, 60, what=f"a consumer of {queue}")
    broker.close()
