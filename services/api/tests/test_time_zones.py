"""Which time zones are taken, and by which name."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from followup_api import time_zones
from followup_common.db import Transaction
from sqlalchemy import text

from .conftest import World
from .importing import USERS

OF_OLD = {
    "US/Eastern": "America/New_York",
    "Asia/Calcutta": "Asia/Kolkata",
    "Europe/Kiev": "Europe/Kyiv",
    "GMT": "UTC",
    "Etc/UTC": "UTC",
    "EST5EDT": "America/New_York",
    "Europe/Oslo": "Europe/Oslo",
    "Etc/GMT-3": "Etc/GMT-3",
}
NOWHERE = [
    "localtime",
    "posixrules",
    "Factory",
    "Etc/Unknown",
    "posix/Europe/Berlin",
    "CET-1CEST",
    "Etc/GMT+13",
]


def send(api: TestClient, file: str) -> Any:
    return api.post("/api/v1/imports/users", content=file, headers={"Content-Type": "text/csv"})


@pytest.mark.parametrize(("given", "name"), OF_OLD.items())
def test_a_name_of_old_becomes_that_of_today(world: World, api: TestClient, given: str, name: str) -> None:
    added = api.post("/api/v1/users", json={"email": "x@example.com", "name": "X", "time_zone": given})
    assert (added.status_code, added.json()["time_zone"]) == (201, name)
    changed = api.patch("/api/v1/me", json={"time_zone": given})
    assert changed.json()["time_zone"] == name
    file = f"{USERS}y@example.com,Y,employee,,{given},\n"
    assert send(api, file).status_code == 200
    [row] = world.execute("SELECT time_zone FROM users WHERE email = 'y@example.com'")
    assert row.time_zone == name


@pytest.mark.parametrize("name", NOWHERE)
def test_what_names_no_place_is_refused(api: TestClient, name: str) -> None:
    for answer in (
        api.post("/api/v1/users", json={"email": "x@example.com", "name": "X", "time_zone": name}),
        api.patch("/api/v1/me", json={"time_zone": name}),
    ):
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["field"] == "time_zone"
        assert "Europe/Berlin" in error["message"]
    refused = send(api, f"{USERS}y@example.com,Y,employee,,{name},\n")
    assert "Europe/Berlin" in refused.text
    assert refused.status_code == 422


def test_the_database_and_python_know_every_name(tx: Transaction) -> None:
    names = set(time_zones._names().values())
    known = set(tx.execute(text("SELECT name FROM pg_timezone_names")).scalars())
    assert names - known == set()
    assert {name for name in names if not ZoneInfo(name)} == set()


def test_a_zone_that_this_database_does_not_know_is_refused(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a zone is newer than PostgreSQL's data."""
    monkeypatch.setitem(time_zones._names(), "Mars/Olympus", "Mars/Olympus")
    body = {"email": "x@example.com", "name": "X", "time_zone": "Mars/Olympus"}
    for answer in (
        api.post("/api/v1/users", json=body),
        api.patch("/api/v1/me", json={"time_zone": "Mars/Olympus"}),
        send(api, f"{USERS}y@example.com,Y,employee,,Mars/Olympus,\n"),
    ):
        assert answer.status_code == 422, answer.text
        assert "not known to the database" in answer.text


def test_a_zone_that_was_stored_otherwise_shows_times_in_utc(world: World, api: TestClient) -> None:
    world.execute("ALTER TABLE users DISABLE TRIGGER USER")
    world.execute("UPDATE users SET time_zone = 'localtime'")
    world.execute("ALTER TABLE users ENABLE TRIGGER USER")
    assert api.get("/api/v1/me").json()["time_zone"] == "UTC"
    assert api.get("/api/v1/follow-ups/counts").status_code == 200
