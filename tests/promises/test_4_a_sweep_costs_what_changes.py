"""Promise 4: a sweep costs what changes, not what exists. Plans can be asserted; times cannot."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from followup_common.contracts import OutboxTick, SweepRequested
from followup_common.messaging import outbox
from followup_escalator.batches import CLAIM, claim_batch
from followup_escalator.housekeeping import look_after_outbox
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run

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
    statement = CLAIM.text.replace(":limit", "1000")
    answer = company.tx.execute(text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")).scalar_one()
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
