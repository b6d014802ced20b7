"""Messages of 16 MiB, by the dozen: dead-lettered with a reason, while memory stays bounded."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pika
import pytest
from followup_common.contracts import EscalationsRaised, SweepTick, wrap
from followup_common.db import Database
from followup_common.messaging import rabbitmq_broker
from followup_common.messaging.broker import message_of
from sqlalchemy import text

from tests.support import memory
from tests.support.company import Company
from tests.support.postgres import role_url
from tests.support.processes import Process
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.serial,
    pytest.mark.skipif(not memory.MEASURABLE, reason="the memory of processes is read from /proc"),
]

MIB = 1024 * 1024
SIZE = 16 * MIB
COPIES = 6
AT_MOST_MORE = 250 * MIB
"""What a worker may hold beyond its usual size: the bodies that wait in it. Parsed, each took gigabytes."""


def message(queue: str, actor: str, argument: str) -> bytes:
    """A message as dramatiq writes it, around JSON of our own."""
    fields = {"queue_name": queue, "actor_name": actor, "kwargs": {}, "options": {}}
    return (json.dumps({**fields, "message_id": "junk", "message_timestamp": 1})[:-1]).encode() + (
        f', "args": [{argument}]}}'.encode()
    )


def junk(queue: str) -> Iterator[bytes]:
    """One of each sort, 16 MiB each."""
    actor = {"notifier": EscalationsRaised.type, "escalator": SweepTick.type}[queue]
    yield random.Random(1).randbytes(SIZE - 100)
    yield message(queue, actor, '"' + "x" * (SIZE - 1_000) + '"')
    yield message(queue, actor, "[" + "1," * (SIZE // 2 - 1_000) + "1]")
    yield message(queue, actor, '{"data": [' + '{"a":{}},' * (SIZE // 9 - 1_000) + "{}]}")
    yield b"[" * (SIZE - 100)


@pytest.fixture
def workers(database_url: str, broker_url: str, start_service: Callable[..., Process]) -> dict[str, Process]:
    """Escalator and notifier, ready."""

    def start(name: str) -> Process:
        url = role_url(database_url, f"followup_{name}")
        return start_service(name, FOLLOWUP_BROKER_URL=broker_url, FOLLOWUP_DATABASE_URL=url)

    started = {name: start(name) for name in ("escalator", "notifier")}
    for name, process in started.items():
        process.wait_until(lambda name=name: consumed(broker_url, name), what="a consumer")  # type: ignore[misc]
    return started


def waiting(broker_url: str, queue: str) -> int:
    return int(declared(broker_url, queue).message_count)


def consumed(broker_url: str, queue: str) -> bool:
    """Whether a worker process takes from a queue; other services declare it as well, to publish to it."""
    with suppress(pika.exceptions.ChannelClosedByBroker):  # nobody has declared it yet
        return int(declared(broker_url, queue).consumer_count) > 0
    return False


def declared(broker_url: str, queue: str) -> pika.spec.Queue.DeclareOk:
    connection = pika.BlockingConnection(pika.URLParameters(broker_url))
    try:
        return connection.channel().queue_declare(queue, passive=True).method
    finally:
        connection.close()


def child_of(process: Process) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(children[0])


def publish(broker_url: str, queue: str) -> int:
    connection = pika.BlockingConnection(pika.URLParameters(broker_url))
    bodies = [body for body in junk(queue) for _ in range(COPIES)]
    for body in bodies:
        connection.channel().basic_publish("", queue, body)
    connection.close()
    return len(bodies)


@pytest.mark.long
def test_16_mib_of_junk(workers: dict[str, Process], database_url: str, broker_url: str) -> None:
    owner = Database(database_url)
    with owner.transaction() as tx:
        company = Company(tx)
        company.follow_ups(company.person("Eve"), 10, overdue=timedelta(hours=1))
    usual = {name: memory.resident(child_of(process)) for name, process in workers.items()}
    pids = {name: child_of(process) for name, process in workers.items()}
    sent = {name: publish(broker_url, name) for name in workers}
    for name, number in sent.items():
        eventually(
            lambda name=name, number=number: waiting(broker_url, f"{name}.XQ") == number,  # type: ignore[misc]
            120,
            what=f"all junk of {name} is dead-lettered",
        )
    peaks = {name: (memory.peak(pid) - usual[name]) // MIB for name, pid in pids.items()}
    print(f"peaks beyond the usual size, in MiB: {peaks}")
    with owner.transaction() as tx:
        recorded = tx.execute(text("SELECT count(*), count(error) FROM outbox WHERE failed_at IS NOT NULL"))
        assert recorded.one() == (sum(sent.values()), sum(sent.values()))
    assert max(peaks.values()) * MIB < AT_MOST_MORE
    broker = rabbitmq_broker(broker_url)
    broker.enqueue(message_of(wrap(SweepTick(), source="followup/test")))
    broker.close()

    def announced() -> bool:
        with owner.transaction() as tx:
            return bool(tx.execute(text("SELECT count(*) = 10 FROM activities")).scalar())

    eventually(announced, 30, what="later messages flow")
    assert pids == {name: child_of(process) for name, process in workers.items()}
    owner.close()
