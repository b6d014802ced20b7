"""What a round finds wrong with sequences, on a company of its own: else zeros would say little."""

from __future__ import annotations

from typing import Any

import pytest
from followup_api.enrolments.going_on import make, settle
from followup_common.db.tables import enrolments
from sqlalchemy import insert, text

from tests.faults import journal
from tests.faults.enrolled import CREATE, STOPS_ON, failures
from tests.support.company import Company

DONE = "UPDATE follow_ups SET completed_at = now(), outcome = 'done' WHERE is_open;"
STOP = f"UPDATE enrolments SET ended_at = now(), ended_because = 'outcome', stops_on = '{{{STOPS_ON}}}';"


def step(title: str, **more: Any) -> dict[str, Any]:
    usual = {"kind": "task", "priority": "normal", "notes": "", "offset": 1, "waits": False}
    return {"title": title, **usual, **more}


@pytest.fixture
def going_on(company: Company) -> Company:
    """A sequence of three parts, whose first is done, and whose second has come."""
    for statement in (journal.CREATE, CREATE):
        company.tx.execute(text(statement))
    eve = company.person("Eve")
    insert_lead = text("INSERT INTO subjects (kind, name) VALUES ('lead', 'Acme') RETURNING id")
    values = {
        "name": "New lead",
        "steps": [step("1"), step("2"), step("3", waits=True), step("4", waits=True)],
        "stops_on": [STOPS_ON],
        "subject_id": company.tx.execute(insert_lead).scalar_one(),
        "assignee_id": eve,
        "created_by": eve,
    }
    row = company.tx.execute(insert(enrolments).values(values).returning(enrolments)).one()
    make(company.tx, [row], {row.id: 0}, eve)
    # As if it had been made before: all of a test is one transaction.
    company.tx.execute(text("UPDATE enrolment_steps SET made_at = now() - interval '1 day'"))
    company.tx.execute(text(DONE))
    settle(company.tx, [row.id], eve)
    return company


def wrong(company: Company) -> list[str]:
    return sorted({kind for kind, number, _ in failures(company.tx) if number > 0})


def test_what_is_as_it_should_be_is_not_wrong(going_on: Company) -> None:
    assert wrong(going_on) == []
    assert going_on.tx.execute(text("SELECT count(*) FROM public.fault_steps")).scalar() == 3
    [number] = going_on.tx.execute(text("SELECT id FROM enrolments")).scalars()
    for _ in range(2):
        going_on.tx.execute(text(DONE))
        settle(going_on.tx, [number], None)
    assert going_on.tx.execute(text("SELECT ended_because FROM enrolments")).scalar() == "finished"
    assert wrong(going_on) == []


@pytest.mark.parametrize(
    ("done", "found"),
    [
        (DONE, ["lost"]),
        ("DELETE FROM follow_ups WHERE is_open", ["lost"]),
        (f"{DONE} UPDATE enrolments SET ended_at = now(), ended_because = 'finished'", ["lost"]),
        (STOP, ["after_stop"]),
        (f"{DONE} {STOP}", []),
        ("UPDATE public.fault_steps SET step = 0", ["duplicated"]),
        ("UPDATE public.fault_steps SET open_before = true", ["wrong_level"]),
        ("UPDATE public.fault_steps SET due_at = said_at", ["wrong_level"]),
        ("UPDATE public.fault_steps SET stopped = true", ["after_stop"]),
        ("UPDATE public.fault_steps SET ended = true", ["after_stop"]),
    ],
)
def test_what_is_not_is_counted(going_on: Company, done: str, found: list[str]) -> None:
    for statement in filter(str.strip, done.split(";")):
        going_on.tx.execute(text(statement))
    assert wrong(going_on) == found


def test_a_step_that_is_made_too_early_is_seen_by_the_journal(going_on: Company) -> None:
    going_on.tx.execute(text("UPDATE enrolment_steps SET made_at = now() - interval '1 day'"))
    [row] = going_on.tx.execute(enrolments.select()).all()
    make(going_on.tx, [row], {row.id: 3}, None)
    assert wrong(going_on) == ["wrong_level"]
