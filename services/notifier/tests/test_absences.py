"""People who are away: who is told in their place, what they find, and what tells them on their return."""

from __future__ import annotations

from datetime import timedelta

import pytest
from followup_common.contracts import FollowUpReassigned, OutboxTick, PersonReturned
from followup_common.messaging.handlers import Emitted
from followup_escalator.housekeeping import look_after_outbox
from followup_notifier.assignments import announce_assignment
from followup_notifier.returns import sum_up_absence
from sqlalchemy import Row, text

from tests.support.company import Company
from tests.support.handlers import Run, sweep

HOUR = timedelta(hours=1)


def inbox(company: Company, user: int) -> list[Row[tuple[object, ...]]]:
    """Somebody's notifications, oldest first."""
    return list(
        company.tx.execute(
            text("SELECT * FROM notifications WHERE user_id = :user ORDER BY id"), {"user": user}
        )
    )


def unread(company: Company, user: int) -> int:
    """How many somebody has not read."""
    return sum(row.read_at is None for row in inbox(company, user))


def tick(run: Run) -> list[Emitted]:
    """What the escalator notices within a minute."""
    return [event for event in run(look_after_outbox, OutboxTick()) if isinstance(event, PersonReturned)]


def test_the_substitute_is_told_and_the_absent_one_finds_it_without_a_sound(
    company: Company, run: Run
) -> None:
    eve, sam = company.person("Eve", manager=company.person("Max")), company.person("Sam")
    company.away(eve, substitute=sam)
    call = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    assert company.told(call) == sorted([(1, eve), (1, sam)])
    assert (unread(company, eve), unread(company, sam)) == (0, 1)
    [found], [told] = inbox(company, eve), inbox(company, sam)
    assert (found.fallback, told.fallback, told.for_user_id) == ("absent", "substitute", eve)
    assert told.until is not None
    [entry] = company.activities(call)
    assert [each["user_id"] for each in entry["details"]["recipients"]] == [eve, sam]
    assert entry["details"]["recipients"][1]["until"] == told.until.isoformat()


def test_an_absence_counts_by_the_days_of_the_persons_own_time_zone(company: Company, run: Run) -> None:
    """At any moment it is another day in one of these two zones than in the other."""
    zones = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
    people = []
    for zone in zones:
        person = company.person(zone)
        company.tx.execute(
            text("UPDATE users SET time_zone = :zone WHERE id = :id"), {"zone": zone, "id": person}
        )
        company.away(person, since=0, days=1, substitute=company.person("Sam"))
        people.append((person, company.follow_up(person, overdue=HOUR)))
    days = company.tx.execute(text("SELECT DISTINCT first_day FROM absences")).all()
    assert len(days) == 2
    sweep(company, run)
    for person, call in people:
        assert len(company.told(call)) == 2
        assert unread(company, person) == 0


def test_an_absence_that_is_to_come_or_is_over_changes_nothing(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    company.away(eve, since=-1, substitute=company.person("Sam"))
    company.away(eve, since=8, days=8, substitute=company.person("Tom"))
    call = company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    assert (company.told(call), unread(company, eve)) == ([(1, eve)], 1)


def test_a_follow_up_that_becomes_theirs_is_found_too_and_what_it_has_reached_is_told(
    company: Company, run: Run
) -> None:
    boss, sam, ann = company.person("Max"), company.person("Sam"), company.person("Ann")
    eve = company.person("Eve", manager=boss)
    call = company.follow_up(ann, overdue=HOUR)
    sweep(company, run)
    company.away(eve, substitute=sam)
    company.set(call, assignee_id=eve)
    event = FollowUpReassigned(follow_up_id=call, assignee_id=eve, assignment=2, actor_id=boss)
    run(announce_assignment, event)
    run(announce_assignment, event)
    assert company.told(call) == [(0, eve), *sorted([(1, ann), (1, sam)])]
    assert (unread(company, eve), unread(company, sam)) == (0, 1)


def test_on_return_one_notification_sums_up_and_no_more(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    company.away(eve, since=3, substitute=company.person("Sam"))
    for _ in range(2):
        company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    assert tick(run) == []  # still away
    company.tx.execute(text("UPDATE absences SET ended_at = now() - interval '2 minutes'"))
    [event] = tick(run)
    assert tick(run) == []
    assert isinstance(event, PersonReturned)
    for _ in range(2):
        run(sum_up_absence, event)
    [summary] = [row for row in inbox(company, eve) if row.audience == "returned"]
    assert {name: summary.details[name] for name in ("escalated", "assigned")} == {
        "escalated": 2,
        "assigned": 0,
    }
    assert unread(company, eve) == 1


def test_absences_in_a_row_are_summed_up_once_they_are_all_over(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    company.away(eve, since=9, days=7)
    now = company.away(eve, since=2, days=7)
    company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    assert tick(run) == []
    company.tx.execute(
        text("UPDATE absences SET ended_at = now() - interval '2 minutes' WHERE id = :id"), {"id": now}
    )
    company.tx.execute(text("UPDATE absences SET created_at = first_day - 1"))
    [event] = tick(run)
    assert isinstance(event, PersonReturned)
    assert event.absence_id == now
    first_day = company.tx.execute(text("SELECT min(first_day) FROM absences")).scalar_one()
    assert event.since.date() == first_day


def come_back(company: Company, absence: int, ago: timedelta) -> None:
    """Let an absence have been planned an hour before its end, and end so long ago."""
    statement = text("""
        UPDATE absences SET created_at = now() - :ago - interval '1 hour', ended_at = now() - :ago
        WHERE id = :id
    """)
    company.tx.execute(statement, {"id": absence, "ago": ago})


def test_what_was_summed_up_once_is_not_summed_up_after_another_absence_of_the_same_day(
    company: Company, run: Run
) -> None:
    eve = company.person("Eve")
    first = company.away(eve)
    company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    company.tx.execute(text("UPDATE notifications SET created_at = now() - interval '3 hours 30 minutes'"))
    come_back(company, first, 3 * HOUR)
    for _ in range(2):
        [event] = tick(run)
        run(sum_up_absence, event)
        assert unread(company, eve) == 1
        come_back(company, company.away(eve, since=0), HOUR)


@pytest.mark.parametrize("late", [False, True])
def test_what_one_return_has_summed_up_the_next_does_not_say_again_whatever_clocks_and_queues_do(
    company: Company, run: Run, late: bool
) -> None:
    """The host of the escalator is four days behind, so that all absences look as if planned by a clock that
    was ahead; and the event of the first return may come behind that of the second."""
    eve = company.person("Eve")
    company.tx.execute(text("INSERT INTO slow_clock (at) VALUES (now() - interval '100 hours')"))
    returns = []
    for number in range(2):
        absence = company.away(eve, since=3, substitute=company.person("Sam"))
        for _ in range(number + 1):
            company.follow_up(eve, overdue=HOUR)
        sweep(company, run)
        come_back(company, absence, HOUR)
        [event] = tick(run)
        returns.append(event)
        if not late:
            run(sum_up_absence, event)
    for event in reversed(returns):
        run(sum_up_absence, event)
    said = [row.details["escalated"] for row in inbox(company, eve) if row.audience == "returned"]
    assert said == ([3] if late else [1, 2])


def test_who_was_told_by_a_transaction_that_had_begun_before_the_absence_was_planned_hears_of_it(
    company: Company, run: Run
) -> None:
    eve = company.person("Eve")
    absence = company.away(eve)
    company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    come_back(company, absence, HOUR)
    begun = text("UPDATE notifications SET created_at = now() - interval '2 hours 10 seconds'")
    company.tx.execute(begun)
    [event] = tick(run)
    run(sum_up_absence, event)
    assert unread(company, eve) == 1


def test_who_was_away_until_a_moment_ago_hears_of_all_absences_at_once(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    first = company.away(eve)
    come_back(company, first, HOUR)
    second = company.away(eve, since=0)
    come_back(company, second, timedelta(seconds=30))
    assert tick(run) == []
    come_back(company, second, timedelta(seconds=90))
    [event] = tick(run)
    assert isinstance(event, PersonReturned)
    assert event.absence_id == second


def test_who_came_back_by_a_clock_that_was_ahead_is_back_when_it_is_set_back(
    company: Company, run: Run
) -> None:
    eve = company.person("Eve")
    come_back(company, company.away(eve), -72 * HOUR)
    company.follow_up(eve, overdue=HOUR)
    [event] = tick(run)
    assert isinstance(event, PersonReturned)
    assert event.since < company.tx.execute(text("SELECT now()")).scalar_one()


def test_what_was_missed_is_summed_up_though_the_absence_was_planned_by_a_clock_that_was_ahead(
    company: Company, run: Run
) -> None:
    """It is ahead again when they come back: the right one has come three days less far."""
    eve = company.person("Eve")
    absence = company.away(eve, since=5, days=9)
    company.follow_up(eve, overdue=HOUR)
    sweep(company, run)
    company.tx.execute(text("UPDATE notifications SET created_at = now() - interval '3 days'"))
    company.tx.execute(text("INSERT INTO slow_clock (at) VALUES (now() - interval '3 days')"))
    come_back(company, absence, HOUR)
    [event] = tick(run)
    run(sum_up_absence, event)
    assert unread(company, eve) == 1


def test_who_finds_nothing_hears_nothing(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    company.away(eve, since=9, days=7)
    [event] = tick(run)
    run(sum_up_absence, event)
    assert inbox(company, eve) == []
