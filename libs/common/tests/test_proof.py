"""What a service knows of RabbitMQ that takes, or does not take, what it publishes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit

import dramatiq
import pytest
from dramatiq.errors import ConnectionClosed
from followup_common.contracts import OutboxTick, SweepRequested, wrap
from followup_common.messaging import rabbitmq_broker
from followup_common.messaging.broker import declare_actors, message_of
from followup_common.messaging.confirmations import Confirmations
from followup_common.messaging.connections import KeptAliveBroker
from followup_common.messaging.proof import SOURCE, Prover, prove
from followup_common.messaging.refusals import AWAY, UNCONFIRMED, Refusal
from followup_common.metrics import Meter
from structlog.testing import capture_logs

from tests.support.amqp import WithoutConfirms
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import eventually

QUEUE = "escalator"
WITHIN = 40
SOON = 9
"""Seconds: longer than a try is to wait, and shorter than pika and what publishes wait."""


@pytest.fixture
def broker(broker_url: str) -> Iterator[KeptAliveBroker]:
    broker = rabbitmq_broker(broker_url)
    yield broker
    broker.close()


@pytest.fixture
def prover() -> Iterator[Callable[[str, Confirmations], Prover]]:
    """Start to try a queue, quicker than services do."""
    started: list[Prover] = []

    def start(url: str, confirmations: Confirmations) -> Prover:
        prover = Prover(url, (QUEUE,), confirmations, every=0.2, meter=Meter())
        started.append(prover)
        prover.start()
        return prover

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def without_confirms(broker_url: str) -> Iterator[WithoutConfirms]:
    proxy = WithoutConfirms(broker_url)
    yield proxy
    proxy.close()


Start = Callable[[str, Confirmations], Prover]


def publish(broker: KeptAliveBroker, *, delay: int | None = None) -> None:
    broker.enqueue(message_of(wrap(OutboxTick(), source="followup/test")), delay=delay)


def waiting(broker: KeptAliveBroker, queue: str = QUEUE) -> int:
    return int(broker.channel.queue_declare(queue, passive=True).method.message_count)


def vhost(url: str) -> str:
    return quote(urlsplit(url).path.lstrip("/"), safe="")


def reject(rabbitmq: RabbitMQ, url: str, pattern: str) -> None:
    policy = {"pattern": pattern, "definition": {"max-length": 0, "overflow": "reject-publish"}}
    rabbitmq.manage("PUT", f"policies/{vhost(url)}/full", {**policy, "apply-to": "queues"})


def says(prover: Prover, what: str) -> None:
    eventually(lambda: what in (prover.problem() or "ok"), WITHIN, what=f"it says {what}")


def test_before_the_first_try_nothing_is_well(broker_url: str) -> None:
    untried = Prover(broker_url, (QUEUE,), Confirmations(), every=60, meter=Meter())
    assert untried.problem() == "escalator: RabbitMQ has confirmed nothing yet"


def test_a_refusal_between_two_tries_brings_the_next_one_forward(broker_url: str) -> None:
    """What the service published itself was refused; RabbitMQ is back long before the next try in turn."""
    confirmations = Confirmations()
    seldom = Prover(broker_url, (QUEUE,), confirmations, every=3_600, meter=Meter(), again_after=0.2)
    seldom.start()
    says(seldom, "ok")
    confirmations.refused(QUEUE, "away")
    says(seldom, "ok")
    seldom.stop()


def test_what_is_missing_is_made_without_an_error(
    broker_url: str, broker: KeptAliveBroker, prover: Start
) -> None:
    says(prover(broker_url, Confirmations()), "ok")
    assert [waiting(broker, name) for name in ("escalator.DQ", "escalator.XQ")] == [0, 0]


def test_a_queue_with_other_arguments_than_ours_is_refused(
    broker_url: str, broker: KeptAliveBroker, prover: Start
) -> None:
    """It takes messages, and the service cannot declare it: its own publishing fails."""
    broker.channel.queue_declare(QUEUE, durable=True)
    with pytest.raises(ConnectionClosed):
        publish(broker)
    started = prover(broker_url, broker.confirmations)
    says(started, "other arguments than ours")
    broker.channel.queue_delete(QUEUE)
    says(started, "ok")


def test_where_nobody_consumes_a_queue_is_tried_once(
    broker_url: str, broker: KeptAliveBroker, prover: Start
) -> None:
    """Nobody knows before whether it takes anything; afterwards tries do not fill it."""
    publish(broker)
    says(prover(broker_url, Confirmations()), "ok")
    assert waiting(broker) == 2
    assert list(prove(broker_url, [QUEUE], spared=[QUEUE])) == []
    assert waiting(broker) == 2


def test_delayed_messages_are_told_apart(
    rabbitmq: RabbitMQ, broker_url: str, broker: KeptAliveBroker, prover: Start
) -> None:
    """A retry that the queue of delayed messages refuses, and a message that the queue itself takes."""
    publish(broker)
    reject(rabbitmq, broker_url, r"^escalator\.DQ$")

    def refused() -> bool:
        with pytest.raises(ConnectionClosed):
            publish(broker, delay=1)
        return True

    eventually(refused, WITHIN, what="the policy counts")
    publish(broker)
    assert "escalator.DQ: RabbitMQ rejects" in (broker.confirmations.problem() or "")
    reject(rabbitmq, broker_url, "^escalator$")
    started = prover(broker_url, broker.confirmations)
    says(started, "escalator: RabbitMQ rejects")
    eventually(lambda: "DQ" not in (started.problem() or ""), WITHIN, what="the delayed are taken again")
    publish(broker, delay=1)
    assert started.problem() == "escalator: RabbitMQ rejects what is published to the queue"


def test_a_confirm_that_never_comes_is_told_and_passes(
    rabbitmq: RabbitMQ, broker_url: str, without_confirms: WithoutConfirms, prover: Start
) -> None:
    forget = {"pattern": "^escalator$", "definition": {"max-length": 0}, "apply-to": "queues"}
    rabbitmq.manage("PUT", f"policies/{vhost(broker_url)}/forget", forget)  # as if all were consumed
    without_confirms.confirming = True
    started = prover(without_confirms.url, Confirmations())
    says(started, "ok")
    without_confirms.confirming = False
    says(started, "does not confirm what is published")
    without_confirms.confirming = True
    says(started, "ok")


def test_a_queue_that_rejects_says_nothing_of_the_others(
    rabbitmq: RabbitMQ, broker_url: str, broker: KeptAliveBroker
) -> None:
    reject(rabbitmq, broker_url, "^escalator$")

    def tried() -> dict[str, str | None]:
        found = prove(broker_url, [QUEUE, "notifier"], declare=True)
        return {queue: refusal.reason if refusal else None for queue, refusal in found}

    rejected = {QUEUE: "RabbitMQ rejects what is published to the queue", "notifier": None}
    eventually(lambda: tried() == rejected, WITHIN, what="the policy counts for one queue")


def test_a_try_that_waits_among_the_delayed_is_consumed(broker_url: str, broker: KeptAliveBroker) -> None:
    received: list[str] = []
    declare_actors(broker, {SweepRequested.type: lambda event: received.append(event["source"])})
    broker.declare_queue(QUEUE, ensure=True)
    assert list(prove(broker_url, [f"{QUEUE}.DQ"])) == [(f"{QUEUE}.DQ", None)]
    worker = dramatiq.Worker(broker, worker_timeout=50, worker_threads=1)
    worker.start()
    eventually(lambda: received == [SOURCE], WITHIN, what="it is received")
    worker.stop()
    left = [waiting(broker, name) for name in (QUEUE, f"{QUEUE}.DQ", f"{QUEUE}.XQ")]
    assert left == [0, 0, 0]


def answer_of(url: str) -> tuple[str, Refusal | None]:
    """What a try says that has only so long."""
    found: list[tuple[str, Refusal | None]] = []
    threading.Thread(target=lambda: found.extend(prove(url, [QUEUE], declare=True)), daemon=True).start()
    eventually(lambda: found, SOON, what="the try says something")
    return found[0]


def test_a_try_does_not_wait_long_for_a_confirm(without_confirms: WithoutConfirms) -> None:
    """Who asks whether the service is ready has only seconds."""
    assert answer_of(without_confirms.url) == (QUEUE, UNCONFIRMED)


def test_a_try_does_not_wait_long_to_be_let_in() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert answer_of(f"amqp://127.0.0.1:{silent.getsockname()[1]}/") == (QUEUE, AWAY)


def test_nobody_who_publishes_waits_for_ever(without_confirms: WithoutConfirms) -> None:
    broker = rabbitmq_broker(f"{without_confirms.url}?heartbeat=0")
    broker.patience = 0.5
    with pytest.raises(ConnectionClosed):
        publish(broker)
    assert "does not confirm" in (broker.confirmations.problem() or "")
    without_confirms.confirming = True
    publish(broker)
    assert broker.confirmations.problem() is None
    broker.close()


def test_an_error_that_nobody_thought_of_ends_no_trying(prover: Start) -> None:
    with capture_logs() as logs:
        started = prover("amqp://127.0.0.1:99999/", Confirmations())  # a port that there cannot be
        eventually(
            lambda: [line["event"] for line in logs].count("proof_failed") > 1, WITHIN, what="two tries"
        )
    says(started, "nobody knows, as the try failed: ValueError")
