"""Dramatiq over RabbitMQ: one message a follow-up, published with confirms, two processes."""

from __future__ import annotations

import os
from collections.abc import Sequence

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from benchmarks.bench import Bench
from benchmarks.contenders import per_item
from benchmarks.cost import Cost

QUEUE = "per-item"


def escalate(follow_up_id: int) -> None:
    """The actor's work: one follow-up."""
    per_item.escalate_one(follow_up_id)


def broker(url: str) -> RabbitmqBroker:
    """A broker with the actor, and dramatiq's own middleware but for the one that serves metrics."""
    made = RabbitmqBroker(url=url, confirm_delivery=True)
    dramatiq.Actor(escalate, broker=made, actor_name="escalate", queue_name=QUEUE, priority=0, options={})
    return made


def set_up() -> None:
    """Called by dramatiq in each worker process."""
    dramatiq.set_broker(broker(os.environ[per_item.BROKER]))


def run(bench: Bench, database_url: str, due: int) -> Cost:
    """The cost of a message for each, with dramatiq's default of eight threads a process."""
    consume = ("dramatiq", f"{__name__}:set_up", f"--processes={per_item.PROCESSES}", "--threads=8")
    return per_item.run(bench, database_url, due, consume=consume, queue=QUEUE, send=_send)


def _send(broker_url: str, ids: Sequence[int]) -> None:
    sending = broker(broker_url)
    actor = sending.get_actor("escalate")
    for follow_up_id in ids:
        actor.send(follow_up_id)
    sending.close()
