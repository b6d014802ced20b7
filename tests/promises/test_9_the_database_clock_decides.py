"""Promise 9: due, overdue and level follow PostgreSQL's clock, whatever the host believes."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from followup_common.contracts import SweepTick

from tests.support.pipeline import Pipeline

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("skew", [-200 * HOUR, 200 * HOUR])
def test_a_host_whose_clock_is_off_by_days_changes_nothing(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, skew: timedelta
) -> None:
    with pipeline.company() as company:
        manager = company.person("Max", role="manager")
        assignee = company.person("Eve", manager=manager)
        due, soon, late = (company.follow_up(assignee, overdue=h * HOUR) for h in (1, -1, 50))
    real = time.time
    with monkeypatch.context() as patched:
        # dramatiq holds delayed messages by this clock; nothing else may ask it.
        patched.setattr(time, "time", lambda: real() + skew.total_seconds())
        pipeline.tick(SweepTick())
        pipeline.work()
    with pipeline.company() as company:
        assert company.told(due) == [(1, assignee)]
        assert company.told(soon) == []
        assert company.told(late) == sorted([(2, manager), (2, assignee)])
