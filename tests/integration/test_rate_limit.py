"""At most so many escalations in any 60 seconds, by however many escalators."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.system import System, populate
from tests.support.waiting import eventually

LIMIT = {"FOLLOWUP_ESCALATIONS_PER_MINUTE": "100", "FOLLOWUP_SWEEP_BATCH_SIZE": "30"}
HELD_BACK = """
    SELECT count(*) FILTER (WHERE type NOT LIKE '%batch-requested%') = 0
        AND count(*) FILTER (WHERE type LIKE '%batch-requested%') = (SELECT sum(lanes) FROM sweeps)
    FROM outbox WHERE handled_at IS NULL
"""
"""Nothing is under way but lanes that wait for the limit."""


def raised(system: System) -> list[datetime]:
    with system.owner.transaction() as tx:
        return list(tx.execute(text("SELECT raised_at FROM escalations ORDER BY raised_at")).scalars())


def more_than(system: System, number: int) -> bool:
    return len(raised(system)) > number


def start_two_escalators(system: System, tmp_path: Path) -> None:
    system.start("escalator", "notifier", **LIMIT)
    system.start_another("escalator", folder=tmp_path / "second", **LIMIT)


def test_two_escalators_share_one_limit(system: System, tmp_path: Path) -> None:
    populate(system, 250)
    start_two_escalators(system, tmp_path)
    system.request_sweep()
    system.request_sweep()
    for expected in (100, 200):
        eventually(lambda: system.ask(HELD_BACK), what="all lanes wait")
        assert len(raised(system)) == expected
        with system.owner.transaction() as tx:  # a minute passes
            tx.execute(text("UPDATE rate_windows SET spent_at = '{}', spent = '{}'"))
        system.redrive()
        eventually(partial(more_than, system, expected), what="a further batch")
    system.eventually_settled()
    assert (len(raised(system)), system.notifications()) == (250, 250)


@pytest.mark.long
def test_what_waits_is_raised_on_time_by_the_broker_alone(system: System, tmp_path: Path) -> None:
    """Two and a half minutes, without a clock that would send the outbox again."""
    populate(system, 250)
    start_two_escalators(system, tmp_path)
    system.request_sweep()
    eventually(system.settled, 300, interval=1, what="the sweep is done")
    times = raised(system)
    assert len(times) == system.notifications() == 250
    within = [bisect_right(times, at + timedelta(seconds=60)) - place for place, at in enumerate(times)]
    assert max(within) <= 100
    assert system.ask("SELECT count(*) FROM outbox WHERE attempts > 0") == 0
