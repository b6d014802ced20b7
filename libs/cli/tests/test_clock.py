"""The clock thread of `followup run`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from followup_cli.local.clock import ClockThread, until_next_minute
from followup_common.contracts import OutboxTick, SweepTick
from followup_common.messaging import in_process_broker
from followup_common.messaging.broker import declare_actors

from tests.support.waiting import eventually


def test_it_wakes_just_after_the_minute_began() -> None:
    now = datetime(2026, 3, 31, 9, 0, 59, 999_999, tzinfo=UTC)
    assert until_next_minute(now) == timedelta(microseconds=50_001)
    assert now + until_next_minute(now) == datetime(2026, 3, 31, 9, 1, 0, 50_000, tzinfo=UTC)
    assert until_next_minute(now.replace(second=0, microsecond=0)) == timedelta(seconds=60.05)


def test_it_ticks_at_once_and_ends_when_told() -> None:
    broker = in_process_broker()
    declare_actors(broker, {tick.type: lambda _: None for tick in (OutboxTick, SweepTick)})
    clock = ClockThread(broker, "0 0 1 1 *")
    clock.start()
    eventually(lambda: broker.queues["escalator"].qsize() >= 2)
    clock.stop()
