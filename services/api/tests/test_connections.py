"""Connections that keep the server waiting, from a real server: they end, and take nothing from others."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from followup_api import connections
from followup_api.connections import most_connections
from followup_api.notifications import live
from followup_api.settings import ApiSettings
from followup_common import open_files
from structlog.testing import capture_logs

from tests.support.ports import free_port
from tests.support.waiting import eventually

from .companies import Company
from .conftest import World
from .live_server import LiveServer

Connect = Callable[[], socket.socket]
FEW = 20


@pytest.fixture
def company(build: Callable[..., World]) -> Company:
    return Company(build(max_connections=FEW))


@pytest.fixture
def connect(server: LiveServer) -> Iterator[Connect]:
    """Open connections that say nothing; all are closed after the test."""
    host, port = server.start().removeprefix("http://").split(":")
    with ExitStack() as stack:
        yield lambda: stack.enter_context(socket.create_connection((host, int(port)), timeout=60))


def ended(connection: socket.socket) -> bool:
    """Whether the server has closed it; waits for that or for something else to come."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def address_of(connection: socket.socket) -> str:
    host, port = connection.getpeername()
    return f"http://{host}:{port}"


def works(company: Company, address: str) -> bool:
    """Whether somebody with a log-in is served, on a connection of their own."""
    answer = httpx.get(f"{address}/api/v1/follow-ups", headers=company.amir.headers, timeout=60)
    return answer.status_code == 200


def measured(address: str, name: str) -> float:
    """A figure of /metrics."""
    lines = httpx.get(f"{address}/metrics", timeout=60).text.splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).partition(" ")[2])


def test_idle_connections_make_place_for_those_that_ask(company: Company, connect: Connect) -> None:
    with capture_logs() as logs:
        idle = [connect() for _ in range(5 * FEW)]
        address = address_of(idle[-1])
        assert works(company, address)
        assert ended(idle[0])
    assert measured(address, "followup_api_connections_limit") == FEW
    assert measured(address, "followup_api_connections") <= FEW
    assert measured(address, "followup_api_connections_dropped_total") >= 4 * FEW
    said = [line for line in logs if line["event"] == "connections_near_limit"]
    assert [(line["open"], line["at_most"]) for line in said] == [(FEW * 8 // 10, FEW)], "and once, not often"


def test_requests_that_do_not_end_make_place_as_well(company: Company, connect: Connect) -> None:
    half = [b"GET / HT", b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"]
    waiting = [connect() for _ in range(FEW)]
    for number, connection in enumerate(waiting):
        connection.sendall(half[number % 2])
    assert works(company, address_of(waiting[-1]))


def test_who_works_is_not_dropped_and_who_comes_then_is_told(company: Company, connect: Connect) -> None:
    streams = [connect() for _ in range(FEW)]
    people = [company.amir, company.otto]
    for number, stream in enumerate(streams):
        head = f"Host: x\r\nAuthorization: Bearer {people[number % 2].token}"
        stream.sendall(f"GET /api/v1/notifications/stream HTTP/1.1\r\n{head}\r\n\r\n".encode())
        assert stream.recv(12) == b"HTTP/1.1 200"
    assert connect().recv(12) == b"HTTP/1.1 503"
    streams.pop().close()
    eventually(lambda: works(company, address_of(streams[0])), what="there is a place again")


def hoard(connection: socket.socket, times: int = 60) -> None:
    """Ask for a large answer so often that no buffer on the way takes all of them, and read nothing."""
    connection.sendall(b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * times)


def test_who_does_not_read_their_answers_makes_place(
    company: Company, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_PIPELINED", 60)
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 600)
    hoarding = [connect() for _ in range(FEW)]
    address = address_of(hoarding[-1])  # which may be the one that makes place
    for connection in hoarding:
        hoard(connection)
        connection.recv(1)  # it is being answered
    eventually(lambda: works(company, address), what="one makes place")


def test_a_request_behind_another_that_does_not_end_makes_place(company: Company, connect: Connect) -> None:
    head = b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9"
    waiting = [connect() for _ in range(FEW)]
    for connection in waiting:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + head + b"\r\n\r\n{")
        assert connection.recv(12) == b"HTTP/1.1 200"
    assert works(company, address_of(waiting[-1]))


def test_few_requests_wait_behind_another_and_the_last_answer_says_so(connect: Connect) -> None:
    hasty = connect()
    hasty.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 60)
    said = b""
    while piece := hasty.recv(100_000):
        said += piece
    answers = said.split(b"HTTP/1.1 200 OK")[1:]
    assert len(answers) == 1 + connections.MOST_PIPELINED
    assert [b"connection: close" in answer for answer in answers] == [False] * 4 + [True]


def test_who_leaves_before_their_answers_is_no_error_of_ours(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "MOST_PIPELINED", 60)
    leaving = [connect() for _ in range(5)]
    address = address_of(leaving[0])
    with capture_logs() as logs:
        for connection in leaving:
            hoard(connection)
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        eventually(lambda: measured(address, "followup_api_connections") == 1, what="all have left")
        assert httpx.get(f"{address}/api/docs", timeout=60).is_success
    assert [line for line in logs if line["log_level"] == "error"] == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_connection_on_which_nothing_comes_is_closed(connect: Connect, server: LiveServer) -> None:
    server.server.config.timeout_keep_alive = 0  # seconds, whole ones
    assert ended(connect())


def test_a_head_that_does_not_end_is_not_waited_for(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    trickling = connect()
    trickling.sendall(b"GET / HTTP/1.1\r\n")
    trickling.settimeout(0.02)

    def closed() -> bool:
        try:
            trickling.sendall(b"X: x\r\n")
            return ended(trickling)
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    eventually(closed, interval=0, what="it is closed")


def test_the_rest_of_a_body_that_nobody_wants_is_not_waited_for(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    refused = connect()
    head = b"Host: x\r\nContent-Type: text/csv\r\nContent-Length: 1000000"
    refused.sendall(b"POST /api/v1/imports/users HTTP/1.1\r\n" + head + b"\r\n\r\n")
    assert refused.recv(12) == b"HTTP/1.1 401"
    refused.settimeout(0.02)

    def closed() -> bool:
        try:
            refused.sendall(b"x")
            return refused.recv(10_000) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    eventually(closed, interval=0, what="it is closed")


def test_an_answer_that_nobody_reads_is_given_up(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.2)
    greedy = connect()
    monkeypatch.setattr(connections, "MOST_PIPELINED", 200)
    hoard(greedy, times=200)
    address = address_of(greedy)
    eventually(lambda: measured(address, "followup_api_connections") == 1, what="only who asks is connected")


def test_a_person_has_so_many_streams_and_the_oldest_is_told_to_stay_away(
    company: Company, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "STREAMS_A_PERSON", 3)
    address = address_of(connect())
    with ExitStack() as stack:

        def follow(headers: dict[str, str]) -> Iterator[str]:
            url = f"{address}/api/v1/notifications/stream"
            answer = stack.enter_context(httpx.stream("GET", url, headers=headers, timeout=60))
            lines = answer.iter_lines()
            while next(lines) != "event: inbox":
                pass
            return lines

        other = follow(company.otto.headers)
        first, second, *_ = [follow(company.amir.headers) for _ in range(4)]
        said = list(first)
        assert "event: closed" in said
        assert "retry: 86400000" in said
        assert measured(address, "followup_inbox_streams") == 4
        follow(company.amir.headers)
        assert "event: closed" in list(second)
        ids = company.tell(company.otto, 1)
        company.world.execute("SELECT pg_notify('followup_inbox', :id)", id=str(company.otto.id))
        while f'"newest_id": {ids[0]}' not in next(other):
            pass


def test_connections_leave_files_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    for files, wanted, expected in [(1_024, 4_000, 824), (1_048_576, 4_000, 4_000), (256, 4_000, 128)]:
        monkeypatch.setattr(open_files, "limit", lambda files=files: files)
        assert most_connections(wanted) == expected


def test_with_few_files_a_thousand_idle_connections_and_streams_take_nothing_from_others(
    settings: ApiSettings, world: World
) -> None:
    """A process that may open 256 files, however it asks for more."""
    company, port = Company(world), free_port()
    environment = {
        **os.environ,
        "FOLLOWUP_DATABASE_URL": settings.database_url.get_secret_value(),
        "FOLLOWUP_BROKER_URL": "amqp://guest:guest@localhost:1/",
        "FOLLOWUP_PORT": str(port),
    }
    command = ["sh", "-c", 'ulimit -n 256 && exec "$0" -m followup_api', sys.executable]
    with (
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process,
        ExitStack() as stack,
    ):
        stack.callback(process.kill)
        address = f"http://127.0.0.1:{port}"
        eventually(lambda: httpx.get(f"{address}/healthz").is_success, what="the API to start")
        for number in range(1_000):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            if number % 10 == 0:
                head = f"Host: x\r\nAuthorization: Bearer {company.otto.token}"
                connection.sendall(f"GET /api/v1/notifications/stream HTTP/1.1\r\n{head}\r\n\r\n".encode())
            if number % 100 == 0:
                assert works(company, address)
        assert works(company, address)
        assert measured(address, "followup_api_connections_limit") == 128
        assert measured(address, "process_open_fds") < 256
        assert measured(address, "followup_inbox_streams") <= live.STREAMS_A_PERSON
