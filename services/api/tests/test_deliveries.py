"""Each notification says what became of it on its way out of the house, to the one whom it tells."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

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
        }
    ]


def test_without_mail_it_says_nothing(company: Company) -> None:
    company.world.execute("UPDATE channels SET is_on = false")
    company.follow_up(company.amir, "Call Acme", overdue=HOUR)
    swept(company.world)
    assert deliveries(company) == []
