"""Real input: a sales department imported from CSV, swept by four processes, read back through the API."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from followup_api.auth.secrets import new_api_token
from followup_api.tokens.queries import add_token
from followup_api.users.service import create_user
from followup_common.db import Database, Transaction
from sqlalchemy import text

from tests.support.postgres import role_url
from tests.support.processes import Process
from tests.support.sales import ADMIN, Department, expected_outcome, generate, write
from tests.support.waiting import eventually

Api = Callable[..., Any]

TOLD = text("""
    SELECT u.email FROM notifications n JOIN users u ON u.id = n.user_id WHERE n.follow_up_id IS NOT NULL
""")
HEARD = text("SELECT user_id, count(*) AS number FROM notifications WHERE read_at IS NULL GROUP BY 1")
OF_EACH_SEVERITY = text("""
    SELECT n.user_id, e.severity, count(*) AS number
    FROM notifications n JOIN escalations e USING (follow_up_id, run, step, repeat) GROUP BY 1, 2
""")


@pytest.fixture(params=[1, pytest.param(2, marks=pytest.mark.long)])
def department(request: pytest.FixtureRequest) -> Department:
    return generate(random.Random(request.param), datetime.now(UTC))


@pytest.fixture
def owner(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def api(
    owner: Database, database_url: str, broker_url: str, start_service: Callable[..., Process]
) -> Iterator[Api]:
    """All services run; returns a client with the admin's token: `api("GET", "/me")`."""
    with owner.transaction() as tx:
        token = new_api_token()
        add_token(tx, create_user(tx, email=ADMIN, name="Ada", role="admin").id, "test", token)
    for name in ("escalator", "notifier", "api"):
        url = role_url(database_url, f"followup_{name}")
        process = start_service(name, FOLLOWUP_DATABASE_URL=url, FOLLOWUP_BROKER_URL=broker_url)
    address = f"http://127.0.0.1:{process.environment['FOLLOWUP_PORT']}"
    headers = {"Authorization": f"Bearer {token.token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        process.wait_until(lambda: client.get("/readyz").status_code == 200, what="the API is ready")

        def call(method: str, path: str, **more: Any) -> Any:
            answer = client.request(method, f"/api/v1{path}", **more)
            assert answer.is_success, answer.text
            return answer.json()

        yield call


def import_csv(api: Api, kind: str, file: Path) -> dict[str, int]:
    answer = api("POST", f"/imports/{kind}", content=file.read_bytes(), headers={"Content-Type": "text/csv"})
    return {name: answer[name] for name in ("created", "updated", "unchanged")}


def sweep(api: Api) -> dict[str, Any]:
    sweep_id = api("POST", "/sweeps")["id"]

    def finished() -> dict[str, Any] | None:
        found: dict[str, Any] = api("GET", f"/sweeps/{sweep_id}")
        return found if found["finished_at"] else None

    return eventually(finished, 60, what="the sweep completes") or {}


def everything(api: Api, path: str, **params: Any) -> Iterator[dict[str, Any]]:
    """All items of a list, page after page."""
    cursor: str | None = None
    while True:
        page = api("GET", path, params={**params, "limit": 200, **({"cursor": cursor} if cursor else {})})
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def at_once(tx: Transaction) -> dict[int, int]:
    """How much each person is to hear of in one sweep: one of a severity, which may sum up many."""
    heard = Counter[int]()
    for user_id, _, _ in tx.execute(OF_EACH_SEVERITY):
        heard[user_id] += 1
    return dict(heard)


def test_one_sweep_equals_an_independent_computation(
    api: Api, owner: Database, department: Department, tmp_path: Path
) -> None:
    users, follow_ups = write(department, tmp_path)
    everybody_active, _ = write(department.with_everybody_active(), tmp_path / "before")
    expected = expected_outcome(department)
    people, deals = len(department.people), len(department.deals)
    assert import_csv(api, "users", everybody_active)["created"] == people - 1
    assert import_csv(api, "follow-ups", follow_ups) == {"created": deals, "updated": 0, "unchanged": 0}
    import_csv(api, "users?open_work=stays", users)  # some leave, with promises of theirs still open
    assert import_csv(api, "follow-ups", follow_ups) == {"created": 0, "updated": 0, "unchanged": deals}

    done = sweep(api)
    assert (done["status"], done["escalated"], done["failed"]) == ("completed", deals, 0)
    assert done["notified"] == expected.told.total()

    levels = Counter(item["level_label"] for item in everything(api, "/follow-ups", view="overdue"))
    assert levels == expected.levels
    with owner.transaction() as tx:
        told = tx.execute(TOLD)
        assert Counter(told.scalars()) == expected.told
        fallbacks = tx.execute(text("SELECT fallback FROM notifications WHERE fallback IS NOT NULL"))
        assert Counter(fallbacks.scalars()) == expected.fallbacks
        assert {row.user_id: row.number for row in tx.execute(HEARD)} == at_once(tx)
    unread = list(everything(api, "/notifications", unread=True))
    summaries = [each for each in unread if each["kind"] == "summary"]
    assert len({each["severity"] for each in summaries}) == len(summaries) > 0
    summed_up = (everything(api, "/notifications", summed_up_by=each["id"]) for each in summaries)
    listed = sum(1 for entries in summed_up for _ in entries)
    assert listed + len(unread) - len(summaries) == expected.told[ADMIN]

    again = sweep(api)
    assert (again["escalated"], again["notified"]) == (0, 0)
    with owner.transaction() as tx:
        told = tx.execute(TOLD)
        assert Counter(told.scalars()) == expected.told
