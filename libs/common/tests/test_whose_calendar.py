"""What the database keeps for placing: calendars of people, leads of policies, moves to another policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from followup_common.db.directory import load_directory
from followup_common.policy import Person, Policy, calendar_of
from followup_common.policy.models import STANDARD
from sqlalchemy import Connection, text

from tests.support.company import Company
from tests.support.policies import STEP, publish

HOUR = timedelta(hours=1)


@pytest.fixture
def company(tx: Connection) -> Company:
    return Company(tx)


@pytest.fixture
def eve(company: Company) -> int:
    return company.person("Eve", manager=company.person("Max", role="manager"))


def calendar(company: Company, name: str) -> int:
    statement = text("INSERT INTO calendars (name, time_zone) VALUES (:name, 'UTC') RETURNING id")
    return int(company.tx.execute(statement, {"name": name}).scalar_one())


def move(company: Company, call: int, version: int, *, restart: bool = False) -> list[int]:
    statement = text("SELECT escalation_states_move(ARRAY[CAST(:id AS bigint)], ARRAY[:version], :restart)")
    values = {"id": call, "version": version, "restart": restart}
    return list(company.tx.execute(statement, values).scalars())


def taken(company: Company, call: int, step: int, severity: str, *, told: bool) -> None:
    """A step that was taken, and announced or not."""
    company.tx.execute(
        text(
            """
            UPDATE escalation_states SET step = :step, severity = :severity WHERE follow_up_id = :id;
            INSERT INTO escalations (follow_up_id, run, step, policy_version_id, severity)
            SELECT follow_up_id, run, step, policy_version_id, severity FROM escalation_states
            WHERE follow_up_id = :id;
            INSERT INTO activities (follow_up_id, kind, run, step, repeat)
            SELECT follow_up_id, 'escalated', run, step, 0 FROM escalation_states
            WHERE follow_up_id = :id AND :told
        """.replace(":id", str(call))
            .replace(":step", str(step))
            .replace(":severity", f"'{severity}'")
            .replace(":told", str(told).lower())
        )
    )


def test_a_reminder_by_the_clock_wakes_a_follow_up_as_long_before_it_is_due(
    company: Company, eve: int
) -> None:
    publish(company, STEP | {"after": "-PT30H", "severity": "reminder"}, STEP)
    call = company.follow_up(eve, overdue=-99 * HOUR)
    row = company.get(call)
    assert row["wake_at"] == row["due_at"] - 30 * HOUR
    company.set(call, due_at=row["due_at"] + HOUR)
    assert company.get(call)["wake_at"] == row["due_at"] - 29 * HOUR


def test_a_reminder_in_working_time_is_looked_for_at_once(company: Company, eve: int) -> None:
    publish(company, STEP | {"after": None, "working": "-PT30H", "severity": "reminder"}, STEP)
    call = company.follow_up(eve, overdue=-99 * HOUR)
    row = company.get(call)
    assert row["wake_at"] == row["now"]
    company.set(call, due_at=row["due_at"] + HOUR)
    assert company.get(call)["wake_at"] == row["now"]


@pytest.mark.parametrize(
    "length", [{"after": "-PT8H", "severity": "reminder"}, {"working": "PT16H"}, {"working_days": 2}]
)
def test_each_unit_is_stored(company: Company, length: dict[str, Any]) -> None:
    step = {"audience": ["user(7)", "role(manager)"], "label": "x", "severity": "overdue", **length}
    publish(company, step)


def test_a_directory_knows_the_calendars_and_whom_the_policies_name(company: Company, eve: int) -> None:
    own, common = calendar(company, "Own"), calendar(company, "Common")
    head = company.person("Dora")
    other = company.person("Otto", manager=head)
    company.tx.execute(
        text("UPDATE users SET calendar_id = :own WHERE id = :head"), {"own": own, "head": head}
    )
    company.tx.execute(text("UPDATE organisation SET calendar_id = :id"), {"id": common})
    policy = Policy.model_validate(
        {"steps": [STEP | {"audience": [f"user({other})", "role(manager)"], "tell": "working_hours"}]}
    )
    found = load_directory(company.tx, [eve], [policy])
    assert found.people[other] == Person(other, head, True)
    assert len(found.managers) == 1
    assert (calendar_of(other, found), calendar_of(eve, found)) == (own, common)
    plain = load_directory(company.tx, [eve], [STANDARD])
    assert (plain.managers, plain.calendar_id, other in plain.people) == ((), None, False)


def test_a_calendar_of_ones_own_is_a_change_of_the_person(company: Company, eve: int) -> None:
    own = calendar(company, "Own")
    company.tx.execute(text("UPDATE users SET calendar_id = :own WHERE id = :eve"), {"own": own, "eve": eve})
    version = text("SELECT version FROM users WHERE id = :eve")
    assert company.tx.execute(version, {"eve": eve}).scalar_one() == 2
    said = text(
        "SELECT details -> 'calendar_id' FROM audit_log WHERE target = :eve AND action = 'user.changed'"
    )
    assert company.tx.execute(said, {"eve": f"users/{eve}"}).scalar_one() == {"from": None, "to": own}


def test_another_policy_begins_a_run_that_knows_what_was_told(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=50 * HOUR)
    taken(company, call, 1, "overdue", told=True)
    taken(company, call, 2, "escalated", told=False)
    before = company.get(call)
    newest = publish(company, STEP)
    assert move(company, call, newest) == [call]
    after = company.get(call)
    assert (after["run"], after["step"], after["policy_version_id"]) == (2, 0, newest)
    assert (after["already_told"], after["unplaced"]) == ("overdue", True)
    # Until a sweep has looked, it is where it was: no list loses it meanwhile.
    assert (after["severity"], after["anchor_at"]) == ("escalated", before["anchor_at"])
    assert after["wake_at"] == before["now"]
    assert move(company, call, newest) == []  # moved again, nothing happens
    [change] = company.tx.execute(
        text("SELECT details FROM activities WHERE kind = 'policy_changed'")
    ).scalars()
    assert change["from"] == {"id": 1, "policy": "standard", "version": 1}
    assert change["to"] == {"id": newest, "policy": "standard", "version": 2}


def test_what_was_told_is_not_forgotten_by_moving_twice(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=99 * HOUR)
    taken(company, call, 3, "breach", told=True)
    for _ in range(2):
        move(company, call, publish(company, STEP))
    assert (company.get(call)["already_told"], company.get(call)["run"]) == ("breach", 3)


def test_one_that_is_done_is_not_moved(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=HOUR)
    company.set(call, completed_at=company.get(call)["now"])
    assert move(company, call, publish(company, STEP)) == []


def test_a_clock_that_starts_over_counts_from_now_and_knows_nothing(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=50 * HOUR)
    taken(company, call, 1, "overdue", told=True)
    move(company, call, publish(company, STEP), restart=True)
    after = company.get(call)
    assert (after["anchor_at"], after["already_told"]) == (after["now"], None)
    # Which another change of the follow-up does not take back.
    company.set(call, assignee_id=company.person("Otto"))
    assert company.get(call)["anchor_at"] == after["anchor_at"]
    assert company.get(call)["unplaced"]


def test_another_due_time_forgets_what_was_told_before(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=50 * HOUR)
    taken(company, call, 1, "overdue", told=True)
    move(company, call, publish(company, STEP))
    company.set(call, due_at=company.get(call)["now"] + HOUR)
    after = company.get(call)
    assert (after["already_told"], after["unplaced"], after["repeat"]) == (None, False, 0)
    assert after["anchor_at"] == after["due_at"]
