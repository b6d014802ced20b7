"""The state of each follow-up's escalation, which a trigger keeps, no matter who changes the follow-up."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from tests.support.company import Company

HOUR = timedelta(hours=1)
ESCALATE = text("""
    UPDATE escalation_states SET step = 2, severity = 'escalated', wake_at = anchor_at + interval '96 hours'
    WHERE follow_up_id = :id
""")
RECORD = text("""
    INSERT INTO escalations (follow_up_id, run, step, policy_version_id, severity)
    SELECT follow_up_id, run, step, policy_version_id, severity FROM escalation_states
    WHERE follow_up_id = :id
""")
AS_NEW = {"repeat": 0, "already_told": None, "unplaced": False, "holds": None}
UNDO = text("SELECT outcome FROM follow_ups_undo(ARRAY[CAST(:id AS bigint)], :person)")


@pytest.fixture
def company(tx: Connection) -> Company:
    return Company(tx)


@pytest.fixture
def eve(company: Company) -> int:
    return company.person("Eve")


def escalated(company: Company, assignee: int) -> int:
    """A follow-up that has been escalated to its second step."""
    call = company.follow_up(assignee, overdue=50 * HOUR)
    for statement in (ESCALATE, RECORD):
        company.tx.execute(statement, {"id": call})
    return call


def state(company: Company, follow_up: int) -> dict[str, Any]:
    statement = text("SELECT * FROM escalation_states WHERE follow_up_id = :id")
    return dict(company.tx.execute(statement, {"id": follow_up}).mappings().one())


def going_on(company: Company, follow_up: int) -> list[tuple[int, int]]:
    """Run and step of each escalation that has not ended."""
    statement = text(
        "SELECT run, step FROM escalations WHERE follow_up_id = :id AND ended_at IS NULL ORDER BY 1, 2"
    )
    return [(row.run, row.step) for row in company.tx.execute(statement, {"id": follow_up})]


def done_by(company: Company, person: int, follow_up: int, **columns: Any) -> None:
    """Change a follow-up so that this person may undo it."""
    name = text("SELECT set_config('followup.undo_by', :id, true)")
    company.tx.execute(name, {"id": str(person)})
    company.set(follow_up, **columns)
    company.tx.execute(name, {"id": ""})


def undo(company: Company, person: int, follow_up: int) -> None:
    assert company.tx.execute(UNDO, {"id": follow_up, "person": person}).scalar_one() == "undone"


def test_a_new_one_wakes_when_it_is_due(company: Company, eve: int) -> None:
    call = company.follow_up(eve, overdue=-HOUR)
    due_at = company.get(call)["due_at"]
    assert state(company, call) == {
        **{"follow_up_id": call, "run": 1, "last_run": 1, "policy_version_id": 1, "anchor_at": due_at},
        **{"step": 0, "severity": None, "assignee_id": eve, "is_open": True, "wake_at": due_at},
        **AS_NEW,
    }


def test_one_that_comes_completed_sleeps(company: Company, eve: int) -> None:
    statement = text("""
        INSERT INTO follow_ups (title, due_at, assignee_id, completed_at)
        SELECT 'Call', now(), :eve, now() FROM generate_series(1, 3) RETURNING id
    """)
    for call in company.tx.execute(statement, {"eve": eve}).scalars().all():
        assert (state(company, call)["is_open"], state(company, call)["wake_at"]) == (False, None)


def test_a_completed_one_sleeps_at_its_step_and_an_undo_wakes_it_as_it_was(
    company: Company, eve: int
) -> None:
    call = escalated(company, eve)
    before = state(company, call)
    done_by(company, eve, call, completed_at=company.get(call)["now"])
    assert state(company, call) == {**before, "is_open": False, "wake_at": None}
    assert going_on(company, call) == []
    undo(company, eve, call)
    assert state(company, call) == before
    assert going_on(company, call) == [(1, 2)]


def test_reopening_starts_over_under_the_newest_version_of_the_policy(company: Company, eve: int) -> None:
    call = escalated(company, eve)
    before = state(company, call)
    company.set(call, completed_at=company.get(call)["now"])
    newest = newer_policy(company)
    company.set(call, completed_at=None)
    fresh = {"run": 2, "last_run": 2, "step": 0, "severity": None, "wake_at": before["anchor_at"]}
    assert state(company, call) == {**before, **fresh, "policy_version_id": newest}


def test_another_due_time_starts_over_under_the_newest_version(company: Company, eve: int) -> None:
    call = escalated(company, eve)
    newest = newer_policy(company)
    later = company.get(call)["now"] + HOUR
    company.set(call, due_at=later)
    assert state(company, call) == {
        **{"follow_up_id": call, "run": 2, "last_run": 2, "policy_version_id": newest, "anchor_at": later},
        **{"step": 0, "severity": None, "assignee_id": eve, "is_open": True, "wake_at": later},
        **AS_NEW,
    }
    assert going_on(company, call) == []


def test_an_undone_move_is_back_in_its_run_and_the_next_run_has_a_number_of_its_own(
    company: Company, eve: int
) -> None:
    call = escalated(company, eve)
    before = state(company, call)
    done_by(company, eve, call, due_at=company.get(call)["now"] + HOUR)
    undo(company, eve, call)
    assert state(company, call) == {**before, "last_run": 2}
    assert going_on(company, call) == [(1, 2)]
    company.set(call, due_at=company.get(call)["now"] + HOUR)
    assert state(company, call)["run"] == 3


def test_a_new_assignee_takes_over_the_clock_as_it_is(company: Company, eve: int) -> None:
    call = escalated(company, eve)
    before, otto = state(company, call), company.person("Otto")
    company.set(call, assignee_id=otto)
    assert state(company, call) == {**before, "assignee_id": otto}
    assert going_on(company, call) == [(1, 2)]


@pytest.mark.parametrize("change", [{"title": "Renamed"}, {"notes": "Ask for Ms Okafor."}])
def test_what_does_not_concern_the_clock_leaves_it_alone(
    company: Company, eve: int, change: dict[str, str]
) -> None:
    call = escalated(company, eve)
    before = state(company, call)
    done_by(company, eve, call, **change)
    assert state(company, call) == before
    company.tx.execute(ESCALATE, {"id": call})
    undo(company, eve, call)
    assert state(company, call) == before


def test_one_statement_may_change_many_each_in_its_own_way(company: Company, eve: int) -> None:
    calls = [escalated(company, eve) for _ in range(3)]
    company.tx.execute(
        text("""
            UPDATE follow_ups SET
                completed_at = CASE WHEN id = :first THEN now() END,
                due_at = CASE WHEN id = :second THEN due_at + interval '1 day' ELSE due_at END,
                title = 'Changed'
        """),
        {"first": calls[0], "second": calls[1]},
    )
    found = [state(company, call) for call in calls]
    assert [(row["run"], row["is_open"], row["step"]) for row in found] == [
        (1, False, 2),
        (2, True, 0),
        (1, True, 2),
    ]
    assert [going_on(company, call) for call in calls] == [[], [], [(1, 2)]]


@pytest.mark.parametrize("completed", [False, True])
def test_a_deleted_one_takes_its_state_along_and_brings_it_back(
    company: Company, eve: int, completed: bool
) -> None:
    call = escalated(company, eve)
    if completed:
        company.set(call, completed_at=company.get(call)["now"])
    before = state(company, call), going_on(company, call)
    company.tx.execute(text("DELETE FROM follow_ups WHERE id = :id"), {"id": call})
    assert company.count("escalation_states") == company.count("escalations") == 0
    assert company.tx.execute(text("SELECT step FROM deleted_follow_ups")).scalar_one() == 2
    company.tx.execute(text("SELECT follow_ups_restore(:id)"), {"id": call})
    assert (state(company, call), going_on(company, call)) == before


def newer_policy(company: Company) -> int:
    """Publish the standard policy again."""
    statement = text("""
        INSERT INTO policy_versions (policy, version, steps)
        SELECT policy, version + 1, steps FROM policy_versions WHERE id = 1 RETURNING id
    """)
    return int(company.tx.execute(statement).scalar_one())


STEP = {"after": "PT0S", "audience": ["assignee"], "label": "x", "severity": "overdue"}
STORE = text("""
    INSERT INTO policy_versions (policy, version, steps) VALUES ('standard', 9, CAST(:steps AS jsonb))
""")


@pytest.mark.parametrize(
    "steps",
    [
        [],
        STEP,
        [{}],
        [STEP, {}],
        [STEP | {"after": "2 days"}],
        [STEP | {"severity": "worse"}],
        [STEP | {"audience": []}],
        [STEP | {"label": ""}],
    ],
)
def test_a_policy_that_would_never_escalate_is_not_stored(company: Company, steps: object) -> None:
    with pytest.raises(IntegrityError, match="ck_policy_versions"), company.tx.begin_nested():
        company.tx.execute(STORE, {"steps": json.dumps(steps)})
    company.tx.execute(STORE, {"steps": json.dumps([STEP])})
