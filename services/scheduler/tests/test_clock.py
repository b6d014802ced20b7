"""The clock: which ticks a minute brings, Sundays included, whatever the broker does."""

import time
from datetime import UTC, datetime, timedelta

import dramatiq
import pendulum
import pytest
from followup_common.contracts import Event, OutboxTick, SweepTick, open_envelope
from followup_common.messaging import in_process_broker
from followup_common.metrics import Meter
from followup_scheduler.clock import Clock, TickActor, due_ticks, ticks
from followup_scheduler.cron import parse_cron

SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("line", ["0 9 * * 0", "0 9 * * 7", "0 9 * * sun", "0 9 * * *", "0 9 22 11 *"])
def test_sunday_is_a_day_of_the_week(line: str) -> None:
    assert parse_cron(line).validate(SUNDAY)


@pytest.mark.parametrize("line", ["0 9 * * 1-5", "0 9 * * mon"])
def test_weekdays_leave_sunday_out(line: str) -> None:
    assert not parse_cron(line).validate(SUNDAY)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("often", "not a cron line"),
        ("* * * *", "not a cron line"),
        ("99 * * * *", "minute must lie within 0-59"),
        ("* * * * 8", "day of the week must lie within 0-7"),
        ("30-10 * * * *", "not a cron line"),
        ("@sometimes", "not a cron line"),
    ],
)
def test_a_wrong_cron_line_says_what_is_wrong(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_cron(line)


def test_a_day_brings_an_outbox_tick_each_minute_and_a_sweep_each_quarter() -> None:
    schedule = ticks("*/15 * * * *")
    fired: list[Event] = []
    for minute in range(24 * 60):
        fired += due_ticks(schedule, SUNDAY + timedelta(minutes=minute))
    assert sum(isinstance(tick, OutboxTick) for tick in fired) == 24 * 60
    assert sum(isinstance(tick, SweepTick) for tick in fired) == 24 * 4


def test_ticks_are_published_as_envelopes() -> None:
    broker = in_process_broker()
    clock = Clock([TickActor(broker, tick, spec) for tick, spec in ticks("* * * * *").items()])
    clock.send_actors(clock.actors, pendulum.now())
    bodies = [dramatiq.Message.decode(broker.queues["escalator"].get_nowait()) for _ in range(2)]
    events = [open_envelope(message.args[0])[1] for message in bodies]
    assert events == [OutboxTick(), SweepTick()]
    assert clock.last_failure is None


def test_a_broker_that_is_away_does_not_stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = in_process_broker()
    clock = Clock([TickActor(broker, tick, spec) for tick, spec in ticks("* * * * *").items()])

    def away(*_: object) -> None:
        raise ConnectionError("away")

    monkeypatch.setattr(broker, "enqueue", away)
    clock.send_actors(clock.actors, pendulum.now())
    assert "away" in (clock.last_failure or "")


def test_a_clock_that_stopped_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = ticks("* * * * *").items()
    running = Clock([TickActor(in_process_broker(), tick, spec) for tick, spec in schedule])
    assert running.stopped() is None
    now = time.monotonic() + 181
    monkeypatch.setattr("followup_scheduler.clock.time.monotonic", lambda: now)
    assert running.stopped() == "no tick for 181 s"
    running.send_actors(running.actors, pendulum.now())
    assert running.stopped() is None


def test_what_was_published_and_what_was_not_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    broker, meter = in_process_broker(), Meter()
    clock = Clock([TickActor(broker, tick, spec) for tick, spec in ticks("* * * * *").items()], meter)
    monkeypatch.setattr("followup_scheduler.clock.time.time", lambda: 2_000_000_000.0)
    clock.send_actors(clock.actors[:1], pendulum.now())
    monkeypatch.setattr(broker, "enqueue", lambda _: 1 / 0)
    clock.send_actors(clock.actors[1:], pendulum.now())
    shown = meter.exposition().decode().splitlines()
    published = [line for line in shown if line.startswith("followup_tick_published_timestamp_seconds{")]
    assert [line.endswith(" 2e+09") for line in published] == [True, False]
    assert "followup_publish_failures_total 1.0" in shown
