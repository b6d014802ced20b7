"""Guessing passwords gets slow; the owner of an account gets in all the same."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from followup_api.auth.throttle import network_of
from httpx import Response

from .conftest import PASSWORD, Person, World
from .pauses import hold

ATTACKER, HOME = "192.0.2.66", "198.51.100.7"


def attempt(world: World, email: str, password: str = "wrong", address: str = ATTACKER) -> Response:
    client = TestClient(world.app, base_url="http://localhost:8000", client=(address, 4711))
    answer: Response = client.post("/api/v1/session", json={"email": email, "password": password})
    return answer


def statuses(world: World, email: str, number: int, address: str = ATTACKER) -> list[int]:
    return [attempt(world, email, address=address).status_code for _ in range(number)]


def let_pass(world: World, time: timedelta) -> None:
    world.execute(
        "UPDATE log_in_failures SET failed_at = failed_at - :time, blocked_until = blocked_until - :time",
        time=time,
    )


def test_an_account_that_is_guessed_at_makes_the_address_wait_longer_each_time(
    world: World, admin: Person
) -> None:
    assert statuses(world, admin.email, 5) == [401] * 5
    waits = []
    for _ in range(12):
        [pause] = world.execute("SELECT max(blocked_until - failed_at) AS whole FROM log_in_failures")
        waits.append(pause.whole.total_seconds())
        hold(world)
        answer = attempt(world, admin.email)
        assert answer.status_code == 429
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        let_pass(world, timedelta(minutes=1))
        assert attempt(world, admin.email).status_code == 401
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_while_it_waits_not_even_the_right_password_is_looked_at(world: World, admin: Person) -> None:
    statuses(world, admin.email, 5)
    world.execute("UPDATE log_in_failures SET blocked_until = now() + interval '1 minute'")
    assert attempt(world, admin.email, PASSWORD).status_code == 429
    let_pass(world, timedelta(minutes=1))
    assert attempt(world, admin.email, PASSWORD).status_code == 201


def test_the_owner_gets_in_from_an_address_that_does_not_wait(world: World, admin: Person) -> None:
    for number in range(20):
        attempt(world, admin.email, address=f"203.0.113.{number}")
    assert attempt(world, admin.email, PASSWORD, HOME).status_code == 201


def test_an_account_under_attack_gives_each_new_address_one_guess(world: World, admin: Person) -> None:
    for number in range(20):
        attempt(world, admin.email, address=f"203.0.113.{number}")
    assert statuses(world, admin.email, 2, HOME) == [401, 429]
    assert int(attempt(world, admin.email, address=HOME).headers["Retry-After"]) > 800


def test_an_address_that_tries_many_accounts_waits_for_all_of_them(build: Callable[..., World]) -> None:
    world = build(log_in_failures_per_address=10)
    person = world.person("Eve")
    tried = [attempt(world, f"somebody{number}@example.com").status_code for number in range(10)]
    assert tried == [401] * 10
    hold(world)
    assert attempt(world, person.email, PASSWORD).status_code == 429
    assert attempt(world, person.email, PASSWORD, HOME).status_code == 201


def test_logging_in_to_an_account_of_ones_own_does_not_help_an_address(build: Callable[..., World]) -> None:
    world = build(log_in_failures_per_address=4)
    person = world.person("Eve")
    for number in range(3):
        attempt(world, f"somebody{number}@example.com")
    assert attempt(world, person.email, PASSWORD).status_code == 201
    assert attempt(world, "somebody@example.com").status_code == 401
    hold(world)
    assert attempt(world, person.email, PASSWORD).status_code == 429


def test_an_account_that_does_not_exist_is_treated_alike(world: World, admin: Person) -> None:
    for email in (admin.email, "nobody@example.com"):
        world.execute("DELETE FROM log_in_failures")
        assert statuses(world, email, 5) == [401] * 5
        hold(world)
        refused = attempt(world, email)
        assert refused.status_code == 429
        assert refused.json()["detail"].startswith("Too many tries have failed: try again in ")


def test_the_case_of_an_address_does_not_make_another_account(world: World, admin: Person) -> None:
    for number in range(5):
        attempt(world, admin.email.upper() if number % 2 else admin.email)
    hold(world)
    assert attempt(world, admin.email.title()).status_code == 429


def test_letters_that_look_alike_open_no_account_with_as_many_tries_again(world: World) -> None:
    world.person("Nik")
    others = ("n\u0130k@example.com", "ni\u212a@example.com", "N\u0130\u212a@EXAMPLE.COM")
    assert {attempt(world, email, PASSWORD).status_code for email in others} == {401}
    statuses(world, "nik@example.com", 5)
    hold(world)
    assert attempt(world, "NIK@example.com", PASSWORD).status_code == 429


def test_failures_are_forgotten_after_an_hour_or_once_the_owner_was_here(world: World, admin: Person) -> None:
    for forget in (
        lambda: let_pass(world, timedelta(minutes=61)),
        lambda: attempt(world, admin.email, PASSWORD, HOME),
    ):
        world.execute("DELETE FROM log_in_failures")
        statuses(world, admin.email, 4)
        forget()
        assert statuses(world, admin.email, 5) == [401] * 5


def test_tries_side_by_side_are_looked_at_one_by_one(world: World, admin: Person) -> None:
    with world.engine.begin() as tx:
        from followup_api.auth.throttle import Attempt

        Attempt(tx, admin.email, ATTACKER, 30).check()
        answer = attempt(world, admin.email, PASSWORD)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
        assert "still being checked" in answer.json()["detail"]  # it waited, and nothing has failed
        assert attempt(world, admin.email, PASSWORD, HOME).status_code == 201
    assert attempt(world, admin.email, PASSWORD).status_code == 201


def test_right_tries_at_the_same_moment_all_get_in(world: World, admin: Person) -> None:
    with ThreadPoolExecutor(6) as pool:
        tries = [pool.submit(attempt, world, admin.email, PASSWORD) for _ in range(6)]
    assert [answer.result().status_code for answer in tries] == [201] * 6


def test_the_table_holds_neither_names_nor_addresses_and_does_not_grow_for_ever(
    world: World, admin: Person
) -> None:
    statuses(world, admin.email, 3)
    [row] = world.execute("SELECT string_agg(log_in_failures::text, ' ') AS kept FROM log_in_failures")
    assert admin.email not in row.kept
    assert ATTACKER not in row.kept
    let_pass(world, timedelta(days=2))
    attempt(world, "nobody@example.com", address=HOME)
    assert len(world.execute("SELECT FROM log_in_failures")) == 3


def test_what_a_cross_site_page_sends_counts_for_nobody(world: World, admin: Person) -> None:
    client = world.client()
    headers = {"Sec-Fetch-Site": "cross-site"}
    for _ in range(10):
        body = {"email": admin.email, "password": "wrong"}
        assert client.post("/api/v1/session", json=body, headers=headers).status_code == 403
    assert world.execute("SELECT FROM log_in_failures") == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_of_ipv6_a_customers_whole_network_is_one_address(address: str | None, network: str) -> None:
    assert network_of(address) == network


def test_nobody_waits_for_a_time_that_only_a_clock_ahead_could_set(world: World, admin: Person) -> None:
    """PostgreSQL's clock was three days ahead while somebody guessed, and was set back."""
    statuses(world, admin.email, 9)
    let_pass(world, -timedelta(days=3))
    assert attempt(world, admin.email, PASSWORD).status_code == 201
    assert statuses(world, admin.email, 5) == [401] * 5  # what was counted then is forgotten
    hold(world)
    assert attempt(world, admin.email).status_code == 429


def test_failures_of_a_clock_ahead_are_pruned(world: World, admin: Person) -> None:
    attempt(world, "somebody@example.com", address="203.0.113.1")
    let_pass(world, -timedelta(days=3_000))
    attempt(world, admin.email)
    rows = world.execute("SELECT count(*) AS number FROM log_in_failures WHERE failed_at > now() + '1 hour'")
    assert rows[0].number == 0
