"""A database that turns read-only, as in a failover: told by every service, and over without a restart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pytest
from followup_common.doctor.database import examine_database
from psycopg import connect, sql
from sqlalchemy.engine import make_url

from tests.support.postgres import role_url
from tests.support.system import System, ask, populate
from tests.support.waiting import eventually

SERVICES = ("escalator", "notifier", "dispatcher", "api")
WITHIN = 60


@contextmanager
def read_only(system: System) -> Iterator[None]:
    """New sessions take no writes, and the old ones end, as when a standby answers in the primary's place.

    When it is over, the sessions that were opened meanwhile stay, and stay read-only.
    """
    url = make_url(system.database_url)
    with connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
        options="-c default_transaction_read_only=off",
    ) as owner:
        name = sql.Identifier(url.database or "")
        owner.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
        try:
            owner.execute("""
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name LIKE 'followup-%'
                    AND pid <> pg_backend_pid()
            """)
            yield
        finally:
            owner.execute(sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(name))


def eventually_say(system: System, status: int, what: str) -> None:
    def says(name: str) -> bool:
        answer = ask(system.services[name], "/readyz")
        return answer.status_code == status and what in answer.json()["checks"]["database"]

    for name in SERVICES:
        eventually(partial(says, name), WITHIN, what=f"{name} says {what}")


def create(api: httpx.Client, assignee: int) -> httpx.Response:
    body: dict[str, Any] = {"title": "Call", "due_at": "2030-01-01T00:00:00Z", "assignee_id": assignee}
    return api.post("/follow-ups", json=body)


def test_a_read_only_database_is_told_and_over_without_a_restart(system: System) -> None:
    system.start(*SERVICES)
    with system.api_client() as api:
        assignee = populate(system, 10)
        assert create(api, assignee).status_code == 201
        with read_only(system):
            eventually_say(system, 503, "read-only")
            refused = create(api, assignee)
            assert refused.status_code == 503
            assert refused.json()["detail"].startswith("The database takes no changes at the moment.")
            assert int(refused.headers["Retry-After"]) > 0
            [writing] = [found for found in examine_database(system.database_url) if found.check == "writing"]
            assert "default_transaction_read_only" in str(writing.fix)
        eventually_say(system, 200, "ok")
        assert create(api, assignee).status_code == 201
    system.request_sweep()
    system.eventually_settled()
    assert system.notifications() == 10
    assert system.ask("SELECT count(*) FROM outbox WHERE failed_at IS NOT NULL") == 0


@pytest.mark.parametrize("name", ["followup_api", "followup_escalator", "followup_notifier"])
def test_each_role_may_do_what_probes_try(database_url: str, name: str) -> None:
    found = {finding.check: finding for finding in examine_database(role_url(database_url, name))}
    assert found["writing"].well
