"""Work that is handed over tells whom a single reassignment would tell, and when it would."""

from __future__ import annotations

from datetime import timedelta

from followup_common.contracts import FollowUpsHandedOver
from followup_common.messaging.handlers import Emitted
from followup_common.messaging.outbox import Later
from followup_notifier.hand_overs import announce_hand_over
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, sweep
from tests.support.policies import STEP, give, open_for, publish

HOUR = timedelta(hours=1)
TO_BOTH = {**STEP, "audience": ["assignee", "manager"]}


def hand_over(company: Company, giver: int, taker: int, *calls: int) -> FollowUpsHandedOver:
    """What the API does; returns its event."""
    number = company.tx.execute(
        text("""
            INSERT INTO hand_overs (from_user_id, to_user_id, actor_id, number)
            VALUES (:giver, :taker, :giver, :number) RETURNING id
        """),
        {"giver": giver, "taker": taker, "number": len(calls)},
    ).scalar_one()
    for call in calls:
        company.set(call, assignee_id=taker)
    company.tx.execute(
        text("""
            INSERT INTO hand_over_items
            SELECT :number, id, version, assignment FROM follow_ups WHERE id = ANY(CAST(:calls AS bigint[]))
        """),
        {"number": number, "calls": list(calls)},
    )
    return FollowUpsHandedOver(hand_over_id=number)


def later(emitted: list[Emitted]) -> list[timedelta]:
    """After how long it is looked at again."""
    return [each.delay for each in emitted if isinstance(each, Later)]


def heard(company: Company, user: int) -> list[int | None]:
    """The follow-ups of what somebody was told aloud; None: a summary."""
    statement = text(
        "SELECT follow_up_id FROM notifications WHERE user_id = :user AND read_at IS NULL ORDER BY id"
    )
    return list(company.tx.execute(statement, {"user": user}).scalars())


def test_whom_a_step_tells_in_their_hours_hears_of_it_when_those_begin(company: Company, run: Run) -> None:
    boss = company.person("Max")
    eve, otto = company.person("Eve"), company.person("Otto", manager=boss)
    hours = open_for(company, boss=(HOUR, 9 * HOUR))
    give(company, boss, hours)
    publish(company, {**TO_BOTH, "tell": "working_hours"})
    call = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    event = hand_over(company, eve, otto, call)
    assert later(run(announce_hand_over, event)) == [HOUR]
    assert company.told(call) == [(0, otto), (1, eve)]
    company.tx.execute(text("UPDATE calendar_spans SET starts_at = now()"))
    company.tx.execute(text("UPDATE calendars SET name = name"))  # another version
    assert later(run(announce_hand_over, event)) == []
    assert company.told(call) == sorted([(0, otto), (1, eve), (1, boss)])
    assert heard(company, boss) == [None]


def test_what_was_the_first_announcement_of_its_run_tells_who_stands_in_for_the_taker(
    company: Company, run: Run
) -> None:
    """Of one that was announced before, they are not told: the step that it has reached tells the admins."""
    admin, tom = company.person("Ada", role="admin"), company.person("Tom")
    eve, otto = company.person("Eve"), company.person("Otto")
    company.away(otto, substitute=tom)
    known = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    company.let_pass(99 * HOUR)
    late = company.follow_up(eve, overdue=100 * HOUR)
    sweep(company, run)
    run(announce_hand_over, hand_over(company, eve, otto, known, late))
    assert company.told(known) == sorted([(0, otto), (1, eve), (3, admin)])
    assert company.told(late) == sorted([(0, otto), (3, admin), (3, eve), (3, tom)])


def test_while_one_waits_its_step_tells_nobody_and_then_aloud(company: Company, run: Run) -> None:
    """One notification has summed up the other ones by then."""
    boss = company.person("Max")
    eve, otto = company.person("Eve"), company.person("Otto", manager=boss)
    publish(company, TO_BOTH)
    calls = [company.follow_up(eve, overdue=HOUR) for _ in range(2)]
    sweep(company, run)
    event = hand_over(company, eve, otto, *calls)
    company.tx.execute(
        text("""
            INSERT INTO holds (follow_up_id, number, kind, user_id, run, step, assignment, until, version)
            VALUES (:call, 1, 'wait', :otto, 1, 1, 2, now() + interval '5 minutes', 3)
        """),
        {"call": calls[0], "otto": otto},
    )
    assert later(run(announce_hand_over, event)) == [timedelta(minutes=5)]
    assert (company.told(calls[0]), len(company.told(calls[1]))) == ([(0, otto), (1, eve)], 3)
    assert heard(company, boss) == [None]
    company.tx.execute(
        text("""
            UPDATE holds
            SET starts_at = now() - interval '6 minutes', ended_at = now(), end_reason = 'person'
        """)
    )
    assert later(run(announce_hand_over, event)) == []
    assert company.told(calls[0]) == sorted([(0, otto), (1, eve), (1, boss)])
    assert heard(company, boss) == [None, calls[0]]
    assert heard(company, otto) == [None]


def test_what_was_waited_before_puts_later_steps_off(company: Company, run: Run) -> None:
    boss = company.person("Max")
    eve, otto = company.person("Eve"), company.person("Otto", manager=boss)
    publish(company, TO_BOTH, STEP | {"after": "PT3H", "severity": "breach"})
    call = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    company.tx.execute(
        text("""
            INSERT INTO holds (follow_up_id, number, kind, user_id, run, step, assignment, until, version)
            VALUES (:call, 1, 'wait', :eve, 1, 1, 1, now() + interval '3 hours', 2)
        """),
        {"call": call, "eve": eve},
    )
    company.let_pass(3 * HOUR)
    event = hand_over(company, eve, otto, call)
    assert later(run(announce_hand_over, event)) == []
    assert (1, boss) in company.told(call)
