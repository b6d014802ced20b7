"""Promise 6: a batch with a poison item is split until the item stands alone; the rest goes through."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import pytest
from dramatiq.middleware import TimeLimitExceeded
from followup_common.contracts import (
    BatchRequested,
    EscalationsDelivered,
    Event,
    OutboxTick,
)
from followup_common.db import clock
from followup_common.messaging import outbox
from followup_escalator.batches import claim_batch, wake_set_aside
from followup_notifier import inbox
from sqlalchemy import Connection, text

from tests.support.company import Company
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)
UNREADABLE = '[{"after": "PT0S", "audience": ["nobody"], "label": "x", "severity": "overdue"}]'
"""Steps of a policy that tells nobody whom this release knows."""


def poison(company: Company, follow_up: int) -> None:
    """Make the database refuse every notification about one follow-up."""
    company.tx.execute(
        text(f"ALTER TABLE notifications ADD CONSTRAINT poison CHECK (follow_up_id <> {follow_up}) NOT VALID")
    )


def dead_letters(company: Company) -> list[tuple[str, str]]:
    statement = text("""
        SELECT payload #>> '{follow_up_ids,0}' AS follow_up, error,
               jsonb_array_length(payload -> 'follow_up_ids') AS size
        FROM outbox WHERE failed_at IS NOT NULL AND handled_at IS NULL
    """)
    rows = company.tx.execute(statement).all()
    assert all(row.size == 1 for row in rows)
    return [(row.follow_up, row.error) for row in rows]


def test_one_poison_item_among_a_thousand_leaves_one_dead_letter_that_names_it(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        assignee = company.person("Eve")
        company.follow_ups(assignee, 1_000, overdue=HOUR)
        bad = company.follow_up(assignee, overdue=HOUR)
        poison(company, bad)
    sweep_id = pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert company.count("notifications") == company.count("activities") == 1_000
        [(named, reason)] = dead_letters(company)
        assert named == str(bad)
        assert "poison" in reason
        assert company.sweep(sweep_id)["status"] == "running"
    assert [m.failed for m in pipeline.broker.dead_letters] == [True]
    pipeline.tick(OutboxTick())
    pipeline.work()
    with pipeline.company() as company:
        sweep = company.sweep(sweep_id)
    assert (sweep["status"], sweep["escalated"], sweep["notified"], sweep["failed"]) == (
        "completed",
        1_001,
        1_000,
        1,
    )


def test_a_replay_after_the_cause_is_fixed_delivers_once(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        bad = company.follow_up(company.person("Eve"), overdue=HOUR)
        poison(company, bad)
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert len(dead_letters(company)) == 1
        company.tx.execute(text("ALTER TABLE notifications DROP CONSTRAINT poison"))
        company.tx.execute(text("UPDATE outbox SET failed_at = NULL, available_at = now()"))
    for _ in range(2):
        pipeline.tick(OutboxTick())
        pipeline.work()
    with pipeline.company() as company:
        assert len(company.told(bad)) == 1
        assert dead_letters(company) == []


def test_a_sweep_forgets_a_dead_letter_that_was_replayed(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        bad = company.follow_up(company.person("Eve"), overdue=HOUR)
        poison(company, bad)
    sweep_id = pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        company.tx.execute(text("UPDATE sweeps SET lanes = 1"))  # it goes on claiming
    pipeline.tick(OutboxTick())
    pipeline.work()
    with pipeline.company() as company:
        assert company.sweep(sweep_id)["failed"] == 1
        company.tx.execute(text("ALTER TABLE notifications DROP CONSTRAINT poison"))
        company.tx.execute(text("UPDATE outbox SET failed_at = NULL, available_at = now()"))
    for _ in range(2):
        pipeline.tick(OutboxTick())
        pipeline.work()
    with pipeline.company() as company:
        sweep = company.sweep(sweep_id)
    assert (sweep["failed"], sweep["delivered"]) == (0, 1)


@pytest.mark.parametrize(
    "dead",
    [
        lambda sweep_id: BatchRequested(sweep_id=sweep_id),
        lambda sweep_id: EscalationsDelivered(sweep_id=sweep_id, delivered=1, notified=1),
    ],
    ids=["claim", "answer"],
)
def test_a_sweep_whose_own_event_is_a_dead_letter_ends_as_failed(
    pipeline: Pipeline, dead: Callable[[int], Event]
) -> None:
    with pipeline.company() as company:
        sweep_id = company.new_sweep()
        company.tx.execute(text("UPDATE sweeps SET status = 'running', escalated = 1"))
        outbox.store_failed(company.tx, dead(sweep_id), source="followup/test", error="broken")
    pipeline.tick(OutboxTick())
    pipeline.work()
    with pipeline.company() as company:
        sweep = company.sweep(sweep_id)
    assert (sweep["status"], sweep["error"]) == ("failed", "broken")
    assert sweep["finished_at"]


def test_a_policy_that_cannot_be_read_does_not_hold_up_the_sweep(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        assignee = company.person("Eve")
        company.tx.execute(
            text(
                f"INSERT INTO policy_versions (policy, version, steps) VALUES ('standard', 0, '{UNREADABLE}')"
            )
        )
        bad = company.follow_up(assignee, overdue=HOUR)
        good = company.follow_up(assignee, overdue=HOUR)
        company.tx.execute(
            text(
                f"UPDATE escalation_states SET policy_version_id = "
                f"(SELECT id FROM policy_versions WHERE version = 0) WHERE follow_up_id = {bad}"
            )
        )
    for _ in range(3):  # set aside each time, and named once
        pipeline.request_sweep()
        pipeline.work()
        with pipeline.company() as company:
            assert len(company.told(good)) == 1
            [(named, reason)] = dead_letters(company)
            assert named == str(bad)
            assert "cannot be read" in reason
            company.let_pass(2 * HOUR)
    with pipeline.company() as company:
        discard = "UPDATE outbox SET handled_at = now(), discarded_at = now() WHERE failed_at IS NOT NULL"
        company.tx.execute(text(discard))
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert [named for named, _ in dead_letters(company)] == [str(bad)]


def test_a_follow_up_that_somebody_holds_is_left_to_the_next_batch(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        assignee = company.person("Eve")
        held, free = (company.follow_up(assignee, overdue=HOUR) for _ in range(2))
        sweep_id = company.new_sweep()
    with pipeline.company() as holder:
        holder.tx.execute(text(f"SELECT FROM escalation_states WHERE follow_up_id = {held} FOR UPDATE"))
        with pipeline.databases["escalator"].transaction() as tx:
            assert [move.id for move in claim_batch(tx, sweep_id, 10).reached] == [free]
    with pipeline.databases["escalator"].transaction() as tx:
        assert [move.id for move in claim_batch(tx, sweep_id, 10).reached] == [held]


def test_a_change_of_many_locks_their_states_in_the_order_of_ids(pipeline: Pipeline) -> None:
    """As the notifier does: the two would wait for each other otherwise."""
    with pipeline.company() as company:
        first, second = (company.follow_up(company.person("Eve"), overdue=HOUR) for _ in range(2))
    with pipeline.company() as company:
        company.set(first, title="Written again, behind the second")

    def complete() -> None:
        with pipeline.owner.transaction() as tx:
            tx.execute(text("UPDATE follow_ups SET completed_at = now()"))

    hold = text("SELECT FROM escalation_states_hold(ARRAY[CAST(:id AS bigint)])")
    with pipeline.databases["notifier"].transaction() as notifier:
        notifier.execute(hold, {"id": first})
        person = threading.Thread(target=complete)
        person.start()
        eventually(lambda: waits_for_a_lock(pipeline), what="the change waits for the first")
        notifier.execute(text("SET LOCAL lock_timeout = '2s'"))
        notifier.execute(hold, {"id": second})
    person.join(60)
    with pipeline.company() as company:
        assert [company.get(call)["is_open"] for call in (first, second)] == [False, False]


def waits_for_a_lock(pipeline: Pipeline) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with pipeline.company() as company:
        return bool(company.tx.execute(text(f"{waiting} AND datname = current_database()")).scalar())


def test_an_overtaken_step_of_a_follow_up_that_somebody_holds_holds_up_no_count(database_url: str) -> None:
    pipeline = Pipeline(database_url, lock_timeout_seconds=0.05)
    with pipeline.company() as company:
        assignee = company.person("Eve", manager=company.person("Max", role="manager"))
        calls = [company.follow_up(assignee, overdue=47 * HOUR) for _ in range(2)]
    pipeline.request_sweep()
    pipeline.escalator_only()
    with pipeline.company() as company:
        company.let_pass(2 * HOUR)
        [raised] = company.tx.execute(text("SELECT * FROM outbox WHERE type LIKE '%raised%'")).mappings()
    pipeline.publish([outbox.envelope(raised)])
    pipeline.notifier_only()
    with pipeline.company() as holder:
        holder.tx.execute(text(f"SELECT FROM escalation_states WHERE follow_up_id = {calls[0]} FOR UPDATE"))
        pipeline.publish(pipeline.everything_sent())
        pipeline.escalator_only()
        with pipeline.company() as company:
            assert company.sweep(1)["status"] == "completed"
            assert [company.get(call)["wake_at"] == clock.AT_ONCE for call in calls] == [False, True]
    for _ in range(2):
        pipeline.publish(pipeline.everything_sent())
        pipeline.request_sweep()
        pipeline.work()
    with pipeline.company() as company:
        for call in calls:
            assert company.escalations(call) == {1: "skipped", 2: "raised"}
            assert {step for step, _ in company.told(call)} == {2}
        assert dead_letters(company) == []
    pipeline.close()


def test_waking_what_was_set_aside_waits_for_nobody(database_url: str) -> None:
    pipeline = Pipeline(database_url, lock_timeout_seconds=0.05)
    with pipeline.company() as company:
        company.tx.execute(
            text(
                f"INSERT INTO policy_versions (policy, version, steps) VALUES ('standard', 2, '{UNREADABLE}')"
            )
        )
        calls = [company.follow_up(company.person("Eve"), overdue=HOUR) for _ in range(2)]
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        company.tx.execute(text("UPDATE escalation_states SET wake_at = wake_at + interval '3 days'"))

    def awake() -> list[bool]:
        with pipeline.databases["escalator"].transaction() as tx:
            wake_set_aside(tx)
        with pipeline.company() as company:
            rows = [company.get(call) for call in calls]
        return [row["wake_at"] <= row["now"] for row in rows]

    with pipeline.company() as holder:
        holder.tx.execute(text(f"SELECT FROM escalation_states WHERE follow_up_id = {calls[0]} FOR UPDATE"))
        assert awake() == [False, True]
    assert awake() == [True, True]
    pipeline.close()


@pytest.mark.parametrize(
    ("lacking", "there"),
    [
        (
            "REVOKE UPDATE ON escalation_states FROM followup_escalator",
            "GRANT UPDATE ON escalation_states TO followup_escalator",
        ),
        ("ALTER TABLE escalations RENAME TO later", "ALTER TABLE later RENAME TO escalations"),
        (
            "ALTER TABLE escalation_states RENAME COLUMN severity TO later",
            "ALTER TABLE escalation_states RENAME COLUMN later TO severity",
        ),
    ],
)
def test_what_is_not_deployed_yet_is_waited_for_for_a_day(
    pipeline: Pipeline, lacking: str, there: str
) -> None:
    with pipeline.company() as company:
        company.follow_up(company.person("Eve"), overdue=HOUR)
        company.tx.execute(text(lacking))
    pipeline.request_sweep()
    pipeline.work()
    unhandled = text("SELECT error, failed_at FROM outbox WHERE handled_at IS NULL")
    again = text("UPDATE outbox SET attempts = 500, available_at = now(), first_failed_at = now() - :ago")
    for ago, is_dead in ((23, False), (25, True)):
        with pipeline.company() as company:
            company.tx.execute(again, {"ago": ago * HOUR})
        pipeline.tick(OutboxTick())
        pipeline.work()
        with pipeline.company() as company:
            [row] = company.tx.execute(unhandled).all()
            assert row.error  # for the self-audit
            assert bool(row.failed_at) == is_dead
    with pipeline.company() as company:
        company.tx.execute(text(there))
        company.tx.execute(text("UPDATE outbox SET failed_at = NULL, available_at = now()"))
    pipeline.tick(OutboxTick())
    pipeline.work()
    with pipeline.company() as company:
        assert company.count("notifications") == 1


def test_a_locked_row_holds_up_only_itself(database_url: str) -> None:
    pipeline = Pipeline(database_url, redrive_after_seconds=0, lock_timeout_seconds=0.05)
    with pipeline.company() as company:
        assignee = company.person("Eve")
        company.follow_ups(assignee, 30, overdue=HOUR)
        locked = company.follow_up(assignee, overdue=HOUR)
        sweep_id = company.new_sweep()
        batch = claim_batch(company.tx, sweep_id, 100)
    pipeline.publish(pipeline.emit(batch.raised(sweep_id)))
    with pipeline.company() as holder:
        holder.tx.execute(text(f"SELECT FROM escalation_states WHERE follow_up_id = {locked} FOR UPDATE"))
        pipeline.work()
        with pipeline.company() as company:
            assert company.count("notifications") == 30
    pipeline.make_due()
    pipeline.tick(OutboxTick())
    pipeline.work()
    with pipeline.company() as company:
        assert company.count("notifications") == 31
        assert dead_letters(company) == []
    pipeline.close()


def test_an_item_that_runs_out_of_time_holds_up_no_other(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pipeline.company() as company:
        assignee = company.person("Eve")
        company.follow_ups(assignee, 20, overdue=HOUR)
        slow = company.follow_up(assignee, overdue=HOUR)
    write = inbox.write

    def write_slowly(
        tx: Connection, announced: Sequence[inbox.Announcement], happening: str
    ) -> Mapping[int, int]:
        if any(announcement.follow_up_id == slow for announcement in announced):
            raise TimeLimitExceeded
        return write(tx, announced, happening)

    monkeypatch.setattr(inbox, "write", write_slowly)
    pipeline.request_sweep()
    pipeline.work()
    with pipeline.company() as company:
        assert company.count("notifications") == 20
        waiting = "SELECT error FROM outbox WHERE handled_at IS NULL AND failed_at IS NULL"
        assert company.tx.execute(text(waiting)).scalars().all() == ["TimeLimitExceeded"]
    monkeypatch.undo()
    pipeline.make_due()
    pipeline.tick(OutboxTick())
    pipeline.work()
    with pipeline.company() as company:
        assert len(company.told(slow)) == 1
