"""Promise of sequences: each step is made once, whatever happens at once, and by whichever version."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from followup_api.enrolments import worker
from sqlalchemy import text

from tests.support.waiting import eventually

from .companies import Company
from .live_server import LiveServer
from .test_sequences import STEPS, complete, define, history, ids, lead, read, start, started, states
from .test_series_at_once import at_once

WAITING = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
DONE = "UPDATE follow_ups SET completed_at = now(), outcome = :outcome WHERE id = :id"
"""What an API that knows no sequences does."""
BROKEN = """
    SELECT e.id FROM enrolments e
    LEFT JOIN enrolment_steps m ON m.enrolment_id = e.id LEFT JOIN follow_ups f ON f.id = m.follow_up_id
    GROUP BY e.id
    HAVING count(*) FILTER (WHERE f.is_open) = 0 AND e.ended_at IS NULL
        OR count(*) FILTER (WHERE f.is_open) > 0 AND e.ended_at IS NOT NULL
"""
"""Those that stand still, and those that have ended and left something open."""


def old(company: Company, follow_up: int, outcome: str = "done") -> None:
    company.world.execute(DONE, id=follow_up, outcome=outcome)


def look(company: Company) -> None:
    worker.let_go_on(company.world.app.state.context)


def test_two_who_start_it_at_once_start_it_once(company: Company) -> None:
    sequence, subject = define(company).json()["id"], lead(company)
    people = (company.amir, company.mia, company.dana, company.ada)
    calls = [partial(start, company, who, sequence_id=sequence, subject_id=subject) for who in people]
    assert sorted(at_once(*calls)) == [201, 409, 409, 409]
    assert company.world.execute("SELECT count(*) FROM follow_ups") == [(2,)]


@pytest.mark.parametrize(
    ("meanwhile", "status", "why"),
    [
        ("UPDATE subjects SET merged_into = :kept WHERE id = :lead", 409, "merged into another one just now"),
        ("DELETE FROM sequences WHERE id = :sequence", 422, "there is no sequence"),
    ],
)
def test_what_goes_while_it_is_being_started_is_named(
    company: Company, meanwhile: str, status: int, why: str
) -> None:
    numbers = {"sequence": define(company).json()["id"], "lead": lead(company), "kept": lead(company, "Acme")}
    with company.world.engine.connect() as other, ThreadPoolExecutor(1) as aside:
        other.execute(text("SELECT FROM subjects WHERE id = :lead FOR UPDATE"), numbers)
        other.execute(text(meanwhile), numbers)
        ids_of = {"sequence_id": numbers["sequence"], "subject_id": numbers["lead"]}
        answer = aside.submit(start, company, **ids_of)
        eventually(lambda: company.world.execute(WAITING), what="one waits for the other")
        other.commit()
        refused = answer.result()
    assert refused.status_code == status, refused.text
    assert why in refused.json()["detail"]
    assert company.world.execute("SELECT count(*) FROM enrolments") == [(0,)]


def test_those_who_complete_all_of_a_part_at_once_make_one_next(company: Company) -> None:
    sequence = define(company).json()["id"]
    for number in range(5):
        enrolment = started(company, sequence_id=sequence, subject_id=lead(company, f"L{number}"))
        paths = [f"/follow-ups/{each}/complete" for each in ids(company, enrolment)]
        both = {"action": "complete", "ids": ids(company, enrolment)[::-1]}
        statuses = at_once(
            *(
                partial(company.ask, who, "POST", path)
                for path in paths
                for who in (company.amir, company.mia)
            ),
            partial(company.ask, company.ada, "POST", "/follow-ups/bulk", json=both),
        )
        assert set(statuses) == {200}
        assert states(company, enrolment) == ["completed", "completed", "open"]
    assert company.world.execute(BROKEN) == []


def test_who_stops_it_by_an_outcome_while_others_complete_and_move_the_others(company: Company) -> None:
    many = [{**STEPS[0], "title": f"Call {number}"} for number in range(6)]
    sequence = define(company, steps=many).json()["id"]
    for number in range(6):
        enrolment = started(company, sequence_id=sequence, subject_id=lead(company, f"L{number}"))
        numbers = ids(company, enrolment)
        move: dict[str, Any] = {"action": "reschedule", "due_at": "2031-01-06T09:00:00Z", "ids": numbers}
        statuses = at_once(
            *(
                partial(company.ask, company.amir, "POST", f"/follow-ups/{each}/complete", json=body)
                for each in numbers[::-1]
                for body in [{"outcome": "not interested"}]
            ),
            partial(company.ask, company.mia, "POST", "/follow-ups/bulk", json=move),
            partial(company.ask, company.ada, "POST", f"/enrolments/{enrolment['id']}/stop"),
        )
        assert set(statuses) <= {200, 404}, statuses
        assert read(company, enrolment)["ended_because"] in ("outcome", "stopped")
    assert company.world.execute(BROKEN) == []


def test_what_an_older_api_has_ended_goes_on(company: Company) -> None:
    enrolment = started(company)
    first, second = ids(company, enrolment)
    old(company, first)
    company.world.execute("DELETE FROM follow_ups WHERE id = :id", id=second)
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(look, company) for _ in range(3)]:
            done.result()
    assert states(company, enrolment) == ["completed", "deleted", "open"]
    third = ids(company, enrolment)[-1]
    assert history(company, third)[0].startswith("The system created it")
    old(company, third)
    look(company)
    assert read(company, enrolment)["ended_because"] == "finished"


def test_what_an_older_api_has_completed_with_an_outcome_that_stops_it(company: Company) -> None:
    enrolment = started(company)
    old(company, ids(company, enrolment)[0], "not interested")
    look(company)
    assert read(company, enrolment)["ended_because"] == "outcome"
    assert states(company, enrolment) == ["completed", "deleted", "to_come"]


def test_what_goes_on_or_has_ended_is_left_alone(company: Company) -> None:
    going = started(company)
    over = started(
        company,
        sequence_id=define(company, name="Short", steps=STEPS[:1]).json()["id"],
        subject_id=lead(company, "L"),
    )
    complete(company, ids(company, over)[0])
    before = (read(company, going), read(company, over))
    look(company)
    assert (read(company, going), read(company, over)) == before


@pytest.mark.parametrize("steps", ["'[1, 2]'", """replace(steps::text, '"call"', '"dance"')::jsonb"""])
def test_one_that_cannot_go_on_keeps_no_other_from_it(company: Company, steps: str) -> None:
    sequence = define(company, steps=[STEPS[0], STEPS[2]]).json()["id"]
    broken, whole = (
        started(company, sequence_id=sequence, subject_id=lead(company, name)) for name in ("A", "B")
    )
    for each in (broken, whole):
        old(company, ids(company, each)[0])
    company.world.execute(f"UPDATE enrolments SET steps = {steps} WHERE id = :id", id=broken["id"])
    look(company)
    assert states(company, whole) == ["completed", "open"]


def test_the_application_looks_by_itself(
    company: Company, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LOOK_EVERY_SECONDS", 0.05)
    enrolment = started(company, sequence_id=define(company, steps=[STEPS[0], STEPS[2]]).json()["id"])
    old(company, ids(company, enrolment)[0])
    server.start()
    eventually(lambda: states(company, enrolment) == ["completed", "open"], what="the sequence goes on")
