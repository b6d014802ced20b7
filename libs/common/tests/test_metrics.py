"""Meters, and health servers that show them."""

from __future__ import annotations

import re
import threading
from http import HTTPStatus

import httpx
import pytest
from followup_cli.metrics_document import SERVICES
from followup_common.health import Bounded, HealthServer, probes
from followup_common.metrics import Counter, Gauge, Histogram, Meter, Metric

CALLS = Counter("followup_calls_total", "Calls.", ("level",))
WAITING = Gauge("followup_waiting", "Who waits.")
SECONDS = Histogram("followup_call_seconds", "How long.", buckets=(1, 10))


def test_a_meter_adds_sets_and_observes() -> None:
    meter = Meter()
    meter.declare(CALLS, WAITING)
    assert "followup_waiting 0.0" in meter.exposition().decode()
    meter.record(CALLS, level="1")
    meter.record(CALLS, 2, level="1")
    for value in (5, 3):
        meter.record(WAITING, value)
        meter.record(SECONDS, value)
    shown = meter.exposition().decode().splitlines()
    assert 'followup_calls_total{level="1"} 3.0' in shown
    assert "followup_waiting 3.0" in shown
    assert 'followup_call_seconds_bucket{le="1.0"} 0.0' in shown
    assert "followup_call_seconds_sum 8.0" in shown


def test_two_meters_know_nothing_of_each_other() -> None:
    first, second = Meter(), Meter()
    first.record(WAITING, 7)
    second.record(WAITING, 2)
    assert "followup_waiting 7.0" in first.exposition().decode()


METRICS = {each.name: each for own in SERVICES.values() for each in own}


@pytest.mark.parametrize("metric", [METRICS[name] for name in sorted(METRICS)], ids=sorted(METRICS))
def test_names_follow_the_conventions_of_prometheus(metric: Metric) -> None:
    assert re.fullmatch(r"followup(_[a-z]+)+", metric.name)
    assert metric.name.endswith("_total") == isinstance(metric, Counter)
    assert not metric.name.endswith(("_count", "_sum", "_bucket", "_info", "_milliseconds", "_minutes"))
    assert not isinstance(metric, Histogram) or metric.name.endswith("_seconds")
    assert metric.help.endswith(".")
    assert not set(metric.labels) & {"job", "instance", "le", "quantile", "service"}


def test_who_asks_what_hangs_is_answered_in_time_and_asks_only_once() -> None:
    asked, release = [], threading.Event()

    def hang() -> str:
        asked.append(1)
        release.wait(30)
        return "at last"

    bounded = Bounded(hang, 0.02)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            bounded()
    release.set()
    assert asked == [1]
    patient = Bounded(lambda: "at once", 10)
    assert [patient(), patient()] == ["at once", "at once"]


def test_what_cannot_be_asked_raises_for_who_asks() -> None:
    def fail() -> None:
        raise ConnectionError("away")

    with pytest.raises(ConnectionError, match="away"):
        Bounded(fail, 10)()


def test_a_health_server_says_which_part_is_missing() -> None:
    broken: dict[str, str | None] = {"clock": None, "broker": None}
    answer = probes(alive={"clock": lambda: broken["clock"]}, ready={"broker": lambda: broken["broker"]})
    meter = Meter()
    meter.record(WAITING, 4)
    port = HealthServer(answer, meter).listen("127.0.0.1", 0)

    def ask(path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False)

    assert ask("/readyz").json() == {"status": "ok", "checks": {"clock": "ok", "broker": "ok"}}
    broken["broker"] = "away"
    assert ask("/healthz").status_code == HTTPStatus.OK
    assert ask("/readyz").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert ask("/readyz").json() == {"status": "unavailable", "checks": {"clock": "ok", "broker": "away"}}
    broken["clock"] = "stopped"
    assert ask("/healthz").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "followup_waiting 4.0" in ask("/metrics").text.splitlines()
    assert ask("/elsewhere").status_code == HTTPStatus.NOT_FOUND


def test_names_that_people_invent_are_told_apart_up_to_a_bound() -> None:
    told = Counter("followup_told_total", "Told.", ("policy", "severity"), invented="policy")
    meter = Meter()
    for number in range(25):
        meter.record(told, policy=f"policy {number}", severity="overdue")
    meter.record(told, policy="policy 0", severity="breach")
    shown = meter.exposition().decode().splitlines()
    found = [line for line in shown if line.startswith("followup_told_total")]
    assert len(found) == 22
    assert 'followup_told_total{policy="(others)",severity="overdue"} 5.0' in found
    assert 'followup_told_total{policy="policy 0",severity="breach"} 1.0' in found


def test_a_gauge_shows_what_there_is_and_no_more_what_there_was() -> None:
    opened = Gauge("followup_open", "Open.", ("policy",))
    meter = Meter()
    meter.show(opened, {"standard": 3, "gone": 1})
    meter.show(opened, {"standard": 4})
    found = [line for line in meter.exposition().decode().splitlines() if line.startswith("followup_open")]
    assert found == ['followup_open{policy="standard"} 4.0']
