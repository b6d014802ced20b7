"""What people change about themselves, and where they are logged in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from followup_api.auth import browser
from httpx import Response

from . import log_ins
from .conftest import PASSWORD, Person, World
from .pauses import hold

ME = "/api/v1/me"
NEW = "seven purple lamps hum"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


def log_in(world: World, person: Person, password: str = PASSWORD, agent: str = FIREFOX) -> TestClient:
    client = world.client()
    client.headers.update({"Sec-Fetch-Site": "same-origin", "User-Agent": agent})
    body = {"email": person.email, "password": password}
    assert client.post("/api/v1/session", json=body).status_code == 201
    return client


def change(client: TestClient, current: str = PASSWORD, new: str = NEW) -> Response:
    body = {"current_password": current, "new_password": new}
    answer: Response = client.put(f"{ME}/password", json=body)
    return answer


def let_in(*clients: TestClient) -> list[bool]:
    return [client.get(ME).status_code == 200 for client in clients]


def sessions(client: TestClient) -> Any:
    return client.get(f"{ME}/sessions").json()["items"]


@pytest.fixture
def eve(world: World, admin: Person) -> Person:
    return world.person("Eve", password=PASSWORD)


def test_people_change_their_name_and_time_zone_and_nothing_else(world: World, eve: Person) -> None:
    client = log_in(world, eve)
    changed = client.patch(ME, json={"name": "Eva", "time_zone": "Asia/Tokyo"})
    assert (changed.status_code, changed.json()) == (200, client.get(ME).json())
    assert (changed.json()["name"], changed.json()["time_zone"]) == ("Eva", "Asia/Tokyo")
    for field, value in {"role": "admin", "email": "x@example.com", "manager_id": None}.items():
        answer = client.patch(ME, json={field: value})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    client.patch(ME, json={"name": "Eva"})  # changes nothing, and is no entry
    [entry] = world.execute("SELECT * FROM audit_log WHERE action = 'user.changed'")
    assert (entry.actor_id, entry.target) == (eve.id, f"users/{eve.id}")
    assert entry.details["name"] == {"from": "Eve", "to": "Eva"}


def test_a_change_of_the_password_ends_the_other_sessions_and_keeps_tokens(
    world: World, eve: Person, admin: Person
) -> None:
    mine, other, token, somebody = (
        log_in(world, eve),
        log_in(world, eve),
        world.client(eve),
        log_in(world, admin),
    )
    assert change(mine).status_code == 204
    assert let_in(mine, other, token, somebody) == [True, False, True, True]
    assert let_in(log_in(world, eve, NEW)) == [True]
    old = {"email": eve.email, "password": PASSWORD}
    assert world.client().post("/api/v1/session", json=old).status_code == 401
    changed, ended = world.execute(
        "SELECT action, details FROM audit_log WHERE action IN ('user.changed', 'session.ended') ORDER BY id"
    )
    assert (changed.action, changed.details) == ("user.changed", {"password": {"changed": True}})
    assert (ended.action, ended.details) == ("session.ended", {"sessions": 1})


def test_a_wrong_current_password_counts_as_a_wrong_log_in(world: World, eve: Person) -> None:
    client = log_in(world, eve)
    answer = change(client, current="mistyped")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "current_password")
    assert [change(client, current="mistyped").status_code for _ in range(4)] == [422] * 4
    hold(world)
    assert change(client).status_code == 429
    again = world.client().post("/api/v1/session", json={"email": eve.email, "password": PASSWORD})
    assert again.status_code == 429


def test_only_another_password_is_a_new_one(world: World, eve: Person) -> None:
    client = log_in(world, eve)
    for new in (PASSWORD, "tiny1", "password2026!"):
        answer = change(client, new=new)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "new_password")
        assert new not in answer.text


def test_who_has_no_password_is_told_who_sets_one(world: World, admin: Person) -> None:
    person = world.person("Single Sign-On")
    mine = log_in(world, person)
    world.execute("UPDATE users SET password_hash = NULL WHERE id = :id", id=person.id)
    answer = change(mine)
    assert (answer.status_code, "ask an admin" in answer.json()["detail"]) == (409, True)


def test_without_passwords_there_is_none_to_change(trusting: Callable[..., World]) -> None:
    world = trusting(password_log_in=False)
    world.person("Amir")
    client = world.client()
    log_ins.log_in(client)
    client.headers.update({"Sec-Fetch-Site": "same-origin"})
    answer = change(client)
    assert (answer.status_code, "switched off" in answer.json()["detail"]) == (403, True)


def test_sessions_are_listed_with_where_they_are_used(world: World, eve: Person) -> None:
    first, second = log_in(world, eve), log_in(world, eve, agent=CHROME)
    [newest, oldest] = sessions(second)
    assert (newest["browser"], newest["current"]) == ("Chrome on Linux", True)
    assert (oldest["browser"], oldest["current"]) == ("Firefox on Windows", False)
    assert newest["address"] == "testclient"
    assert [each["current"] for each in sessions(first)] == [False, True]
    world.execute("UPDATE sessions SET expires_at = now() WHERE id = :id", id=oldest["id"])
    assert len(sessions(second)) == 1


def test_a_session_is_ended_and_so_are_all_others_but_nobody_elses(
    world: World, eve: Person, admin: Person
) -> None:
    here, there, third = log_in(world, eve), log_in(world, eve), log_in(world, eve)
    somebody = log_in(world, admin)
    [_, there_id, _] = [each["id"] for each in sessions(here)]
    assert somebody.delete(f"{ME}/sessions/{there_id}").status_code == 404
    assert here.delete(f"{ME}/sessions/{there_id}").status_code == 204
    assert let_in(here, there, third) == [True, False, True]
    assert here.delete(f"{ME}/sessions/{there_id}").status_code == 404
    assert here.delete(f"{ME}/sessions").status_code == 204
    assert let_in(here, third, somebody, world.client(eve)) == [True, False, True, True]
    [own] = sessions(here)
    ended = here.delete(f"{ME}/sessions/{own['id']}")
    assert "max-age=0" in ended.headers["set-cookie"].lower()
    assert let_in(here) == [False]


def test_a_session_in_use_says_so_at_most_once_in_ten_minutes(world: World, eve: Person) -> None:
    client = log_in(world, eve)

    def used() -> Any:
        return world.execute("SELECT last_used_at FROM sessions")[0].last_used_at

    first = used()
    client.get(ME)
    assert used() == first
    world.execute("UPDATE sessions SET last_used_at = last_used_at - interval '10 minutes', address = 'x'")
    client.get(ME)
    assert used() > first
    assert sessions(client)[0]["address"] == "testclient"


def test_a_session_ends_after_ninety_days_however_much_it_is_used(world: World, eve: Person) -> None:
    client = log_in(world, eve)
    age = (
        "UPDATE sessions SET created_at = now() - CAST(:age AS interval), expires_at = now() + interval '9 d'"
    )
    world.execute(age, age="80 days")
    assert "set-cookie" not in client.get(ME).headers  # it would have been renewed to 94 days
    [kept] = world.execute("SELECT expires_at - created_at <= interval '90 days' AS within FROM sessions")
    assert kept.within
    world.execute(age, age="89 days 23 hours")
    assert let_in(client) == [True]
    world.execute(age, age="90 days")
    assert let_in(client) == [False]


def test_a_setting_says_how_long_a_session_lasts_at_most(build: Callable[..., World]) -> None:
    world = build(session_max_days=3)
    log_in(world, world.person("Eve"))
    [kept] = world.execute("SELECT expires_at - created_at AS life FROM sessions")
    assert kept.life.days == 3


def test_logging_in_ends_the_session_that_the_browser_had(world: World, eve: Person) -> None:
    client = log_in(world, eve)
    client.post("/api/v1/session", json={"email": eve.email, "password": PASSWORD})
    assert world.execute("SELECT count(*) FROM sessions")[0].count == 1


def test_nobody_has_sessions_without_end(world: World, eve: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("followup_api.auth.queries.SESSIONS_PER_PERSON", 2)
    first, second, third = (log_in(world, eve) for _ in range(3))
    assert let_in(first, second, third) == [False, True, True]


def test_a_log_in_that_a_reset_overtook_opens_nothing(world: World, eve: Person) -> None:
    from followup_api.auth.queries import opens, password_hash_of

    with world.database.transaction() as tx:
        kept = password_hash_of(tx, eve.id)
        assert opens(tx, eve.id, kept)
    world.execute("UPDATE users SET password_hash = 'another' WHERE id = :id", id=eve.id)
    with world.database.transaction() as tx:
        assert not opens(tx, eve.id, kept)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Linux"),
        (f"{CHROME} Edg/140.0.0.0", "Edge on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "Another program"),
        ("", None),
        (None, None),
    ],
)
def test_browsers_are_called_what_people_call_them(agent: str | None, name: str | None) -> None:
    assert browser.name_of(agent) == name


class TestTwoPeopleInOneBrowser:
    """Each page says whom it shows; what it asks for somebody else is refused before anything is done."""

    def test_a_page_that_shows_another_person_changes_nothing(
        self, world: World, eve: Person, admin: Person
    ) -> None:
        client = log_in(world, eve)
        client.headers["Followup-Person"] = str(eve.id)
        assert let_in(client) == [True]
        client.headers["Followup-Person"] = str(admin.id)
        for method, path, body in (
            ("GET", ME, None),
            ("PATCH", ME, {"name": "Stolen"}),
            ("POST", "/api/v1/tokens", {"name": "x"}),
            ("DELETE", "/api/v1/session", None),
        ):
            answer = client.request(method, path, json=body)
            assert (answer.status_code, answer.json()["type"]) == (409, "urn:followup:problem:another-person")
        del client.headers["Followup-Person"]
        assert client.get(ME).json()["name"] == "Eve"

    def test_it_is_checked_before_anything_is_written(self, world: World, eve: Person) -> None:
        client = log_in(world, eve)
        world.execute("UPDATE sessions SET last_used_at = 'epoch', expires_at = now() + interval '1 day'")
        client.headers["Followup-Person"] = "999999"
        assert client.get(ME).status_code == 409
        [kept] = world.execute("SELECT last_used_at = 'epoch' AS same FROM sessions")
        assert kept.same

    def test_a_program_may_say_it_too_and_nonsense_is_nobody(self, world: World, eve: Person) -> None:
        client = world.client(eve)
        for value, status in ((f" {eve.id} ", 200), (f"0{eve.id}", 409), ("x", 409), ("", 409)):
            assert client.get(ME, headers={"Followup-Person": value}).status_code == status

    def test_the_stream_takes_it_from_its_address(self, world: World, eve: Person) -> None:
        stream = "/api/v1/notifications/stream"
        client = log_in(world, eve)
        assert client.get(stream, params={"person": eve.id + 1}).status_code == 409
        assert client.get(stream, params={"person": eve.id}).status_code == 503  # these run without
        assert client.get(stream).status_code == 503

    def test_a_download_takes_it_from_its_address(self, world: World, eve: Person) -> None:
        export = "/api/v1/follow-ups/export"
        client = log_in(world, eve)
        refused = client.get(export, params={"person": eve.id + 1})
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:followup:problem:another-person")
        assert world.execute("SELECT FROM audit_log WHERE action = 'follow-ups.exported'") == []
        assert client.get(export, params={"person": eve.id}).status_code == 200
        assert client.get(export, params={"person": "x"}).status_code == 422


def test_people_say_how_times_are_written_for_them(world: World, eve: Person) -> None:
    client = log_in(world, eve)
    usual = {"clock": "24h", "date_order": "day-month", "week_start": "monday"}
    american = {"clock": "12h", "date_order": "month-day", "week_start": "sunday"}
    assert client.get(ME).json().items() >= usual.items()
    [before] = world.execute("SELECT version, updated_at FROM users WHERE id = :id", id=eve.id)
    changed = client.patch(ME, json=american)
    assert (changed.status_code, changed.json()) == (200, client.get(ME).json())
    assert changed.json().items() >= american.items()
    assert log_in(world, eve).get(ME).json().items() >= american.items()
    for field in american:
        answer = client.patch(ME, json={field: "otherwise"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    # It is nobody else's business: no new version of the person, and no entry.
    [after] = world.execute("SELECT version, updated_at FROM users WHERE id = :id", id=eve.id)
    assert before == after
    assert world.execute("SELECT FROM audit_log WHERE action = 'user.changed'") == []


def test_an_admin_sees_where_somebody_is_logged_in_and_ends_it(
    world: World, admin: Person, eve: Person, api: TestClient
) -> None:
    clients = [log_in(world, eve, agent=agent) for agent in (FIREFOX, CHROME, FIREFOX)]
    path = f"/api/v1/users/{eve.id}/sessions"
    listed = api.get(path).json()["items"]
    assert [each["browser"] for each in listed] == [
        "Firefox on Windows",
        "Chrome on Linux",
        "Firefox on Windows",
    ]
    assert not any(each["current"] for each in listed)
    assert api.delete(f"{path}/{listed[1]['id']}").status_code == 204
    assert let_in(*clients) == [True, False, True]
    assert api.delete(f"{path}/{listed[1]['id']}").status_code == 404
    assert api.delete(f"/api/v1/users/{admin.id + 99}/sessions").status_code == 404
    assert api.delete(path).status_code == 204
    assert let_in(*clients) == [False, False, False]
    assert world.client(eve).get(ME).status_code == 200  # tokens go on
    said = [each["summary"] for each in api.get("/api/v1/ops/audit-log").json()["items"][:2]]
    assert said == ["Ada Admin ended 2 of Eve's log-ins", "Ada Admin ended one of Eve's log-ins"]


def test_an_admin_who_ends_their_own_sessions_stays(world: World, admin: Person) -> None:
    here, there = log_in(world, admin), log_in(world, admin)
    assert here.delete(f"/api/v1/users/{admin.id}/sessions").status_code == 204
    assert let_in(here, there) == [True, False]
