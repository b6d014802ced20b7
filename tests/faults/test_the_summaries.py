"""What a round finds wrong with summaries, on a company of its own: else zeros would say little."""

from __future__ import annotations

from datetime import timedelta

import pytest
from followup_api.followups.scopes import Scope
from followup_api.followups.service import restore
from followup_api.unit_of_work import UnitOfWork
from followup_common.contracts import EscalationsRaised
from followup_common.messaging import outbox
from followup_notifier.escalations import write_inbox
from sqlalchemy import text

from tests.faults.summaries import ONE_BY_ONE, SAID_AGAIN, UNHEARD
from tests.support.company import Company
from tests.support.handlers import Run, claim

MANY = 6
SUMMARY = "audience = 'bundle'"


@pytest.fixture
def swept(company: Company, run: Run) -> Company:
    """One sweep has told somebody of many; the event that asked for it is in the outbox."""
    company.follow_ups(company.person("Eve"), MANY, overdue=timedelta(hours=1))
    [event] = claim(company, run)
    assert isinstance(event, EscalationsRaised)
    outbox.store(company.tx, [event], source="followup/test")
    run(write_inbox, event)
    return company


def wrong(company: Company) -> tuple[int, int, int]:
    """How many were not heard of, summed up again, and told one by one."""
    raised = {"raised": EscalationsRaised.type}
    found = (company.tx.execute(statement, raised) for statement in (UNHEARD, SAID_AGAIN, ONE_BY_ONE))
    unheard, again, one_by_one = (sum(row.number for row in rows) for rows in found)
    return unheard, again, one_by_one


def test_what_is_as_it_should_be_is_not_wrong(swept: Company) -> None:
    assert wrong(swept) == (0, 0, 0)


@pytest.mark.parametrize(
    ("done", "found"),
    [
        (f"DELETE FROM notifications WHERE {SUMMARY}", (MANY, 0, 0)),
        (f"UPDATE notifications SET read_at = now() WHERE {SUMMARY}", (MANY, 0, 0)),
        ("UPDATE notifications SET read_at = NULL", (0, 0, MANY)),
        (
            "INSERT INTO notifications (user_id, audience, summary_of, details) "
            f"SELECT user_id, audience, summary_of + 1, details FROM notifications WHERE {SUMMARY}",
            (0, 1, 0),
        ),
    ],
)
def test_what_is_not_is_counted(swept: Company, done: str, found: tuple[int, int, int]) -> None:
    swept.tx.execute(text(done))
    assert wrong(swept) == found


def test_what_was_deleted_while_others_were_summed_up_is_restored_as_it_was(
    company: Company, run: Run
) -> None:
    eve, ada = company.person("Eve"), company.person("Ada", role="admin")
    company.follow_ups(eve, MANY + 1, overdue=timedelta(hours=1))
    [event] = claim(company, run)
    assert isinstance(event, EscalationsRaised)
    outbox.store(company.tx, [event], source="followup/test")
    first, *others = event.escalations
    run(write_inbox, EscalationsRaised.of(event.sweep_id, [first]))
    company.tx.execute(text("DELETE FROM follow_ups WHERE id = :id"), {"id": first.follow_up_id})
    run(write_inbox, EscalationsRaised.of(event.sweep_id, others))
    restore(UnitOfWork(company.tx), first.follow_up_id, Scope(None), ada)
    assert wrong(company) == (0, 0, 0)
