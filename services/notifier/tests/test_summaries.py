"""Many follow-ups that one happening tells somebody of are one notification that is heard."""

from __future__ import annotations

import threading
from datetime import timedelta

from followup_common.contracts import EscalationsRaised, FollowUpReassigned
from followup_common.policy import Recipient, Severity
from followup_escalator.batches import claim_batch
from followup_notifier import inbox
from followup_notifier.assignments import announce_assignment
from followup_notifier.escalations import write_inbox
from followup_notifier.settings import NotifierSettings
from followup_notifier.summaries import ALONE
from sqlalchemy import RowMapping, text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as, claim, sweep
from tests.support.pipeline import Pipeline
from tests.support.policies import STEP, give, open_for, publish
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)
MANY = ALONE + 1


def heard(company: Company, user: int) -> list[int | None]:
    """The follow-ups of what somebody has not read; None: a summary."""
    statement = text(
        "SELECT follow_up_id FROM notifications WHERE user_id = :user AND read_at IS NULL ORDER BY id"
    )
    return list(company.tx.execute(statement, {"user": user}).scalars())


def summaries(company: Company, user: int) -> list[RowMapping]:
    """Those of somebody, and how many each sums up."""
    statement = text("""
        SELECT s.*, (
            SELECT count(*) FROM notifications n WHERE n.user_id = s.user_id AND n.bundle = s.summary_of
        ) AS number
        FROM notifications s WHERE s.user_id = :user AND s.audience = 'bundle' ORDER BY s.id
    """)
    return list(company.tx.execute(statement, {"user": user}).mappings())


def planned(company: Company, user: int) -> dict[int | None, str]:
    """As how grave the mails to somebody are planned, by follow-up; None: that of a summary."""
    statement = text("SELECT follow_up_id, severity FROM deliveries WHERE user_id = :user")
    return {row.follow_up_id: row.severity for row in company.tx.execute(statement, {"user": user})}


def raised(company: Company, run: Run) -> EscalationsRaised:
    """What a sweep raises now."""
    [event] = claim(company, run)
    assert isinstance(event, EscalationsRaised)
    return event


def test_one_is_told_by_itself_and_more_once(company: Company, run: Run) -> None:
    boss = company.person("Max", role="manager")
    eve, ben = company.person("Eve", manager=boss), company.person("Ben", manager=boss)
    few = [company.follow_up(ben, overdue=50 * HOUR) for _ in range(ALONE)]
    company.follow_up(eve, overdue=50 * HOUR)
    sweep(company, run)
    assert heard(company, ben) == few
    assert summaries(company, ben) == []
    assert heard(company, boss) == [None]
    [summary] = summaries(company, boss)
    assert (summary["number"], summary["details"]["severity"]) == (MANY, "escalated")
    assert [company.told(call) for call in few] == [sorted([(2, boss), (2, ben)])] * ALONE
    assert [len(company.activities(call)) for call in few] == [1] * ALONE


def test_each_severity_is_summed_up_by_itself(company: Company, run: Run) -> None:
    eve = company.person("Eve", manager=company.person("Max"))
    company.follow_ups(eve, MANY, overdue=HOUR)
    company.follow_ups(eve, MANY + 1, overdue=50 * HOUR)
    one = company.follow_up(company.person("Ada", role="admin"), overdue=HOUR)
    sweep(company, run)
    assert {(s["details"]["severity"], s["number"]) for s in summaries(company, eve)} == {
        ("overdue", MANY),
        ("escalated", MANY + 1),
    }
    assert company.told(one)


def test_what_another_batch_told_before_is_summed_up_too(company: Company, run: Run) -> None:
    """And what a batch brings that comes later, by the summary that is there."""
    eve = company.person("Eve")
    for _ in range(MANY + 1):
        company.follow_up(eve, overdue=HOUR)
    event = raised(company, run)
    parts = event.halves()
    assert parts
    last = parts[1].halves()
    assert last
    run(write_inbox, parts[0])
    assert len(heard(company, eve)) == len(parts[0])
    run(write_inbox, last[0])
    run(write_inbox, last[1])
    assert heard(company, eve) == [None]
    [summary] = summaries(company, eve)
    assert summary["number"] == MANY + 1


def test_who_has_read_it_hears_of_what_is_new(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    company.follow_ups(eve, 2 * MANY, overdue=HOUR)
    parts = raised(company, run).halves()
    assert parts
    run(write_inbox, parts[0])
    company.tx.execute(text("UPDATE notifications SET read_at = now()"))
    run(write_inbox, parts[0])
    assert heard(company, eve) == [], "it said nothing new"
    run(write_inbox, parts[1])
    assert heard(company, eve) == [None]
    assert [each["number"] for each in summaries(company, eve)] == [2 * MANY]


def test_each_sweep_is_a_happening_of_its_own(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    for number in (ALONE, ALONE):
        company.follow_ups(eve, number, overdue=HOUR)
        sweep(company, run)
    assert len(heard(company, eve)) == 2 * ALONE


def test_who_is_away_finds_each_and_hears_of_none(company: Company, run: Run) -> None:
    boss = company.person("Max", role="manager")
    eve = company.person("Eve", manager=boss)
    company.away(eve)
    company.follow_ups(eve, MANY, overdue=HOUR)
    sweep(company, run)
    assert (heard(company, eve), summaries(company, eve)) == ([], [])
    assert heard(company, boss) == [None]


def test_what_was_told_before_makes_nothing_many(company: Company) -> None:
    """A repetition, or the hours of others, names all again: what is new of it is heard."""
    eve = company.person("Eve")
    route = inbox.Route((Recipient(eve, "assignee"),), Severity.OVERDUE)
    calls = [company.follow_up(eve, overdue=HOUR) for _ in range(MANY)]
    announced = [inbox.Announcement(call, 1, 1, 0, route) for call in calls]
    with acting_as(company.tx, "followup_notifier"):
        inbox.write(company.tx, announced[:-1], "sweep/1")
        inbox.write(company.tx, announced, "hours/2026-03-02")
    assert (heard(company, eve), summaries(company, eve)) == (calls, [])


def test_when_working_hours_begin_what_waited_is_one(company: Company, run: Run) -> None:
    """Those who were told at once are not told again, and their number makes nobody else's larger."""
    boss = company.person("Max")
    eve = company.person("Eve", manager=boss)
    give(company, boss, open_for(company, boss=(HOUR, 9 * HOUR)))
    give(company, eve, open_for(company, eve=(-HOUR, 9 * HOUR)))
    publish(company, {**STEP, "audience": ["assignee", "manager"], "tell": "working_hours"})
    company.follow_ups(eve, MANY, overdue=HOUR)
    event = raised(company, run)
    run(write_inbox, event)
    assert (heard(company, eve), heard(company, boss)) == ([None], [])
    company.tx.execute(text("UPDATE calendar_spans SET starts_at = least(starts_at, now())"))
    company.tx.execute(text("UPDATE calendars SET name = name"))  # another version
    company.tx.execute(text("UPDATE notifications SET read_at = now()"))
    begun = EscalationsRaised.of(None, event.escalations).model_copy(update={"in_hours": True})
    for part in begun.halves() or ():
        run(write_inbox, part)
    assert (heard(company, eve), heard(company, boss)) == ([], [None])
    assert [each["number"] for each in summaries(company, boss)] == [MANY]


def test_what_somebody_reassigns_at_once_is_one(company: Company, run: Run) -> None:
    """For who gets them, and for whom the step reached tells now. What is reassigned later is another one.

    It goes by mail as what is overdue does, where it has no severity of its own.
    """
    company.tx.execute(text("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)"))
    boss, chief = company.person("Max"), company.person("Mia")
    eve, ben = company.person("Eve", manager=boss), company.person("Ben", manager=chief)
    calls = [company.follow_up(eve, overdue=50 * HOUR) for _ in range(MANY + 1)]
    sweep(company, run)
    for call in calls:
        company.set(call, assignee_id=ben)
    company.tx.execute(
        text("""
            INSERT INTO activities (follow_up_id, kind, actor_id, details, created_at)
            SELECT id, 'reassigned', :eve, '{"changes": {"assignee_id": {}}}',
                now() + CASE WHEN id = :last THEN interval '1 second' ELSE interval '0' END
            FROM follow_ups
        """),
        {"eve": eve, "last": calls[-1]},
    )
    for call in (*calls, calls[0]):
        event = FollowUpReassigned(follow_up_id=call, assignee_id=ben, assignment=2, actor_id=eve)
        run(announce_assignment, event)
    for person, severity in ((ben, "assigned"), (chief, "escalated")):
        assert heard(company, person) == [None, calls[-1]]
        [summary] = summaries(company, person)
        assert (summary["number"], summary["details"]["severity"]) == (MANY, severity)
        assert planned(company, person)[None] == ("overdue" if severity == "assigned" else severity)
    assert [company.told(call)[:1] for call in calls] == [[(0, ben)]] * (MANY + 1)


def test_batches_side_by_side_come_to_what_one_would(pipeline: Pipeline, run: Run) -> None:
    """Neither sees what the other has written until that is committed: the second one waits for the first."""
    with pipeline.company() as company:
        eve = company.person("Eve")
        company.follow_ups(eve, MANY, overdue=HOUR)
        event = claim_batch(company.tx, 1, MANY).raised(1)
    first, second = event.halves() or (event, event)

    def notify() -> None:
        with pipeline.databases["notifier"].transaction() as tx:
            list(write_inbox(second, tx, NotifierSettings()))

    with pipeline.databases["notifier"].transaction() as tx:
        list(write_inbox(first, tx, NotifierSettings()))
        other = threading.Thread(target=notify)
        other.start()
        eventually(pipeline.somebody_waits, what="the second batch waits for the first")
    other.join(60)
    with pipeline.company() as company:
        assert heard(company, eve) == [None]
        assert [each["number"] for each in summaries(company, eve)] == [MANY]
