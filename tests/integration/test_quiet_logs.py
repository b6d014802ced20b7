"""A healthy system logs no error, from its first start on, however long nobody has anything to do."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from tests.support.rabbitmq import RabbitMQ
from tests.support.system import System, populate
from tests.support.waiting import eventually

pytestmark = pytest.mark.serial  # whose RabbitMQ nobody else uses, so that its log is of these tests

SERVICES = ("scheduler", "escalator", "notifier", "dispatcher", "api")
SECONDS = 4
BEATS = 6

ENDED_BY_ITSELF = re.compile(
    r"(?m)^.*\[error\] (<\S+>) {5}supervisor: \{\1,rabbit_channel_sup(_sup)?\}\n"
    r".* errorContext: shutdown_error\n(.*\[error\] \1.*\n)+"
)
"""Erlang's report of a channel that had just ended by itself when its connection was closed."""


@pytest.fixture
def broker_url(broker_url: str) -> str:
    """Heartbeats of four seconds, where services have thirty: what takes minutes takes seconds here."""
    return f"{broker_url}?heartbeat={SECONDS}"


@pytest.mark.long
def test_connections_stay_open_while_nobody_publishes(system: System, rabbitmq: RabbitMQ) -> None:
    logged = len(rabbitmq.log())
    system.start(*SERVICES, FOLLOWUP_SWEEP_CRON="0 0 1 1 *")
    with system.api_client() as api:
        populate(system, 100)
        for swept in range(1, 4):
            sweep(api, system, swept)
            idle(rabbitmq, system.broker_url)
    for service in system.services.values():
        assert service.terminate(timeout=60) == 0
    assert errors_of(system) == []
    assert errors(rabbitmq.log()[logged:]) == []


@pytest.mark.long
def test_ten_minutes_of_a_healthy_system_have_no_error(system: System, rabbitmq: RabbitMQ) -> None:
    """With the heartbeats that services have, and a clock that sweeps every two minutes."""
    system.broker_url = system.broker_url.partition("?")[0]
    logged = len(rabbitmq.log())
    populate(system, 1_000)
    system.start(*SERVICES, FOLLOWUP_SWEEP_CRON="*/2 * * * *")
    eventually(lambda: system.ask("SELECT count(*) >= 6 FROM sweeps"), 840, interval=5, what="ten minutes")
    eventually(system.settled, 60, what="the last sweep is done")
    for service in system.services.values():
        assert service.terminate(timeout=60) == 0
    assert system.notifications() == 1_000
    assert errors_of(system) == []
    assert errors(rabbitmq.log()[logged:]) == []


def sweep(api: httpx.Client, system: System, number: int) -> None:
    """A sweep on demand: each service but the clock publishes."""
    assert api.post("/sweeps").status_code == 202
    finished = f"SELECT count(*) = {number} FROM sweeps WHERE status = 'completed'"
    eventually(lambda: system.ask(finished), what=f"sweep {number}")


def idle(rabbitmq: RabbitMQ, broker_url: str) -> None:
    """Wait until each connection that is open has answered several heartbeats and done nothing else."""
    before: dict[str, int] = {}

    def all_counted() -> bool:
        before.update(received(rabbitmq, broker_url))
        return -1 not in before.values() and len(before) > 0

    def all_heard_of() -> bool:
        now = received(rabbitmq, broker_url)
        closed = before.keys() - now.keys()
        assert not closed, f"RabbitMQ closed {closed}"
        return all(now[name] - count >= BEATS for name, count in before.items())

    eventually(all_counted, what="RabbitMQ counts frames")
    eventually(all_heard_of, 20 * SECONDS * BEATS, interval=0.5, what="heartbeats of every connection")


def received(rabbitmq: RabbitMQ, broker_url: str) -> dict[str, int]:
    """How many frames RabbitMQ got on each connection of a virtual host; -1 before it counts them."""
    vhost = quote(urlsplit(broker_url).path.lstrip("/"), safe="")
    connections: list[dict[str, Any]] = rabbitmq.manage("GET", f"vhosts/{vhost}/connections")
    return {each["name"]: int(each.get("recv_cnt", -1)) for each in connections}


def errors_of(system: System) -> list[str]:
    return [line for service in system.services.values() for line in errors(service.output)]


def errors(log: str) -> list[str]:
    """The lines of errors, and the beginnings of stacks: ours, pika's, or RabbitMQ's."""
    log = ENDED_BY_ITSELF.sub("", log)
    return [line for line in log.splitlines() if re.search(r'"level": "error"|\[error\]|Traceback', line)]
