"""The services as processes over RabbitMQ, each under its own database role: the smoke tests of faults."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import dramatiq
import pika
import pytest
from followup_common.contracts import (
    EscalationKey,
    EscalationsRaised,
    SweepTick,
    wrap,
)
from sqlalchemy import text

from tests.support.company import Company
from tests.support.processes import Process
from tests.support.rabbitmq import RabbitMQ
from tests.support.system import System, ask, populate
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)


def test_from_the_clock_to_the_inbox(system: System) -> None:
    populate(system, 2_500, overdue=50 * HOUR)
    system.start("scheduler", "escalator", "notifier", FOLLOWUP_SWEEP_CRON="* * * * *")
    eventually(lambda: system.notifications() == 5_000 and system.settled(), 100, what="the clock's sweep")
    assert system.ask("SELECT DISTINCT trigger FROM sweeps") == "schedule"
    assert system.ask("SELECT count(*) FROM activities") == 2_500
    for service in system.services.values():
        assert service.terminate(timeout=60) == 0


def test_a_notifier_killed_between_claim_and_notification_loses_and_doubles_nothing(system: System) -> None:
    populate(system, 3_000)
    system.start("escalator", "notifier", FOLLOWUP_SWEEP_BATCH_SIZE="100")
    system.tick(SweepTick())
    eventually(lambda: system.notifications() > 0, what="the first notifications")
    system.services["notifier"].kill()
    eventually(
        lambda: system.ask("SELECT count(*) FROM escalation_states WHERE step = 0") == 0,
        30,
        what="all claimed",
    )
    system.start("notifier")
    system.eventually_settled()
    assert system.notifications() == 3_000
    assert system.ask("SELECT count(*) FROM activities") == 3_000
    assert system.ask("SELECT escalated = 3000 AND notified = 3000 FROM sweeps") is True


def test_an_escalator_killed_in_mid_sweep_goes_on_where_it_was(system: System) -> None:
    populate(system, 5_000)
    system.start("escalator", "notifier", FOLLOWUP_SWEEP_BATCH_SIZE="50")
    system.tick(SweepTick())
    eventually(lambda: system.notifications() > 0, what="the first notifications")
    system.services["escalator"].kill()
    system.start("escalator")
    system.eventually_settled()
    assert system.notifications() == 5_000
    assert system.ask("SELECT count(*) FROM activities") == 5_000


JUNK = {
    "random bytes": b"\x00\xff\xfe\x80 not a message",
    "truncated JSON": b'{"queue_name": "notifier", "actor_na',
    "JSON of the wrong shape": b"[1, 2, 3]",
    "missing fields": b'{"queue_name": "notifier"}',
    "deep nesting": b"[" * 100_000,
}


def publish_raw(system: System, body: bytes, queue: str = "notifier") -> None:
    connection = pika.BlockingConnection(pika.URLParameters(system.broker_url))
    connection.channel().basic_publish("", queue, body)
    connection.close()


def in_dead_letter_queue(system: System, queue: str = "notifier") -> int:
    connection = pika.BlockingConnection(pika.URLParameters(system.broker_url))
    count: int = connection.channel().queue_declare(f"{queue}.XQ", passive=True).method.message_count
    connection.close()
    return count


def as_message(actor: str, *arguments: object, **options: object) -> bytes:
    message: dramatiq.Message[None] = dramatiq.Message("notifier", actor, arguments, {}, options)
    return message.encode()


def test_junk_is_dead_lettered_with_its_reason_and_later_messages_flow(system: System) -> None:
    populate(system, 10)
    system.start("escalator", "notifier")
    eventually(lambda: in_dead_letter_queue(system) == 0, what="the queues are declared")
    key = EscalationKey(follow_up_id=1, run=1, step=1)
    valid = wrap(EscalationsRaised.of(None, (key,)), source="t").model_dump(mode="json")
    bodies = [
        *JUNK.values(),
        as_message("followup.unheard.of.v1", valid),
        as_message(EscalationsRaised.type, {**valid, "type": "followup.escalations.raised.v3"}),
        as_message(EscalationsRaised.type, {**valid, "data": {**valid["data"], "follow_up_ids": []}}),
        as_message(EscalationsRaised.type, {**valid, "data": {**valid["data"], "follow_up_ids": ["1' --"]}}),
        as_message(EscalationsRaised.type, None),
        as_message(EscalationsRaised.type, valid, "and more"),
        as_message(EscalationsRaised.type, valid, retries="many"),
    ]
    for body in bodies:
        publish_raw(system, body)
    eventually(lambda: in_dead_letter_queue(system) == len(bodies), 60, what="all junk dead-lettered")
    with system.owner.transaction() as tx:
        reasons = tx.execute(text("SELECT error FROM outbox WHERE failed_at IS NOT NULL")).scalars().all()
    assert len(reasons) == len(bodies)
    said = "\n".join(reasons)
    for expected in ("unknown event type", "version this service does not know", "follow_up_ids", "JSON"):
        assert expected in said
    system.tick(SweepTick())
    eventually(lambda: system.notifications() == 10, what="later messages flow")
    assert system.services["notifier"].running


def test_a_queue_purged_while_full_is_redriven(system: System) -> None:
    populate(system, 1_000)
    system.start("escalator", FOLLOWUP_SWEEP_BATCH_SIZE="100")
    system.tick(SweepTick())
    eventually(lambda: system.ask("SELECT count(*) FROM escalation_states WHERE step = 0") == 0, 30)
    eventually(lambda: purge(system, "notifier") > 0, what="purged")
    system.start("notifier")
    system.eventually_settled()
    assert system.notifications() == 1_000


def purge(system: System, queue: str) -> int:
    connection = pika.BlockingConnection(pika.URLParameters(system.broker_url))
    count: int = connection.channel().queue_purge(queue).method.message_count
    connection.close()
    return count


def asked_in_its_container(process: Process, *path: str) -> subprocess.CompletedProcess[str]:
    """What an image's HEALTHCHECK asks, and a person in a container that has no curl."""
    command = [sys.executable, "-m", "followup_common.healthcheck", *path]
    return subprocess.run(
        command, env=process.environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.serial
def test_rabbitmq_away_while_follow_ups_cross_two_steps(system: System, rabbitmq: RabbitMQ) -> None:
    """What was claimed before the outage, and what came due in it, is announced at its current level only."""
    if rabbitmq.control is None:
        pytest.fail(
            "this test stops RabbitMQ: let the tests start their own (unset FOLLOWUP_TEST_BROKER_URL)"
        )
    system.start("escalator", "api")
    api = system.api_client()
    populate(system, 40)
    system.tick(SweepTick())
    eventually(lambda: system.ask("SELECT count(*) FROM escalation_states WHERE step = 0") == 0, 30)
    rabbitmq.control.stop()
    escalator = system.services["escalator"]
    eventually(lambda: "RabbitMQ" in ask(escalator, "/readyz").json()["checks"]["broker"], 40)
    assert ask(escalator, "/healthz").status_code == 200  # a restart would not help
    assert asked_in_its_container(escalator).returncode == 0
    unready = asked_in_its_container(escalator, "/readyz")
    assert unready.returncode == 1
    assert "not connected to RabbitMQ" in unready.stderr
    with system.owner.transaction() as tx:
        Company(tx).let_pass(100 * HOUR)
    for _ in range(3):
        assert api.post("/sweeps").status_code == 202
    late = {"title": "Call Acme", "due_at": "2020-01-01T09:00:00Z"}
    created = api.post("/follow-ups", json=late)
    assert created.status_code == 201
    assert api.post(f"/follow-ups/{created.json()['id']}/complete").status_code == 200
    assert len(api.get("/follow-ups", params={"view": "overdue"}).json()["items"]) == 40
    system.start("notifier")
    rabbitmq.control.start()

    def everybody_told() -> bool:
        api.post(
            "/sweeps"
        )  # as the clock does: one leaves out what is held while its overtaken step is reported
        system.redrive()
        return system.notifications() >= 3 * 40

    eventually(everybody_told, 90, interval=1, what="everybody is told")
    system.eventually_settled()
    assert system.ask("SELECT array_agg(DISTINCT step) FROM notifications WHERE step IS NOT NULL") == [3]
    assert system.notifications() == 3 * 40  # two admins, and the assignee, whom nobody had told before
    # A follow-up that a sweep held when its overtaken step was reported is marked five seconds later.
    skipped = "SELECT count(*) FROM escalations WHERE status = 'skipped'"
    eventually(lambda: system.ask(skipped) == 80, what="each step that was passed is marked")
    eventually(lambda: ask(escalator, "/readyz").status_code == 200, what="it is ready again")
