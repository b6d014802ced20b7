"""Rules of sequences: which steps come when, and what ends them."""

from __future__ import annotations

from datetime import datetime

import pytest
from followup_common.policy import ALWAYS_OPEN, Calendar
from followup_common.policy.sequences import Do, SequenceStep, decide, due, misplaced, next_part

from .test_presets import BERLIN, EARLY, HOLIDAY, LATE, OFFICE


def steps(*said: str) -> list[SequenceStep]:
    """Steps by their offsets; `w` before it: it waits."""
    return [
        SequenceStep(
            title="Call",
            kind="call",
            priority="normal",
            notes="",
            offset=int(each.removeprefix("w")),
            waits=each.startswith("w"),
        )
        for each in said
    ]


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        (("0",), [[0]]),
        (("0", "2", "5"), [[0, 1, 2]]),
        (("0", "2", "w5"), [[0, 1], [2]]),
        (("0", "w1", "w1", "3"), [[0], [1], [2, 3]]),
    ],
)
def test_a_part_ends_before_the_next_step_that_waits(said: tuple[str, ...], parts: list[list[int]]) -> None:
    found, made = [], 0
    while made < len(said):
        found.append(list(next_part(steps(*said), made)))
        made += len(found[-1])
    assert found == parts
    assert misplaced(steps(*said)) is None


@pytest.mark.parametrize(
    ("said", "step", "field"),
    [
        (("w0",), 0, "waits"),
        (("2", "0"), 1, "offset"),
        (("5", "w2", "1"), 2, "offset"),
    ],
)
def test_a_step_that_cannot_be_where_it_is(said: tuple[str, ...], step: int, field: str) -> None:
    wrong = misplaced(steps(*said))
    assert wrong is not None
    assert (wrong.step, wrong.field) == (step, field)


@pytest.mark.parametrize(
    ("made", "outcomes", "any_open", "expected"),
    [
        (2, [], True, Do.WAIT),
        (2, ["done"], True, Do.WAIT),
        (2, ["done", "done"], False, Do.GO_ON),
        (2, [], False, Do.GO_ON),  # both were deleted
        (3, ["done"], False, Do.FINISH),
        (3, ["done"], True, Do.WAIT),
        (2, ["lost"], True, Do.STOP),
        (3, ["done", "lost"], False, Do.STOP),
    ],
)
def test_what_there_is_decides(made: int, outcomes: list[str], any_open: bool, expected: Do) -> None:
    assert decide(3, made, outcomes, ["lost", "won"], any_open=any_open) is expected


@pytest.mark.parametrize(
    ("offset", "now", "calendar", "expected", "why"),
    [
        (0, "2026-03-04 10:00", ALWAYS_OPEN, "2026-03-04 17:00", "today, by five"),
        (
            0,
            "2026-03-04 10:00",
            OFFICE,
            "2026-03-04 17:00",
            "when the office closes, not when it opens again",
        ),
        (0, "2026-03-04 15:00", LATE, "2026-03-04 17:00", "by five, though it is open longer"),
        (0, "2026-03-04 16:01", OFFICE, "2026-03-05 09:00", "too little is left of today"),
        (0, "2026-03-04 16:00", OFFICE, "2026-03-04 17:00", "an hour is enough"),
        (0, "2026-03-04 16:30", HOLIDAY, "2026-03-06 09:00", "the next open day"),
        (0, "2026-03-04 18:00", ALWAYS_OPEN, "2026-03-05 09:00", "the evening has passed"),
        (0, "2026-03-07 11:00", OFFICE, "2026-03-09 09:00", "a Saturday's today is a Monday"),
        (0, "2026-03-04 06:00", EARLY, "2026-03-04 08:00", "when the day's only hours end"),
        (2, "2026-03-04 10:00", OFFICE, "2026-03-06 09:00", "the second working day, when it opens"),
        (5, "2026-03-04 10:00", OFFICE, "2026-03-11 09:00", "a week's working days"),
    ],
)
def test_a_step_is_due_on_its_working_day(
    offset: int, now: str, calendar: Calendar, expected: str, why: str
) -> None:
    then = datetime.fromisoformat(now).replace(tzinfo=BERLIN)
    assert f"{due(offset, calendar, BERLIN, then).astimezone(BERLIN):%Y-%m-%d %H:%M}" == expected, why
