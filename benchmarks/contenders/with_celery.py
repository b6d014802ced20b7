"""Celery over RabbitMQ: one task a follow-up, acknowledged late, published with confirms, two processes."""

from __future__ import annotations

import os
from collections.abc import Sequence

from celery import Celery

from benchmarks.bench import Bench
from benchmarks.contenders import per_item
from benchmarks.cost import Cost

app = Celery("benchmark", broker=os.environ.get(per_item.BROKER))
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=32,  # tasks are short: more of them wait at the worker than the default 4
    broker_transport_options={"confirm_publish": True},
    worker_enable_remote_control=False,
)


@app.task  # type: ignore[untyped-decorator]  # Celery carries no types
def escalate(follow_up_id: int) -> None:
    """The task: one follow-up."""
    per_item.escalate_one(follow_up_id)


def run(bench: Bench, database_url: str, due: int) -> Cost:
    """The cost of a message for each."""
    worker = (
        "celery",
        "-A",
        __name__,
        "worker",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    )
    consume = (*worker, "--pool=prefork", f"--concurrency={per_item.PROCESSES}", "--loglevel=WARNING")
    return per_item.run(bench, database_url, due, consume=consume, queue="celery", send=_send)


def _send(broker_url: str, ids: Sequence[int]) -> None:
    with app.connection_for_write(broker_url) as connection, app.amqp.Producer(connection) as producer:
        for follow_up_id in ids:
            escalate.apply_async((follow_up_id,), producer=producer)
