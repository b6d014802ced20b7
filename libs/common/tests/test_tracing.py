"""Tracing is off, and costs nothing, unless the settings or OpenTelemetry's own variables ask for it."""

from __future__ import annotations

import sys

import pytest
import structlog
from followup_common.settings import Settings, load
from followup_common.tracing import STANDARD, Tracing, tracing
from opentelemetry.trace import SpanKind


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*STANDARD, "FOLLOWUP_OTLP_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


def test_off_by_default_it_records_nothing_and_hands_on_what_caused_it() -> None:
    off = tracing("escalator", Settings())
    assert type(off) is Tracing
    cause = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"
    with off.span("process this", SpanKind.CONSUMER, parent=cause) as span:
        span.update_name("process that")
        assert not span.is_recording()
        assert off.traceparent() == cause
        assert structlog.contextvars.get_contextvars() == {}
    with off.span("process this", SpanKind.CONSUMER):
        assert off.traceparent() is None


@pytest.mark.parametrize("name", ["FOLLOWUP_OTLP_ENDPOINT", *STANDARD])
def test_any_of_the_variables_turns_it_on(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    on = tracing("escalator", Settings())
    cause = "00-" + "1" * 32 + "-" + "2" * 16
    with on.span("process this", SpanKind.CONSUMER, parent=f"{cause}-00"):  # what causes it is not sampled
        inside = on.traceparent() or ""
        assert structlog.contextvars.get_contextvars()["trace_id"] == "1" * 32
    assert inside.split("-")[1] == "1" * 32
    assert inside.split("-")[2] != "2" * 16
    assert on.traceparent() is None
    on.close()


def test_an_address_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    monkeypatch.setenv("FOLLOWUP_OTLP_ENDPOINT", "collector:4318")
    with pytest.raises(SystemExit):
        load(Settings)
    assert "FOLLOWUP_OTLP_ENDPOINT is wrong" in capsys.readouterr().err


def test_without_the_packages_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOLLOWUP_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delitem(sys.modules, "followup_common.otlp", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SystemExit):
        tracing("escalator", Settings())
    assert "followup-common[tracing]" in capsys.readouterr().err
