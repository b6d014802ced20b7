"""Sequences: sets of follow-ups that are started on leads and clients."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from .companies import Company
from .conftest import Person

STEPS: list[dict[str, Any]] = [
    {"title": "Call", "kind": "call", "offset": 0},
    {"title": "Send the brochure", "kind": "e-mail", "offset": 2},
    {"title": "Call again", "kind": "call", "offset": 5, "waits": True},
]
STOPS_ON = ["not interested"]


def define(company: Company, by: Person | None = None, **more: Any) -> Response:
    body = {"name": "New lead", "steps": STEPS, "stops_on": STOPS_ON, **more}
    return company.ask(by or company.dana, "POST", "/sequences", json=body)


def lead(company: Company, name: str = "Globex") -> int:
    answer = company.ask(company.amir, "POST", "/subjects", json={"kind": "lead", "name": name})
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


def start(company: Company, by: Person | None = None, **more: Any) -> Response:
    """Start a sequence on a lead; both are made where they are not named."""
    if "sequence_id" not in more:
        more["sequence_id"] = define(company).json()["id"]
    if "subject_id" not in more:
        more["subject_id"] = lead(company)
    return company.ask(by or company.amir, "POST", "/enrolments", json=more)


def started(company: Company, **more: Any) -> dict[str, Any]:
    answer = start(company, **more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def read(company: Company, enrolment: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = company.get(company.ada, f"/enrolments/{enrolment['id']}")
    return found


def states(company: Company, enrolment: dict[str, Any]) -> list[str]:
    return [step["state"] for step in read(company, enrolment)["steps"]]


def ids(company: Company, enrolment: dict[str, Any]) -> list[int]:
    """The follow-ups that were made of its steps."""
    made = (step["follow_up_id"] for step in read(company, enrolment)["steps"])
    return [number for number in made if number is not None]


def do(company: Company, follow_up: int, what: str, by: Person | None = None, **body: Any) -> Response:
    return company.ask(by or company.amir, "POST", f"/follow-ups/{follow_up}/{what}", json=body)


def complete(company: Company, follow_up: int, **body: Any) -> None:
    answer = do(company, follow_up, "complete", **body)
    assert answer.status_code == 200, answer.text


def undo(company: Company, follow_up: int) -> Response:
    return company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/undo")


def history(company: Company, follow_up: int) -> list[str]:
    entries = company.get(company.ada, f"/follow-ups/{follow_up}/activities")["items"]
    return [entry["summary"] for entry in entries]


# What one is


def test_managers_and_admins_define_them_and_everybody_reads_them(company: Company) -> None:
    added = define(company)
    assert added.status_code == 201, added.text
    sequence = added.json()
    assert (sequence["going_on"], sequence["created_by"]["name"]) == (0, "Dana Reyes")
    assert sequence["steps"][1] == {
        **STEPS[1],
        "priority": "normal",
        "notes": "",
        "waits": False,
    }
    assert company.get(company.otto, "/sequences")["items"] == [sequence]
    assert define(company, company.amir, name="Mine").status_code == 403


def test_one_is_changed_and_deleted_by_who_saw_it_as_it_is(company: Company) -> None:
    sequence = define(company).json()
    path, old = f"/sequences/{sequence['id']}", {"If-Match": sequence["etag"]}
    changed = company.ask(company.ada, "PATCH", path, json={"steps": STEPS[:1]}, headers=old)
    assert [step["title"] for step in changed.json()["steps"]] == ["Call"]
    assert company.ask(company.ada, "PATCH", path, json={"name": "Old"}, headers=old).status_code == 412
    same = company.ask(company.ada, "PATCH", path, json={"name": "New lead"})
    assert same.json()["etag"] == changed.json()["etag"]
    assert company.ask(company.ada, "DELETE", path, headers=old).status_code == 412
    assert company.ask(company.dana, "DELETE", path).status_code == 204
    assert company.ask(company.ada, "GET", path).status_code == 404


@pytest.mark.parametrize(
    ("body", "field", "why"),
    [
        ({"steps": []}, "steps", "give at least one entry"),
        ({"steps": [{"title": "Call", "offset": -1}]}, "steps.0.offset", "is before the start: use 0"),
        ({"steps": [{"title": "Call", "offset": 61}]}, "steps.0.offset", "use 60 or less"),
        ({"steps": [STEPS[1], STEPS[0]]}, "steps.1.offset", "before the step before it, which is at 2: use"),
        ({"steps": [STEPS[2]]}, "steps.0.waits", "waits for nothing"),
        ({"steps": [{**STEPS[0], "kind": "dance"}]}, "steps.0.kind", "'dance' is unknown: use call"),
        ({"stops_on": ["done", "won"]}, "stops_on.1", "'won' is unknown: use done"),
    ],
)
def test_one_that_cannot_be_is_refused_with_the_reason_and_the_fix(
    company: Company, body: dict[str, Any], field: str, why: str
) -> None:
    refused = define(company, **body)
    assert refused.status_code == 422, refused.text
    [error] = refused.json()["errors"]
    assert error["field"] == field
    assert why in error["message"]
    assert company.get(company.ada, "/sequences")["items"] == []


def test_two_have_different_names(company: Company) -> None:
    define(company)
    again = define(company, name="NEW lead")
    assert again.status_code == 409
    assert again.json()["errors"][0]["field"] == "name"


# Starting one


def test_what_waits_for_nothing_is_planned_at_once(company: Company) -> None:
    enrolment = started(company)
    assert [(step["title"], step["state"]) for step in enrolment["steps"]] == [
        ("Call", "open"),
        ("Send the brochure", "open"),
        ("Call again", "to_come"),
    ]
    call = company.get(company.amir, f"/follow-ups/{ids(company, enrolment)[0]}")
    assert (call["title"], call["kind"], call["subject"]["name"]) == ("Call", "call", "Globex")
    assert call["due_at"] == enrolment["steps"][0]["due_at"]
    assert "step 1 of 3 of “New lead”" in history(company, call["id"])[0]
    times = [step["due_at"] for step in enrolment["steps"]]
    assert times == sorted(set(times))


def test_it_goes_on_once_for_a_lead(company: Company) -> None:
    enrolment = started(company)
    again = {"sequence_id": enrolment["sequence_id"], "subject_id": enrolment["subject"]["id"]}
    refused = start(company, **again)
    assert refused.status_code == 409
    assert "goes on for" in refused.json()["errors"][0]["message"]
    company.ask(company.amir, "POST", f"/enrolments/{enrolment['id']}/stop")
    assert start(company, **again).status_code == 201
    assert company.get(company.ada, f"/sequences/{enrolment['sequence_id']}")["going_on"] == 1


@pytest.mark.parametrize("field", ["sequence_id", "subject_id", "assignee_id"])
def test_what_does_not_exist_is_named(company: Company, field: str) -> None:
    unknown: dict[str, Any] = {field: 999_999}
    refused = start(company, **unknown)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


def test_who_starts_it_gives_it_to_people_of_their_line(company: Company) -> None:
    enrolment = started(company, by=company.mia, assignee_id=company.amir.id)
    assert enrolment["assignee"]["name"] == "Amir Patel"
    others: dict[str, Any] = {"sequence_id": enrolment["sequence_id"], "assignee_id": company.otto.id}
    assert start(company, subject_id=lead(company, "Initech"), **others).status_code == 422
    assert company.ask(company.otto, "GET", f"/enrolments/{enrolment['id']}").status_code == 404
    assert company.get(company.otto, "/enrolments")["items"] == []
    [listed] = company.get(company.mia, "/enrolments", subject_id=enrolment["subject"]["id"])["items"]
    assert listed["id"] == enrolment["id"]


def test_a_change_of_the_sequence_changes_none_that_was_started(company: Company) -> None:
    enrolment = started(company)
    path = f"/sequences/{enrolment['sequence_id']}"
    company.ask(company.dana, "PATCH", path, json={"name": "Other", "steps": STEPS[:1]})
    company.ask(company.dana, "DELETE", path)
    after = read(company, enrolment)
    assert (after["sequence_id"], after["name"], len(after["steps"])) == (None, "New lead", 3)
    for number in ids(company, enrolment):
        complete(company, number)
    assert states(company, enrolment) == ["completed", "completed", "open"]


# Going on


def test_what_waits_is_planned_when_all_before_it_are_done(company: Company) -> None:
    enrolment = started(company)
    first, second = ids(company, enrolment)
    complete(company, first)
    assert states(company, enrolment) == ["completed", "open", "to_come"]
    complete(company, second)
    complete(company, second)  # again
    assert states(company, enrolment) == ["completed", "completed", "open"]
    complete(company, ids(company, enrolment)[2])
    over = read(company, enrolment)
    assert (over["ended_because"], over["ended_by"]["name"]) == ("finished", "Amir Patel")
    assert "the last step of its sequence" in history(company, ids(company, over)[2])[0]


def test_a_deletion_goes_on_and_its_restoration_takes_that_back(company: Company) -> None:
    enrolment = started(company)
    first, second = ids(company, enrolment)
    complete(company, first)
    assert company.ask(company.ada, "DELETE", f"/follow-ups/{second}").status_code == 204
    assert states(company, enrolment) == ["completed", "deleted", "open"]
    assert company.ask(company.ada, "POST", f"/follow-ups/{second}/restore").status_code == 200
    assert states(company, enrolment) == ["completed", "open", "to_come"]
    complete(company, second)
    assert states(company, enrolment) == ["completed", "completed", "open"]


def test_many_at_once_go_on_each_with_its_own(company: Company) -> None:
    sequence = define(company).json()["id"]
    many = [started(company, sequence_id=sequence, subject_id=lead(company, f"L{n}")) for n in range(3)]
    numbers = [number for each in many for number in ids(company, each)]
    body = {"action": "complete", "ids": numbers}
    assert company.ask(company.amir, "POST", "/follow-ups/bulk", json=body).status_code == 200
    assert all(states(company, each) == ["completed", "completed", "open"] for each in many)
    undone = company.ask(company.amir, "POST", "/follow-ups/bulk", json={**body, "action": "undo"})
    assert sorted(undone.json()["done"]) == sorted(numbers)
    assert all(states(company, each) == ["open", "open", "to_come"] for each in many)


def test_an_import_that_completes_and_reopens_goes_on_and_back(company: Company) -> None:
    enrolment = started(company, sequence_id=define(company, steps=STEPS[:1]).json()["id"])
    [number] = ids(company, enrolment)
    company.ask(company.amir, "PATCH", f"/follow-ups/{number}", json={"external_id": "S-1"})
    email = company.get(company.amir, f"/follow-ups/{number}")["assignee"]["email"]
    for status, because in (("completed", "finished"), ("open", None)):
        due = read(company, enrolment)["steps"][0]["due_at"]
        line = f"S-1,Call,{email},{due},{status}"
        text = f"external_id,title,assignee_email,due_at,status\n{line}\n"
        answer = company.ask(
            company.ada, "POST", "/imports/follow-ups", content=text, headers={"Content-Type": "text/csv"}
        )
        assert answer.status_code == 200, answer.text
        assert read(company, enrolment)["ended_because"] == because


# Stopping


def test_an_outcome_stops_it_and_an_undo_lets_it_go_on(company: Company) -> None:
    enrolment = started(company)
    first, second = ids(company, enrolment)
    complete(company, first, outcome="not interested")
    assert read(company, enrolment)["ended_because"] == "outcome"
    assert states(company, enrolment) == ["completed", "deleted", "to_come"]
    assert "which stopped its sequence and deleted 1 open follow-up" in history(company, first)[0]
    assert undo(company, first).status_code == 200
    after = read(company, enrolment)
    assert (after["ended_at"], ids(company, after)) == (None, [first, second])
    assert states(company, enrolment) == ["open", "open", "to_come"]


def test_two_of_one_that_stop_it_together(company: Company) -> None:
    enrolment = started(company)
    both = ids(company, enrolment)
    body = {"action": "complete", "ids": both, "outcome": "not interested"}
    company.ask(company.amir, "POST", "/follow-ups/bulk", json=body)
    assert undo(company, both[0]).status_code == 200  # the other one still says so
    assert read(company, enrolment)["ended_because"] == "outcome"
    assert states(company, enrolment) == ["open", "completed", "to_come"]
    assert undo(company, both[1]).status_code == 200
    assert read(company, enrolment)["ended_because"] is None


def test_one_is_stopped_by_hand(company: Company) -> None:
    enrolment = started(company)
    first, _ = ids(company, enrolment)
    complete(company, first)
    path = f"/enrolments/{enrolment['id']}/stop"
    assert company.ask(company.otto, "POST", path).status_code == 404
    stale = company.ask(company.mia, "POST", path, headers={"If-Match": '"0-x"'})
    assert stale.status_code == 412
    stopped = company.ask(company.mia, "POST", path).json()
    assert (stopped["ended_because"], stopped["ended_by"]["name"]) == ("stopped", "Mia Middle")
    assert states(company, enrolment) == ["completed", "deleted", "to_come"]
    assert company.ask(company.mia, "POST", path).json() == stopped
    assert undo(company, first).status_code == 200  # of the completion: what was stopped by hand stays so
    assert states(company, enrolment) == ["open", "deleted", "to_come"]


def test_who_may_not_delete_stops_one_and_keeps_what_is_open(company: Company) -> None:
    enrolment = started(company)
    stopped = company.ask(company.amir, "POST", f"/enrolments/{enrolment['id']}/stop")
    assert stopped.json()["ended_because"] == "stopped"
    assert states(company, enrolment) == ["open", "open", "to_come"]
    for number in ids(company, enrolment):
        complete(company, number)
    assert states(company, enrolment) == ["completed", "completed", "to_come"]


def test_a_step_that_is_out_of_sight_says_only_that_it_is_there(company: Company) -> None:
    enrolment = started(company)
    first, _ = ids(company, enrolment)
    company.world.execute(
        "UPDATE follow_ups SET assignee_id = :id WHERE id = :f", id=company.otto.id, f=first
    )
    step = company.get(company.amir, f"/enrolments/{enrolment['id']}")["steps"][0]
    assert [step[name] for name in ("state", "follow_up_id", "due_at", "outcome")] == [
        "open",
        None,
        None,
        None,
    ]


# Undoing


def test_an_undo_takes_back_what_the_completion_planned(company: Company) -> None:
    enrolment = started(company)
    first, second = ids(company, enrolment)
    complete(company, first)
    complete(company, second)
    assert undo(company, second).status_code == 200
    assert states(company, enrolment) == ["completed", "open", "to_come"]
    complete(company, second)
    third = ids(company, enrolment)[2]
    company.ask(company.amir, "PATCH", f"/follow-ups/{third}", json={"title": "Visit"})
    refused = undo(company, second)
    assert refused.status_code == 409
    assert f"{third}, has been changed since" in refused.text
    assert do(company, second, "reopen").status_code == 200
    assert states(company, enrolment) == ["completed", "open", "open"]
    complete(company, second)
    assert states(company, enrolment) == ["completed", "completed", "open"]
    assert undo(company, second).status_code == 200  # which had planned nothing, this time
    assert states(company, enrolment) == ["completed", "open", "open"]


@pytest.mark.parametrize("outcomes", [["done", "done"], ["not interested"]])
def test_what_is_undone_of_a_completed_one_but_its_completion_leaves_its_sequence(
    company: Company, outcomes: list[str]
) -> None:
    enrolment = started(company)
    numbers = ids(company, enrolment)[: len(outcomes)]
    for number, outcome in zip(numbers, outcomes, strict=True):
        complete(company, number, outcome=outcome)
    before = read(company, enrolment)
    company.ask(company.amir, "PATCH", f"/follow-ups/{numbers[-1]}", json={"title": "Called"})
    assert undo(company, numbers[-1]).status_code == 200
    assert read(company, enrolment) == before
    assert company.get(company.amir, f"/follow-ups/{numbers[-1]}")["status"] == "completed"


def test_a_reopening_lets_a_finished_one_go_on(company: Company) -> None:
    enrolment = started(company, sequence_id=define(company, steps=STEPS[:1]).json()["id"])
    [number] = ids(company, enrolment)
    complete(company, number)
    do(company, number, "reopen")
    assert read(company, enrolment)["ended_at"] is None
    assert undo(company, number).status_code == 200  # of the reopening
    assert read(company, enrolment)["ended_because"] == "finished"


# Whose it is


def test_a_hand_over_for_good_takes_it_along_and_its_undo_back(company: Company) -> None:
    enrolment = started(company)
    body = {"to": company.mia.id, "expected": 2}
    answer = company.ask(company.dana, "POST", f"/users/{company.amir.id}/hand-over", json=body)
    assert answer.status_code == 200, answer.text
    assert read(company, enrolment)["assignee"]["name"] == "Mia Middle"
    number = answer.json()["hand_over"]["id"]
    assert company.ask(company.dana, "POST", f"/hand-overs/{number}/undo").status_code == 200
    assert read(company, enrolment)["assignee"]["name"] == "Amir Patel"


def test_who_leaves_leaves_it_to_who_gets_the_work(company: Company) -> None:
    enrolment = started(company)
    body = {"active": False, "open_work": {"hand_over_to": company.mia.id}}
    answer = company.ask(company.ada, "PATCH", f"/users/{company.amir.id}", json=body)
    assert answer.status_code == 200, answer.text
    assert read(company, enrolment)["assignee"]["name"] == "Mia Middle"


def test_what_is_planned_for_somebody_inactive_is_for_who_had_the_one_before(company: Company) -> None:
    enrolment = started(company)
    first, second = ids(company, enrolment)
    for number in (first, second):
        company.ask(company.mia, "PATCH", f"/follow-ups/{number}", json={"assignee_id": company.mia.id})
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.amir.id)
    for number in (first, second):
        assert do(company, number, "complete", company.mia).status_code == 200
    assert states(company, enrolment) == ["completed", "completed", "open"]
    assert read(company, enrolment)["assignee"]["name"] == "Mia Middle"


def test_one_key_starts_it_once(company: Company) -> None:
    sequence, subject = define(company).json()["id"], lead(company)
    body = {"sequence_id": sequence, "subject_id": subject}
    asked = {"json": body, "headers": {"Idempotency-Key": "a-key-of-this-start"}}
    first, again = (company.ask(company.amir, "POST", "/enrolments", **asked) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert company.world.execute("SELECT count(*) FROM enrolments") == [(1,)]


# Where its lead is merged


def test_a_merge_takes_it_along_and_its_undo_gives_back_what_it_made_since(company: Company) -> None:
    enrolment = started(company)
    gone, kept = enrolment["subject"]["id"], lead(company, "Globex Corporation")
    merged = company.ask(company.dana, "POST", f"/subjects/{kept}/merge", json={"other": {"id": gone}})
    assert merged.status_code in (200, 201), merged.text
    assert read(company, enrolment)["subject"]["id"] == kept
    again = {"sequence_id": enrolment["sequence_id"], "subject_id": gone}
    assert start(company, **again).status_code == 409
    assert len(company.get(company.amir, "/enrolments", subject_id=gone)["items"]) == 1
    for number in ids(company, enrolment):
        complete(company, number)
    third = ids(company, enrolment)[2]
    assert company.get(company.amir, f"/follow-ups/{third}")["subject"]["id"] == kept
    path = f"/subject-merges/{merged.json()['merge']['id']}/undo"
    undone = company.ask(company.dana, "POST", path)
    assert undone.status_code == 200, undone.text
    assert read(company, enrolment)["subject"]["id"] == gone
    assert company.get(company.amir, f"/follow-ups/{third}")["subject"]["id"] == gone
