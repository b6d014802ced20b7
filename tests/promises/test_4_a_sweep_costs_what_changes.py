"""Promise 4: a sweep costs what changes, not what exists. Plans can be asserted; times cannot."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from followup_common.contracts import BatchRequested, OutboxTick, SweepRequested
from followup_common.db import Transaction
from followup_common.db.clock import AT_ONCE
from followup_common.db.plans import find_by_index
from followup_common.messaging import outbox
from followup_escalator.batches import CLAIM, claim_batch
from followup_escalator.housekeeping import look_after_outbox
from followup_escalator.sweeps import continue_sweep, run_sweep
from sqlalchemy import text

from tests.support.company import Company, raised
from tests.support.handlers import Run
from tests.support.pipeline import Pipeline

BACKLOG = 100_000


def backlog(company: Company) -> None:
    """Open follow-ups that were escalated to the last step long ago, or wait for their time."""
    assignee = company.person("Eve")
    company.tx.execute(
        text("""
            INSERT INTO follow_ups (title, due_at, assignee_id)
            SELECT 'Call', now() + (i % 1000 + 1) * interval '1 hour', :assignee
            FROM generate_series(1, :number) i
        """),
        {"assignee": assignee, "number": BACKLOG},
    )
    company.tx.execute(
        text("""
            UPDATE escalation_states SET step = 3, severity = 'breach', wake_at = NULL
            WHERE follow_up_id % 3 = 0;
            ANALYZE escalation_states;
        """)
    )


def plan(company: Company) -> dict[str, Any]:
    """How a batch is read, after another one in the same transaction."""
    claim_batch(company.tx, company.new_sweep(), 1)
    return explained(company.tx, None)


def explained(tx: Transaction, since: datetime | None) -> dict[str, Any]:
    """How PostgreSQL claims a batch behind another one, or one that looks at everything that is due."""
    begin = f"'{since.isoformat()}'" if since else "'-infinity'"
    statement = CLAIM.text.replace(":limit", "1000").replace(":since", begin)
    answer = tx.execute(text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")).scalar_one()
    root: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return root


def nodes(root: dict[str, Any]) -> list[dict[str, Any]]:
    return [root, *(node for child in root.get("Plans", []) for node in nodes(child))]


def test_a_sweep_with_nothing_due_reads_a_handful_of_pages_whatever_the_backlog(company: Company) -> None:
    backlog(company)
    root = plan(company)
    assert {node.get("Index Name") for node in nodes(root)} >= {"ix_escalation_states_wake_at"}
    assert not [node for node in nodes(root) if node["Node Type"] == "Seq Scan"]
    assert root["Shared Hit Blocks"] + root["Shared Read Blocks"] < 20


def test_a_batch_is_read_in_the_index_s_order_without_sorting(company: Company) -> None:
    backlog(company)
    company.follow_ups(company.person("Max"), 5_000, overdue=timedelta(hours=1))
    root = plan(company)
    assert not [node for node in nodes(root) if node["Node Type"] in ("Sort", "Seq Scan")]


def pages(tx: Transaction, since: datetime | None) -> int:
    """How many pages it takes to find that nothing is left to claim."""
    root = explained(tx, since)
    return int(root["Shared Hit Blocks"] + root["Shared Read Blocks"])


def test_what_has_moved_on_costs_the_next_batch_nothing_even_behind_a_pinned_snapshot(
    pipeline: Pipeline,
) -> None:
    """As long as a transaction is open that began before, PostgreSQL keeps the entries of where rows were."""
    with pipeline.company() as company:
        company.follow_ups(company.person("Max"), 10_000, overdue=timedelta(hours=1))
        company.tx.execute(
            text("UPDATE escalation_states SET wake_at = anchor_at + follow_up_id * interval '1 ms'")
        )
    escalator, since = pipeline.databases["escalator"], None
    with pipeline.owner.transaction() as pinned:
        pinned.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        pinned.execute(text("SELECT count(*) FROM escalation_states"))
        for _ in range(5):
            with escalator.transaction() as tx:
                batch = claim_batch(tx, 1, 2_000, since)
                assert batch.claimed == 2_000
                since = batch.until
        with escalator.transaction() as tx:
            find_by_index(tx)
            assert pages(tx, None) > 10 * pages(tx, since)


def test_what_comes_with_a_time_that_a_sweep_has_passed_is_taken_by_the_next_one(
    company: Company, run: Run
) -> None:
    eve = company.person("Eve")
    for hours in (5, 4, 3, 2):
        company.follow_up(eve, overdue=timedelta(hours=hours))
    sweep = company.new_sweep()
    emitted = run(run_sweep, SweepRequested(sweep_id=sweep), sweep_batch_size=2, sweep_lanes=1)
    [following] = [event for event in emitted if isinstance(event, BatchRequested)]
    assert following.since is not None
    late = company.follow_up(eve, overdue=timedelta(hours=9))
    poked = company.follow_up(eve, overdue=timedelta(minutes=1))
    company.tx.execute(
        text("UPDATE escalation_states SET wake_at = :at_once WHERE follow_up_id = :id"),
        {"at_once": AT_ONCE, "id": poked},
    )
    emitted = run(continue_sweep, following, sweep_batch_size=3, sweep_lanes=1)
    assert len(raised(emitted)) == 2
    assert {late, poked}.isdisjoint(key.follow_up_id for key in raised(emitted))
    emitted = run(run_sweep, SweepRequested(sweep_id=company.new_sweep()))
    assert {key.follow_up_id for key in raised(emitted)} == {late, poked}


def test_events_handled_long_ago_are_not_kept(company: Company, run: Run) -> None:
    events = [SweepRequested(sweep_id=number) for number in (1, 2)]
    old, young = outbox.store(company.tx, events, source="followup/test")
    made_in_2022 = text("UPDATE outbox SET id = overlay(id::text PLACING '0180' FROM 1 FOR 4)::uuid")
    handled = text("UPDATE outbox SET handled_at = now() - :ago WHERE right(id::text, 32) = :id")
    company.tx.execute(made_in_2022)
    for envelope, days in ((old, 8), (young, 6)):
        company.tx.execute(handled, {"ago": timedelta(days=days), "id": str(envelope.id)[4:]})
    run(look_after_outbox, OutboxTick())
    [(left,)] = company.tx.execute(text("SELECT id::text FROM outbox")).all()
    assert left[4:] == str(young.id)[4:]
