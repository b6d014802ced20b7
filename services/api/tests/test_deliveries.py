"""What became of notifications on their way out of the house: for whom they tell, and for operators, who try
again what was given up."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from followup_cli.deliveries import app
from followup_cli.output import Failure

from . import commands
from .companies import Company
from .conftest import World
from .pipelines import swept

HOUR = timedelta(hours=1)


@pytest.fixture
def company(world: World) -> Company:
    """Mail is set up."""
    world.execute("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)")
    world.execute("""
        INSERT INTO destinations (user_id, channel, address, by_default, verified_at)
        SELECT id, 'email', email, true, now() FROM users ON CONFLICT DO NOTHING
    """)
    return Company(world)


def deliveries(company: Company) -> list[dict[str, Any]]:
    [notification] = company.get(company.amir, "/notifications")["items"]
    found: list[dict[str, Any]] = notification["deliveries"]
    return found


def test_a_notification_says_what_became_of_its_mail(company: Company) -> None:
    company.follow_up(company.amir, "Call Acme", overdue=HOUR)
    swept(company.world)
    [planned] = deliveries(company)
    assert (planned["channel"], planned["state"], planned["reason"]) == ("email", "queued", None)
    assert planned["next_at"] == planned["at"]
    company.world.execute("UPDATE deliveries SET error = '451 busy', next_at = '2030-01-01T09:00:00Z'")
    [waiting] = deliveries(company)
    assert (waiting["next_at"], waiting["reason"]) == ("2030-01-01T09:00:00Z", "451 busy")
    company.world.execute(
        "UPDATE deliveries SET state = 'sent', error = NULL, ended_at = '2026-01-01T09:02:00Z'"
    )
    assert deliveries(company) == [
        {
            "channel": "email",
            "state": "sent",
            "at": "2026-01-01T09:02:00Z",
            "next_at": None,
            "reason": None,
            "held": False,
        }
    ]


def test_without_mail_it_says_nothing(company: Company) -> None:
    company.world.execute("UPDATE channels SET is_on = false")
    company.follow_up(company.amir, "Call Acme", overdue=HOUR)
    swept(company.world)
    assert deliveries(company) == []


REFUSED = "554 5.7.1 relay access denied"


def failed(company: Company, number: int, reason: str = REFUSED, state: str = "failed") -> list[str]:
    """Deliveries to Amir that were given up; their ids, the oldest first."""
    rows = company.world.execute(
        """
        INSERT INTO deliveries (notification_id, user_id, follow_up_id, destination_id, channel, state, error,
            attempts, created_at, ended_at)
        SELECT (random() * 1e15)::bigint, :amir, 42, d.id, 'email', :state, :reason, 1,
            now() - interval '4 days' + i * interval '1 second', now()
        FROM destinations d, generate_series(1, :number) i
        WHERE d.user_id = :amir ORDER BY i RETURNING id, created_at
        """,
        amir=company.amir.id,
        state=state,
        reason=reason,
        number=number,
    )
    return [str(row.id) for row in sorted(rows, key=lambda row: row.created_at)]


def states(company: Company) -> dict[str, str]:
    return {str(id_): state for id_, state in company.world.execute("SELECT id, state FROM deliveries")}


def test_operators_list_what_was_given_up_the_newest_first(company: Company) -> None:
    refused, gone = failed(company, 3), failed(company, 1, "550 no such user")
    expired = failed(company, 1, state="expired")
    first = company.get(company.ada, "/deliveries", state="failed", channel="email", q="RELAY", limit=2)
    assert [each["id"] for each in first["items"]] == [refused[2], refused[1]]
    assert first["items"][0] | {"ended_at": None, "created_at": None, "notification_id": 0} == {
        "id": refused[2],
        "channel": "email",
        "notice": None,
        "state": "failed",
        "user": {"id": company.amir.id, "name": "Amir Patel"},
        "address": company.amir.email,
        "notification_id": 0,
        "follow_up_id": 42,
        "attempts": 1,
        "created_at": None,
        "ended_at": None,
        "next_at": None,
        "reason": REFUSED,
    }
    rest = company.get(
        company.ada, "/deliveries", state="failed", channel="email", q="RELAY", cursor=first["next_cursor"]
    )
    assert [each["id"] for each in rest["items"]] == [refused[0]]
    every = {each["id"] for each in company.get(company.ada, "/deliveries")["items"]}
    assert every == {*refused, *gone, *expired}


def test_a_delivery_is_read_with_its_tries(company: Company) -> None:
    [id_] = failed(company, 1)
    company.world.execute(
        "INSERT INTO delivery_attempts (delivery_id, number, began_at, ended_at, outcome, answer) "
        "VALUES (:id, 1, '2026-03-04T12:00:02Z', '2026-03-04T12:00:03Z', 'refused', :answer)",
        id=UUID(id_),
        answer=REFUSED,
    )
    assert company.get(company.ada, f"/deliveries/{id_}")["tries"] == [
        {
            "number": 1,
            "began_at": "2026-03-04T12:00:02Z",
            "ended_at": "2026-03-04T12:00:03Z",
            "outcome": "refused",
            "answer": REFUSED,
        }
    ]


def test_one_is_tried_again_that_was_given_up_and_no_other(company: Company) -> None:
    [id_] = failed(company, 1)
    retry = f"/deliveries/{id_}/retry"
    assert company.ask(company.ada, "POST", retry).status_code == 204
    [(state, ended_at, due)] = company.world.execute(
        "SELECT state, ended_at, next_at <= now() FROM deliveries"
    )
    assert (state, ended_at, due) == ("queued", None, True)
    for state in ("queued", "sending", "unknown", "sent", "suppressed"):
        ended = state in ("sent", "suppressed")
        company.world.execute(
            f"UPDATE deliveries SET state = '{state}', ended_at = {'now()' if ended else 'NULL'}"
        )
        refused = company.ask(company.ada, "POST", retry)
        assert (refused.status_code, f"is {state}" in refused.json()["detail"]) == (409, True)
        assert states(company) == {id_: state}
    assert company.ask(company.ada, "POST", f"/deliveries/{UUID(int=0)}/retry").status_code == 404
    rows = company.world.execute("SELECT target FROM audit_log WHERE action = 'deliveries.retried'")
    assert [row.target for row in rows] == [f"deliveries/{id_}"]


def test_many_are_tried_again_by_what_was_said(company: Company) -> None:
    refused, gone = failed(company, 3), failed(company, 1, "550 no such user")
    done = company.ask(company.ada, "POST", "/deliveries/retry", json={"q": "relay", "limit": 2})
    assert (done.status_code, done.json()) == (200, {"done": 2, "left": 1})
    found = states(company)
    assert [found[id_] for id_ in refused] == ["queued", "queued", "failed"]
    assert found[gone[0]] == "failed"


@pytest.fixture
def commanded(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose API the command reaches without a network."""
    commands.connect(company, monkeypatch)
    return company


def test_the_command_lists_shows_and_tries_again(commanded: Company) -> None:
    assert "no such deliveries" in commands.run(app, "list").output
    ids = failed(commanded, 3)
    listed = commands.run(app, "list", "--state", "failed", "--limit", "2", "--json").stdout.splitlines()
    assert [json.loads(line)["id"] for line in listed] == [ids[2], ids[1]]
    assert REFUSED in commands.run(app, "list").stdout
    assert json.loads(commands.run(app, "show", ids[0]).stdout)["tries"] == []
    assert "tried again" in commands.run(app, "retry", ids[0]).output
    assert isinstance(commands.run(app, "retry", ids[0], status=1).exception, Failure)
    assert "2 are tried again, 0 left." in commands.run(app, "retry", "--state", "failed").stdout
    none_left = commands.run(app, "retry", "--state", "failed", "--json").stdout
    assert json.loads(none_left) == {"done": 0, "left": 0}
    assert set(states(commanded).values()) == {"queued"}
    for wrong in ((), (ids[0], "--state", "failed"), ("x",)):
        commands.run(app, "retry", *wrong, status=2)


def test_operators_see_how_deliveries_go_and_which_places_fail(company: Company) -> None:
    company.follow_up(company.amir, "Call Acme", overdue=HOUR)
    swept(company.world)
    company.world.execute("""
        INSERT INTO circuits (channel, target, opened_at, retry_at, problem)
        VALUES ('email', 'busy.example', now(), now() + interval '1 minute', '450 greylisted'),
            ('email', 'well.example', NULL, NULL, NULL)
    """)
    found = company.get(company.ada, "/deliveries/summary")
    [mail] = found["channels"]
    assert (mail["channel"], mail["is_on"], mail["queued"], mail["failed"]) == ("email", True, 1, 0)
    assert mail["oldest_due_at"] <= found["read_at"]
    assert [(each["target"], each["problem"]) for each in found["circuits"]] == [
        ("busy.example", "450 greylisted")
    ]
    company.world.execute("UPDATE deliveries SET state = 'failed', error = '554 spam', ended_at = now()")
    [mail] = company.get(company.ada, "/deliveries/summary")["channels"]
    assert (mail["queued"], mail["failed"], mail["oldest_due_at"]) == (0, 1, None)
