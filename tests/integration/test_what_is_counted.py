"""What the workers' metrics say of a sweep, of duplicates, of failures and of what is sent again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from followup_common.contracts import EscalationsRaised, OutboxTick
from followup_common.db import Database
from followup_common.db.metrics import watch_pool
from followup_common.messaging.consumer import Consumer
from followup_common.metrics import Meter
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from tests.support.pipeline import Pipeline

HOUR = timedelta(hours=1)
RAISED = EscalationsRaised.type


@pytest.fixture
def pipeline(database_url: str) -> Iterator[Pipeline]:
    pipeline = Pipeline(database_url, redrive_after_seconds=0)
    yield pipeline
    pipeline.close()


def figures(consumer: Consumer, *label_values: str) -> dict[str, float]:
    """Values of the metrics that carry exactly these label values, by name."""
    families = text_string_to_metric_families(consumer.meter.exposition().decode())
    samples = (sample for family in families for sample in family.samples)
    return {each.name: each.value for each in samples if tuple(each.labels.values()) == label_values}


def test_a_sweep_is_counted_by_level_trigger_and_status(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        boss = company.person("Max", role="manager")
        company.person("Ada", role="admin")
        assignee = company.person("Eve", manager=boss)
        company.follow_ups(assignee, 5, overdue=HOUR)
        company.follow_ups(assignee, 3, overdue=50 * HOUR)
    pipeline.request_sweep()
    pipeline.work()
    assert figures(pipeline.escalator)["followup_claimed_total"] == 8
    assert figures(pipeline.escalator, "1")["followup_escalated_total"] == 5
    assert figures(pipeline.escalator, "2")["followup_escalated_total"] == 3
    assert figures(pipeline.notifier, "1")["followup_notified_total"] == 5
    assert figures(pipeline.notifier, "2")["followup_notified_total"] == 6  # the manager and the assignee
    assert figures(pipeline.escalator, "running", "manual")["followup_sweeps_total"] == 1
    assert figures(pipeline.escalator, "completed", "manual")["followup_sweeps_total"] == 1
    assert figures(pipeline.escalator, "manual")["followup_sweep_duration_seconds_count"] == 1
    assert figures(pipeline.notifier, RAISED)["followup_event_duration_seconds_count"] == 1


def test_whom_nobody_can_be_told_of_and_what_was_overtaken(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        gone = company.person("Eve", active=False)
        company.follow_ups(gone, 2, overdue=HOUR)
    pipeline.request_sweep()
    pipeline.work()
    assert figures(pipeline.notifier)["followup_unroutable_escalations_total"] == 2
    assert "followup_notified_total" not in figures(pipeline.notifier, "1")


def test_duplicates_are_counted_and_change_no_other_count(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 4, overdue=HOUR)
    pipeline.request_sweep()
    pipeline.work()
    once_more = [sent for sent in pipeline.everything_sent() if sent.type == RAISED]
    pipeline.publish(once_more * 2)
    pipeline.work()
    assert figures(pipeline.notifier, RAISED)["followup_events_duplicate_total"] == 2
    assert figures(pipeline.notifier, "1")["followup_notified_total"] == 4
    assert figures(pipeline.notifier, RAISED)["followup_event_duration_seconds_count"] == 1


def test_a_poisoned_batch_is_split_and_its_rest_counted(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        assignee = company.person("Eve")
        company.follow_ups(assignee, 3, overdue=HOUR)
        bad = company.follow_up(assignee, overdue=HOUR)
        company.tx.execute(
            text(f"ALTER TABLE notifications ADD CONSTRAINT poison CHECK (follow_up_id <> {bad}) NOT VALID")
        )
    pipeline.request_sweep()
    pipeline.work()
    counted = figures(pipeline.notifier, RAISED)
    assert counted["followup_events_split_total"] == 2  # four, two, and the one that stands alone
    assert counted["followup_events_dead_lettered_total"] == 1
    assert figures(pipeline.notifier, "1")["followup_notified_total"] == 3


def test_retries_and_redrives_are_counted(pipeline: Pipeline) -> None:
    with pipeline.company() as company:
        company.follow_ups(company.person("Eve"), 1, overdue=HOUR)
        company.tx.execute(text("ALTER TABLE activities RENAME TO elsewhere"))
    pipeline.request_sweep()
    pipeline.work()
    counted = figures(pipeline.notifier, RAISED)
    assert (counted["followup_events_retried_total"], counted["followup_events_left_total"]) == (5, 1)
    with pipeline.company() as company:
        company.tx.execute(text("ALTER TABLE elsewhere RENAME TO activities"))
    pipeline.make_due()
    pipeline.tick(OutboxTick())
    pipeline.work()
    assert figures(pipeline.escalator, RAISED)["followup_events_redriven_total"] == 1
    assert figures(pipeline.notifier, "1")["followup_notified_total"] == 1


def test_a_tick_shows_when_it_came_even_if_it_fails(pipeline: Pipeline) -> None:
    name = "followup_tick_received_timestamp_seconds"
    started = figures(pipeline.escalator, OutboxTick.type)[name]
    with pipeline.company() as company:
        company.tx.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
    pipeline.tick(OutboxTick())
    pipeline.work()
    assert figures(pipeline.escalator, OutboxTick.type)[name] > started


def test_connections_in_use_come_back_to_none(database_url: str) -> None:
    def in_use() -> float:
        shown = meter.exposition().decode()
        [value] = [line.split()[1] for line in shown.splitlines() if line.startswith(f"{name} ")]
        return float(value)

    name = "followup_database_connections_in_use"
    database, meter = Database(database_url), Meter()
    watch_pool(database, meter)
    with database.transaction(), database.engine.connect() as connection:
        assert in_use() == 2
        connection.invalidate()
        assert in_use() == 1
    assert in_use() == 0
    database.close()
