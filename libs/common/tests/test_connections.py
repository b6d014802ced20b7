"""Connections of publishers that are idle, or whose thread has ended."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from followup_common.contracts import OutboxTick, wrap
from followup_common.messaging import rabbitmq_broker
from followup_common.messaging.broker import message_of
from followup_common.messaging.connections import KeptAliveBroker

from tests.support.waiting import eventually


@pytest.fixture
def broker(broker_url: str) -> Iterator[KeptAliveBroker]:
    """With a heartbeat a second, so that what takes a minute takes two seconds."""
    broker = rabbitmq_broker(f"{broker_url}?heartbeat=1")
    yield broker
    broker.close()


def publish(broker: KeptAliveBroker) -> None:
    broker.enqueue(message_of(wrap(OutboxTick(), source="followup/test")))


def test_a_connection_goes_with_its_thread(broker: KeptAliveBroker) -> None:
    publisher = threading.Thread(target=publish, args=(broker,))
    publisher.start()
    publisher.join()
    publish(broker)
    eventually(lambda: len(broker.connections) == 1, what="only this thread's connection is left")
    assert broker.connection.is_open


def test_a_connection_that_was_closed_is_opened_again_quietly(
    broker: KeptAliveBroker, caplog: pytest.LogCaptureFixture
) -> None:
    publish(broker)
    first = broker.connection
    first.close()
    publish(broker)
    assert broker.connection is not first
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_lost_connection_of_a_thread_that_has_ended_stops_nobody(broker: KeptAliveBroker) -> None:
    """What looks after the others goes on: an error in that thread would fail this test."""
    publisher = threading.Thread(target=publish, args=(broker,))
    publisher.start()
    publisher.join()
    (lost,) = broker.connections
    lost._impl._transport._sock.shutdown(socket.SHUT_RDWR)  # as the network does
    publish(broker)
    eventually(lambda: len(broker.connections) == 1, what="only this thread's connection is left")
    assert broker.connection.is_open


def test_nobody_looks_after_connections_once_the_broker_is_closed(broker_url: str) -> None:
    others = set(threading.enumerate())  # of tests before
    broker = rabbitmq_broker(f"{broker_url}?heartbeat=1")
    publish(broker)
    broker.close()
    own = {thread.name for thread in threading.enumerate() if thread.is_alive() and thread not in others}
    assert "heartbeats" not in own
