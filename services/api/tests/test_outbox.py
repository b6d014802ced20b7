"""What operators see of the outbox."""

from __future__ import annotations

import pytest
from followup_api.ops.outbox import queries
from sqlalchemy import text

from .companies import Company
from .conftest import World
from .test_dead_letters import REASSIGNED, fail, junk
from .test_self_audit import wait


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def test_what_waits_and_what_failed_is_counted_by_type(company: Company) -> None:
    wait(company, "0 seconds", created_at="now() - interval '3 minutes'")
    wait(company, "-1 hour", created_at="now() - interval '9 minutes'")
    wait(company, "1 hour", handled_at="now()")
    fail(company)
    junk(company)
    outbox = company.get(company.ada, "/ops/outbox")
    assert (outbox["waiting"], outbox["failed"], outbox["or_more"]) == (2, 2, False)
    [reassigned, unreadable, waiting] = outbox["types"]
    assert reassigned == {"type": REASSIGNED, "waiting": 0, "oldest_waiting_at": None, "failed": 1}
    assert (unreadable["type"], unreadable["failed"]) == ("unreadable", 1)
    assert (waiting["type"], waiting["waiting"], waiting["failed"]) == ("x", 2, 0)
    [oldest] = company.world.execute("SELECT min(created_at) FROM outbox WHERE type = 'x'")
    assert outbox["oldest_waiting_at"] == waiting["oldest_waiting_at"] < outbox["read_at"]
    assert waiting["oldest_waiting_at"] == oldest[0].isoformat().replace("+00:00", "Z")


def test_an_outbox_where_all_is_settled_is_empty(company: Company) -> None:
    wait(company, "1 hour", handled_at="now()")
    outbox = company.get(company.ada, "/ops/outbox")
    assert (outbox["waiting"], outbox["oldest_waiting_at"], outbox["types"]) == (0, None, [])


def test_counting_stops_where_the_number_no_longer_matters(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "COUNT_AT_MOST", 2)
    for _ in range(3):
        wait(company, "1 minute", attempts="1")
    outbox = company.get(company.ada, "/ops/outbox")
    assert (outbox["waiting"], outbox["or_more"]) == (2, True)


def test_handled_events_cost_nothing(company: Company) -> None:
    company.world.execute(
        "INSERT INTO outbox (id, type, source, payload, available_at, handled_at, failed_at) "
        "SELECT gen_random_uuid(), 'x', 'x', '{}', now(), CASE WHEN i > 20 THEN now() END, "
        "CASE WHEN i % 2000 = 0 THEN now() END FROM generate_series(1, 20000) i"
    )
    with company.world.engine.begin() as tx:
        tx.execute(text("ANALYZE outbox"))
        sql = str(queries.statement().compile(tx, compile_kwargs={"literal_binds": True}))
        plan = "\n".join(tx.execute(text(f"EXPLAIN {sql.replace(':', chr(92) + ':')}")).scalars())
    assert "ix_outbox_unhandled" in plan, plan
    assert "ix_outbox_failed" in plan, plan
    assert "Seq Scan on outbox" not in plan, plan
