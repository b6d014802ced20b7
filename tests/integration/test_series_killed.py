"""Series while the API is killed: none loses its next follow-up, none has it twice."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread

import httpx

from tests.support.system import System
from tests.support.waiting import eventually

SERIES = 30
DUE = "2031-01-06T09:00:00Z"
OPEN = "SELECT array_agg(id ORDER BY id) FROM follow_ups WHERE is_open"
AT_WORK = """
    SELECT count(*) FROM pg_stat_activity
    WHERE state = 'active' AND datname = current_database() AND pid <> pg_backend_pid()
"""
BROKEN = """
    SELECT count(*) FROM (
        SELECT s.id FROM series s LEFT JOIN follow_ups f ON f.series_id = s.id
        GROUP BY s.id HAVING count(f.id) FILTER (WHERE f.is_open) <> 1
            OR count(f.id) <> s.made OR count(DISTINCT f.occurs_on) <> s.made
    ) broken
"""


def complete_all(client: httpx.Client, ids: list[int]) -> None:
    """Until the API is killed."""
    with suppress(httpx.TransportError):
        for follow_up in ids:
            client.post(f"/follow-ups/{follow_up}/complete")


def open_ones(system: System) -> list[int]:
    found = system.ask(OPEN)
    assert isinstance(found, list)
    return found


def made(system: System) -> int:
    return int(str(system.ask("SELECT sum(made) FROM series")))


def test_an_api_that_is_killed_loses_and_doubles_nothing_of_series(system: System) -> None:
    system.start("api")
    api = system.services["api"]
    client = system.api_client()
    for number in range(SERIES):
        body = {"title": f"Call {number}", "due_at": DUE, "repeats": {"unit": "week"}}
        assert client.post("/follow-ups", json=body).status_code == 201
    for wanted in (SERIES + 3, SERIES + 11, SERIES + 20):
        ids = open_ones(system)
        threads = [Thread(target=complete_all, args=(client, ids[start::3])) for start in range(3)]
        for thread in threads:
            thread.start()
        eventually(lambda: made(system) >= wanted, what="some are done")  # noqa: B023 - at once
        api.kill()
        for thread in threads:
            thread.join()
        eventually(lambda: system.ask(AT_WORK) == 0, what="all is rolled back")
        assert system.ask(BROKEN) == 0
        system.start("api")
        client = system.client_of(api, client.headers["Authorization"].removeprefix("Bearer "))
    complete_all(client, open_ones(system))
    assert system.ask(BROKEN) == 0
