"""A batch of escalations: who is told of each, and what the notifier answers about the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from followup_common.contracts import EscalationsDelivered, EscalationsRaised
from followup_common.metrics import Measured
from followup_escalator.settings import EscalatorSettings
from followup_notifier import metrics
from followup_notifier.escalations import write_inbox
from followup_notifier.settings import NotifierSettings
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as, claim

HOUR = timedelta(hours=1)


def due(company: Company, run: Run) -> EscalationsRaised:
    """What an escalator would raise now."""
    [event] = claim(company, run)
    assert isinstance(event, EscalationsRaised)
    return event


def deliver(run: Run, event: EscalationsRaised) -> EscalationsDelivered:
    """What the notifier answers."""
    [answer] = run(write_inbox, event)
    assert isinstance(answer, EscalationsDelivered)
    assert (answer.sweep_id, answer.delivered) == (event.sweep_id, len(event))
    return answer


def test_each_step_of_a_batch_tells_its_own_audience(company: Company, run: Run) -> None:
    admin = company.person("Ada", role="admin")
    boss = company.person("Max", role="manager")
    eve = company.person("Eve", manager=boss)
    calls = {
        step: company.follow_up(eve, overdue=hours * HOUR) for step, hours in ((1, 1), (2, 50), (3, 100))
    }
    answer = deliver(run, due(company, run))
    assert (answer.notified, answer.superseded, answer.unroutable) == (5, (), ())
    assert company.told(calls[1]) == [(1, eve)]
    assert company.told(calls[2]) == sorted([(2, boss), (2, eve)])
    assert company.told(calls[3]) == [(3, admin), (3, eve)]
    assert [len(company.activities(call)) for call in calls.values()] == [1, 1, 1]


def test_a_batch_that_comes_again_says_nothing_again(company: Company, run: Run) -> None:
    call = company.follow_up(company.person("Eve"), overdue=HOUR)
    event = due(company, run)
    assert deliver(run, event).notified == 1
    before = company.told(call)
    assert deliver(run, event).notified == 0
    assert (company.told(call), len(company.activities(call))) == (before, 1)


@pytest.mark.parametrize("what", ["completed", "rescheduled", "deleted"])
def test_what_was_stopped_is_left_out_and_still_counts_as_delivered(
    company: Company, run: Run, what: str
) -> None:
    eve = company.person("Eve")
    stopped, other = (company.follow_up(eve, overdue=HOUR) for _ in range(2))
    event = due(company, run)
    if what == "deleted":
        company.delete(stopped)
    elif what == "completed":
        company.set(stopped, completed_at=company.get(stopped)["now"])
    else:
        company.set(stopped, due_at=company.get(stopped)["now"] + HOUR)
    answer = deliver(run, event)
    assert (answer.notified, answer.superseded, answer.unroutable) == (1, (), ())
    assert (company.told(stopped), company.told(other)) == ([], [(1, eve)])


def test_what_a_later_step_overtook_is_named_and_tells_nobody(company: Company, run: Run) -> None:
    call = company.follow_up(company.person("Eve"), overdue=HOUR)
    event = due(company, run)
    company.let_pass(48 * HOUR)
    answer = deliver(run, event)
    assert (answer.notified, answer.superseded) == (0, event.escalations)
    assert (company.told(call), company.activities(call)) == ([], [])


def test_what_finds_nobody_is_named_and_the_rest_of_the_batch_is_told(company: Company, run: Run) -> None:
    eve, gone = company.person("Eve"), company.person("Gone", active=False)
    call, lonely = company.follow_up(eve, overdue=HOUR), company.follow_up(gone, overdue=HOUR)
    answer = deliver(run, due(company, run))
    assert [key.follow_up_id for key in answer.unroutable] == [lonely]
    assert (answer.notified, company.told(call), company.told(lonely)) == (1, [(1, eve)], [])
    assert company.activities(lonely) == []


def test_whom_it_tells_is_decided_when_it_tells(company: Company, run: Run) -> None:
    """Between claim and announcement a follow-up may change hands."""
    old, new = company.person("Old"), company.person("New")
    call = company.follow_up(old, overdue=HOUR)
    event = due(company, run)
    company.set(call, assignee_id=new)
    assert deliver(run, event).notified == 1
    assert company.told(call) == [(1, new)]


def test_what_is_announced_is_counted_by_policy_and_severity(
    company: Company, run: Run, settings: EscalatorSettings
) -> None:
    eve = company.person("Eve", manager=company.person("Max", role="manager"))
    for hours in (1, 2, 50):
        company.follow_up(eve, overdue=hours * HOUR)
    stopped = company.follow_up(eve, overdue=3 * HOUR)
    event = due(company, run)
    company.set(stopped, completed_at=company.get(stopped)["now"])

    def counted(raised: EscalationsRaised) -> dict[tuple[str, str], float]:
        with acting_as(company.tx, "followup_notifier"):
            emitted = list(write_inbox(raised, company.tx, NotifierSettings()))
        found = [each for each in emitted if isinstance(each, Measured) and each.metric is metrics.TOLD]
        return {(each.labels["policy"], each.labels["severity"]): each.value for each in found}

    assert counted(event) == {("standard", "overdue"): 2, ("standard", "escalated"): 1}
    # Those who waited for their hours were counted when it was announced.
    assert counted(event.model_copy(update={"in_hours": True})) == {}


def test_an_account_that_commands_use_hears_only_what_no_person_would(company: Company, run: Run) -> None:
    account = company.person("Local admin", role="admin")
    company.tx.execute(text("UPDATE users SET is_person = false WHERE id = :id"), {"id": account})
    eve = company.person("Eve")
    first = company.follow_up(eve, overdue=100 * HOUR)
    deliver(run, due(company, run))
    assert company.told(first) == [(3, account), (3, eve)]
    ada = company.person("Ada", role="admin")
    second = company.follow_up(eve, overdue=100 * HOUR)
    deliver(run, due(company, run))
    assert company.told(second) == sorted([(3, ada), (3, eve)])
