"""What operators see of the queues: with RabbitMQ well, away or hanging, its management API well or wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from followup_api.ops.queues import amqp, queries
from followup_api.ops.queues.queries import QueueReader
from followup_common.contracts import FollowUpReassigned, wrap
from followup_common.messaging import rabbitmq_broker
from followup_common.messaging.broker import message_of
from structlog.testing import capture_logs

from tests.support.ports import free_port
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import eventually

from .companies import Company
from .conftest import World

QUEUES = "/ops/queues"
SECRET = "a-secret-of-the-operator"


def ask(broker_url: str, management_url: str | None = None) -> dict[str, Any]:
    """What is read with these settings."""
    return dumped(QueueReader(broker_url, management_url))


def dumped(reader: QueueReader) -> dict[str, Any]:
    answer = reader.read().model_dump(mode="json")
    assert SECRET not in str(answer)
    return answer


def queues(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        queue["name"]: queue
        for service in answer["queues"]
        for queue in (service["main"], service["delayed"], service["dead"])
    }


def publish(broker_url: str, number: int) -> None:
    """Put events on the notifier's queue, as the API does; nobody consumes them."""
    event = FollowUpReassigned(follow_up_id=1, assignee_id=1, assignment=1, actor_id=None)
    broker = rabbitmq_broker(broker_url)
    for _ in range(number):
        broker.enqueue(message_of(wrap(event, source="followup/test")))
    broker.close()


def management_url(rabbitmq: RabbitMQ, *, password: str | None = None, port: int | None = None) -> str:
    login, where = urlsplit(rabbitmq.url), urlsplit(rabbitmq.management_url)
    user = f"{login.username}:{password or login.password}"
    return f"{where.scheme}://{user}@{where.hostname}:{port or where.port}/"


def test_amqp_tells_ready_and_consumers_and_the_rest_says_why_it_is_missing(broker_url: str) -> None:
    publish(broker_url, 3)
    answer = ask(broker_url)
    assert (answer["delivery"], answer["source"], answer["problems"]) == ("rabbitmq", "amqp", [])
    assert [service["service"] for service in answer["queues"]] == ["escalator", "notifier"]
    found = queues(answer)
    assert (found["notifier"]["ready"], found["notifier"]["consumers"]) == (3, 0)
    assert (found["notifier.DQ"]["ready"], found["notifier.XQ"]["ready"]) == (0, 0)
    assert found["notifier"]["unacknowledged"] is None
    assert found["notifier"]["missing"].keys() == {"unacknowledged", "publish_rate", "deliver_rate"}
    assert "FOLLOWUP_RABBITMQ_MANAGEMENT_URL" in found["notifier"]["missing"]["publish_rate"]
    assert found["escalator.XQ"]["ready"] is None
    assert found["escalator.XQ"]["missing"]["ready"].startswith("There is no such queue")


def test_the_management_api_tells_everything(broker_url: str, rabbitmq: RabbitMQ) -> None:
    publish(broker_url, 3)

    def counted() -> dict[str, Any] | None:
        answer = ask(broker_url, management_url(rabbitmq))
        return answer if queues(answer)["notifier"]["ready"] == 3 else None  # it counts every 5 seconds

    answer = eventually(counted, interval=0.3, what="RabbitMQ has counted")
    assert answer
    assert (answer["source"], answer["problems"]) == ("management", [])
    notifier = queues(answer)["notifier"]
    assert notifier["missing"] == {}
    assert (notifier["unacknowledged"], notifier["consumers"]) == (0, 0)
    assert (notifier["publish_rate"] >= 0, notifier["deliver_rate"]) == (True, 0)
    assert queues(answer)["escalator"]["missing"]["deliver_rate"].startswith("There is no such queue")


@contextmanager
def listening(says: bytes | None) -> Iterator[int]:
    """A port where somebody answers the first caller with this and hangs up; None: never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        if says is not None:
            threading.Thread(target=_answer, args=(server, says), daemon=True).start()
        yield server.getsockname()[1]


def _answer(server: socket.socket, says: bytes) -> None:
    with server.accept()[0] as caller:
        caller.recv(10_000)
        caller.sendall(says)


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "is not RabbitMQ's management API"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"items": 1}', "is not RabbitMQ's management API"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n", "is not RabbitMQ's management API"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "with 404"),
        (b"AMQP\x00\x00\x09\x01", "does not answer"),
        (None, "does not answer"),
    ],
)
def test_a_wrong_management_api_is_named_and_amqp_asked_instead(
    broker_url: str, rabbitmq: RabbitMQ, says: bytes | None, problem: str
) -> None:
    publish(broker_url, 1)
    with listening(says) as port:
        answer = ask(broker_url, management_url(rabbitmq, password=SECRET, port=port))
    assert (answer["source"], queues(answer)["notifier"]["ready"]) == ("amqp", 1)
    [said] = answer["problems"]
    assert problem in said
    assert "FOLLOWUP_RABBITMQ_MANAGEMENT_URL" in said


def test_a_wrong_password_of_the_management_api_is_named(broker_url: str, rabbitmq: RabbitMQ) -> None:
    answer = ask(broker_url, management_url(rabbitmq, password=SECRET))
    assert answer["source"] == "amqp"
    assert "refuses the user and password" in answer["problems"][0]


def test_with_rabbitmq_away_the_answer_says_so() -> None:
    url = f"amqp://guest:{SECRET}@127.0.0.1:{free_port()}/"
    answer = ask(url, f"http://guest:{SECRET}@127.0.0.1:{free_port()}/")
    assert answer["source"] is None
    assert ["management API does not answer" in said for said in answer["problems"]] == [False, True]
    assert "Events wait in the outbox" in answer["problems"][0]
    assert all(queue["ready"] is None and len(queue["missing"]) == 5 for queue in queues(answer).values())


def test_a_log_in_that_rabbitmq_refuses_is_named(rabbitmq: RabbitMQ) -> None:
    url = f"amqp://guest:{SECRET}@{rabbitmq.host}:{rabbitmq.port}/"
    [said] = ask(url)["problems"]
    assert "RabbitMQ" in said


def test_nobody_waits_for_a_rabbitmq_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "WAIT_SECONDS", 0.2)
    with listening(None) as port:
        reader = QueueReader(f"amqp://guest:{SECRET}@127.0.0.1:{port}/")
        for _ in range(2):
            assert dumped(reader)["problems"] == ["RabbitMQ has not answered within 0.2 s."]


def test_a_rabbitmq_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amqp, "SECONDS", 1)
    with listening(None) as port:
        [said] = ask(f"amqp://guest:{SECRET}@127.0.0.1:{port}/")["problems"]
    assert said.startswith(f"RabbitMQ does not answer at 127.0.0.1:{port}")


def test_an_error_that_nobody_thought_of_is_said_and_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amqp, "read", lambda *_: 1 / 0)
    with capture_logs() as logs:
        [said] = ask("amqp://localhost/")["problems"]
    assert "ZeroDivisionError" in said
    assert [line["event"] for line in logs] == ["queues_not_read"]


def test_a_reading_is_shared_until_it_is_old(broker_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "KEEP_SECONDS", 600)
    reader = QueueReader(broker_url)
    first = dumped(reader)
    assert dumped(reader) == first
    monkeypatch.setattr(queries, "KEEP_SECONDS", 0)
    assert dumped(reader)["read_at"] > first["read_at"]


def test_the_api_answers_whether_there_are_queues_or_not(build: Callable[..., World]) -> None:
    company = Company(build())
    answer = company.get(company.ada, QUEUES)
    assert (answer["delivery"], answer["source"], answer["queues"]) == ("in-process", None, [])
    assert "no queues" in answer["problems"][0]
    app = company.world.app
    away = QueueReader(f"amqp://127.0.0.1:{free_port()}/")
    app.state.context = replace(app.state.context, queues=away)
    answer = company.get(company.ada, QUEUES)
    assert (answer["delivery"], answer["source"], len(answer["problems"])) == ("rabbitmq", None, 1)
