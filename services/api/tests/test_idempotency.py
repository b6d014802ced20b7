"""A request that creates is done once, however often it is sent with its key."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.routing import APIRoute
from followup_api.idempotency import NAME, once
from followup_api.permissions import Permission
from followup_api.settings import ApiSettings
from httpx import Response
from sqlalchemy.engine import make_url

from tests.support.waiting import eventually

from .companies import DUE, Company
from .conftest import Person, World
from .declared import calls
from .importing import FOLLOW_UPS, PLAIN, USERS
from .test_routes import routes

CRON = "0123456789abcdef"
PASSWORD = "a password of nobody else"
KEY = "5f1c9d0e-5c0e-4a57-9f1b-0e7f4f5b6a21"

CREATING: dict[str, dict[str, Any]] = {
    "/follow-ups": {"json": {"title": "Call Acme", "due_at": DUE}},
    "/users": {"json": {"email": "new@example.com", "name": "New", "password": PASSWORD}},
    "/subjects": {"json": {"kind": "lead", "name": "Acme"}},
    "/policies": {
        "json": {
            "name": "Calls",
            "conditions": {"all": [{"field": "kind", "is": "any_of", "value": ["call"]}]},
            "steps": [{"after": "PT0S", "audience": ["assignee"], "label": "overdue", "severity": "overdue"}],
        }
    },
    "/calendars": {
        "json": {
            "name": "Office",
            "time_zone": "UTC",
            "hours": [{"days": [1], "opens": "09:00", "closes": "17:00"}],
        }
    },
    "/saved-views": {"json": {"name": "Calls", "shared": True, "filters": {"kind": "call"}}},
    "/follow-up-kinds": {"json": {"label": "Site visit"}},
    "/absences": {"json": {"from": "2199-12-24", "to": "2199-12-31"}},
    "/outcomes": {"json": {"label": "Wrong number"}},
    "/follow-ups/{follow_up_id}/complete": {"json": {"note": "Reached them"}},
    "/follow-ups/{follow_up_id}/snooze": {"json": {"preset": "tomorrow"}},
    "/follow-ups/{follow_up_id}/log": {"json": {"note": "Called back"}},
    "/follow-ups/{follow_up_id}/comments": {"json": {"body": "They called back."}},
    "/follow-ups/{follow_up_id}/series": {"json": {"repeats": {"unit": "week"}}},
    "/sequences": {"json": {"name": "New lead", "steps": [{"title": "Call", "offset": 0}]}},
    "/sweeps": {},
    "/calendar-feeds": {"json": {"name": "Phone"}},
    "/tokens": {"json": {"name": "Nightly import"}},
    "/imports/users": {"content": f"{USERS}new@example.com,New,employee,,,true\n".encode()},
    "/imports/absences": {
        "content": b"email,first_day,last_day\namir.patel@example.com,2199-12-24,2199-12-31\n"
    },
    "/imports/follow-ups": {"content": f"{FOLLOW_UPS}d-1,Call Acme,{PLAIN}\n".encode()},
}
"""Every route that creates, and something that it takes."""
ELSEWHERE = {
    *("/api/cron/followups", "/api/v1/webhooks", "/api/v1/me/destinations"),
    *("/api/v1/users/{user_id}/destinations", "/api/v1/subjects/{subject_id}/merge", "/api/v1/enrolments"),
    "/api/v1/follow-ups/{follow_up_id}/acknowledge",
}
"""Those whose keys the tests of their own try."""
NOT_CREATING = {
    "/a/{token}": "a link acts once",
    "/a/off/{token}": "what is switched off stays so",
    "/slack/interactivity": "what a button carries acts once",
    "/api/v1/calendar-feeds/{feed_id}/rotate-address": "gives another address each time",
    "/api/v1/deliveries/retry": "what is tried again is not given up any more",
    "/api/v1/deliveries/{delivery_id}/retry": "as retry",
    "/api/v1/policies/ladder": "computes and writes nothing",
    "/api/v1/policies/simulate": "computes and writes nothing",
    "/api/v1/policies/simulate/stream": "computes and writes nothing",
    "/api/v1/policies/{policy_id}/publish": "the second time there is no draft any more",
    "/api/v1/series/preview": "computes and writes nothing",
    "/api/v1/series/{series_id}/end": "one that has ended stays so",
    "/api/v1/enrolments/{enrolment_id}/stop": "one that has ended stays so",
    "/api/v1/session": "a log-in made twice is two sessions of one person, and its answer a secret",
    "/api/v1/session/password-link": "only reads",
    "/api/v1/invitations": "a newer link takes the place of the one before, and the answer is a secret",
    "/api/v1/users/{user_id}/invitation": "as invitations",
    "/api/v1/users/{user_id}/password-reset": "as invitations",
    "/api/v1/session/proof": "says once more who one is",
    "/api/v1/calendars/{calendar_id}/preview": "only reads",
    "/api/v1/calendars/{calendar_id}/imported-days/preview": "only reads",
    "/api/v1/follow-ups/presets": "only reads",
    "/api/v1/webhooks/{webhook_id}/rotate-secret": "a newer one takes the place of the one before",
    "/api/v1/webhooks/{webhook_id}/test": "an event that tells nothing is sent again",
    "/api/v1/webhooks/{webhook_id}/deliveries/{call_id}/replay": "under the same id it is sent again",
    "/api/v1/me/destinations/{destination_id}/code": "a newer code is sent again",
    "/api/v1/me/destinations/{destination_id}/verify": "a code is good once",
    "/api/v1/me/destinations/{destination_id}/test": "a message that tells nothing is sent again",
    "/api/v1/me/browsers": "the browser takes its own place again",
    "/api/v1/follow-ups/bulk": "changes what is there; each change is made once or has no effect",
    "/api/v1/users/{user_id}/hand-over": "as bulk; the second time there are others than were counted",
    "/api/v1/hand-overs/{hand_over_id}/undo": "as undo",
    "/api/v1/subject-merges/{merge_id}/undo": "as undo",
    "/api/v1/follow-ups/{follow_up_id}/wait": "as bulk",
    "/api/v1/follow-ups/{follow_up_id}/reopen": "as bulk",
    "/api/v1/follow-ups/{follow_up_id}/undo": "as bulk; what was undone is not undone again",
    "/api/v1/follow-ups/{follow_up_id}/restore": "as undo: what is there again is not restored again",
    "/api/v1/imports/absences/preview": "looks at a file and writes nothing",
    "/api/v1/imports/users/preview": "looks at a file and writes nothing",
    "/api/v1/imports/follow-ups/preview": "looks at a file and writes nothing",
    "/api/v1/notifications/read-all": "as bulk",
    "/api/v1/notifications/{notification_id}/read": "as bulk",
    "/api/v1/ops/dead-letters/replay": "an event is handled once however often it is sent",
    "/api/v1/ops/dead-letters/discard": "as bulk",
    "/api/v1/ops/dead-letters/{event_id}/replay": "as replay",
    "/api/v1/ops/dead-letters/{event_id}/discard": "as bulk",
}
COUNTED = (
    "follow_ups",
    "users",
    "subjects",
    "calendars",
    "absences",
    "calendar_feeds",
    "saved_views",
    "sequences",
    "follow_up_kinds",
    "outcomes",
    "sweeps",
    "api_tokens",
    "activities",
    "comments",
    "notifications",
    "audit_log",
    "outbox",
)


@pytest.fixture
def patience() -> str:
    """How long a statement waits for a lock."""
    return "60s"


@pytest.fixture
def settings(database_url: str, patience: str) -> ApiSettings:
    options = f"-crole=followup_api -clock_timeout={patience}"
    url = make_url(database_url).update_query_dict({"options": options})
    return ApiSettings.model_validate({"database_url": url.render_as_string(hide_password=False)})


@pytest.fixture
def company(build: Any) -> Company:
    world: World = build(cron_secret=CRON)
    return Company(world)


def send(company: Company, path: str, key: str = KEY, who: Person | None = None, **more: Any) -> Response:
    request = {**CREATING.get(path, {}), **more}
    headers = {NAME: key}
    if "content" in request:
        headers["Content-Type"] = "text/csv"
    if "{follow_up_id}" in path and not there(company)["follow_ups"]:
        company.follow_up(company.amir)
    path = path.replace("{follow_up_id}", "1")
    return company.ask(who or company.ada, "POST", path, headers=headers, **request)


def with_another_name(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "title" if "title" in body else "name": "Another"}


def there(company: Company) -> dict[str, int]:
    """How many of everything there are."""
    return {table: company.world.execute(f"SELECT count(*) FROM {table}")[0][0] for table in COUNTED}


def kept(company: Company) -> list[Any]:
    return company.world.execute("SELECT * FROM idempotency_keys")


@pytest.mark.parametrize("path", sorted(CREATING.keys() - {"/tokens", "/calendar-feeds"}))
def test_the_same_request_again_gets_the_same_answer_and_creates_nothing(company: Company, path: str) -> None:
    first = send(company, path)
    assert first.status_code < 300, first.text
    assert "Idempotency-Replayed" not in first.headers
    before = there(company)
    again = send(company, path)
    assert there(company) == before
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for name in ("Content-Type", "Location", "ETag", "Cache-Control", "X-Content-Type-Options"):
        assert again.headers.get(name) == first.headers.get(name)
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("path", sorted(CREATING.keys() - {"/sweeps"}))
def test_another_request_with_the_key_is_refused(company: Company, path: str) -> None:
    assert send(company, path).status_code < 300
    before = there(company)
    if "json" in CREATING[path]:
        other: dict[str, Any] = {"json": with_another_name(CREATING[path]["json"])}
    else:
        other = {"content": CREATING[path]["content"] + b"\n"}
    answers = [send(company, path, KEY, **other), send(company, path, params={"partial": "true"})]
    for answer in answers:
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["field"] == NAME
        assert "send a new key" in error["message"]
    assert there(company) == before


def test_a_token_is_made_once_and_its_secret_kept_nowhere(company: Company) -> None:
    made = send(company, "/tokens").json()
    again = send(company, "/tokens")
    assert again.status_code == 409
    assert again.headers["Idempotency-Replayed"] == "true"
    assert f"token {made['id']}" in again.json()["detail"]
    assert made["token"] not in again.text
    [row] = kept(company)
    assert made["token"].encode() not in bytes(row.body)
    tokens = company.world.execute("SELECT FROM api_tokens WHERE name = 'Nightly import'")
    assert len(tokens) == 1


def test_a_calendar_feed_is_made_once_and_its_address_kept_nowhere(company: Company) -> None:
    made = send(company, "/calendar-feeds").json()
    again = send(company, "/calendar-feeds")
    assert again.status_code == 409
    assert f"feed {made['id']} another address" in again.json()["detail"]
    assert made["url"] not in again.text
    [row] = kept(company)
    assert made["url"].encode() not in bytes(row.body)
    assert company.world.execute("SELECT count(*) FROM calendar_feeds")[0][0] == 1


def test_neither_keys_nor_passwords_are_in_the_table(company: Company) -> None:
    send(company, "/users")
    [row] = kept(company)
    assert PASSWORD not in str(row)
    assert KEY not in str(row)
    other = send(company, "/users", key="another key")
    assert other.status_code == 422, "the address is taken"
    assert len(kept(company)) == 1, "what failed is not kept"


def test_a_key_is_one_persons_and_one_routes(company: Company) -> None:
    assert send(company, "/follow-ups").json()["id"] == 1
    assert send(company, "/follow-ups", who=company.amir).json()["id"] == 2
    assert send(company, "/subjects").status_code == 201
    assert send(company, "/follow-ups").json()["id"] == 1


def test_what_failed_may_be_sent_again_with_its_key(company: Company) -> None:
    assert send(company, "/follow-ups", json={"title": ""}).status_code == 422
    assert send(company, "/imports/users", content=b"nonsense").status_code == 422
    assert kept(company) == []
    assert send(company, "/follow-ups").status_code == 201


def test_who_may_not_any_more_gets_no_answer_again(company: Company) -> None:
    assert send(company, "/users").status_code == 201
    company.world.execute("UPDATE users SET role = 'employee' WHERE id = :id", id=company.ada.id)
    assert send(company, "/users").status_code == 403
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.ada.id)
    assert send(company, "/users").status_code == 401


def test_a_key_is_kept_for_a_day_and_then_new(company: Company) -> None:
    assert send(company, "/follow-ups").json()["id"] == 1
    company.world.execute("UPDATE idempotency_keys SET created_at = now() - interval '23 hours'")
    assert send(company, "/follow-ups").json()["id"] == 1
    company.world.execute("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
    assert send(company, "/follow-ups").json()["id"] == 2
    assert send(company, "/follow-ups").json()["id"] == 2
    company.world.execute("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
    send(company, "/subjects")
    assert [row.route for row in kept(company)] == ["POST /api/v1/subjects"], "old ones go by themselves"


def test_a_clock_that_is_days_ahead_makes_no_key_old(company: Company) -> None:
    assert send(company, "/follow-ups").json()["id"] == 1
    company.world.execute("INSERT INTO slow_clock (at) VALUES (now())")
    for table, column in (("idempotency_keys", "created_at"), ("slow_clock", "at")):
        company.world.execute(f"UPDATE {table} SET {column} = {column} - interval '3 days'")
    assert send(company, "/follow-ups").json()["id"] == 1
    send(company, "/subjects")
    assert len(kept(company)) == 2
    company.world.execute("UPDATE slow_clock SET at = now()")
    assert send(company, "/follow-ups").json()["id"] == 2


@pytest.mark.parametrize("key", ["", "with blank", "x" * 256, "t\tab", "\u00fc"])
def test_a_key_that_is_none_is_refused(company: Company, key: str) -> None:
    answer = company.world.client(company.ada).post(
        "/api/v1/follow-ups",
        headers=[(NAME.encode(), key.encode())],
        **CREATING["/follow-ups"],
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == NAME
    assert send(company, "/follow-ups", key="x" * 255).status_code == 201


def test_an_outside_cron_service_has_keys_as_well(company: Company) -> None:
    headers = {"Authorization": f"Bearer {CRON}", NAME: KEY}
    client = company.world.client()
    first, again = (client.post("/api/cron/followups", headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert len(company.world.execute("SELECT FROM sweeps")) == 1


WAITING = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_the_same_request_meanwhile_waits_for_the_first_and_gets_its_answer(company: Company) -> None:
    with company.world.engine.connect() as other, ThreadPoolExecutor(2) as pool:
        other.exec_driver_sql("INSERT INTO users (email, name) VALUES ('new@example.com', 'In the way')")
        first = pool.submit(send, company, "/users")
        eventually(lambda: len(company.world.execute(WAITING)) == 1, what="the first waits for the other")
        second = pool.submit(send, company, "/users")
        eventually(lambda: len(company.world.execute(WAITING)) == 2, what="the second waits for the first")
        other.rollback()
    assert [first.result().status_code, second.result().status_code] == [201, 201]
    assert first.result().json() == second.result().json()
    assert second.result().headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("patience", ["200ms"])
def test_who_waits_for_too_long_is_told_to_come_again(company: Company) -> None:
    assert send(company, "/follow-ups").status_code == 201
    with company.world.engine.connect() as running:
        running.exec_driver_sql("UPDATE idempotency_keys SET created_at = now() - interval '2 days'")
        answer = send(company, "/follow-ups")
        running.rollback()
    assert answer.status_code == 409
    assert answer.headers["Retry-After"] == "5"
    assert send(company, "/follow-ups").json()["id"] == 1


def test_what_is_rolled_back_leaves_no_key(company: Company) -> None:
    """As a crash would: the key and what it stands for are there together, or not at all."""
    company.world.execute("ALTER TABLE activities RENAME COLUMN details TO elsewhere")
    assert send(company, "/follow-ups").status_code == 500
    assert (kept(company), company.world.execute("SELECT FROM follow_ups")) == ([], [])
    company.world.execute("ALTER TABLE activities RENAME COLUMN elsewhere TO details")
    assert send(company, "/follow-ups").status_code == 201


def posts(company: Company) -> Iterator[tuple[str, APIRoute]]:
    for route in routes(company.world.app):
        original = route.original_route
        if isinstance(original, APIRoute) and "POST" in (route.methods or ()):
            yield route.path or "", original


def test_every_route_that_creates_takes_a_key(company: Company) -> None:
    taking = {path for path, route in posts(company) if once in calls(route)}
    assert taking == {f"/api/v1{path}" for path in CREATING} | ELSEWHERE
    others = {path: route for path, route in posts(company) if path not in taking}
    assert others.keys() == NOT_CREATING.keys()
    secret = {path for path, route in others.items() if route.status_code in (201, 202)}
    assert {path for path, why in NOT_CREATING.items() if "secret" in why} <= secret
    assert {NOT_CREATING[path].rpartition(" ")[2] for path in secret} == {"secret", "invitations", "again"}


def test_who_asks_is_known_before_their_key_is_looked_for(company: Company) -> None:
    for path, route in posts(company):
        asked = list(calls(route))
        if once in asked:
            known = [isinstance(getattr(call, "permission", None), Permission) for call in asked]
            assert any(known[: asked.index(once)]), path
