"""The limit on escalations: at most so many in any 60 seconds, whatever the database's clock does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from followup_escalator.rate import MARGIN, WINDOW, Limit, Spend, Window
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

PER_MINUTE = 100
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


class Turn(NamedTuple):
    """A transaction of one escalator, in seconds: what passes before it and within it, and what it wants."""

    pause: float
    waits_for_lock: float
    works: float
    wanted: int


seconds = st.floats(0, 40, allow_nan=False).map(lambda value: round(value, 3))
turns = st.lists(st.builds(Turn, seconds, seconds, seconds, st.integers(0, 150)), max_size=40)


class Raised(NamedTuple):
    began: datetime
    committed: datetime
    number: int


def run(turns: Sequence[Turn], spends: Sequence[Spend] = (), start: datetime = NOON) -> list[Raised]:
    """One transaction after the other, for the lock makes them take turns; each may begin long before."""
    raised, free_at = [], start
    for turn in turns:
        locked = free_at + timedelta(seconds=turn.pause)
        began = locked - timedelta(seconds=turn.waits_for_lock)
        window = Window.of(spends, began=began, clock=locked)
        count = max(0, min(turn.wanted, window.free(PER_MINUTE)))
        free_at = locked + timedelta(seconds=turn.works)
        if count:
            window = window.with_spend(Spend(free_at, count))
            raised.append(Raised(began, free_at, count))
        spends = window.spends
    return raised


@given(turns)
@example([Turn(0, 0, 0, 100), Turn(61, 0, 0, 1), Turn(0, 1, 0, 1)])  # the last began before the other forgot
def test_at_most_so_many_are_raised_in_any_sixty_seconds(turns: list[Turn]) -> None:
    raised = run(turns)
    for times in ([one.began for one in raised], [one.committed for one in raised]):
        for first in times:
            within = [
                one.number
                for at, one in zip(times, raised, strict=True)
                if timedelta(0) <= at - first <= WINDOW
            ]
            assert sum(within) <= PER_MINUTE


@given(turns, st.integers(1, 150))
def test_what_is_waited_for_is_free_afterwards_and_not_much_before(turns: list[Turn], wanted: int) -> None:
    spends = [Spend(one.committed, one.number) for one in run(turns)]
    clock = max((spend.at for spend in spends), default=NOON)
    window = Window.of(spends, began=clock, clock=clock)
    wait = window.until_free(wanted, PER_MINUTE)
    assert timedelta(0) <= wait <= WINDOW + MARGIN
    at_once = min(wanted, PER_MINUTE)
    for waited, enough in ((wait, True), (wait - 3 * MARGIN, False)):
        if waited >= timedelta(0):
            now = clock + waited
            assert (Window.of(spends, began=now, clock=now).free(PER_MINUTE) >= at_once) is enough or not wait


@given(turns, st.integers(-(10**6), 10**6))
def test_a_clock_that_jumps_holds_nothing_up_for_longer_than_a_minute(turns: list[Turn], jump: int) -> None:
    spends = [Spend(one.committed, one.number) for one in run(turns)]
    clock = max((spend.at for spend in spends), default=NOON) + timedelta(seconds=jump)
    window = Window.of(spends, began=clock, clock=clock)
    assert window.until_free(PER_MINUTE, PER_MINUTE) <= WINDOW + MARGIN
    later = clock + WINDOW + MARGIN
    assert Window.of(window.spends, began=later, clock=later).free(PER_MINUTE) == PER_MINUTE


def test_a_clock_that_was_set_back_opens_no_second_window() -> None:
    spent = [Spend(NOON, 100)]
    for back in (timedelta(seconds=1), timedelta(hours=1), timedelta(days=400)):
        window = Window.of(spent, began=NOON - back, clock=NOON - back)
        assert window.free(PER_MINUTE) == 0
        assert window.until_free(1, PER_MINUTE) == WINDOW + MARGIN


def test_a_limit_that_was_lowered_waits_until_it_holds() -> None:
    spends = [Spend(NOON + timedelta(seconds=after), 50) for after in (0, 10, 20)]
    window = Window.of(spends, began=spends[-1].at, clock=spends[-1].at)
    assert window.free(60) == -90
    assert window.until_free(2_000, 60) == WINDOW + MARGIN  # 60 at once, when all three have left
    assert window.until_free(10, 60) == timedelta(seconds=50) + MARGIN


def test_what_is_kept_is_what_still_counts(tx: Connection) -> None:
    assert Limit(tx, 100).allowed(30) == 30
    Limit(tx, 100).spend(30)
    Limit(tx, 100).spend(0)
    assert Limit(tx, 100).allowed(2_000) == 70
    assert kept(tx) == [30]
    move(tx, "- interval '59 seconds'")
    Limit(tx, 100).spend(70)
    assert Limit(tx, 100).allowed(1) == 0
    assert Limit(tx, 100).until_free(1) < timedelta(seconds=2)
    move(tx, "- interval '2 seconds'")
    assert Limit(tx, 100).allowed(2_000) == 30
    move(tx, "- interval '60 seconds'")
    assert Limit(tx, 100).allowed(2_000) == 100
    assert kept(tx) == [70]


def test_what_was_raised_before_the_clock_was_set_back_counts_for_a_minute(tx: Connection) -> None:
    Limit(tx, 100).spend(100)
    move(tx, "+ interval '1 year'")
    assert Limit(tx, 100).allowed(1) == 0
    move(tx, "- interval '61 seconds'")  # a minute passes
    assert Limit(tx, 100).allowed(2_000) == 100


def test_without_a_limit_nothing_is_locked_or_kept(tx: Connection) -> None:
    limit = Limit(tx, None)
    limit.spend(5_000)
    assert (limit.allowed(2_000), limit.until_free(2_000)) == (2_000, timedelta(0))
    assert tx.execute(text("SELECT count(*) FROM rate_windows")).scalar_one() == 0


def kept(tx: Connection) -> list[int]:
    counts: list[int] = tx.execute(text("SELECT spent FROM rate_windows")).scalar_one()
    return counts


def move(tx: Connection, by: str) -> None:
    """Move what was raised in time, as if the clock had gone on or had been set back."""
    tx.execute(text(f"UPDATE rate_windows SET spent_at = ARRAY(SELECT at {by} FROM unnest(spent_at) at)"))
