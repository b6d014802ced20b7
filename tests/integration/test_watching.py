"""All services under a real Prometheus and a receiver of traces: what they show, what faults set off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pika
import pytest
from followup_cli.metrics_document import SERVICES
from followup_common.contracts import (
    EscalationsDelivered,
    EscalationsRaised,
    OutboxTick,
    SweepRequested,
    SweepTick,
)
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from tests.support.company import Company
from tests.support.otlp import Receiver, Span, receiving
from tests.support.processes import Process, service
from tests.support.prometheus import Prometheus, quick_rules
from tests.support.rabbitmq import RabbitMQ
from tests.support.servers import Servers
from tests.support.system import System, ask
from tests.support.waiting import eventually

pytestmark = pytest.mark.serial

HOUR = timedelta(hours=1)
QUICK = {
    "FollowupTickMissing": ("> 180", "> 8"),
    "FollowupOutboxOld": ("> 600", "> 3"),
    "FollowupLagRising": ("> 1800", "> 7200"),
    "FollowupPublisherBlocked": ("> 3", "> 0"),
}
"""What the alerts wait for here. Nothing below ages by itself to what is not changed."""


@dataclass
class Watched:
    """A system that runs, and who watches it."""

    system: System
    prometheus: Prometheus
    receiver: Receiver
    api: httpx.Client

    def eventually_fires(self, alert: str, why: str) -> None:
        eventually(lambda: alert in self.prometheus.firing(), interval=0.3, what=f"{alert}: {why}")

    def eventually_ceases(self, alert: str, why: str) -> None:
        eventually(lambda: alert not in self.prometheus.firing(), interval=0.3, what=f"{alert}: {why}")

    def span(self, name: str, after: Span | None = None) -> Span:
        """A span of this name as it arrives, in the same trace as another."""

        def found() -> Span | None:
            spans = [each for each in self.receiver.spans if each.name == name]
            return next((each for each in spans if after is None or each.trace == after.trace), None)

        return eventually(found, what=f"a span {name!r}") or pytest.fail(name)


@pytest.fixture(scope="module")
def watched(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    rabbitmq = servers.rabbitmq()
    started: list[Process] = []

    def start(name: str, **environment: str) -> Process:
        process = service(name, environment, folder)
        started.append(process)
        process.start()
        return process

    system = System(servers.new_database(), rabbitmq.create_vhost(), start)
    with receiving() as receiver:
        try:
            populate(system)
            system.start(
                *SERVICES,
                FOLLOWUP_OTLP_ENDPOINT=receiver.url,
                OTEL_BSP_SCHEDULE_DELAY="200",  # milliseconds
                FOLLOWUP_SWEEP_CRON="* * * * *",
            )
            prometheus = Prometheus(folder, addresses(system, rabbitmq), quick_rules(QUICK))
            started.append(prometheus.process)
            prometheus.start()
            yield Watched(system, prometheus, receiver, system.api_client())
        finally:
            for process in started:
                process.kill()
            system.owner.close()


def populate(system: System) -> None:
    with system.owner.transaction() as tx:
        company = Company(tx)
        boss = company.person("Max", role="manager")
        company.follow_ups(company.person("Eve", manager=boss), 3, overdue=HOUR)


def addresses(system: System, rabbitmq: RabbitMQ) -> dict[str, str]:
    """Where each job of Prometheus finds its target."""
    ours = {
        f"followup-{name}": f"127.0.0.1:{process.environment[port(name)]}"
        for name, process in system.services.items()
    }
    broker = rabbitmq.metrics_url.removeprefix("http://")
    return ours | {"rabbitmq": broker, "rabbitmq-queues": broker}


def port(name: str) -> str:
    return "FOLLOWUP_PORT" if name == "api" else "FOLLOWUP_HEALTH_PORT"


def test_one_trace_leads_from_the_tick_to_the_notification(watched: Watched) -> None:
    told = watched.span(f"process {EscalationsRaised.type}")
    settled = watched.span(f"process {EscalationsDelivered.type}", after=told)
    line = watched.receiver.line_to(settled)
    assert [(span.service, span.name) for span in line] == [
        ("followup-scheduler", f"send {SweepTick.type}"),
        ("followup-escalator", f"process {SweepTick.type}"),
        ("followup-escalator", f"process {SweepRequested.type}"),
        ("followup-notifier", f"process {EscalationsRaised.type}"),
        ("followup-escalator", f"process {EscalationsDelivered.type}"),
    ]
    assert line[0].parent == ""
    assert watched.system.notifications() == 3
    stored = watched.system.ask(f"SELECT traceparent FROM outbox WHERE type = '{EscalationsRaised.type}'")
    assert str(stored).startswith(f"00-{told.trace}-{told.parent}-")
    assert told.attributes["messaging.destination.name"] == "notifier"


def test_a_click_begins_a_trace_or_goes_on_with_the_callers(watched: Watched) -> None:
    trace, caller = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    answer = watched.api.post("/sweeps", headers={"traceparent": f"00-{trace}-{caller}-01"})
    assert answer.status_code == 202
    click = watched.span("POST /api/v1/sweeps")
    assert (click.service, click.trace, click.parent) == ("followup-api", trace, caller)
    assert click.attributes["http.route"] == "/api/v1/sweeps"
    run = watched.span(f"process {SweepRequested.type}", after=click)
    assert (run.service, run.parent) == ("followup-escalator", click.id)
    api = watched.system.services["api"]
    api.wait_until(lambda: f'"trace_id": "{trace}"' in api.output, what="the log names the trace")


def test_prometheus_scrapes_every_service_and_finds_what_is_documented(watched: Watched) -> None:
    eventually(lambda: set(watched.prometheus.health().values()) == {"up"}, what="all targets are up")
    assert len(watched.prometheus.health()) == 7
    for name, metrics in SERVICES.items():
        exposed = families(ask(watched.system.services[name], "/metrics"))
        unlabelled = {each.name for each in metrics if not each.labels}
        assert unlabelled <= exposed.keys(), name
        documented = {each.name for each in metrics}
        assert {family for family in exposed if family.startswith("followup_")} <= documented, name

    def claimed() -> bool:
        [summed] = watched.prometheus.get("query", query="sum(followup_claimed_total)")["result"]
        return float(summed["value"][1]) >= 3

    eventually(claimed, what="Prometheus knows what was claimed")
    # What fired before the first scrape ceases; the missing tick is quick here.
    eventually(lambda: not watched.prometheus.firing() - {"FollowupTickMissing"}, what="no alert fires")


def families(answer: httpx.Response) -> dict[str, str]:
    """Type of each metric by the name under which it is documented."""
    return {
        f"{family.name}_total" if family.type == "counter" else family.name: family.type
        for family in text_string_to_metric_families(answer.text)
    }


def test_a_scheduler_that_stops_is_missed(watched: Watched) -> None:
    watched.system.services["scheduler"].terminate()
    watched.eventually_fires("FollowupServiceDown", "the scheduler has stopped")
    watched.eventually_fires("FollowupTickMissing", "no tick comes")
    watched.system.tick(OutboxTick())
    watched.eventually_ceases("FollowupTickMissing", "a tick came")


def test_a_purged_queue_and_a_consumer_that_is_gone_are_noticed(watched: Watched) -> None:
    system = watched.system
    assert system.services["notifier"].terminate(30) == 0
    watched.eventually_fires("FollowupQueueWithoutConsumers", "the notifier has stopped")
    with system.owner.transaction() as tx:
        company = Company(tx)
        company.follow_ups(company.person("Ann"), 2, overdue=HOUR)
    trace = "5b8aa5a2d2c872e8321cf37308d69df2"
    headers = {"traceparent": f"00-{trace}-051581bf3cb55c13-01"}
    assert watched.api.post("/sweeps", headers=headers).status_code == 202
    eventually(lambda: purged(system, "notifier"), what="purged")
    watched.eventually_fires("FollowupOutboxOld", "what was purged stays unhandled")
    system.start("notifier")
    watched.eventually_ceases("FollowupQueueWithoutConsumers", "it is back")
    system.redrive()
    eventually(lambda: system.notifications() == 5, what="what was purged is sent again")
    redriven = (f"process {EscalationsRaised.type}", trace)
    eventually(
        lambda: redriven in {(span.name, span.trace) for span in watched.receiver.spans},
        20,
        what="what is sent again stays in its trace",
    )
    watched.eventually_ceases("FollowupOutboxOld", "all is handled")


def purged(system: System, queue: str) -> int:
    connection = pika.BlockingConnection(pika.URLParameters(system.broker_url))
    count: int = connection.channel().queue_purge(queue).method.message_count
    connection.close()
    return count


def test_a_poisoned_batch_and_old_steps_are_noticed(watched: Watched) -> None:
    system = watched.system
    assert not watched.prometheus.firing() & {"FollowupDeadLettersGrowing", "FollowupLagRising"}
    with system.owner.transaction() as tx:
        company = Company(tx)
        bad = company.follow_up(company.person("Bob"), overdue=3 * HOUR)
        tx.execute(
            text(f"ALTER TABLE notifications ADD CONSTRAINT poison CHECK (follow_up_id <> {bad}) NOT VALID")
        )
        tx.execute(  # known for as long: a step is late from when a sweep could first know of it
            text(f"""
                ALTER TABLE follow_ups DISABLE TRIGGER USER;
                UPDATE follow_ups SET updated_at = due_at WHERE id = {bad};
                ALTER TABLE follow_ups ENABLE TRIGGER USER;
            """)
        )
    watched.eventually_fires("FollowupLagRising", "a step has been due for three hours")
    assert watched.api.post("/sweeps").status_code == 202
    watched.eventually_fires("FollowupDeadLettersGrowing", "the poison was given up")
    watched.eventually_fires("FollowupDeadLettersWait", "and waits")
    watched.eventually_ceases("FollowupLagRising", "the sweep took the step")


def test_an_api_without_its_database_says_that_it_knows_nothing(watched: Watched) -> None:
    with watched.system.owner.transaction() as tx:
        tx.execute(text("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE"))
        watched.eventually_fires("FollowupFiguresMissing", "the database does not answer")
    watched.eventually_ceases("FollowupFiguresMissing", "it answers again")
