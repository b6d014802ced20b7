"""What working time costs: the pipeline with ten calendars against without, and a calendar that changes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack

from followup_common.contracts import CalendarsChanged
from followup_common.messaging import outbox, rabbitmq_broker
from followup_common.messaging.publisher import publish
from followup_common.policy.models import STANDARD
from sqlalchemy import Engine, create_engine, text

from benchmarks.bench import Bench, timed
from benchmarks.contenders import followup
from benchmarks.data import assert_effects, fill
from benchmarks.figures import Figure, ratio
from benchmarks.pipeline import DUE, WAITING

OPEN = 100_000
REPLACING_SECONDS = 10
PIPELINE_RATIO = 0.95

# Closed for half an hour twice a day, so that a calendar has some thousand spans, and nearly as many hours
# count as without one: each contender escalates about the same.
CALENDARS = text("""
    INSERT INTO calendars (name, time_zone)
        SELECT 'Calendar ' || i, 'Europe/Berlin' FROM generate_series(1, 10) i;
    INSERT INTO calendar_hours
        SELECT c.id, weekday, opens, closes FROM calendars c, generate_series(1, 7) weekday,
            (VALUES (time '00:30', time '12:00'), (time '12:30', time '00:00')) AS ranges (opens, closes);
    UPDATE users SET calendar_id = 1 + id % 10 WHERE role = 'manager';
    SELECT calendar_work_out(id, current_date - 400, current_date + 731) FROM calendars;
    DELETE FROM outbox -- no tick would send what that stored
""")
PUBLISH = text("""
    INSERT INTO policy_versions (policy, version, steps) VALUES ('standard', 2, CAST(:steps AS jsonb))
    RETURNING id
""")
TAKE = text("UPDATE escalation_states SET policy_version_id = :version")
UNIT = {"elapsed": "after", "ten_calendars": "working"}
LEFT = text("""
    SELECT EXISTS (SELECT FROM escalation_states WHERE wake_at <= now())
        OR EXISTS (SELECT FROM outbox WHERE handled_at IS NULL AND type = :type)
""").bindparams(type=CalendarsChanged.type)


def measure(bench: Bench) -> Iterator[Figure]:
    """The same steps counted by the clock and by ten calendars, in turn; then 100,000 placed again."""
    rates: dict[str, list[float]] = defaultdict(list)
    due = bench.scaled(DUE)
    with ExitStack() as databases:
        filled = {name: databases.enter_context(bench.database()) for name in UNIT}
        for name, database_url in filled.items():
            fill(database_url, due=due, waiting=bench.scaled(WAITING))
            _count_by(database_url, UNIT[name])
        for run in range(1, bench.runs + 1):
            for name, database_url in filled.items():
                with bench.copy(database_url) as copied:
                    rates[name].append(followup.run(bench, copied, due).rate)
                    assert_effects(copied)
                bench.say(f"run {run}: {name} {rates[name][-1]:,.0f} follow-ups/s")
    figures = {
        name: Figure(f"calendars.{name}", "follow-ups/s", tuple(values)) for name, values in rates.items()
    }
    yield from figures.values()
    yield ratio("calendars.ratio", figures["ten_calendars"], figures["elapsed"], PIPELINE_RATIO)
    seconds = tuple(_placed_again(bench) for _ in range(bench.runs))
    yield Figure("calendars.placed_again", "s", seconds, REPLACING_SECONDS, at_most=True)


def _count_by(database_url: str, unit: str) -> None:
    """Let all follow-ups be on the standard steps, counted in a unit."""
    steps = STANDARD.model_dump(mode="json", exclude_none=True)["steps"]
    counted = [{unit: step.pop("after"), **step} for step in steps]
    engine = create_engine(database_url)
    with engine.begin() as tx:
        tx.execute(CALENDARS)
        version = tx.execute(PUBLISH, {"steps": json.dumps(counted)}).scalar_one()
        tx.execute(TAKE, {"version": version})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (FULL, ANALYZE)"))
        connection.execute(text("CHECKPOINT"))
    engine.dispose()


def _placed_again(bench: Bench) -> float:
    """Seconds from the event of a changed calendar until each follow-up is placed, with sweeps beside it."""
    with ExitStack() as stack:
        database_url = stack.enter_context(bench.database())
        fill(database_url, waiting=bench.scaled(OPEN))
        _count_by(database_url, "working")
        broker_url = stack.enter_context(bench.broker())
        for name in ("escalator", "notifier"):
            stack.enter_context(bench.service(name, database_url, broker_url))
        bench.await_consumers(broker_url, "escalator", "notifier")
        engine = create_engine(database_url)
        seconds = timed(lambda: _change_all(engine, database_url, broker_url))
        engine.dispose()
    bench.say(f"placed again: {seconds:.1f} s")
    return seconds


def _change_all(engine: Engine, database_url: str, broker_url: str) -> None:
    event = CalendarsChanged(calendar_ids=tuple(range(1, 11)), user_ids=(), everybody=False)
    with engine.begin() as tx:
        envelopes = outbox.store(tx, [event], source="followup/benchmark")
    broker = rabbitmq_broker(broker_url)
    publish(broker, envelopes)
    broker.close()
    left = True
    while left:
        followup.sweep(database_url, broker_url)
        with engine.begin() as tx:
            left = bool(tx.execute(LEFT).scalar())
