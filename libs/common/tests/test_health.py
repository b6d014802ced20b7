"""The small server of probes: it cannot be kept busy by those who ask nothing."""

from __future__ import annotations

import http.client
import socket
from contextlib import ExitStack

import pytest
from followup_common import health
from followup_common.health import HealthServer, probes

from tests.support.waiting import eventually


def probe(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/healthz")
    status = connection.getresponse().status
    connection.close()
    return status


def test_idle_connections_make_place_for_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SILENCE_SECONDS", 3_600)
    port = HealthServer(probes()).listen("127.0.0.1", 0)
    with ExitStack() as stack:
        idle = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)) for _ in range(200)
        ]
        assert probe(port) == 200
        assert idle[0].recv(1) == b""


def test_who_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SILENCE_SECONDS", 0.2)
    port = HealthServer(probes()).listen("127.0.0.1", 0)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as silent:
        assert silent.recv(1) == b""
        eventually(lambda: probe(port) == 200, what="others are answered")
