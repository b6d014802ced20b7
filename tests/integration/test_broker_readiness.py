"""Ready says that RabbitMQ confirms what a service publishes, not that a port answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from followup_common.doctor import examine_broker

from tests.support.ports import free_port
from tests.support.postgres import role_url
from tests.support.processes import Process
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import eventually

WITHIN = 60
PASSWORD = "secret-of-the-test"
NOTHING, EVERYTHING = "^$", ".*"
REJECT = {
    "pattern": "^(escalator|notifier)$",
    "definition": {"max-length": 0, "overflow": "reject-publish"},
    "apply-to": "queues",
}


@dataclass(frozen=True)
class Tenant:
    """A user of RabbitMQ and the only virtual host in which they may do anything."""

    rabbitmq: RabbitMQ
    vhost: str
    user: str

    @property
    def url(self) -> str:
        return f"amqp://{self.user}:{PASSWORD}@{self.rabbitmq.host}:{self.rabbitmq.port}/{self.vhost}"

    def let(self, *, write: str = EVERYTHING, configure: str = EVERYTHING) -> None:
        rights = {"configure": configure, "write": write, "read": EVERYTHING}
        self.rabbitmq.manage("PUT", f"permissions/{self.vhost}/{self.user}", rights)

    def left_over(self) -> int:
        """What lies in any queue of the virtual host, delivered or not; nobody publishes but to try."""
        queues = self.rabbitmq.manage("GET", f"queues/{self.vhost}")
        return sum(queue["messages"] for queue in queues if not queue["name"].endswith(".XQ"))

    def reject(self, *, everything: bool) -> None:
        if everything:
            self.rabbitmq.manage("PUT", f"policies/{self.vhost}/full", REJECT)
        else:
            self.rabbitmq.manage("DELETE", f"policies/{self.vhost}/full")


@pytest.fixture
def tenant(rabbitmq: RabbitMQ, broker_url: str) -> Iterator[Tenant]:
    tenant = Tenant(rabbitmq, urlsplit(broker_url).path.lstrip("/"), f"test-{uuid4().hex[:8]}")
    rabbitmq.manage("PUT", f"users/{tenant.user}", {"password": PASSWORD, "tags": ""})
    tenant.let()
    yield tenant
    rabbitmq.manage("DELETE", f"users/{tenant.user}")


@dataclass(frozen=True)
class Running:
    """Services by name, and where their probes are."""

    ports: dict[str, int]

    def said(self, name: str) -> str:
        """What /readyz says of the broker."""
        answer = httpx.get(f"http://127.0.0.1:{self.ports[name]}/readyz", timeout=10)
        assert answer.status_code == (
            200 if name == "api" or answer.json()["checks"]["broker"] == "ok" else 503
        )
        return str(answer.json()["checks"]["broker"])

    def metric(self, name: str) -> float:
        lines = httpx.get(f"http://127.0.0.1:{self.ports[name]}/metrics", timeout=10).text.splitlines()
        [value] = [line.split()[1] for line in lines if line.startswith("followup_publishing_unconfirmed ")]
        return float(value)

    def eventually_say(self, what: str) -> None:
        for name in self.ports:
            eventually(lambda name=name: what in self.said(name), WITHIN, what=f"{name} says {what}")  # type: ignore[misc]


@pytest.fixture
def start(start_service: Callable[..., Process], database_url: str, tmp_path: Path) -> Callable[..., Running]:
    """Start services on a RabbitMQ; four, unless some are named."""

    def on(broker_url: str, *names: str) -> Running:
        ports = {name: free_port() for name in names or ("scheduler", "api", "escalator", "notifier")}
        for name, port in ports.items():
            environment = {
                "FOLLOWUP_BROKER_URL": broker_url,
                "FOLLOWUP_BROKER_PROOF_SECONDS": "0.3",
                "FOLLOWUP_HEALTH_PORT": str(port),
            }
            if name == "api":
                environment["FOLLOWUP_PORT"] = environment.pop("FOLLOWUP_HEALTH_PORT")
            if name != "scheduler":
                environment["FOLLOWUP_DATABASE_URL"] = role_url(database_url, f"followup_{name}")
            start_service(name, folder=tmp_path, **environment)
        return Running(ports)

    return on


def bad(url: str) -> dict[str, str]:
    return {finding.check: f"{finding.seen} {finding.fix}" for finding in examine_broker(url) if finding.fix}


def answers(running: Running, *names: str) -> None:
    def all_do() -> bool:
        for name in names:
            httpx.get(f"http://127.0.0.1:{running.ports[name]}/healthz", timeout=5)
        return True

    def tried() -> bool:
        try:
            return all_do()
        except httpx.TransportError:
            return False

    eventually(tried, WITHIN, what="the services answer")


def test_a_right_that_is_gone_and_a_policy_that_rejects_are_told_and_pass(
    tenant: Tenant, start: Callable[..., Running]
) -> None:
    running = start(tenant.url)
    answers(running, *running.ports)
    running.eventually_say("ok")
    assert {name: running.metric(name) for name in running.ports} == dict.fromkeys(running.ports, 0)

    tenant.let(write=NOTHING)
    running.eventually_say("does not let the user publish")
    assert "set_permissions" in bad(tenant.url)["publishing"]
    for name in running.ports:
        eventually(lambda name=name: running.metric(name) == 1, WITHIN, what=f"the metric of {name}")  # type: ignore[misc]
    tenant.let()
    running.eventually_say("ok")

    tenant.let(configure=NOTHING)  # what is there could be used, and would not be made again
    running.eventually_say("does not let the user publish")
    tenant.let()
    running.eventually_say("ok")

    tenant.reject(everything=True)
    running.eventually_say("rejects what is published")
    assert "clear_policy" in bad(tenant.url)["publishing"]
    tenant.reject(everything=False)
    running.eventually_say("ok")
    assert "publishing" not in bad(tenant.url)
    eventually(lambda: tenant.left_over() == 0, WITHIN, what="what was tried is consumed")


def test_tls_that_is_refused_is_told(tenant: Tenant, start: Callable[..., Running]) -> None:
    """A port answers, and nobody there speaks TLS."""
    url = tenant.url.replace("amqp://", "amqps://", 1)
    running = start(url, "api", "scheduler")
    answers(running, *running.ports)
    running.eventually_say("TLS is refused")
    assert "amqps://" in bad(url)["broker"]
