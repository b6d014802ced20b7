"""Publishing when RabbitMQ is away or busy: nobody waits, and what was not sent is left to the redrive."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from followup_common.contracts import Envelope, FollowUpReassigned, wrap
from followup_common.messaging import Publisher, in_process_broker, rabbitmq_broker
from followup_common.messaging.broker import declare_actors
from followup_common.messaging.publisher import HELD_BACK_AT_MOST, Delayed, publish
from followup_common.metrics import Meter

MINUTE = timedelta(minutes=1)
PATIENCE_SECONDS = 30


class Away:
    """Where RabbitMQ should be: every connection is closed at once, and counted."""

    def __init__(self) -> None:
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._hang_up, daemon=True).start()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self._listener.getsockname()[1]}/"

    def close(self) -> None:
        self._listener.close()

    def _hang_up(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            self.connections += 1
            client.close()


@pytest.fixture
def away() -> Iterator[Away]:
    port = Away()
    yield port
    port.close()


def events(number: int) -> list[Envelope]:
    return [
        wrap(
            FollowUpReassigned(follow_up_id=n + 1, assignee_id=1, assignment=1, actor_id=None), source="test"
        )
        for n in range(number)
    ]


def tries_of_one(away: Away) -> int:
    assert not publish(rabbitmq_broker(away.url, connection_attempts=1), events(1))
    tries, away.connections = away.connections, 0
    return tries


def test_after_the_first_that_cannot_be_sent_no_other_is_tried(away: Away) -> None:
    tries = tries_of_one(away)
    assert not publish(rabbitmq_broker(away.url, connection_attempts=1), events(4))
    assert away.connections == tries


def test_what_waits_for_the_thread_is_not_tried_either_once_rabbitmq_is_away(away: Away) -> None:
    tries = tries_of_one(away)
    meter = Meter()
    publisher = Publisher(rabbitmq_broker(away.url, connection_attempts=1), meter=meter)
    publisher.publish(events(5))
    publisher.start()
    publisher.stop(PATIENCE_SECONDS)
    assert away.connections == tries


def test_a_publisher_that_is_full_makes_nobody_wait(away: Away) -> None:
    publisher = Publisher(rabbitmq_broker(away.url), capacity=1)
    caller = threading.Thread(target=publisher.publish, args=(events(3),), daemon=True)
    caller.start()
    caller.join(PATIENCE_SECONDS)
    assert not caller.is_alive()


def test_rabbitmq_holds_nothing_back_for_longer_than_it_may() -> None:
    broker = in_process_broker()
    declare_actors(broker, {FollowUpReassigned.type: lambda _: None})
    soon, late = events(2)
    assert publish(broker, [Delayed(late, HELD_BACK_AT_MOST + MINUTE), Delayed(soon, HELD_BACK_AT_MOST)])
    waiting = broker.queues[f"{FollowUpReassigned.queue}.DQ"]
    assert waiting.qsize() == 1
    assert str(soon.id) in waiting.get().decode()
