"""The live inbox over server-sent events, from a real server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from queue import Empty, Queue
from typing import Any

import httpx
import psycopg
import pytest
from followup_api.notifications import live
from followup_common.db.database import libpq_url
from sqlalchemy.engine import make_url

from tests.faults.network import Network
from tests.support.waiting import eventually

from .companies import Company
from .conftest import PASSWORD, Person, World
from .live_server import LiveServer


class Listener:
    """One open stream of somebody: what it said, in order."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self.said: Queue[dict[str, Any]] = Queue()
        self.comments = 0
        self.opened = threading.Event()
        self.ended = threading.Event()
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(address, headers))
        self._thread.start()
        assert self.opened.wait(60)

    def _read(self, address: str, headers: dict[str, str]) -> None:
        with httpx.stream(
            "GET", f"{address}/api/v1/notifications/stream", headers=headers, timeout=120
        ) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            self.opened.set()
            for line in answer.iter_lines():
                if self._leave.is_set():
                    break
                if line.startswith("data: "):
                    self.said.put(json.loads(line.removeprefix("data: ")))
                elif line.startswith(":"):
                    self.comments += 1
        self.ended.set()

    def next(self, within: float = 60) -> dict[str, Any]:
        """What it says next."""
        return self.said.get(timeout=within)

    def until(self, unread: int) -> None:
        """Wait until it says this number."""
        while self.next()["unread"] != unread:
            pass

    def silent(self, seconds: float = 0.7) -> bool:
        """Whether it says nothing for so long."""
        try:
            self.said.get(timeout=seconds)
        except Empty:
            return True
        return False

    def leave(self) -> None:
        """Hang up."""
        self._leave.set()
        self._thread.join(60)


Listen = Callable[[Person], Listener]


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


@pytest.fixture
def server(company: Company, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveServer]:
    monkeypatch.setattr(live, "HEARTBEAT", 0.3)
    running = LiveServer(company.world)
    yield running
    if not running.server.should_exit and running.server.started:
        running.stop()


LISTENS = """
    SELECT FROM pg_stat_activity
    WHERE application_name = 'followup-api-inbox' AND datname = current_database()
        AND query LIKE 'LISTEN %' AND state = 'idle'
"""


@pytest.fixture
def listen(company: Company, server: LiveServer) -> Iterator[Listen]:
    """Open streams, once the server hears of changes; all are closed after the test."""
    address = server.start()
    eventually(lambda: company.world.execute(LISTENS), what="the server listens")
    opened: list[Listener] = []

    def listen(person: Person) -> Listener:
        opened.append(Listener(address, person.headers))
        return opened[-1]

    yield listen
    for listener in opened:
        listener.leave()


def wake(company: Company, payload: str) -> None:
    """What the notifier does once it has written."""
    company.world.execute("SELECT pg_notify('followup_inbox', :payload)", payload=payload)


def test_who_opens_an_inbox_does_not_wait_for_the_pause_after_anothers(
    company: Company, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "AT_MOST_EVERY", 3_600)
    assert [listen(person).next() for person in (company.amir, company.dana)] == [
        {"unread": 0, "newest_id": None}
    ] * 2


def test_a_stream_says_at_once_how_things_stand(company: Company, listen: Listen) -> None:
    ids = company.tell(company.amir, 2)
    assert listen(company.amir).next() == {"unread": 2, "newest_id": ids[-1]}
    assert listen(company.otto).next() == {"unread": 0, "newest_id": None}


def test_what_arrives_is_said_once_to_each_of_its_recipients_streams(
    company: Company, listen: Listen
) -> None:
    tabs = [listen(company.amir), listen(company.amir)]
    other = listen(company.otto)
    for listener in (*tabs, other):
        assert listener.next()["unread"] == 0
    ids = company.tell(company.amir, 3)
    wake(company, f"{company.amir.id},{company.dana.id}")
    for tab in tabs:
        assert tab.next() == {"unread": 3, "newest_id": ids[-1]}
    assert all(tab.silent() for tab in tabs)
    assert other.silent(0.1)


def test_a_wake_up_is_passed_on_though_the_numbers_are_the_same(company: Company, listen: Listen) -> None:
    """What changed may be a title, or one notification went as another came."""
    listener = listen(company.amir)
    first = listener.next()
    wake(company, f"{company.amir.id}")
    assert listener.next() == first


def test_what_changed_before_the_server_listened_is_passed_on_too(build: Callable[..., World]) -> None:
    """The numbers may be the same, and the inbox another."""
    there = make_url(build().database_url)
    assert there.host
    with ExitStack() as stack:
        network = Network()
        stack.callback(network.close)
        way = network.proxy(there.host, there.port or 5432)
        network.tell(way.stall)
        here = there.set(host="127.0.0.1", port=way.port).render_as_string(hide_password=False)
        company = Company(build(listen_database_url=here))
        server = LiveServer(company.world)
        address = server.start()
        stack.callback(server.stop)
        listener = Listener(address, company.amir.headers)
        stack.callback(listener.leave)
        first = listener.next()
        wake(company, f"{company.amir.id}")
        network.tell(way.heal)
        assert listener.next() == first


def test_another_tab_is_no_news(company: Company, listen: Listen) -> None:
    listener = listen(company.amir)
    listener.next()
    assert listen(company.amir).next()
    assert listener.silent()


def test_a_hint_for_everyone_reaches_everyone(company: Company, listen: Listen) -> None:
    streams = [(person, listen(person)) for person in (company.amir, company.otto)]
    for person, listener in streams:
        listener.next()
        company.tell(person, 1)
    wake(company, "*")
    assert [listener.next()["unread"] for _, listener in streams] == [1, 1]


def test_nonsense_on_the_channel_hurts_nobody(company: Company, listen: Listen) -> None:
    listener = listen(company.amir)
    listener.next()
    wake(company, "one,two")
    wake(company, "")
    company.tell(company.amir, 1)
    wake(company, str(company.amir.id))
    assert listener.next()["unread"] == 1


def test_other_tabs_follow_when_something_is_read(company: Company, listen: Listen) -> None:
    ids = company.tell(company.amir, 3)
    listener = listen(company.amir)
    assert listener.next()["unread"] == 3
    company.ask(company.amir, "POST", f"/notifications/{ids[0]}/read")
    assert listener.next()["unread"] == 2
    company.ask(company.amir, "POST", "/notifications/read-all")
    assert listener.next()["unread"] == 0


def test_a_burst_is_said_in_few_words(company: Company, listen: Listen) -> None:
    listener = listen(company.amir)
    listener.next()
    company.tell(company.amir, 30)
    with psycopg.connect(libpq_url(company.world.database_url), autocommit=True) as notifier:
        notifier.execute(f"""
            DO $$ BEGIN
                FOR i IN 1..30 LOOP
                    PERFORM pg_notify('followup_inbox', '{company.amir.id}');
                    COMMIT;
                END LOOP;
            END $$
        """)
    heard = 0
    unread = 0
    while unread != 30:
        unread = listener.next()["unread"]
        heard += 1
    assert heard <= 15


def test_what_came_while_the_listener_was_away_is_said_when_it_is_back(
    company: Company, listen: Listen
) -> None:
    listener = listen(company.amir)
    listener.next()
    killed = company.world.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'followup-api-inbox' AND datname = current_database()"
    )
    assert len(killed) == 1
    company.tell(company.amir, 1)
    wake(company, str(company.amir.id))
    listener.until(1)


def test_silence_is_filled_with_comments(company: Company, listen: Listen) -> None:
    listener = listen(company.amir)
    eventually(lambda: listener.comments >= 2, what="two heartbeats have come")


@pytest.mark.parametrize("how", ["token", "expiry", "session", "person"])
def test_a_stream_ends_with_the_log_in_behind_it(
    company: Company, server: LiveServer, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(live, "RECHECK", 0.2)
    address = server.start()
    headers = company.amir.headers
    if how == "session":
        log_in = {"email": company.amir.email, "password": PASSWORD}
        answer = httpx.post(f"{address}/api/v1/session", json=log_in, timeout=60)
        assert answer.status_code == 201
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in answer.cookies.items())}
    listener = Listener(address, headers)
    listener.next()
    assert not listener.ended.wait(0.5)
    company.world.execute(
        {
            "token": "DELETE FROM api_tokens WHERE user_id = :id",
            "expiry": "UPDATE api_tokens SET expires_at = now() WHERE user_id = :id",
            "session": "DELETE FROM sessions WHERE user_id = :id",
            "person": "UPDATE users SET active = false WHERE id = :id",
        }[how],
        id=company.amir.id,
    )
    assert listener.ended.wait(60)
    listener.leave()


def test_streams_end_with_the_server_and_before_it_waits_for_requests(
    company: Company, server: LiveServer, listen: Listen
) -> None:
    listeners = [listen(company.amir) for _ in range(3)]
    for listener in listeners:
        listener.next()
    server.server.config.timeout_graceful_shutdown = 3600
    server.stop()
    assert all(listener.ended.wait(60) for listener in listeners)


def test_open_streams_hold_no_connection_of_the_pool(company: Company, listen: Listen) -> None:
    size = company.world.app.state.context.settings.database_pool_size
    listeners = [listen(company.amir) for _ in range(size + 3)]
    for listener in listeners:
        listener.next()
    assert company.get(company.amir, "/notifications/unread-count") == {"unread": 0}


def test_the_listener_works_under_the_apis_own_role(company: Company, listen: Listen) -> None:
    listen(company.amir).next()
    assert "followup_api" in libpq_url(company.world.database.url)
