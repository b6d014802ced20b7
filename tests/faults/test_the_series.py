"""What a round finds wrong with series, on a company of its own: else zeros would say little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from followup_api.series.beginning import begin
from followup_api.series.going_on import go_on
from followup_api.series.repeats import Repeats
from followup_common.policy.occurrences import next_one
from followup_common.policy.recurrence import Recurrence, Timetable
from sqlalchemy import text

from tests.faults.recurring import CREATE, RULES, failures, next_at
from tests.support.company import Company

DAY = timedelta(days=1)
NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.fixture
def going_on(company: Company) -> Company:
    """A series, whose first two are completed, and whose next one has come."""
    company.tx.execute(text(CREATE))
    eve = company.person("Eve")
    company.follow_ups(eve, 1, overdue=timedelta(hours=1))
    [first] = company.tx.execute(text("SELECT id FROM follow_ups")).scalars()
    number = begin(company.tx, first, Repeats(unit="day", closed_days="keep", time_zone="UTC"), eve)
    for _ in range(2):
        company.tx.execute(text("UPDATE follow_ups SET completed_at = now() WHERE is_open"))
        go_on(company.tx, [number], eve)
    return company


def wrong(company: Company) -> list[str]:
    return sorted({kind for kind, number, _ in failures(company.tx) if number > 0})


def test_what_is_as_it_should_be_is_not_wrong(going_on: Company) -> None:
    assert wrong(going_on) == []
    assert going_on.tx.execute(text("SELECT count(*) FROM public.fault_series")).scalar() == 2


@pytest.mark.parametrize(
    ("done", "found"),
    [
        ("UPDATE follow_ups SET completed_at = now()", ["lost"]),
        ("DELETE FROM follow_ups WHERE is_open", ["lost"]),
        ("UPDATE series SET ended_at = now()", ["lost"]),
        ("UPDATE series SET ended_at = now(), ended_by = assignee_id", []),
        ("UPDATE follow_ups SET occurs_on = current_date", ["duplicated"]),
        ("UPDATE public.fault_series SET due_at = due_at + interval '1 day'", ["wrong_level"]),
        ("UPDATE public.fault_series SET series = series || '{\"ended_at\": 1}'", ["after_stop"]),
    ],
)
def test_what_is_not_is_counted(going_on: Company, done: str, found: list[str]) -> None:
    going_on.tx.execute(text(done))
    assert wrong(going_on) == found


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("later", [0 * DAY, DAY, 9 * DAY, 40 * DAY])
def test_its_dates_are_those_of_the_rules(rule: dict[str, Any], later: timedelta) -> None:
    timetable = Timetable(
        rule=Recurrence(**rule, closed_days="keep"), starts_on=NOW.date(), at=NOW.time(), time_zone="UTC"
    )
    row = {
        **{"rule": rule, "at": f"{NOW:%H:%M:%S}"},
        **{"starts_on": str(NOW.date()), "last_on": str(NOW.date()), "made": 1},
    }
    found = next_one(timetable, lambda _: True, before=NOW.date(), made=1, now=NOW + later)
    assert next_at(row, NOW + later) == (found and found.due_at)
