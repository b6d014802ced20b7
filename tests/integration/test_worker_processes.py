"""A service of several worker processes answers on one port for all of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from followup_common.contracts import OutboxTick, wrap
from followup_common.messaging import rabbitmq_broker
from followup_common.messaging.broker import message_of
from prometheus_client.parser import text_string_to_metric_families

from tests.support.otlp import Receiver, receiving
from tests.support.postgres import role_url
from tests.support.processes import Process
from tests.support.system import ask
from tests.support.waiting import eventually

pytestmark = pytest.mark.serial

PROCESSES = 3
TICKS = 40
SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def handled(process: Process) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(ask(process, "/metrics").text)
        for sample in family.samples
        if sample.name == "followup_event_duration_seconds_count"
    )


def children(process: Process) -> list[int]:
    pid = process.pid
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_probes_metrics_and_last_spans_are_those_of_all_processes(
    database_url: str, broker_url: str, start_service: Callable[..., Process], receiver: Receiver
) -> None:
    escalator = start_service(
        "escalator",
        FOLLOWUP_DATABASE_URL=role_url(database_url, "followup_escalator"),
        FOLLOWUP_BROKER_URL=broker_url,
        FOLLOWUP_WORKER_PROCESSES=str(PROCESSES),
        FOLLOWUP_WORKER_THREADS="1",
        FOLLOWUP_OTLP_ENDPOINT=receiver.url,
        OTEL_BSP_SCHEDULE_DELAY="3600000",  # an hour: nothing is sent before the end
    )
    escalator.wait_until(lambda: ask(escalator, "/readyz").status_code == 200, 60, what="ready")
    well = {"threads": "ok", "database": "ok", "broker": "ok", "processes": "ok"}
    assert ask(escalator, "/readyz").json()["checks"] == well

    broker = rabbitmq_broker(broker_url)
    for _ in range(TICKS):
        broker.enqueue(message_of(wrap(OutboxTick(), source="followup/test", traceparent=SAMPLED)))
    broker.close()
    eventually(lambda: handled(escalator) == TICKS, 60, what="all ticks are counted, in whichever process")

    [stopped, *_] = [pid for pid in children(escalator) if not serves(pid, escalator)]
    os.kill(stopped, signal.SIGSTOP)
    try:
        answer = ask(escalator, "/healthz")
        assert (answer.status_code, answer.json()["checks"]["processes"]) == (
            503,
            f"{PROCESSES - 1} of {PROCESSES} answer",
        )
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert ask(escalator, "/healthz").status_code == 200
    [folder] = Path(escalator.environment["TMPDIR"]).glob("followup-escalator-*")
    assert escalator.terminate(30) == 0
    assert not folder.exists()
    assert len(receiver.spans) == TICKS


def serves(pid: int, process: Process) -> bool:
    """Whether this process is the one that listens on the service's port."""
    port = f":{int(process.environment['FOLLOWUP_HEALTH_PORT']):04X} "
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines() if port in line]
    listening = {f"socket:[{fields[9]}]" for fields in lines if fields[3] == "0A"}
    return any(os.readlink(link) in listening for link in Path(f"/proc/{pid}/fd").iterdir())
