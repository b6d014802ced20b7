"""Links by which people set a password: made by admins, used once, by nobody else."""

from __future__ import annotations

import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from .conftest import PASSWORD, Person, World

V1 = "/api/v1"
BY_LINK = f"{V1}/session/password-link"
NEW = "seven purple lamps hum"
HOME = "198.51.100.7"


def browser(world: World, address: str = HOME) -> TestClient:
    client = TestClient(world.app, base_url="http://localhost:8000", client=(address, 4711))
    client.headers["Sec-Fetch-Site"] = "same-origin"
    return client


def newcomer(world: World, name: str = "Nia New", **more: Any) -> Person:
    """Somebody who was imported: they have no password."""
    return world.person(name, password=None, **more)


def make(api: TestClient, person: Person, what: str = "invitation") -> str:
    """Make a link; returns what it carries."""
    answer = api.post(f"{V1}/users/{person.id}/{what}")
    assert answer.status_code == 201, answer.text
    page, _, token = answer.json()["link"].partition("#")
    assert page == "http://localhost:8000/set-password"
    return str(token)


def use(client: TestClient, token: str, password: str = NEW) -> Response:
    answer: Response = client.put(BY_LINK, json={"token": token, "password": password})
    return answer


def look(client: TestClient, token: str) -> Response:
    answer: Response = client.post(BY_LINK, json={"token": token})
    return answer


def log_in(world: World, person: Person, password: str = PASSWORD) -> TestClient:
    client = browser(world)
    answer = client.post(f"{V1}/session", json={"email": person.email, "password": password})
    assert answer.status_code == 201, answer.text
    return client


def log_ins(world: World, person: Person) -> int:
    [(number,)] = world.execute("SELECT count(*) FROM sessions WHERE user_id = :id", id=person.id)
    return int(number)


def test_somebody_who_was_imported_sets_a_password_and_is_logged_in(world: World, api: TestClient) -> None:
    nia = newcomer(world)
    token, client = make(api, nia), browser(world)
    seen = look(client, token)
    assert (seen.status_code, seen.json()["email"], seen.json()["purpose"]) == (200, nia.email, "invitation")
    entered = use(client, token)
    assert (entered.status_code, entered.json()) == (201, client.get(f"{V1}/me").json())
    assert log_in(world, nia, NEW)


def test_an_invitation_works_for_a_week_and_a_reset_for_an_hour(world: World, api: TestClient) -> None:
    people = {"invitation": newcomer(world), "password-reset": world.person("Eve")}
    lives = {}
    for what, person in people.items():
        answer = api.post(f"{V1}/users/{person.id}/{what}").json()
        [(now,)] = world.execute("SELECT created_at FROM password_links WHERE user_id = :id", id=person.id)
        lives[what] = datetime.fromisoformat(answer["expires_at"]) - now
    assert lives == {"invitation": timedelta(days=7), "password-reset": timedelta(hours=1)}


def unused(world: World, api: TestClient, person: Person) -> str:
    return make(api, person, "password-reset")


def used(world: World, api: TestClient, person: Person) -> str:
    token = make(api, person, "password-reset")
    assert use(browser(world), token, "four other words here").status_code == 201
    return token


def expired(world: World, api: TestClient, person: Person) -> str:
    token = make(api, person, "password-reset")
    world.execute("UPDATE password_links SET expires_at = now()")
    return token


def made_while_the_clock_was_ahead(world: World, api: TestClient, person: Person) -> str:
    token = make(api, person, "password-reset")
    world.execute("UPDATE password_links SET created_at = now() + interval '1 year', expires_at = 'infinity'")
    return token


def replaced(world: World, api: TestClient, person: Person) -> str:
    token = make(api, person, "password-reset")
    make(api, person, "password-reset")
    return token


def unknown(world: World, api: TestClient, person: Person) -> str:
    return "A" * 43


def of_another_address(world: World, api: TestClient, person: Person) -> str:
    token = make(api, person, "password-reset")
    api.patch(f"{V1}/users/{person.id}", json={"email": "eve.elsewhere@example.com"})
    return token


def of_before_another_password(world: World, api: TestClient, person: Person) -> str:
    token = make(api, person, "password-reset")
    api.patch(f"{V1}/users/{person.id}", json={"password": "four other words here"})
    return token


def of_somebody_who_left_and_came_back(world: World, api: TestClient, person: Person) -> str:
    token = make(api, person, "password-reset")
    for active in (False, True):
        api.patch(f"{V1}/users/{person.id}", json={"active": active})
    return token


USELESS: tuple[Callable[[World, TestClient, Person], str], ...] = (
    *(used, expired, made_while_the_clock_was_ahead, replaced, unknown),
    *(of_another_address, of_before_another_password, of_somebody_who_left_and_came_back),
)


def test_what_cannot_be_used_says_the_same_whatever_the_reason(world: World, api: TestClient) -> None:
    said = {}
    for number, become in enumerate(USELESS):
        eve = world.person(f"Eve {number}")
        token, client = become(world, api, eve), browser(world, f"203.0.113.{number}")
        [before] = world.execute("SELECT password_hash FROM users WHERE id = :id", id=eve.id)
        for answer in (look(client, token), use(client, token)):
            said[become.__name__] = (answer.status_code, answer.text)
            assert "followup" not in client.cookies
        [after] = world.execute("SELECT password_hash FROM users WHERE id = :id", id=eve.id)
        assert before == after, become
    [(status, text)] = set(said.values())
    assert status == 404
    assert "ask an admin for a new link" in text
    assert look(browser(world), unused(world, api, world.person("Eve"))).status_code == 200


def test_of_two_who_use_a_link_at_once_one_sets_the_password(world: World, api: TestClient) -> None:
    eve = world.person("Eve")
    token = make(api, eve, "password-reset")
    passwords = [NEW, "four other words here"]
    clients = [browser(world), browser(world, "203.0.113.9")]
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda c, p: use(c, token, p).status_code, clients, passwords))
    assert sorted(answers) == [201, 404]
    assert log_in(world, eve, passwords[answers.index(201)])


def test_a_reset_ends_what_the_old_password_opened_and_an_invitation_nothing(
    world: World, api: TestClient
) -> None:
    eve, nia = world.person("Eve"), newcomer(world)
    before = log_in(world, eve)
    token = make(api, eve, "password-reset")
    assert before.get(f"{V1}/me").status_code == 200  # making one ends nothing
    assert use(browser(world), token).status_code == 201
    assert before.get(f"{V1}/me").status_code == 401
    assert world.client(eve).get(f"{V1}/me").status_code == 401
    assert log_ins(world, eve) == 1
    assert use(browser(world), make(api, nia)).status_code == 201
    assert world.client(nia).get(f"{V1}/me").status_code == 200


def test_a_password_by_link_is_as_good_as_any_other(world: World, api: TestClient) -> None:
    token, client = make(api, newcomer(world)), browser(world)
    for weak in ("short", "password1234"):
        answer = use(client, token, weak)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "password")
    assert use(client, token).status_code == 201  # a weak one has not used it up


def test_guessing_at_links_is_slowed_down_like_log_ins(build: Callable[..., World]) -> None:
    world = build(log_in_failures_per_address=10)
    ada = world.person("Ada Admin", "admin")
    token = make(world.client(ada), newcomer(world))
    attacker = browser(world, "192.0.2.66")
    tried = [look(attacker, f"guess {number}").status_code for number in range(11)]
    assert tried == [404] * 10 + [429]
    assert look(attacker, token).status_code == 429
    assert use(attacker, token).status_code == 429
    assert use(browser(world), token).status_code == 201


def test_a_new_password_opens_the_account_also_where_wrong_ones_have_to_wait(
    world: World, api: TestClient
) -> None:
    eve, client = world.person("Eve"), browser(world)
    wrong = {"email": eve.email, "password": "forgotten"}
    statuses = [client.post(f"{V1}/session", json=wrong).status_code for _ in range(7)]
    assert statuses[-1] == 429
    assert use(client, make(api, eve, "password-reset")).status_code == 201
    assert log_in(world, eve, NEW)


def test_who_needs_no_link_gets_none(world: World, api: TestClient) -> None:
    gone = world.person("Gina Gone", active=False)
    eve = world.person("Eve")
    refused = {
        f"{gone.id}/invitation": (409, "not active"),
        f"{gone.id}/password-reset": (409, "not active"),
        f"{eve.id}/invitation": (409, "has a password"),
        f"{2**40}/invitation": (404, "no user"),
    }
    for path, (status, why) in refused.items():
        answer = api.post(f"{V1}/users/{path}")
        assert (answer.status_code, why in answer.json()["detail"]) == (status, True), path


def test_people_who_cannot_log_in_yet_are_listed_and_invited_at_once(world: World, api: TestClient) -> None:
    people = [newcomer(world, f"Nia {number}") for number in range(3)]
    newcomer(world, "Ina Inactive", active=False)
    bound = newcomer(world, "Bea Bound")
    world.execute("INSERT INTO identities (issuer, subject, user_id) VALUES ('x', 'y', :id)", id=bound.id)
    make(api, people[0])
    listed = api.get(f"{V1}/invitations").json()["items"]
    assert [(each["name"], each["invited_at"] is None) for each in listed] == [
        ("Nia 0", False),
        ("Nia 1", True),
        ("Nia 2", True),
    ]
    made = api.post(f"{V1}/invitations", json={"user_ids": [people[1].id]}).json()
    assert ([each["name"] for each in made["items"]], made["left"]) == (["Nia 1"], 1)
    everybody = api.post(f"{V1}/invitations", json={}).json()
    assert ([each["name"] for each in everybody["items"]], everybody["left"]) == (
        ["Nia 0", "Nia 1", "Nia 2"],
        0,
    )
    assert use(browser(world), made["items"][0]["link"].partition("#")[2]).status_code == 404  # replaced
    for each in everybody["items"]:
        assert use(browser(world), each["link"].partition("#")[2]).status_code == 201
    assert api.get(f"{V1}/invitations").json()["items"] == []
    assert api.post(f"{V1}/invitations", json={}).json() == {"items": [], "left": 0}
    refused = api.post(f"{V1}/invitations", json={"user_ids": [people[0].id, bound.id]})
    assert refused.status_code == 422
    assert f"user_ids has {people[0].id}, {bound.id}" in refused.json()["detail"]


def test_invitations_come_as_a_file_in_which_nothing_runs(world: World, api: TestClient) -> None:
    newcomer(world, "=Nia")
    answer = api.post(f"{V1}/invitations?format=csv", json={})
    assert answer.headers["Content-Type"].startswith("text/csv")
    [line] = csv.DictReader(answer.content.decode("utf-8-sig").splitlines())
    assert line["name"] == "'=Nia"
    assert use(browser(world), line["link"].partition("#")[2]).status_code == 201


def test_a_link_is_shown_once_and_kept_as_a_digest(world: World, api: TestClient) -> None:
    nia = newcomer(world)
    token = make(api, nia)
    for path in (f"users/{nia.id}", "invitations", "ops/audit-log"):
        assert token not in api.get(f"{V1}/{path}").text
    for table in ("password_links", "audit_log"):
        [(kept,)] = world.execute(f"SELECT coalesce(string_agg({table}::text, ' '), '') FROM {table}")
        assert token not in kept
        assert token.encode().hex() not in kept
    assert use(browser(world), token).status_code == 201


def test_links_ask_for_the_password_of_who_makes_them(world: World, admin: Person) -> None:
    nia = newcomer(world)
    client = log_in(world, admin)
    world.execute("UPDATE sessions SET proved_at = now() - interval '1 hour'")
    for path, body in ((f"users/{nia.id}/invitation", None), ("invitations", {})):
        answer = client.post(f"{V1}/{path}", json=body)
        assert answer.json()["type"] == "urn:followup:problem:reauthentication-needed"
    [(links,)] = world.execute("SELECT count(*) FROM password_links")
    assert links == 0


def test_a_link_leads_to_the_address_that_people_use(build: Callable[..., World]) -> None:
    for public, page, link in (
        ("https://followup.example.com", None, "https://followup.example.com"),
        (None, "https://localhost:8000", "https://localhost:8000"),
        (None, "https://elsewhere.example", "http://localhost:8000"),
    ):
        world = build(public_url=public)
        ada = world.person("Ada Admin", "admin")
        client = world.client(ada)
        if page:
            client.headers["Origin"] = page
        made = client.post(f"{V1}/users/{newcomer(world).id}/invitation")
        assert made.json()["link"].startswith(f"{link}/set-password#")
        world.execute("TRUNCATE users CASCADE")


def test_pages_of_other_sites_and_plain_http_get_nobody_in(world: World, api: TestClient) -> None:
    token = make(api, newcomer(world))
    client = world.client()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post(BY_LINK, json={"token": token}, headers=headers).status_code == 403
        body = {"token": token, "password": NEW}
        assert client.put(BY_LINK, json=body, headers=headers).status_code == 403
    plain = TestClient(
        world.app, base_url="http://followup.example", headers={"Origin": "http://followup.example"}
    )
    assert plain.put(BY_LINK, json={"token": token, "password": NEW}).json()["type"].endswith("plain-http")


def test_without_passwords_there_are_no_links(trusting: Callable[..., World]) -> None:
    world = trusting(password_log_in=False)
    ada = world.person("Ada Admin", "admin")
    api, nia = world.client(ada), newcomer(world)
    for path, body in (
        (f"users/{nia.id}/invitation", None),
        (f"users/{nia.id}/password-reset", None),
        ("invitations", {}),
        ("session/password-link", {"token": "x"}),
    ):
        answer = api.post(f"{V1}/{path}", json=body)
        assert (answer.status_code, "switched off" in answer.json()["detail"]) == (403, True), path


def test_the_audit_log_tells_who_made_and_who_used_a_link(
    world: World, admin: Person, api: TestClient
) -> None:
    nia, eve = newcomer(world), world.person("Eve")
    use(browser(world), make(api, nia))
    use(browser(world), make(api, eve, "password-reset"))
    look(browser(world), "nonsense")
    said = [each["summary"] for each in api.get(f"{V1}/ops/audit-log").json()["items"]]
    assert said[::-1] == [
        "Ada Admin made an invitation for Nia New",
        "Nia New changed their own password",
        "Nia New set their first password by an invitation and logged in",
        "Ada Admin made a link with which Eve can set a new password",
        "Eve changed their own password",
        "Eve revoked all of their own API tokens",
        "Eve set a new password by a link and logged in",
        "A link to set a password failed: it was used, out of date or unknown",
    ]


def test_a_thousand_people_are_invited_in_a_few_statements(world: World, api: TestClient) -> None:
    world.execute(
        "INSERT INTO users (email, name) "
        "SELECT 'n' || n || '@example.com', 'N' || n FROM generate_series(1, 1010) n"
    )
    made = api.post(f"{V1}/invitations", json={}).json()
    assert (len(made["items"]), made["left"]) == (1000, 10)
    [(entries,)] = world.execute("SELECT count(*) FROM audit_log WHERE action = 'invitation.created'")
    assert entries == 1000
    rest = api.post(f"{V1}/invitations", json={}).json()
    assert rest["left"] == 0  # those without one come first
