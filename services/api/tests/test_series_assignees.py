"""Whose the next one of a series is, when its follow-ups and its people change."""

from __future__ import annotations

from typing import Any

from .companies import Company
from .conftest import Person
from .test_series import DUE, complete, hand_over, of, plan


def reassign(company: Company, follow_up: dict[str, Any], to: Person) -> None:
    path = f"/follow-ups/{follow_up['id']}"
    assert company.ask(company.ada, "PATCH", path, json={"assignee_id": to.id}).status_code == 200


def deactivate(company: Company, person: Person, **more: Any) -> None:
    body = {"active": False, **more}
    assert company.ask(company.ada, "PATCH", f"/users/{person.id}", json=body).status_code == 200


def test_work_that_is_given_back_comes_again_with_who_gave_it(company: Company) -> None:
    first = plan(company)
    number = hand_over(company, company.mia, company.amir, company.mia)
    undone = company.ask(company.mia, "POST", f"/hand-overs/{number}/undo")
    assert undone.json()["given_back"] == 1
    second = complete(company, first["id"])["next_in_series"]["id"]
    assert company.get(company.ada, f"/follow-ups/{second}")["assignee_id"] == company.amir.id


def test_a_hand_over_takes_only_series_of_the_giver(company: Company) -> None:
    of_another, of_the_taker = (
        plan(company),
        company.create(company.dana, due_at=DUE, repeats={"unit": "day"}),
    )
    reassign(company, of_another, company.mia)
    hand_over(company, company.dana, company.mia, company.dana)
    assert of(company, of_another)["assignee_id"] == company.amir.id
    reassign(company, of_another, company.amir)
    reassign(company, of_the_taker, company.mia)
    number = hand_over(company, company.dana, company.mia, company.dana)
    assert company.ask(company.dana, "POST", f"/hand-overs/{number}/undo").json()["given_back"] == 1
    assert of(company, of_the_taker)["assignee_id"] == company.dana.id


def test_the_next_one_of_somebody_inactive_is_for_who_had_the_one_before(company: Company) -> None:
    completed, deleted = plan(company), plan(company, title="Deleted")
    for each in (completed, deleted):
        reassign(company, each, company.mia)
    deactivate(company, company.amir)
    assert company.ask(company.mia, "POST", f"/follow-ups/{completed['id']}/complete").status_code == 200
    assert company.ask(company.ada, "DELETE", f"/follow-ups/{deleted['id']}").status_code == 204
    for each in (completed, deleted):
        series = of(company, each)
        assert series["assignee_id"] == company.mia.id
        assert company.get(company.mia, f"/follow-ups/{series['open_id']}")["assignee_id"] == company.mia.id


def test_who_is_deactivated_leaves_also_series_whose_open_one_is_anothers(company: Company) -> None:
    lent, own = plan(company), plan(company, title="Own")
    reassign(company, lent, company.mia)
    deactivate(company, company.amir, open_work={"hand_over_to": company.dana.id})
    for each in (lent, own):
        assert of(company, each)["assignee_id"] == company.dana.id
