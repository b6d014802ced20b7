"""Escalations that find nobody to tell: recorded, and raised again once somebody can be told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support.company import Company, raised
from tests.support.handlers import Run, announce, claim, sweep

HOUR = timedelta(hours=1)


def test_no_admin_is_recorded_as_unroutable_and_told_once_there_is_one(company: Company, run: Run) -> None:
    assignee = company.person("Eve", active=False)
    call = company.follow_up(assignee, overdue=100 * HOUR)
    sweep(company, run)
    assert company.escalations(call) == {1: "skipped", 2: "skipped", 3: "unroutable"}
    assert company.told(call) == []
    sweep(company, run)
    assert company.told(call) == []
    admin = company.person("Ada", role="admin")
    sweep(company, run)
    assert company.told(call) == [(3, admin)]
    assert company.escalations(call)[3] == "raised"
    assert len(company.activities(call)) == 1


def test_an_unroutable_escalation_is_told_once_a_manager_can_be(company: Company, run: Run) -> None:
    assignee = company.person("Eve", active=False)
    call = company.follow_up(assignee, overdue=50 * HOUR)
    sweep(company, run)
    assert company.escalations(call)[2] == "unroutable"
    manager = company.person("Max", role="manager")
    company.tx.execute(text(f"UPDATE users SET manager_id = {manager} WHERE id = {assignee}"))
    sweep(company, run)
    assert company.told(call) == [(2, manager)]


def test_what_still_cannot_be_routed_is_not_raised_again(company: Company, run: Run) -> None:
    """Else it would be in the way of what can, sweep after sweep."""
    assignee = company.person("Eve", manager=company.person("Max", role="manager"))
    call = company.follow_up(assignee, overdue=50 * HOUR)
    sweep(company, run)
    company.let_pass(50 * HOUR)
    sweep(company, run)
    assert company.escalations(call)[3] == "unroutable"
    assert raised(claim(company, run)) == []


def test_a_run_of_which_nobody_was_told_is_raised_again_once_its_assignee_can_be(
    company: Company, run: Run
) -> None:
    """Without any admin: the first announcement of a run tells the assignee too, and a later one does not."""
    assignee = company.person("Eve")
    known = company.follow_up(assignee, overdue=HOUR)
    sweep(company, run)
    company.let_pass(99 * HOUR)
    company.tx.execute(text(f"UPDATE users SET active = false WHERE id = {assignee}"))
    unknown = company.follow_up(assignee, overdue=100 * HOUR)
    sweep(company, run)
    assert company.escalations(known)[3] == company.escalations(unknown)[3] == "unroutable"
    company.tx.execute(text(f"UPDATE users SET active = true WHERE id = {assignee}"))
    events = claim(company, run)
    assert [key.follow_up_id for key in raised(events)] == [unknown]
    announce(run, events)
    assert (company.told(known), company.told(unknown)) == ([(1, assignee)], [(3, assignee)])


@pytest.mark.parametrize(("audience", "height"), [("manager(2)", 2), ("manager", 1), ("assignee", 0)])
def test_only_somebody_high_enough_makes_it_worth_raising_again(
    company: Company, run: Run, audience: str, height: int
) -> None:
    """The direct manager cannot stand in for the manager's manager: raised again, it would be in vain."""
    company.tx.execute(
        text("""
            INSERT INTO policy_versions (policy, version, steps) VALUES ('standard', 2, jsonb_build_array(
                jsonb_build_object('after', 'PT0S', 'label', 'x', 'severity', 'overdue',
                                   'audience', jsonb_build_array(CAST(:audience AS text)))))
        """),
        {"audience": audience},
    )
    line = [company.person("Top", role="manager", active=False)]
    for name in ("Max", "Eve"):
        line.insert(0, company.person(name, manager=line[0], active=False))
    call = company.follow_up(line[0], overdue=HOUR)
    sweep(company, run)
    assert company.escalations(call) == {1: "unroutable"}
    for person in line[:height]:
        company.tx.execute(text(f"UPDATE users SET active = true WHERE id = {person}"))
    assert raised(claim(company, run)) == []
    company.tx.execute(text(f"UPDATE users SET active = true WHERE id = {line[height]}"))
    sweep(company, run)
    assert company.told(call) == [(1, line[height])]
