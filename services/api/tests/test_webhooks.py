"""Webhooks: what admins see and set, where they may lead, and what nobody can read."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient
from followup_api.webhooks.event_types import EVENT_TYPES, EventType
from followup_common.sealing import Seal
from sqlalchemy.exc import IntegrityError

from .companies import Company
from .conftest import Person, World
from .importing import FOLLOW_UPS, PLAIN, imported
from .pipelines import swept

KEY = "0123456789abcdef" * 4
URL = "https://93.184.215.14/hooks?of=followup"
ALL = sorted(EVENT_TYPES)
HOUR = timedelta(hours=1)


@pytest.fixture
def world(build: Callable[..., World]) -> World:
    """A key is set, and a network of the house is allowed."""
    return build(secrets_key=KEY, webhook_allowed_networks="10.20.0.0/16")


def make(api: TestClient, url: str = URL, *event_types: str, **headers: str) -> dict[str, Any]:
    body = {"url": url, "event_types": event_types or ALL}
    answer = api.post("/api/v1/webhooks", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def refused(api: TestClient, url: str) -> str:
    answer = api.post("/api/v1/webhooks", json={"url": url, "event_types": ALL})
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == "url"
    return str(error["message"])


def events(world: World) -> list[tuple[str, dict[str, Any]]]:
    rows = world.execute("SELECT type, data FROM webhook_events ORDER BY created_at, type")
    return [(type_, data) for type_, data in rows]


def actions(world: World) -> list[str]:
    rows = world.execute("SELECT action FROM audit_log WHERE action LIKE 'webhook.%' ORDER BY id")
    return [action for (action,) in rows]


def test_a_webhook_shows_its_secret_once_and_the_database_never(world: World, api: TestClient) -> None:
    made = make(api, URL, "follow_up.completed")
    secret = made.pop("secret")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert api.get("/api/v1/webhooks").json()["items"] == [made]
    assert (made["state"], made["owner"]["name"], made["waiting"]) == ("on", "Ada Admin", 0)
    [(kept,)] = world.execute("SELECT secret FROM webhooks")
    assert Seal(KEY).opened(kept) == secret
    dump = json.dumps([str(row) for row in world.execute("SELECT webhooks::text FROM webhooks")])
    hexed = secret.encode().hex()
    assert secret not in dump
    assert hexed not in dump
    audit = world.execute("SELECT details::text FROM audit_log WHERE action = 'webhook.created'")
    assert "whsec_" not in str(audit)
    assert "of=followup" not in str(audit)


def test_the_same_request_makes_one_webhook_and_tells_no_secret_again(api: TestClient) -> None:
    make(api, **{"Idempotency-Key": "one"})
    again = api.post(
        "/api/v1/webhooks", json={"url": URL, "event_types": ALL}, headers={"Idempotency-Key": "one"}
    )
    assert again.status_code == 409
    assert "whsec_" not in again.text
    assert len(api.get("/api/v1/webhooks").json()["items"]) == 1


def test_without_a_key_no_webhook_is_made_and_the_answer_says_what_to_set(
    build: Callable[..., World],
) -> None:
    world = build()
    api = world.client(world.person("Ada", "admin"))
    answer = api.post("/api/v1/webhooks", json={"url": URL, "event_types": ALL})
    assert answer.status_code == 503
    assert "FOLLOWUP_SECRETS_KEY" in answer.json()["detail"]
    assert "openssl rand -hex 32" in answer.json()["detail"]


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "10.0.0.7", "192.168.1.1", "172.16.0.9", "169.254.169.254", "0.0.0.0"),
        *("[::1]", "[::ffff:10.0.0.7]", "[fd00::1]", "[fe80::1]", "[64:ff9b::a00:7]", "[2002:a00:7::1]"),
        *("2130706433", "0x7f.1", "100.64.0.1", "224.0.0.1"),
    ],
)
def test_a_private_address_is_refused_however_it_is_written(api: TestClient, host: str) -> None:
    assert "FOLLOWUP_WEBHOOK_ALLOWED_NETWORKS" in refused(api, f"https://{host}/hooks")


def test_a_network_that_is_allowed_may_be_named_with_plain_http(api: TestClient) -> None:
    make(api, "http://10.20.3.4:8080/hooks")
    assert "https://" in refused(api, "http://93.184.215.14/hooks")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://crm.example.com", "must begin with https://"),
        ("crm.example.com", "must begin with https://"),
        ("https://user:secret@93.184.215.14/", "must not name a user"),
        ("https://93.184.215.14/#there", "leave it out"),
        ("https://93.184.215.14/a b", "encode other characters"),
        ("https://93.184.215.14:99999/", "is not a URL"),
        ("https://nowhere.invalid/hooks", "cannot be resolved"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused_with_what_to_write(api: TestClient, url: str, said: str) -> None:
    assert said in refused(api, url)
    assert "secret" not in refused(api, url)


def test_an_event_type_that_does_not_exist_is_refused(api: TestClient) -> None:
    answer = api.post("/api/v1/webhooks", json={"url": URL, "event_types": ["follow_up.lost"]})
    assert answer.status_code == 422
    assert "event_types" in answer.json()["errors"][0]["field"]
    listed = [each["name"] for each in api.get("/api/v1/event-types").json()["items"]]
    assert sorted(listed) == ALL == sorted(get_args(EventType))


def test_what_people_do_becomes_events_in_the_words_of_the_list(world: World, company: Company) -> None:
    make(world.client(company.ada))
    call = company.create(company.amir)["id"]
    for who, method, path in (
        (company.amir, "POST", f"/follow-ups/{call}/complete"),
        (company.amir, "POST", f"/follow-ups/{call}/reopen"),
        (company.mia, "DELETE", f"/follow-ups/{call}"),
        (company.mia, "POST", f"/follow-ups/{call}/restore"),
    ):
        assert company.ask(who, method, path).is_success
    assert [type_ for type_, _ in events(world)] == [
        f"follow_up.{what}" for what in ("created", "completed", "reopened", "deleted", "restored")
    ]
    said = dict(events(world))
    [completed] = said["follow_up.completed"]["follow_ups"]
    assert (completed["id"], completed["title"], completed["activity"]["kind"]) == (
        call,
        "Call Acme",
        "completed",
    )
    assert completed["completed_at"].endswith("+00:00")
    assert said["follow_up.deleted"]["follow_ups"][0]["activity"]["actor_id"] == company.mia.id


def test_an_import_and_a_sweep_are_told_a_hundred_at_a_time(world: World, company: Company) -> None:
    make(world.client(company.ada), URL, "follow_up.created", "follow_up.completed", "escalation.announced")
    lines = [f"ext-{n},Call {n},{PLAIN}" for n in range(250)]
    imported(company, "follow-ups", FOLLOW_UPS + "\n".join(f"{line}open" for line in lines))
    assert {type_ for type_, _ in events(world)} == {"follow_up.created"}
    assert sorted(len(data["follow_ups"]) for _, data in events(world)) == [50, 100, 100]
    swept(world)
    announced = [data["follow_ups"] for type_, data in events(world) if type_ == "escalation.announced"]
    assert sorted(map(len, announced)) == [50, 100, 100]
    assert announced[0][0]["activity"]["details"]["recipients"]
    imported(company, "follow-ups", FOLLOW_UPS + f"{lines[0]}completed")
    [completed] = [data["follow_ups"] for type_, data in events(world) if type_ == "follow_up.completed"]
    assert [each["external_id"] for each in completed] == ["ext-0"]


def test_without_a_webhook_that_listens_nothing_is_written(world: World, company: Company) -> None:
    company.create(company.amir)
    api = world.client(company.ada)
    made = make(api, URL, "follow_up.completed")
    call = company.create(company.amir)["id"]
    world.execute("UPDATE webhooks SET state = 'off'")
    company.ask(company.amir, "POST", f"/follow-ups/{call}/complete")
    assert events(world) == []
    api.patch(f"/api/v1/webhooks/{made['id']}", json={"state": "paused"})
    company.ask(company.amir, "POST", f"/follow-ups/{call}/reopen")
    company.ask(company.amir, "POST", f"/follow-ups/{call}/complete")
    assert [type_ for type_, _ in events(world)] == ["follow_up.completed"]
    assert api.get(f"/api/v1/webhooks/{made['id']}").json()["waiting"] == 1


def test_one_event_goes_to_each_webhook_that_listens_and_to_none_twice(
    world: World, company: Company
) -> None:
    api = world.client(company.ada)
    first, second = make(api), make(api, URL, "follow_up.created")
    make(api, URL, "follow_up.deleted")
    company.create(company.amir)
    planned = world.execute("SELECT event_id, webhook_id FROM deliveries ORDER BY webhook_id")
    assert [webhook_id for _, webhook_id in planned] == [first["id"], second["id"]]
    [event_id] = {event_id for event_id, _ in planned}
    again = "INSERT INTO deliveries (event_id, webhook_id, channel) VALUES (:event, :webhook, 'webhook')"
    with pytest.raises(IntegrityError, match="uq_deliveries_event"):
        world.execute(again, event=event_id, webhook=first["id"])


def test_a_rotation_keeps_the_secret_before_for_a_day(world: World, api: TestClient) -> None:
    made = make(api)
    answer = api.post(f"/api/v1/webhooks/{made['id']}/rotate-secret")
    assert answer.status_code == 200, answer.text
    secret = answer.json()["secret"]
    assert secret != made["secret"]
    [(new, old, left)] = world.execute("SELECT secret, previous_secret, previous_until - now() FROM webhooks")
    assert (Seal(KEY).opened(new), Seal(KEY).opened(old)) == (secret, made["secret"])
    assert HOUR * 23 < left <= HOUR * 24
    assert api.get(f"/api/v1/webhooks/{made['id']}").json()["previous_secret_until"]


def test_a_test_and_a_replay_are_one_delivery_with_a_log(world: World, api: TestClient) -> None:
    made = make(api, URL, "follow_up.created")
    path = f"/api/v1/webhooks/{made['id']}"
    sent = api.post(f"{path}/test")
    assert sent.status_code == 202, sent.text
    one = f"{path}/deliveries/{sent.json()['delivery_id']}"
    assert api.post(f"{one}/replay").status_code == 409  # it is on its way
    world.execute("UPDATE deliveries SET state = 'sent', ended_at = now(), attempts = 1")
    world.execute(
        "INSERT INTO delivery_attempts (delivery_id, number, ended_at, outcome, answer) "
        "SELECT id, 1, now(), 'sent', '204 No Content' FROM deliveries"
    )
    read = api.get(one).json()
    assert (read["event_type"], read["state"], read["data"]) == (
        "webhook.test",
        "sent",
        {"webhook_id": made["id"]},
    )
    assert [each["answer"] for each in read["tries"]] == ["204 No Content"]
    assert api.post(f"{one}/replay").status_code == 202
    assert api.get(one).json()["state"] == "queued"
    [listed] = api.get(f"{path}/deliveries", params={"state": "queued"}).json()["items"]
    assert listed["event_id"] == read["event_id"]
    assert api.get(f"{path}/deliveries", params={"state": "sent"}).json()["items"] == []
    api.patch(path, json={"state": "paused"})
    assert "paused" in api.post(f"{path}/test").json()["detail"]


def test_operators_lists_leave_webhooks_to_theirs(world: World, api: TestClient) -> None:
    api.post(f"/api/v1/webhooks/{make(api)['id']}/test")
    world.execute("UPDATE deliveries SET state = 'failed', ended_at = now()")
    assert api.get("/api/v1/deliveries").json()["items"] == []
    assert api.post("/api/v1/deliveries/retry", json={}).json() == {"done": 0, "left": 0}


def test_a_change_begins_afresh_and_each_leaves_an_entry(
    world: World, admin: Person, api: TestClient
) -> None:
    made = make(api)
    path = f"/api/v1/webhooks/{made['id']}"
    world.execute("UPDATE webhooks SET state = 'off', failures = 9, failing_since = now(), off_because = 'x'")
    changed = api.patch(path, json={"state": "on"}).json()
    assert (changed["state"], changed["failing_since"], changed["off_because"]) == ("on", None, None)
    assert "not a public address" in api.patch(path, json={"url": "https://10.0.0.1/"}).text
    api.patch(path, json={"event_types": ["follow_up.held"]})
    api.patch(path, json={"event_types": ["follow_up.held"]})  # nothing is changed
    api.post(f"{path}/rotate-secret")
    api.post(f"{path}/test")
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert world.execute("SELECT count(*) FROM deliveries") == [(0,)]
    assert actions(world) == [
        f"webhook.{what}"
        for what in (
            *("created", "switched-off", "changed", "changed", "secret-rotated", "tested", "deleted"),
        )
    ]


def test_who_made_one_reads_in_their_inbox_that_it_fails_and_that_it_is_off(
    world: World, company: Company
) -> None:
    made = make(world.client(company.ada))
    for column, said, comes in (
        ("told_at = now(), problem = '503 busy'", "fails: 503 busy", "once it has failed for days"),
        (
            "state = 'off', off_because = 'it answered 410 Gone'",
            "it answered 410 Gone",
            "switches it on again",
        ),
    ):
        world.execute(f"UPDATE webhooks SET {column}")
        [told] = company.get(company.ada, "/notifications")["items"]
        assert (told["kind"], told["webhook_id"], told["follow_up"]) == ("webhook", made["id"], None)
        assert told["message"].startswith("The webhook to 93.184.215.14")
        assert told["message"].endswith(said)
        assert comes in told["reason"]
        assert company.get(company.ada, "/notifications", summed_up_by=told["id"])["items"] == []
    assert company.get(company.amir, "/notifications")["items"] == []
    assert company.get(company.ada, "/notifications/unread-count") == {"unread": 1}


def test_there_is_an_end_to_how_many_there_can_be(world: World, admin: Person, api: TestClient) -> None:
    world.execute(
        "INSERT INTO webhooks (url, event_types, owner_id, secret) "
        "SELECT :url, '{follow_up.held}', :owner, '' FROM generate_series(1, 50)",
        url=URL,
        owner=admin.id,
    )
    answer = api.post("/api/v1/webhooks", json={"url": URL, "event_types": ALL})
    assert answer.status_code == 409
    assert "50" in answer.json()["detail"]
