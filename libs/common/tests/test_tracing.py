"""Tracing is off, and costs nothing, unless the settings or OpenTelemetry's own variables ask for it."""

from __future__ import annotations

import sys

import pytest
from followup_common.settings import Settings, load
from followup_common.tracing import STANDARD, Tracing, tracing


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*STANDARD, "FOLLOWUP_OTLP_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


def test_off_by_default_it_records_nothing() -> None:
    off = tracing("escalator", Settings())
    assert type(off) is Tracing
    with off.span("process this", "consumer", parent="00-" + "1" * 32 + "-" + "2" * 16 + "-01") as span:
        span.describe("process that", {"http.route": "/"})
        assert off.traceparent() is None
    assert off.span("one", "server") is off.span("another", "server")


@pytest.mark.parametrize("name", ["FOLLOWUP_OTLP_ENDPOINT", *STANDARD])
def test_any_of_the_variables_turns_it_on(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    on = tracing("escalator", Settings())
    cause = "00-" + "1" * 32 + "-" + "2" * 16
    with on.span("process this", "consumer", parent=f"{cause}-00"):  # what causes it is not sampled
        inside = on.traceparent() or ""
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
