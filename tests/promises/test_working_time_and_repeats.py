"""Steps that count in working time, and steps that are told again: through both handlers, at exact times."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from followup_common.contracts import EscalationsRaised
from sqlalchemy import text

from tests.support.company import Company, raised
from tests.support.handlers import Run, announce, claim, sweep
from tests.support.policies import STEP, give, open_for, publish

HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


WORKING = {**STEP, "after": None, "working": "PT4H"}
OVERDUE = 10 * HOUR


@pytest.mark.parametrize("whose", ["policy", "assignee", "manager", "organisation"])
@pytest.mark.parametrize(("open_since", "step"), [(4 * HOUR, 1), (4 * HOUR - INSTANT, 0)])
def test_a_step_counts_by_the_calendar_that_applies(
    company: Company, run: Run, whose: str, open_since: timedelta, step: int
) -> None:
    """The nearest of the four; the others, by which nothing has been worked yet, do not count."""
    manager = company.person("Max", role="manager")
    eve = company.person("Eve", manager=manager)
    right = open_for(company, right=(-open_since, 99 * HOUR))
    wrong = open_for(company, wrong=(50 * HOUR, 99 * HOUR))
    holders = {"assignee": eve, "manager": manager, "organisation": None}
    order = ["policy", *holders]
    for holder, person in holders.items():
        if order.index(holder) >= order.index(whose):
            give(company, person, right if holder == whose else wrong)
    publish(company, WORKING, calendar=right if whose == "policy" else None)
    call = company.follow_up(eve, overdue=OVERDUE)
    sweep(company, run)
    row = company.get(call)
    assert row["step"] == step
    assert company.told(call) == ([(1, eve)] if step else [])
    assert row["wake_at"] == (None if step else row["now"] + INSTANT)


def test_without_any_calendar_every_hour_counts(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    publish(company, WORKING)
    call = company.follow_up(eve, overdue=4 * HOUR)
    sweep(company, run)
    assert company.told(call) == [(1, eve)]


def test_the_standard_policy_reads_no_calendar_whatever_people_have(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    give(company, eve, open_for(company, never=(50 * HOUR, 51 * HOUR)))
    # Read, it would be an error: the spans are gone, and the notifier has no right to look.
    company.tx.execute(text("DELETE FROM calendar_spans"))
    company.tx.execute(text("REVOKE SELECT ON calendars FROM followup_escalator, followup_notifier"))
    company.tx.execute(text("REVOKE SELECT ON users FROM followup_escalator"))
    call = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    assert company.told(call) == [(1, eve)]


def test_one_whose_calendar_is_never_open_stops_nothing(company: Company, run: Run) -> None:
    eve, otto = company.person("Eve"), company.person("Otto")
    broken, fine = open_for(company, broken=(-HOUR, HOUR)), open_for(company, fine=(-99 * HOUR, HOUR))
    company.tx.execute(text("DELETE FROM calendar_spans WHERE calendar_id = :id"), {"id": broken})
    give(company, eve, broken)
    give(company, otto, fine)
    publish(company, WORKING)
    stranded, call = company.follow_up(eve, overdue=OVERDUE), company.follow_up(otto, overdue=OVERDUE)
    sweep(company, run)
    assert (company.told(call), company.told(stranded)) == ([(1, otto)], [])
    dead = company.tx.execute(text("SELECT error, payload FROM outbox WHERE failed_at IS NOT NULL")).one()
    assert "never open" in dead.error
    assert dead.payload["follow_up_ids"] == [stranded]
    assert company.get(stranded)["wake_at"] == company.get(stranded)["now"] + HOUR
    # Replayed, it announces no step that has not come.
    replayed = EscalationsRaised.model_validate(dead.payload)
    company.tx.execute(
        text("INSERT INTO calendar_spans VALUES (:id, now(), now() + interval '1 day')"), {"id": broken}
    )
    announce(run, [replayed])
    assert company.told(stranded) == []


AGAIN = {"every": {"after": "PT3H"}, "times": 3}
REPEATING = (STEP | {"repeat": AGAIN}, STEP | {"after": "PT10H", "severity": "breach"})


def told(company: Company, call: int) -> list[tuple[int, int]]:
    """Step and repeat of each notification, in order."""
    rows = company.tx.execute(
        text("SELECT step, repeat FROM notifications WHERE follow_up_id = :id ORDER BY 1, 2"), {"id": call}
    )
    return [(row.step, row.repeat) for row in rows]


def recorded(company: Company, call: int) -> dict[tuple[int, int], tuple[str, bool]]:
    """What was recorded: (step, repeat): (status, whether it goes on)."""
    rows = company.tx.execute(text("SELECT * FROM escalations WHERE follow_up_id = :id"), {"id": call})
    return {(row.step, row.repeat): (row.status, row.ended_at is None) for row in rows}


def test_a_step_is_told_again_until_the_next_one_comes(company: Company, run: Run) -> None:
    publish(company, *REPEATING)
    call = company.follow_up(company.person("Eve"), overdue=timedelta())
    heard = []
    for _ in range(12):
        sweep(company, run)
        heard.append(told(company, call)[-1])
        company.let_pass(HOUR)
    first, again = [(1, 0)] * 3, [(1, 1)] * 3 + [(1, 2)] * 3
    assert heard == [*first, *again, (1, 3), (2, 0), (2, 0)]
    assert told(company, call) == [(1, 0), (1, 1), (1, 2), (1, 3), (2, 0)]
    assert [going for _, going in recorded(company, call).values()] == [False] * 4 + [True]
    assert len(company.activities(call)) == 5


def test_only_the_current_repeat_is_told_and_the_passed_ones_are_recorded(company: Company, run: Run) -> None:
    publish(company, *REPEATING)
    call = company.follow_up(company.person("Eve"), overdue=7 * HOUR)
    sweep(company, run)
    assert told(company, call) == [(1, 2)]
    assert recorded(company, call) == {
        (1, 0): ("skipped", False),
        (1, 1): ("skipped", False),
        (1, 2): ("raised", True),
    }
    assert company.get(call)["wake_at"] == company.get(call)["due_at"] + 9 * HOUR
    sweep(company, run)
    assert told(company, call) == [(1, 2)]


def test_a_repeat_announced_late_gives_way_to_the_current_one(company: Company, run: Run) -> None:
    publish(company, *REPEATING)
    call = company.follow_up(company.person("Eve"), overdue=4 * HOUR)
    stuck = claim(company, run)
    assert [(key.step, key.repeat) for key in raised(stuck)] == [(1, 1)]
    company.let_pass(3 * HOUR)
    announce(run, stuck)
    assert told(company, call) == []
    sweep(company, run)
    assert told(company, call) == [(1, 2)]


def test_what_is_completed_is_not_told_again(company: Company, run: Run) -> None:
    publish(company, *REPEATING)
    call = company.follow_up(company.person("Eve"), overdue=HOUR)
    sweep(company, run)
    company.let_pass(3 * HOUR)
    events = claim(company, run)
    company.set(call, completed_at=company.get(call)["now"])
    announce(run, events)
    assert told(company, call) == [(1, 0)]


def test_a_completion_that_is_undone_goes_on_at_its_repeat(company: Company, run: Run) -> None:
    publish(company, *REPEATING)
    eve = company.person("Eve")
    call = company.follow_up(eve, overdue=4 * HOUR)
    sweep(company, run)
    before = company.get(call)
    company.tx.execute(text("SELECT set_config('followup.undo_by', :id, true)"), {"id": str(eve)})
    company.set(call, completed_at=before["now"])
    undone = text("SELECT outcome, untold FROM follow_ups_undo(ARRAY[CAST(:id AS bigint)], :person)")
    assert company.tx.execute(undone, {"id": call, "person": eve}).one() == ("undone", False)
    after = company.get(call)
    assert [after[name] for name in ("step", "repeat", "wake_at")] == [1, 1, before["wake_at"]]
    assert recorded(company, call)[1, 1] == ("raised", True)
    sweep(company, run)
    assert told(company, call) == [(1, 1)]


def move(company: Company, call: int, version: int) -> None:
    statement = text("SELECT escalation_states_move(ARRAY[CAST(:id AS bigint)], ARRAY[:version], false)")
    company.tx.execute(statement, {"id": call, "version": version})


@pytest.mark.parametrize(
    ("steps", "heard"),
    [
        ([STEP], []),  # as grave as what was told
        ([STEP | {"severity": "reminder"}], []),
        ([STEP | {"severity": "escalated"}], [(2, 1, 0)]),
        ([STEP, STEP | {"after": "PT30H", "severity": "breach"}], []),
        ([STEP | {"after": "PT30H"}], []),
    ],
)
def test_another_policy_tells_at_once_only_what_is_graver_than_what_was_told(
    company: Company, run: Run, steps: list[dict[str, Any]], heard: list[tuple[int, int, int]]
) -> None:
    call = company.follow_up(company.person("Eve"), overdue=HOUR)
    sweep(company, run)
    move(company, call, publish(company, *steps))
    for _ in range(2):
        sweep(company, run)
    assert heard_since(company, call) == heard
    step = company.get(call)["step"]
    assert company.get(call)["unplaced"] == (step == 0)
    if step and not heard:
        assert recorded(company, call)[step, 0] == ("already_told", True)


def heard_since(company: Company, call: int) -> list[tuple[int, int, int]]:
    rows = company.tx.execute(
        text("SELECT run, step, repeat FROM notifications WHERE follow_up_id = :id AND run > 1"), {"id": call}
    )
    return [tuple(row) for row in rows]


def test_later_steps_of_the_other_policy_are_told_as_ever(company: Company, run: Run) -> None:
    call = company.follow_up(company.person("Eve"), overdue=HOUR)
    sweep(company, run)
    move(company, call, publish(company, STEP, STEP | {"after": "PT30H"}))
    sweep(company, run)
    company.let_pass(30 * HOUR)
    sweep(company, run)
    assert heard_since(company, call) == [(2, 2, 0)]


def test_what_another_policy_interrupted_is_told_by_that_one(company: Company, run: Run) -> None:
    """Raised, and not announced when the other policy took over: it was told nobody, and is told once."""
    call = company.follow_up(company.person("Eve"), overdue=HOUR)
    stuck = claim(company, run)
    move(company, call, publish(company, STEP))
    announce(run, stuck)
    assert told(company, call) == []
    sweep(company, run)
    announce(run, stuck)
    assert heard_since(company, call) == [(2, 1, 0)]
