"""What a day brings: one mail each working day to those who want it, with what stands when it is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from followup_dispatcher.days import LINES_OF, NOTHING, OVER, day_around
from followup_dispatcher.deliveries import HELD, ForPeople
from followup_dispatcher.ended import Stopped
from followup_dispatcher.outcomes import Result
from followup_dispatcher.telling import Day, Delivery
from followup_dispatcher.turns import IN_DIGEST
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as, sweep
from tests.support.policies import give, open_for

from .ruled import be_quiet, set_rule
from .test_deliveries import DAY, HOUR, Mail, configure, ended, taken

MINUTE = timedelta(minutes=1)


@pytest.fixture
def eve(company: Company) -> int:
    """Eve, who wants it since a minute ago; it is noon on her clock, and she works."""
    eve = company.person("Eve", manager=company.person("Max", role="manager"))
    hours = "extract(hour FROM now() AT TIME ZONE 'UTC')"
    zone = f"'Etc/GMT' || CASE WHEN {hours} < 12 THEN '-' ELSE '+' END || abs(12 - {hours})"
    change(company, f"UPDATE users SET time_zone = {zone}")
    give(company, eve, open_for(company, hers=(-HOUR, 2 * HOUR)))
    configure(company, Mail())
    want(company, eve)
    return eve


def change(company: Company, sql: str, **given: Any) -> None:
    company.tx.execute(text(sql), given)


def want(company: Company, user: int | None, *, since: timedelta = DAY, ago: timedelta = MINUTE) -> None:
    """Let somebody, or the company, want it `ago` from now on Eve's clock, since so long ago."""
    change(
        company, "DELETE FROM notification_preferences WHERE user_id IS NOT DISTINCT FROM :user", user=user
    )
    change(
        company,
        "INSERT INTO notification_preferences (user_id, day, day_at, day_since) "
        "SELECT :user, true, (now() AT TIME ZONE time_zone - :ago)::time, now() - :since FROM users LIMIT 1",
        user=user,
        ago=ago,
        since=since,
    )


def planned(company: Company) -> int:
    """How many are planned, with the rights that the dispatcher has."""
    with acting_as(company.tx, "followup_dispatcher"):
        ForPeople("email").bring_back(company.tx)
    statement = text("SELECT count(*) FROM digests WHERE kind = 'day'")
    return int(company.tx.execute(statement).scalar_one())


def brought(company: Company) -> dict[str, list[str]]:
    """What is sent, by kind."""
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    assert isinstance(delivery.notification, Day)
    ended(company, delivery, Result.SENT)
    return {each.kind: [line.title for line in each.lines] for each in delivery.notification.sections}


def next_day(company: Company) -> None:
    change(company, "UPDATE digests SET ends_at = ends_at - interval '1 day'")


def test_a_time_zone_that_this_machine_does_not_know_keeps_nobody_waiting(company: Company, eve: int) -> None:
    change(company, "UPDATE users SET time_zone = 'Somewhere-3' WHERE id <> :id", id=eve)
    want(company, None)
    assert planned(company) == 1


def test_who_moves_their_time_to_later_has_had_their_day(company: Company, run: Run, eve: int) -> None:
    """There is one a day; the next one comes at the new time."""
    assert planned(company) == 1
    want(company, eve, since=timedelta(0), ago=timedelta(0))
    assert planned(company) == 1
    next_day(company)
    assert planned(company) == 2


def test_it_has_what_is_overdue_what_is_due_and_what_came_in(company: Company, run: Run, eve: int) -> None:
    bob = company.person("Bob", manager=eve)
    for hours, title in ((50, "Late"), (1, "Later"), (-2, "Tonight"), (-48, "In two days")):
        company.follow_up(eve, overdue=hours * HOUR, title=title)
    company.follow_up(bob, overdue=49 * HOUR, title="Of Bob")
    company.follow_up(bob, overdue=HOUR, title="Not yet hers")
    old = company.follow_up(eve, overdue=-60 * HOUR, title="Known")
    change(company, "UPDATE follow_ups SET created_at = now() - interval '3 days' WHERE id = :old", old=old)
    sweep(company, run)
    change(company, "DELETE FROM deliveries")
    assert planned(company) == planned(company) == 1
    assert brought(company) == {
        "overdue": ["Late", "Later"],
        "today": ["Tonight"],
        "came_in": ["Of Bob", "In two days"],
    }
    assert taken(company) is None
    change(company, "UPDATE notifications SET created_at = created_at - interval '2 days'")
    change(company, "UPDATE follow_ups SET created_at = created_at - interval '2 days'")
    next_day(company)
    assert planned(company) == 2
    assert brought(company) == {"overdue": ["Late", "Later"], "today": ["Tonight"]}


def test_what_was_settled_waits_or_is_snoozed_has_no_line(company: Company, run: Run, eve: int) -> None:
    bob = company.person("Bob", manager=eve)
    calls = {}
    for title, who in (("Done", eve), ("Waits", eve), ("Snoozed", eve), ("Moved", bob), ("Read", bob)):
        calls[title] = company.follow_up(who, overdue=50 * HOUR, title=title)
        sweep(company, run)  # each by itself: what one sweep tells is summed up
    change(company, "DELETE FROM deliveries")
    company.set(calls["Moved"], due_at=company.get(calls["Moved"])["now"] + DAY)
    change(company, "UPDATE follow_ups SET completed_at = now() WHERE title = 'Done'")
    change(company, "UPDATE notifications SET read_at = now() WHERE follow_up_id = :id", id=calls["Read"])
    waiting = "jsonb_build_object('waiting', jsonb_build_object('until', now() + interval '1 day'))"
    snooze = f"jsonb_build_object('user_id', {eve}, 'run', run, 'step', 1, 'until', now() + interval '1 day')"
    snoozes = f"jsonb_build_object('snoozes', jsonb_build_array({snooze}))"
    for title, holds in (("Waits", waiting), ("Snoozed", snoozes)):
        change(
            company,
            f"UPDATE escalation_states SET holds = {holds} WHERE follow_up_id = :id",
            id=calls[title],
        )
    assert planned(company) == 1
    assert taken(company) == Stopped(NOTHING)
    assert company.count("delivery_attempts") == 0


def test_of_many_it_has_some_lines_and_says_how_many_there_are(company: Company, eve: int) -> None:
    company.follow_ups(eve, 25, overdue=HOUR)
    assert planned(company) == 1
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    assert isinstance(delivery.notification, Day)
    [section] = delivery.notification.sections
    assert (section.number, len(section.lines)) == (25, LINES_OF["overdue"])
    assert sum(LINES_OF.values()) == 50


def test_on_a_day_off_there_is_none(company: Company, eve: int) -> None:
    give(company, eve, open_for(company, later=(60 * HOUR, 69 * HOUR)))
    assert planned(company) == 0
    change(company, "UPDATE users SET calendar_id = NULL")
    give(company, None, open_for(company, all=(-HOUR, HOUR)))
    assert planned(company) == 1
    change(company, "DELETE FROM digests")
    change(company, "UPDATE organisation SET calendar_id = NULL")
    weekday = company.tx.execute(
        text("SELECT extract(isodow FROM now() AT TIME ZONE time_zone) FROM users WHERE id = :id"),
        {"id": eve},
    ).scalar_one()
    assert planned(company) == (1 if weekday < 6 else 0)


def test_who_is_away_or_gone_has_none(company: Company, eve: int) -> None:
    absence = company.away(eve)
    assert planned(company) == 0
    change(company, "DELETE FROM absences WHERE id = :id", id=absence)
    change(company, "UPDATE users SET active = false")
    assert planned(company) == 0


def test_nobody_has_it_who_does_not_want_it(company: Company, eve: int) -> None:
    change(company, "DELETE FROM notification_preferences WHERE user_id IS NOT NULL")
    assert planned(company) == 0
    want(company, None)
    change(company, "INSERT INTO notification_preferences (user_id, day) VALUES (:eve, false)", eve=eve)
    change(company, "DELETE FROM destinations WHERE user_id <> :eve", eve=eve)
    assert planned(company) == 0
    change(company, "UPDATE notification_preferences SET day_locked = true WHERE user_id IS NULL")
    assert planned(company) == 1


def test_who_wants_it_now_has_it_from_the_next_time_on_and_none_comes_hours_late(
    company: Company, eve: int
) -> None:
    want(company, eve, since=timedelta(0))
    assert planned(company) == 0
    want(company, eve, ago=5 * HOUR)
    assert planned(company) == 0
    want(company, eve, ago=3 * HOUR)
    assert planned(company) == 1


def test_one_that_could_not_be_sent_on_its_day_is_not_sent(company: Company, eve: int) -> None:
    company.follow_up(eve, overdue=HOUR)
    assert planned(company) == 1
    next_day(company)
    assert taken(company) == Stopped(OVER)


def test_quiet_hours_hold_it(company: Company, eve: int) -> None:
    company.follow_up(eve, overdue=HOUR)
    assert planned(company) == 1
    change(company, "DELETE FROM notification_preferences WHERE user_id = :eve", eve=eve)
    be_quiet(company, eve)
    assert taken(company) == Stopped(HELD)


def test_a_digest_of_the_same_time_is_another_one(company: Company, run: Run, eve: int) -> None:
    company.follow_up(eve, overdue=HOUR, title="Call Ada")
    sweep(company, run)
    assert planned(company) == 1
    change(
        company,
        "UPDATE deliveries SET created_at = now() - interval '1 hour' WHERE notification_id IS NOT NULL",
    )
    at = company.tx.execute(
        text("SELECT day_at FROM notification_preferences WHERE user_id = :eve"), {"eve": eve}
    ).scalar_one()
    set_rule(company, eve, "overdue", "daily", digest_at=str(at))
    found = [taken(company), taken(company)]
    assert Stopped(IN_DIGEST) in found
    times = company.tx.execute(text("SELECT count(*), count(DISTINCT ends_at) FROM digests")).one()
    assert tuple(times) == (2, 1)


@pytest.mark.parametrize(
    ("at", "hours"),
    [("2026-03-29 06:30", 23), ("2026-10-25 07:30", 25), ("2026-06-01 06:30", 24)],
)
def test_a_day_is_as_long_as_the_clock_has_it(at: str, hours: int) -> None:
    day = day_around(datetime.fromisoformat(at).replace(tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert day["tomorrow"] - day["midnight"] == hours * HOUR
    assert day["midnight"] < day["ends_at"] < day["tomorrow"]
    assert str(day["day"]) == at[:10]
