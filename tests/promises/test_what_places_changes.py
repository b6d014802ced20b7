"""A changed calendar, another person's calendar and another policy: open follow-ups are placed again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from followup_common.contracts import CalendarsChanged, PoliciesPublished
from followup_common.messaging.handlers import Emitted
from followup_escalator import replacing
from followup_escalator.replacing import move_open, place_again
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as, announce, claim, sweep
from tests.support.policies import STEP, give, open_for, publish

HOUR = timedelta(hours=1)
WORKING = {**STEP, "after": None, "working": "PT4H"}


def announced(company: Company) -> list[CalendarsChanged]:
    """The events that the database stored for changed calendars."""
    statement = text(
        "SELECT payload FROM outbox WHERE type = 'followup.calendars.changed.v1' ORDER BY created_at"
    )
    return [CalendarsChanged.model_validate(payload) for payload in company.tx.execute(statement).scalars()]


def rewrite(company: Company, calendar: int, opened: timedelta) -> None:
    """Open a calendar from another instant on, in a new version."""
    company.tx.execute(
        text("UPDATE calendar_spans SET starts_at = now() - :opened WHERE calendar_id = :id"),
        {"id": calendar, "opened": opened},
    )
    company.tx.execute(text("UPDATE calendars SET name = name WHERE id = :id"), {"id": calendar})


def run_to_the_end(run: Run, handler: Any, event: Any) -> int:
    """Run a handler and what it asks for; returns how many batches there were."""
    events: list[Emitted] = [event]
    batches = 0
    while events:
        events = [following for each in events for following in run(handler, each)]
        batches += 1
    return batches


def test_a_calendar_that_opens_earlier_has_its_follow_ups_placed_again(company: Company, run: Run) -> None:
    eve, otto = company.person("Eve"), company.person("Otto")
    calendar = open_for(company, office=(-3 * HOUR, 99 * HOUR))
    give(company, eve, calendar)
    publish(company, WORKING, WORKING | {"working": "PT20H", "severity": "breach"})
    call, other = company.follow_up(eve, overdue=10 * HOUR), company.follow_up(otto, overdue=HOUR)
    sweep(company, run)
    company.tx.execute(text("DELETE FROM outbox"))
    others_wake_at = company.get(other)["wake_at"]
    rewrite(company, calendar, 4 * HOUR)
    [event] = announced(company)
    assert (event.calendar_ids, event.user_ids, event.everybody) == ((calendar,), (), False)
    assert run_to_the_end(run, place_again, event) == 1
    assert company.get(other)["wake_at"] == others_wake_at
    for _ in range(2):
        sweep(company, run)
    assert company.told(call) == [(1, eve)]
    assert company.get(call)["wake_at"] == company.get(call)["now"] + 16 * HOUR


def test_a_calendar_that_opens_later_takes_nothing_back_and_tells_nothing_twice(
    company: Company, run: Run
) -> None:
    eve = company.person("Eve")
    calendar = open_for(company, office=(-5 * HOUR, 99 * HOUR))
    give(company, eve, calendar)
    publish(company, WORKING)
    call = company.follow_up(eve, overdue=10 * HOUR)
    later = company.follow_up(eve, overdue=HOUR)
    stuck = claim(company, run)
    rewrite(company, calendar, HOUR)
    for event in announced(company):
        run_to_the_end(run, place_again, event)
    announce(run, stuck)
    sweep(company, run)
    assert (company.told(call), company.get(call)["step"]) == ([(1, eve)], 1)
    assert company.get(later)["wake_at"] == company.get(later)["now"] + 3 * HOUR


@pytest.mark.parametrize(("severity", "heard"), [("overdue", 1), ("escalated", 2)])
def test_the_first_step_of_another_policy_repeats_nothing_though_a_calendar_lets_it_come_later(
    company: Company, run: Run, severity: str, heard: int
) -> None:
    """People were told before the calendar closed; when it opens, another policy has taken over."""
    eve = company.person("Eve")
    calendar = open_for(company, office=(-5 * HOUR, 99 * HOUR))
    give(company, eve, calendar)
    publish(company, WORKING)
    call = company.follow_up(eve, overdue=10 * HOUR)
    sweep(company, run)
    rewrite(company, calendar, -HOUR)
    first = WORKING | {"severity": severity}
    version = publish(company, first, WORKING | {"working": "PT9H"})
    run_to_the_end(run, move_open, PoliciesPublished(policy_version_id=version, actor_id=eve))
    sweep(company, run)
    assert (company.told(call), company.get(call)["step"]) == ([(1, eve)], 0)
    for opened, step in ((4 * HOUR, 1), (9 * HOUR, 2)):
        rewrite(company, calendar, opened)
        for event in announced(company):
            run_to_the_end(run, place_again, event)
        sweep(company, run)
        assert company.get(call)["step"] == step
    assert company.told(call) == [(1, eve)] * heard + [(2, eve)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE users SET calendar_id = :calendar WHERE id = :eve", ((), ["eve"], False)),
        ("UPDATE users SET manager_id = :head WHERE id = :eve", ((), ["eve"], False)),
        ("UPDATE organisation SET calendar_id = :calendar", ((), [], True)),
        ("UPDATE users SET name = 'Eva' WHERE id = :eve", None),
        ("UPDATE organisation SET calendar_id = NULL", None),
        ("UPDATE calendars SET archived_at = now()", (("calendar",), [], False)),
        ("SELECT calendar_work_out(:calendar, current_date, current_date + 9)", None),
    ],
)
def test_whatever_says_by_which_calendar_people_count_is_announced(
    company: Company, change: str, told: tuple[Any, ...] | None
) -> None:
    eve, head = company.person("Eve"), company.person("Dora")
    calendar = open_for(company, office=(-HOUR, HOUR))
    ids = {"eve": eve, "head": head, "calendar": calendar}
    given = {name: number for name, number in ids.items() if f":{name}" in change}
    company.tx.execute(text(change), given)
    found = [(event.calendar_ids, list(event.user_ids), event.everybody) for event in announced(company)]
    expected = told and [(tuple(ids[name] for name in told[0]), [ids[name] for name in told[1]], told[2])]
    assert found == (expected or [])


def test_without_any_calendar_another_manager_concerns_no_clock(company: Company) -> None:
    eve, head = company.person("Eve"), company.person("Dora")
    company.tx.execute(
        text("UPDATE users SET manager_id = :head WHERE id = :eve"), {"head": head, "eve": eve}
    )
    assert announced(company) == []


def test_all_below_a_manager_are_placed_again_batch_by_batch_and_no_one_else(
    company: Company, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "AT_ONCE", 2)
    monkeypatch.setattr(replacing, "POKE", replacing.POKE.bindparams(at_once=2))
    head = company.person("Dora")
    eve = company.person("Eve", manager=company.person("Max", manager=head))
    calendar = open_for(company, office=(50 * HOUR, 99 * HOUR))
    give(company, head, calendar)
    publish(company, WORKING)
    calls = [company.follow_up(eve, overdue=HOUR) for _ in range(5)]
    other = company.follow_up(company.person("Otto"), overdue=HOUR)
    sweep(company, run)
    event = CalendarsChanged(calendar_ids=(), user_ids=(head,), everybody=False)
    assert run_to_the_end(run, place_again, event) == 3
    now = company.get(other)["now"]
    assert [company.get(call)["wake_at"] for call in calls] == [now] * 5
    assert company.get(other)["wake_at"] > now
    run_to_the_end(run, place_again, event.model_copy(update={"everybody": True}))
    assert company.get(other)["wake_at"] == now


def test_what_counts_by_the_clock_is_left_alone(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    calendar = open_for(company, office=(-HOUR, HOUR))
    give(company, eve, calendar)
    call = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    before = company.get(call)["wake_at"]
    run_to_the_end(run, place_again, CalendarsChanged(calendar_ids=(calendar,), user_ids=(), everybody=True))
    assert company.get(call)["wake_at"] == before


def test_two_years_lie_ahead_of_each_calendar(company: Company) -> None:
    calendar = open_for(company, office=(-HOUR, HOUR))
    company.tx.execute(text("INSERT INTO calendar_hours VALUES (:id, 1, '09:00', '17:00')"), {"id": calendar})
    move = text("SELECT calendars_move_horizon(731)")
    with acting_as(company.tx, "followup_escalator"):
        assert [company.tx.execute(move).scalar() for _ in range(2)] == [calendar, None]
    days = text("SELECT last_day - current_date, current_date - first_day, version FROM calendars")
    assert company.tx.execute(days).one() == (731, 200, 1)
    spans = text("SELECT count(*) FROM calendar_spans WHERE starts_at > now() + interval '720 days'")
    assert company.tx.execute(spans).scalar_one() > 0


def of_his(company: Company, person: int) -> int:
    """A policy of its own for one assignee's follow-ups, before the catch-all; returns its version."""
    policy = company.tx.execute(
        text("INSERT INTO policies (name, position) VALUES ('his', 0) RETURNING id")
    ).scalar_one()
    conditions = {"all": [{"field": "assignee", "is": "any_of", "value": [person]}]}
    return int(
        company.tx.execute(
            text("""
                INSERT INTO policy_versions (policy_id, policy, version, steps, conditions)
                VALUES (:id, 'his', 1, CAST(:steps AS jsonb), CAST(:conditions AS jsonb)) RETURNING id
            """),
            {
                "id": policy,
                "steps": json.dumps([STEP | {"severity": "reminder"}, STEP | {"after": "PT50H"}]),
                "conditions": json.dumps(conditions),
            },
        ).scalar_one()
    )


def test_a_new_follow_up_gets_the_first_policy_whose_conditions_it_meets(company: Company) -> None:
    eve, otto = company.person("Eve"), company.person("Otto")
    version = of_his(company, otto)
    calls = [company.follow_up(person, overdue=HOUR) for person in (eve, otto)]
    assert [company.get(call)["policy_version_id"] for call in calls] == [1, version]
    company.set(calls[0], due_at=company.get(calls[0])["now"])
    company.set(calls[1], completed_at=company.get(calls[1])["now"])
    company.set(calls[1], completed_at=None)
    assert [company.get(call)["policy_version_id"] for call in calls] == [1, version]


def test_a_field_that_brings_another_policy_begins_a_run_of_it_that_repeats_nothing(
    company: Company, run: Run
) -> None:
    eve, otto = company.person("Eve"), company.person("Otto")
    version = of_his(company, otto)
    call = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    company.set(call, assignee_id=otto)
    moved = company.get(call)
    assert (moved["run"], moved["policy_version_id"], moved["already_told"]) == (2, version, "overdue")
    sweep(company, run)
    assert company.told(call) == [(1, eve)]
    assert company.get(call)["step"] == 1
    company.let_pass(50 * HOUR)
    sweep(company, run)
    assert company.told(call) == [(1, eve), (2, otto)]
    # Another title brings nothing.
    company.set(call, title="Renamed")
    assert company.get(call)["run"] == 2


def test_the_clock_starts_over_where_that_is_asked_for(company: Company, run: Run) -> None:
    eve, otto = company.person("Eve"), company.person("Otto")
    of_his(company, otto)
    call = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    company.tx.execute(text("SELECT set_config('followup.restart_clock', 'on', true)"))
    company.set(call, assignee_id=otto)
    moved = company.get(call)
    assert (moved["anchor_at"], moved["already_told"]) == (moved["now"], None)
    sweep(company, run)
    assert company.told(call) == [(1, eve), (1, otto)]


def test_an_undo_puts_the_run_of_the_policy_before_back(company: Company, run: Run) -> None:
    eve, otto = company.person("Eve"), company.person("Otto")
    of_his(company, otto)
    call = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    before = company.get(call)
    company.tx.execute(text("SELECT set_config('followup.undo_by', :id, true)"), {"id": str(eve)})
    company.set(call, assignee_id=otto)
    undone = text("SELECT outcome, untold FROM follow_ups_undo(ARRAY[CAST(:id AS bigint)], :person)")
    assert company.tx.execute(undone, {"id": call, "person": eve}).one() == ("undone", False)
    after = company.get(call)
    same = (
        "run",
        "step",
        "repeat",
        "severity",
        "policy_version_id",
        "anchor_at",
        "wake_at",
        "already_told",
        "unplaced",
    )
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    sweep(company, run)
    assert company.told(call) == [(1, eve)]


def test_a_policy_that_is_published_for_open_ones_too_moves_those_that_get_it(
    company: Company, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "MOVE", replacing.MOVE.bindparams(at_once=2))
    eve, otto = company.person("Eve"), company.person("Otto")
    calls = [company.follow_up(person, overdue=HOUR) for person in (eve, otto, eve, otto, otto)]
    done = company.follow_up(otto, overdue=HOUR)
    sweep(company, run)
    company.set(done, completed_at=company.get(done)["now"])
    version = of_his(company, otto)
    event = PoliciesPublished(policy_version_id=version, actor_id=eve)
    assert run_to_the_end(run, move_open, event) == 3
    assert [company.get(call)["policy_version_id"] for call in calls] == [1, version, 1, version, version]
    assert company.get(done)["policy_version_id"] == 1
    changes = text("SELECT follow_up_id, actor_id FROM activities WHERE kind = 'policy_changed' ORDER BY 1")
    once = [(call, eve) for call in (calls[1], calls[3], calls[4])]
    assert [tuple(row) for row in company.tx.execute(changes)] == once
    run_to_the_end(run, move_open, event)  # delivered twice
    assert [tuple(row) for row in company.tx.execute(changes)] == once
    for _ in range(2):
        sweep(company, run)
    assert [len(company.told(call)) for call in calls] == [1] * 5


def test_publishing_one_policy_moves_none_that_another_one_applies_to(company: Company, run: Run) -> None:
    eve, otto = company.person("Eve"), company.person("Otto")
    call = company.follow_up(eve, overdue=HOUR)
    publish(company, STEP)  # for runs to come
    version = of_his(company, otto)
    run_to_the_end(run, move_open, PoliciesPublished(policy_version_id=version, actor_id=None))
    assert company.get(call)["policy_version_id"] == 1


def set_back(company: Company, calendar: int) -> None:
    """Let a calendar open so much earlier that what waits for its fourth hour is there now."""
    rewrite(company, calendar, 9 * HOUR)
    company.tx.execute(text("DELETE FROM outbox"))  # its event was handled meanwhile


def test_with_another_assignee_their_calendar_counts(company: Company, run: Run) -> None:
    eve, otto = company.person("Eve"), company.person("Otto")
    give(company, eve, open_for(company, hers=(50 * HOUR, 99 * HOUR)))
    give(company, otto, open_for(company, his=(-5 * HOUR, 99 * HOUR)))
    publish(company, WORKING)
    call, done = company.follow_up(eve, overdue=10 * HOUR), company.follow_up(otto, overdue=10 * HOUR)
    sweep(company, run)
    for each in (call, done):
        company.set(each, assignee_id=otto if each == call else eve)
    sweep(company, run)
    assert company.told(call) == [(1, otto)]
    assert (company.told(done), company.get(done)["wake_at"]) == ([(1, otto)], None)


def test_with_another_assignee_what_counts_by_the_clock_is_left_alone(company: Company, run: Run) -> None:
    eve, otto = company.person("Eve"), company.person("Otto")
    own = open_for(company, own=(-HOUR, 99 * HOUR))
    calls = [company.follow_up(eve, overdue=HOUR)]
    publish(company, WORKING, calendar=own)
    calls.append(company.follow_up(eve, overdue=HOUR))
    sweep(company, run)
    before = [company.get(call)["wake_at"] for call in calls]
    for call in calls:
        company.set(call, assignee_id=otto)
    assert [company.get(call)["wake_at"] for call in calls] == before


@pytest.mark.parametrize("stop", ["completed", "rescheduled", "deleted"])
def test_what_comes_back_counts_by_the_calendar_as_it_is_by_then(
    company: Company, run: Run, stop: str
) -> None:
    eve = company.person("Eve")
    calendar = open_for(company, office=(-HOUR, 99 * HOUR))
    give(company, eve, calendar)
    publish(company, WORKING)
    call = company.follow_up(eve, overdue=10 * HOUR)
    sweep(company, run)
    company.tx.execute(text("SELECT set_config('followup.undo_by', :id, true)"), {"id": str(eve)})
    now = company.get(call)["now"]
    if stop == "deleted":
        company.delete(call)
    else:
        company.set(call, **({"completed_at": now} if stop == "completed" else {"due_at": now + 99 * HOUR}))
    set_back(company, calendar)
    back = "follow_ups_restore(:id)" if stop == "deleted" else "follow_ups_undo(ARRAY[:id], :eve)"
    given = {"id": call} | ({} if stop == "deleted" else {"eve": eve})
    company.tx.execute(text(f"SELECT {back}".replace(":id", "CAST(:id AS bigint)")), given)
    sweep(company, run)
    assert company.told(call) == [(1, eve)]


def test_the_due_time_that_people_read_is_that_of_the_follow_up(company: Company, run: Run) -> None:
    """Where the clock was started over, the steps count from then, and it is overdue since its due time."""
    eve, otto = company.person("Eve"), company.person("Otto")
    of_his(company, otto)
    call = company.follow_up(eve, overdue=HOUR)
    company.tx.execute(text("SELECT set_config('followup.restart_clock', 'on', true)"))
    company.set(call, assignee_id=otto)
    sweep(company, run)
    due_at = company.get(call)["due_at"]
    assert company.get(call)["anchor_at"] > due_at
    said = text("SELECT due_at FROM notifications WHERE follow_up_id = :id")
    assert company.tx.execute(said, {"id": call}).scalars().all() == [due_at]
    [activity] = company.activities(call)
    assert datetime.fromisoformat(activity["details"]["due_at"]) == due_at
