"""A change that brings another policy: who makes it is asked about the clock, and the history says it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.pipeline import Pipeline

from .companies import DUE, Company

HOUR = timedelta(hours=1)
REASON = "It is a call now, and nobody could have known"
WOULD_CHANGE = "urn:followup:problem:policy-would-change"


@pytest.fixture
def calls(company: Company) -> dict[str, Any]:
    """A policy for calls that is in force."""
    made = company.policy(name="Calls")
    answer = company.ask(company.ada, "POST", f"/policies/{made['id']}/publish", json={})
    assert answer.status_code == 200, answer.text
    return made


def patch(company: Company, follow_up: int, **body: Any) -> Any:
    return company.ask(company.amir, "PATCH", f"/follow-ups/{follow_up}", json=body)


def bulk(company: Company, ids: list[int], **body: Any) -> Any:
    return company.ask(company.dana, "POST", "/follow-ups/bulk", json={"ids": ids, "action": "edit", **body})


def policy_of(company: Company, follow_up: int) -> str:
    name: str = company.get(company.ada, f"/follow-ups/{follow_up}")["policy"]["name"]
    return name


def history(company: Company, follow_up: int) -> list[str]:
    """What the history says, latest first."""
    found = company.get(company.ada, f"/follow-ups/{follow_up}/activities")["items"]
    return [entry["summary"] for entry in found]


def clock(company: Company, follow_up: int) -> tuple[bool, int, int]:
    """Whether the clock started over just now, the run and its step."""
    [row] = company.world.execute(
        "SELECT anchor_at > now() - interval '10 minutes' AS over, run, step FROM escalation_states "
        "WHERE follow_up_id = :id",
        id=follow_up,
    )
    return row.over, row.run, row.step


def swept(company: Company, pipeline: Pipeline, hours: float) -> int:
    follow_up = company.follow_up(company.amir, overdue=hours * HOUR)
    pipeline.request_sweep()
    pipeline.work()
    return follow_up


def test_who_asks_is_told_of_another_policy_and_nothing_is_changed(
    company: Company, calls: dict[str, Any]
) -> None:
    follow_up = company.follow_up(company.amir)
    before = company.get(company.amir, f"/follow-ups/{follow_up}")
    answer = patch(company, follow_up, kind="call", title="Call", ask_about_policy=True)
    assert (answer.status_code, answer.json()["type"]) == (409, WOULD_CHANGE)
    assert answer.json()["policies"] == [
        {
            "from": {"policy": "standard", "version": 1},
            "to": {"policy": "Calls", "version": 1},
            "follow_ups": 1,
        }
    ]
    assert "restart_clock" in answer.json()["detail"]
    assert company.get(company.amir, f"/follow-ups/{follow_up}") == before
    assert company.activities(follow_up) == []


def test_who_asks_and_keeps_the_policy_has_the_change_made(company: Company, calls: dict[str, Any]) -> None:
    follow_up = company.follow_up(company.amir)
    assert patch(company, follow_up, kind="visit", ask_about_policy=True).json()["kind"] == "visit"
    # A new due time starts the clock over, whichever policy that brings.
    assert patch(company, follow_up, kind="call", due_at=DUE, ask_about_policy=True).status_code == 200
    assert policy_of(company, follow_up) == "Calls"


@pytest.mark.parametrize("choice", [{}, {"restart_clock": False}, {"restart_clock": None}])
def test_the_clock_goes_on_unless_it_is_said(
    company: Company, calls: dict[str, Any], choice: dict[str, Any]
) -> None:
    follow_up = company.follow_up(company.amir)
    assert patch(company, follow_up, kind="call", **choice).status_code == 200
    assert clock(company, follow_up) == (False, 2, 0)
    assert history(company, follow_up) == [
        "Amir Patel changed the kind from task to call",
        "Amir Patel moved it from the policy “standard” (version 1) to the policy “Calls” (version 1)",
    ]


def test_the_clock_starts_over_and_all_is_told_again(
    company: Company, calls: dict[str, Any], pipeline: Pipeline
) -> None:
    follow_up = swept(company, pipeline, 1)
    assert patch(company, follow_up, kind="call", restart_clock=True).status_code == 200
    assert clock(company, follow_up) == (True, 2, 0)
    assert history(company, follow_up)[1].endswith("(version 1), and started its clock again")
    pipeline.request_sweep()
    pipeline.work()
    told = company.world.execute(
        "SELECT run, step FROM notifications WHERE follow_up_id = :id AND user_id = :amir ORDER BY id",
        id=follow_up,
        amir=company.amir.id,
    )
    assert [tuple(row) for row in told] == [(1, 1), (2, 1)]


def test_a_clock_without_another_policy_does_not_start_over(company: Company, calls: dict[str, Any]) -> None:
    follow_up = company.follow_up(company.amir)
    assert patch(company, follow_up, kind="visit", restart_clock=True).status_code == 200
    assert clock(company, follow_up) == (False, 1, 0)


def test_starting_over_what_others_were_told_of_needs_a_reason(
    company: Company, calls: dict[str, Any], pipeline: Pipeline
) -> None:
    follow_up = swept(company, pipeline, 50)
    for answer in (
        patch(company, follow_up, kind="call", restart_clock=True),
        bulk(company, [follow_up], kind="call", restart_clock=True),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "reason"
    assert policy_of(company, follow_up) == "standard"
    # Going on takes nothing back, so that it needs none.
    answer = patch(company, follow_up, kind="call", restart_clock=True, reason=REASON)
    assert answer.status_code == 200, answer.text
    assert history(company, follow_up)[0] == f"Amir Patel changed the kind from task to call: “{REASON}”"


def test_a_policy_in_between_does_not_spare_the_reason(
    company: Company, calls: dict[str, Any], pipeline: Pipeline
) -> None:
    follow_up = swept(company, pipeline, 50)
    assert patch(company, follow_up, kind="call").status_code == 200
    assert patch(company, follow_up, kind="visit", restart_clock=True).status_code == 422
    assert patch(company, follow_up, kind="visit", restart_clock=True, reason=REASON).status_code == 200


def test_what_is_escalated_and_not_announced_yet_needs_a_reason(
    company: Company, calls: dict[str, Any]
) -> None:
    follow_up = company.follow_up(company.amir, overdue=50 * HOUR)
    company.reaches(follow_up, 2)
    company.world.execute(
        "INSERT INTO escalations (follow_up_id, run, step, policy_version_id, severity) "
        "SELECT follow_up_id, run, step, policy_version_id, severity FROM escalation_states"
    )
    assert patch(company, follow_up, kind="call", restart_clock=True).status_code == 422


def test_many_at_once_are_asked_about_and_started_over(company: Company, calls: dict[str, Any]) -> None:
    ids = [company.follow_up(company.amir) for _ in range(3)]
    patch(company, ids[2], kind="call")
    answer = bulk(company, ids, kind="call", ask_about_policy=True)
    assert (answer.status_code, answer.json()["type"]) == (409, WOULD_CHANGE)
    assert [move["follow_ups"] for move in answer.json()["policies"]] == [2]
    assert [policy_of(company, one) for one in ids] == ["standard", "standard", "Calls"]
    assert bulk(company, ids, kind="call", restart_clock=True).json()["done"] == ids
    assert [clock(company, one) for one in ids] == [(True, 2, 0), (True, 2, 0), (False, 2, 0)]


def test_reassigning_many_asks_as_well(company: Company) -> None:
    conditions = {"all": [{"field": "assignee", "is": "any_of", "value": [company.mia.id]}]}
    made = company.policy(name="Of Mia", conditions=conditions)
    company.ask(company.ada, "POST", f"/policies/{made['id']}/publish", json={})
    follow_up = company.follow_up(company.amir)
    body = {"action": "reassign", "assignee_id": company.mia.id}
    answer = bulk(company, [follow_up], **body, ask_about_policy=True)
    assert answer.json()["policies"][0]["to"]["policy"] == "Of Mia"
    assert company.events("reassigned") == []
    assert bulk(company, [follow_up], **body, restart_clock=True).status_code == 200
    assert clock(company, follow_up) == (True, 2, 0)
    assert patch(company, follow_up, assignee_id=company.amir.id, ask_about_policy=True).status_code == 404


def test_an_undo_puts_the_clock_back(company: Company, calls: dict[str, Any], pipeline: Pipeline) -> None:
    follow_up = swept(company, pipeline, 1)
    patch(company, follow_up, kind="call", restart_clock=True)
    answer = company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/undo")
    assert answer.status_code == 200, answer.text
    assert clock(company, follow_up) == (False, 1, 1)
    assert policy_of(company, follow_up) == "standard"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "complete", "restart_clock": True},
        {"action": "reschedule", "due_at": DUE, "ask_about_policy": True},
        {"action": "edit", "kind": "call", "reason": REASON},
        {"action": "edit", "kind": "call", "restart_clock": False, "reason": REASON},
        {"action": "edit", "restart_clock": True},
        {"action": "edit", "kind": "call", "restart_clock": "yes"},
    ],
)
def test_a_choice_where_there_is_none_is_refused(company: Company, body: dict[str, Any]) -> None:
    follow_up = company.follow_up(company.amir)
    assert bulk(company, [follow_up], **body).status_code == 422
    assert patch(company, follow_up, kind="call", reason=REASON).status_code == 422
