"""What a round finds wrong with whom it reaches: else zeros would say little."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.faults import your_day
from tests.faults.deliveries import SWITCH_ON, failures
from tests.faults.journal import Change, Kind
from tests.faults.reach import Quiet, Reach
from tests.faults.test_the_model import NINE, SECOND, change, created, played
from tests.faults.your_day import NOTHING, Day, failures_of
from tests.support.company import Company
from tests.support.handlers import Run, sweep

CALL, HERE, EVE = 42, 7, 5
HOUR = timedelta(hours=1)


def at(seconds: float) -> datetime:
    return NINE + seconds * SECOND


@pytest.mark.parametrize(
    ("began", "committed_at", "is_off", "may_be_off"),
    [
        (5, 6, False, False),
        (9, 15, False, True),  # it may have looked before
        (15, 16, True, True),
        (15, 25, False, True),  # or behind
        (25, 26, False, True),  # what is committed now was decided up to a minute ago
        (99, 99, False, False),
    ],
)
def test_what_was_off_takes_nothing(began: int, committed_at: int, is_off: bool, may_be_off: bool) -> None:
    reach = Reach({HERE: [(at(10), at(20))]})
    assert reach.is_off(HERE, at(began), at(committed_at)) is is_off
    assert reach.may_be_off(HERE, at(committed_at)) is may_be_off
    assert not reach.may_be_off(HERE + 1, at(15))
    assert Reach({HERE: [(at(10), None)]}).is_off(HERE, at(99), at(100))


@pytest.mark.parametrize(
    ("began", "shown", "is_quiet"),
    [(3, 3, False), (5, 5, True), (5, 3605, False), (9.5, 9.5, False), (15, 15, False), (22, 22, True)],
)
def test_in_quiet_hours_nothing_begins(began: float, shown: float, is_quiet: bool) -> None:
    """Until nine seconds past nine, as was said three past; said ten past, from twenty past on."""
    quiet = Quiet({EVE: [(at(3), at(0), at(9)), (at(10), at(20), at(30))]})
    assert quiet.is_in(EVE, at(began), at(began + 0.4), at(shown)) is is_quiet
    assert not quiet.is_in(EVE + 1, at(began), at(began), at(shown))


def test_what_was_to_be_sent_to_what_was_on_is_lost(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    company.tx.execute(text(SWITCH_ON))
    company.tx.execute(text("UPDATE destinations SET state = 'off'"))
    company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    off = Explaining()
    assert list(failures(company.tx, [], {}, off)) == []
    assert [failure for failure, _, _ in failures(company.tx, [], {})] == ["lost"]


class Explaining(Reach):
    """Where everything was off all the time: when something was committed is known in rounds only."""

    def explains(self, *_: object) -> bool:
        return True


def day(*copies: set[int], error: str | None = None, begun: tuple[int, ...] = (64,)) -> Day:
    said = tuple(Counter(lines) for lines in copies)
    return Day("day", EVE, error, tuple(at(each) for each in begun), at(65), said)


def judged(*days: Day, changes: tuple[Change, ...] = (), due_at: datetime = NINE - 2 * HOUR) -> list[str]:
    history = played([created(due_at=due_at), *changes])
    return [failure for failure, number, _ in failures_of(CALL, history, days) if number]


def test_a_day_lists_what_is_overdue_once() -> None:
    assert judged(day({CALL})) == []
    assert judged(day({CALL}, {CALL}, begun=(63, 64))) == []
    assert judged(Day("day", EVE, None, (at(64),), at(65), (Counter([CALL, CALL]),))) == ["duplicated"]
    assert judged(day({1})) == ["lost"]
    assert judged(day({*range(100, 120)})) == []
    assert judged(day(error=NOTHING, begun=())) == ["lost"]
    assert judged(day(error="its day is over", begun=())) == []


def test_it_lists_what_stands_when_it_is_sent() -> None:
    assert judged(day({CALL}), changes=(change(63, Kind.COMPLETED),)) == ["after_stop"]
    assert judged(day({CALL}), changes=(change(66, Kind.COMPLETED),)) == []
    assert judged(day({1}), changes=(change(63, Kind.COMPLETED),)) == []
    handed_on = (change(63, Kind.REASSIGNED, assignee_id=6, actor_id=1),)
    assert judged(day({1}), changes=handed_on) == []
    assert judged(day({1}), due_at=NINE + HOUR) == []


DAYS = """
    WITH place AS (SELECT id, user_id FROM destinations LIMIT 1), made AS (
        INSERT INTO digests (user_id, destination_id, kind, ends_at)
        SELECT user_id, id, 'day', CAST('2026-03-02' AS date) + at FROM place, unnest(CAST(:at AS time[])) at
        RETURNING *
    )
    INSERT INTO deliveries (digest_id, user_id, destination_id, channel)
    SELECT id, user_id, destination_id, 'email' FROM made WHERE :planned
"""


@pytest.mark.parametrize(
    ("times", "planned", "found"),
    [
        (["08:30"], True, []),
        (["08:30", "09:00"], True, ["duplicated"]),
        (["08:30"], False, ["lost"]),
    ],
)
def test_there_is_one_a_day_and_somebody_sends_it(
    company: Company, times: list[str], planned: bool, found: list[str]
) -> None:
    company.person("Eve")
    company.tx.execute(text(SWITCH_ON))
    company.tx.execute(text(DAYS), {"at": times, "planned": planned})
    assert [failure for failure, _, _ in your_day.failures(company.tx)] == found
