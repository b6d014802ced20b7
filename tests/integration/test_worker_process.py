"""What a consuming service tells of itself: probes and figures on its port, and its last spans at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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

TICKS = 40
SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def shown(process: Process, name: str) -> float:
    """The sum of a figure's samples."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(ask(process, "/metrics").text)
        for sample in family.samples
        if sample.name == name
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_probes_figures_and_last_spans_of_a_worker(
    database_url: str, broker_url: str, start_service: Callable[..., Process], receiver: Receiver
) -> None:
    escalator = start_service(
        "escalator",
        FOLLOWUP_DATABASE_URL=role_url(database_url, "followup_escalator"),
        FOLLOWUP_BROKER_URL=broker_url,
        FOLLOWUP_OTLP_ENDPOINT=receiver.url,
        OTEL_BSP_SCHEDULE_DELAY="3600000",  # an hour: nothing is sent before the end
    )
    escalator.wait_until(lambda: ask(escalator, "/readyz").status_code == 200, 60, what="ready")
    assert ask(escalator, "/readyz").json()["checks"] == {"threads": "ok", "database": "ok", "broker": "ok"}
    assert ask(escalator, "/healthz").json()["checks"] == {"threads": "ok"}
    assert shown(escalator, "process_resident_memory_bytes") > 0

    broker = rabbitmq_broker(broker_url)
    for _ in range(TICKS):
        broker.enqueue(message_of(wrap(OutboxTick(), source="followup/test", traceparent=SAMPLED)))
    broker.close()
    handled = "followup_event_duration_seconds_count"
    eventually(lambda: shown(escalator, handled) == TICKS, 60, what="all ticks are counted")
    assert escalator.terminate(30) == 0
    assert len(receiver.spans) == TICKS
