"""The browsers in which somebody is told: what is refused, whose they are, and what nobody can read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from followup_common.sealing import Seal

from tests.support.browsers import PushedBrowser

from .conftest import PASSWORD, Person, World

KEY = "0123456789abcdef" * 4
URL = "https://93.184.215.14/send/fX2k"
BROWSERS = "/api/v1/me/browsers"
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
NEW: dict[str, Any] = {"endpoint": URL, "keys": PushedBrowser().keys}


@pytest.fixture
def world(build: Callable[..., World]) -> World:
    """Keys are set, and the dispatcher says by which browsers subscribe."""
    world = build(secrets_key=KEY)
    set_up(world)
    return world


def set_up(world: World) -> None:
    world.execute(
        "INSERT INTO channels (name, is_on, everybody, public_key) VALUES ('push', true, false, 'BCVx')"
    )


def logged_in(world: World, person: Person) -> TestClient:
    """A browser of somebody's."""
    client = world.client()
    client.headers.update({"Sec-Fetch-Site": "same-origin", **FIREFOX})
    client.post("/api/v1/session", json={"email": person.email, "password": PASSWORD})
    return client


def test_a_browser_is_told_until_it_is_removed_and_how_is_kept_sealed(world: World) -> None:
    eve = logged_in(world, world.person("Eve"))
    answer = eve.post(BROWSERS, json=NEW)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["fingerprint"] == hashlib.sha256(URL.encode()).hexdigest()
    assert (made["browser"], made["state"]) == ("Firefox on Linux", "on")
    assert eve.get(BROWSERS).json() == {"public_key": "BCVx", "items": [made]}
    [(kept,)] = world.execute("SELECT sealed FROM push_subscriptions")
    assert json.loads(Seal(KEY).opened(kept)) == {"endpoint": URL, **NEW["keys"]}
    dump = str(
        world.execute(
            "SELECT destinations::text, push_subscriptions::text FROM destinations, push_subscriptions"
        )
    )
    audit = str(world.execute("SELECT action, details::text FROM audit_log WHERE action LIKE 'browser.%'"))
    for secret in ("fX2k", NEW["keys"]["auth"]):
        assert secret not in dump + audit + answer.text
    assert eve.delete(f"{BROWSERS}/{made['id']}").status_code == 204
    assert world.execute("SELECT FROM push_subscriptions") == []
    assert eve.delete(f"{BROWSERS}/{made['id']}").status_code == 404
    said = world.execute("SELECT action FROM audit_log WHERE action LIKE 'browser.%' ORDER BY id")
    assert [action for (action,) in said] == ["browser.added", "browser.removed"]


def test_a_browser_is_one_persons_and_subscribes_once(world: World) -> None:
    eve, max_ = (logged_in(world, world.person(name)) for name in ("Eve", "Max"))
    first, again = eve.post(BROWSERS, json=NEW).json(), eve.post(BROWSERS, json=NEW).json()
    assert first["fingerprint"] == again["fingerprint"]
    assert len(eve.get(BROWSERS).json()["items"]) == 1
    theirs = max_.post(BROWSERS, json=NEW).json()
    assert eve.get(BROWSERS).json()["items"] == []
    assert eve.delete(f"{BROWSERS}/{theirs['id']}").status_code == 404
    assert max_.get(BROWSERS).json()["items"] == [theirs]


def test_who_has_found_a_token_or_an_open_browser_adds_none(world: World) -> None:
    person = world.person("Eve")
    eve = logged_in(world, person)
    assert world.client(person).post(BROWSERS, json=NEW).status_code == 403
    world.execute("UPDATE sessions SET proved_at = now() - interval '1 day'")
    assert eve.post(BROWSERS, json=NEW).json()["type"].endswith("reauthentication-needed")
    assert world.execute("SELECT FROM push_subscriptions") == []


def test_it_is_a_destination_that_is_tested_and_counts_as_no_address(world: World) -> None:
    eve = logged_in(world, world.person("Eve"))
    made = [eve.post(BROWSERS, json={**NEW, "endpoint": f"{URL}{number}"}).json() for number in range(11)]
    where = f"/api/v1/me/destinations/{made[0]['id']}"
    assert eve.post(f"{where}/test").json()["last_message"]["state"] == "queued"
    world.execute("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, false)")
    new = {"channel": "email", "address": "eve@home.example.com"}
    assert eve.post("/api/v1/me/destinations", json=new).status_code == 201
    ops = world.client(world.person("Ada", role="admin")).get("/api/v1/deliveries/summary")
    assert [(each["channel"], each["queued"]) for each in ops.json()["channels"]] == [
        ("email", 1),
        ("push", 1),
    ]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("endpoint", "http://93.184.215.14/x", "must begin with https://"),
        ("endpoint", "https://127.0.0.1/x", "not a public address"),
        ("endpoint", "push", "must begin with https://"),
        ("keys.p256dh", "A" * 87, "PushSubscription.toJSON()"),
        ("keys.auth", "A" * 24, "PushSubscription.toJSON()"),
    ],
)
def test_what_cannot_be_told_is_refused(world: World, field: str, value: str, said: str) -> None:
    new: dict[str, Any] = {**NEW, "keys": {**PushedBrowser().keys}}
    of = new["keys"] if field.startswith("keys") else new
    of[field.removeprefix("keys.")] = value
    answer = logged_in(world, world.person("Eve")).post(BROWSERS, json=new)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert said in error["message"]


def test_nobody_is_told_in_more_than_twenty(world: World) -> None:
    eve = logged_in(world, world.person("Eve"))
    answers = [eve.post(BROWSERS, json={**NEW, "endpoint": f"{URL}{number}"}) for number in range(21)]
    assert [each.status_code for each in answers] == [201] * 20 + [409]
    assert len(eve.get(BROWSERS).json()["items"]) == 20


@pytest.mark.parametrize(("key", "is_on"), [(None, True), (KEY, False)])
def test_without_a_key_or_the_channel_it_says_so(build: Any, key: str | None, is_on: bool) -> None:
    world: World = build(secrets_key=key)
    if is_on:
        set_up(world)
    eve = logged_in(world, world.person("Eve"))
    assert eve.get(BROWSERS).json() == {"public_key": None, "items": []}
    answer = eve.post(BROWSERS, json=NEW)
    assert answer.status_code == 503
    assert "FOLLOWUP_VAPID_PRIVATE_KEY" in answer.json()["detail"]
