"""What a round finds wrong with summaries, on a company of its own: else zeros would say little."""

from __future__ import annotations

from datetime import timedelta

import pytest
from followup_api.followups.scopes import Scope
from followup_api.followups.service import restore
from followup_api.unit_of_work import UnitOfWork
from followup_common.contracts import EscalationsRaised, PersonReturned
from followup_common.messaging import outbox
from followup_notifier.escalations import write_inbox
from followup_notifier.returns import sum_up_absence
from sqlalchemy import text

from tests.faults import journal
from tests.faults.summaries import ONE_BY_ONE, SAID_AGAIN, SUMMED_UP_TWICE, UNHEARD
from tests.faults.verdict import repeated
from tests.support.company import Company
from tests.support.handlers import Run, claim

MANY = 2
SUMMARY = "audience = 'bundle'"


@pytest.fixture
def company(company: Company) -> Company:
    """With the journal of what is raised."""
    company.tx.execute(text(journal.OF_RAISED))
    return company


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
    found = (company.tx.execute(statement) for statement in (UNHEARD, SAID_AGAIN, ONE_BY_ONE))
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


def test_what_a_restoration_raised_again_is_known_when_the_outbox_has_forgotten_it(
    company: Company, run: Run
) -> None:
    """Handled by a clock that was days ahead, it goes where the host that prunes is days behind. The event of
    the sweep comes later, in two, and of that one tells only who stands in by then."""
    eve, ada, sam = company.person("Eve"), company.person("Ada", role="admin"), company.person("Sam")
    company.follow_ups(eve, MANY + 1, overdue=timedelta(hours=1))
    [event] = claim(company, run)
    assert isinstance(event, EscalationsRaised)
    outbox.store(company.tx, [event], source="followup/test")
    first, *others = event.escalations
    company.tx.execute(text("DELETE FROM follow_ups WHERE id = :id"), {"id": first.follow_up_id})
    work = UnitOfWork(company.tx)
    restore(work, first.follow_up_id, Scope(None), ada)
    [again] = work.events
    assert isinstance(again, EscalationsRaised)
    outbox.store(company.tx, [again], source="followup/test")
    run(write_inbox, again)
    company.tx.execute(text("DELETE FROM outbox WHERE payload -> 'sweep_id' = 'null'"))
    run(write_inbox, EscalationsRaised.of(event.sweep_id, others))
    company.away(eve, substitute=sam)
    run(write_inbox, EscalationsRaised.of(event.sweep_id, [first]))
    assert company.told(first.follow_up_id) == [(1, eve), (1, sam)]
    assert wrong(company) == (0, 0, 0)
    assert repeated(company.tx) == {(first.follow_up_id, 1, 1, 0)}


@pytest.mark.parametrize(
    ("done", "number"),
    [
        ("SELECT", 0),
        ("DELETE FROM follow_ups", 0),
        ("UPDATE notifications SET bundle = 9 WHERE fallback = 'absent'", 2),
    ],
)
def test_what_is_said_of_an_absence_is_what_it_has_found(
    company: Company, run: Run, done: str, number: int
) -> None:
    eve = company.person("Eve")
    absence = company.away(eve, substitute=company.person("Sam"))
    company.follow_ups(eve, 2, overdue=timedelta(hours=1))
    [event] = claim(company, run)
    run(write_inbox, event)
    since = company.tx.execute(text("SELECT now() - interval '1 day'")).scalar_one()
    run(sum_up_absence, PersonReturned(user_id=eve, absence_id=absence, since=since))
    company.tx.execute(text(done))
    assert [row.number for row in company.tx.execute(SUMMED_UP_TWICE)] == [number] * (number > 0)
