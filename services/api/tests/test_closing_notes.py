"""A policy may ask for a note of who completes a follow-up that it has escalated so far."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from .companies import DUE, Company
from .importing import AMIR, send, wrong

STEPS = [
    {"after": "PT0S", "audience": ["assignee"], "label": "overdue", "severity": "overdue"},
    {
        **{"after": "PT24H", "audience": ["manager"], "label": "manager", "severity": "escalated"},
        "require": "closing_note",
    },
    {"after": "PT48H", "audience": ["admins"], "label": "breach", "severity": "breach"},
]
NEEDED = 2
"""The first step that asks for a note."""
NOTE = "She was ill; we meet on Monday."


@pytest.fixture
def late(company: Company) -> list[int]:
    """Two calls: one has reached the step that asks for a note, the other the one behind it."""
    policy = company.policy(steps=STEPS)
    assert policy["draft"]["steps"] == STEPS
    assert company.ask(company.ada, "POST", f"/policies/{policy['id']}/publish", json={}).status_code == 200
    ids = [company.create(company.amir, kind="call", external_id=f"D-{n}")["id"] for n in range(2)]
    for id_, step in zip(ids, (NEEDED, NEEDED + 1), strict=True):
        company.reaches(id_, step)
    return ids


def complete(company: Company, follow_up: int, **more: Any) -> Response:
    return company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/complete", **more)


def bulk(company: Company, ids: list[int], **more: Any) -> Response:
    body = {"ids": ids, "action": "complete", **more}
    return company.ask(company.amir, "POST", "/follow-ups/bulk", json=body)


def refused(answer: Response) -> str:
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert error["field"] == "note"
    return str(error["message"])


def open_ones(company: Company) -> list[bool]:
    """Of each open follow-up, whether it needs a note."""
    items = company.get(company.amir, "/follow-ups", view="overdue")["items"]
    return [item["note_required"] for item in items]


def test_nobody_completes_it_without_one(company: Company, late: list[int]) -> None:
    first, second = late
    assert open_ones(company) == [True, True]
    assert "Say in note what came of it" in refused(complete(company, first))
    assert "Follow-up" in refused(complete(company, second, json={"outcome": "reached"}))
    stale = complete(company, first, json={}, headers={"If-Match": '"0-00000000"'})
    assert stale.status_code == 412  # first of all it has to be what the caller has seen
    done = complete(company, first, json={"note": NOTE})
    assert (done.status_code, done.json()["note_required"]) == (200, False)
    assert complete(company, first).status_code == 200  # it is done already
    undone = company.ask(company.amir, "POST", f"/follow-ups/{first}/undo")
    assert (undone.status_code, undone.json()["note_required"]) == (200, True)


def test_before_that_step_nobody_has_to(company: Company, late: list[int]) -> None:
    company.reaches(late[0], NEEDED - 1)
    company.reaches(late[1], 0)
    assert open_ones(company) == [False, False]
    assert [complete(company, id_).status_code for id_ in late] == [200, 200]


def test_many_are_completed_with_one_note(company: Company, late: list[int]) -> None:
    assert "2 of the follow-ups are" in refused(bulk(company, late, outcome="reached"))
    assert open_ones(company) == [True, True]
    assert bulk(company, late, note=NOTE).json()["done"] == late
    for id_ in late:
        newest = company.get(company.amir, f"/follow-ups/{id_}/activities")["items"][0]
        assert newest["summary"] == f"Amir Patel completed it: “{NOTE}”"
    assert bulk(company, late).status_code == 200
    assert bulk(company, late, action="undo", note=NOTE).status_code == 422


def test_an_import_completes_none_without_one(company: Company, late: list[int]) -> None:
    company.reaches(late[1], NEEDED - 1)
    header = "external_id,title,assignee_email,due_at,kind,status\n"
    lines = "".join(f"D-{n},Call Acme,{AMIR},{DUE},call,completed\n" for n in range(2))
    answer = send(company, "follow-ups", header + lines)
    assert wrong(answer) == [(2, "status")]
    assert "through the API" in answer.json()["errors"][0]["message"]
    assert send(company, "follow-ups", header + lines, partial=True).json()["updated"] == 1
    assert open_ones(company) == [True]
