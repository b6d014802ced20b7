"""What is due goes as its reader's rules have it: at once, behind their quiet hours, or never."""

from __future__ import annotations

from datetime import timedelta

import pytest
from followup_common.db import Transaction
from followup_common.db.rules import rules_stay, wait_for_holds
from followup_dispatcher.deliveries import HELD, bring_back
from followup_dispatcher.ended import Stopped
from followup_dispatcher.telling import Delivery, Notification
from followup_dispatcher.turns import CHANGING, NEVER
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from tests.support.company import Company
from tests.support.handlers import Run, acting_as, sweep

from .ruled import be_quiet, set_rule
from .test_deliveries import HOUR, configure, deliveries, let_time_pass, remind, set_up, taken
from .test_deliveries import Mail as MailChannel


def held_for(company: Company) -> timedelta | None:
    """For how long the one delivery is held from now on."""
    held: timedelta | None = company.tx.execute(
        text("SELECT held_until - now() FROM deliveries")
    ).scalar_one()
    return held


def end_quiet_hours(company: Company) -> None:
    company.tx.execute(text("DELETE FROM notification_preferences WHERE user_id IS NOT NULL"))
    let_time_pass(company)


def test_what_is_due_in_quiet_hours_is_held_and_not_dropped(company: Company, run: Run) -> None:
    eve, _ = set_up(company, run)
    be_quiet(company, eve)
    assert taken(company) == Stopped(HELD)
    held = held_for(company)
    assert held is not None
    assert timedelta(minutes=58) < held <= HOUR
    assert taken(company) is None
    assert deliveries(company) == [(0, "queued", None)]
    with acting_as(company.tx, "followup_dispatcher"):
        bring_back(company.tx)  # no clock was wrong
    assert taken(company) is None
    end_quiet_hours(company)
    assert isinstance(taken(company), Delivery)


def test_nothing_is_held_by_rules_that_are_being_changed(
    company: Company, run: Run, shared_database: Engine
) -> None:
    """Who saves them does not see it yet; it is asked again a second later."""
    eve, _ = set_up(company, run)
    be_quiet(company, eve)
    with shared_database.begin() as saving:
        wait_for_holds(saving)
        assert taken(company) == Stopped(CHANGING)
        assert held_for(company) is None
        waits = text("SELECT next_at - now() FROM deliveries")
        assert company.tx.execute(waits).scalar() == timedelta(seconds=1)
    let_time_pass(company)
    assert taken(company) == Stopped(HELD)
    with shared_database.begin() as saving:
        saving.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            wait_for_holds(saving)


def test_rules_that_were_changed_while_one_is_taken_count(
    company: Company, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read again once nobody changes them any more."""
    eve, _ = set_up(company, run)
    be_quiet(company, eve)

    def changed_before(tx: Transaction) -> bool:
        tx.execute(text("RESET ROLE"))
        tx.execute(text("DELETE FROM notification_preferences WHERE user_id IS NOT NULL"))
        tx.execute(text("SET LOCAL ROLE followup_dispatcher"))
        return rules_stay(tx)

    monkeypatch.setattr("followup_dispatcher.turns.rules_stay", changed_before)
    assert isinstance(taken(company), Delivery)


def test_a_wait_for_quiet_hours_is_not_taken_for_an_outage(company: Company, run: Run) -> None:
    eve, _ = set_up(company, run)
    be_quiet(company, eve)
    taken(company)
    company.tx.execute(text("UPDATE deliveries SET created_at = now() - interval '4 days'"))
    end_quiet_hours(company)
    assert isinstance(taken(company), Delivery)


def test_what_stops_a_delivery_stops_one_that_is_held(company: Company, run: Run) -> None:
    eve, call = set_up(company, run)
    be_quiet(company, eve)
    taken(company)
    company.tx.execute(text("UPDATE follow_ups SET completed_at = now() WHERE id = :id"), {"id": call})
    end_quiet_hours(company)
    assert taken(company) == Stopped("completed")


@pytest.mark.parametrize(
    ("own", "all_", "passes"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_a_breach_passes_where_the_company_and_the_person_let_it(
    company: Company, run: Run, *, own: bool, all_: bool, passes: bool
) -> None:
    ada = company.person("Ada", role="admin")
    company.follow_up(company.person("Eve"), overdue=100 * HOUR)
    configure(company, MailChannel())
    sweep(company, run)
    company.tx.execute(text("DELETE FROM deliveries WHERE user_id <> :id"), {"id": ada})
    company.tx.execute(
        text("UPDATE notification_preferences SET breaches_pass = :all WHERE user_id IS NULL"), {"all": all_}
    )
    be_quiet(company, ada, breaches_pass=own)
    assert isinstance(taken(company), Delivery) is passes


def test_what_a_rule_says_never_to_is_not_sent_and_says_so(company: Company, run: Run) -> None:
    eve, _ = set_up(company, run)
    set_rule(company, eve, "overdue", "never")
    assert taken(company) == Stopped(NEVER)
    assert deliveries(company) == [(0, "suppressed", NEVER)]


def test_the_rule_of_the_company_holds_for_who_has_none_and_where_it_is_locked(
    company: Company, run: Run
) -> None:
    eve, _ = set_up(company, run)
    set_rule(company, None, "overdue", "never")
    set_rule(company, eve, "overdue", "at_once")
    assert isinstance(taken(company), Delivery)
    company.tx.execute(text("UPDATE deliveries SET state = 'queued', attempts = 0, next_at = now()"))
    company.tx.execute(text("DELETE FROM delivery_attempts"))
    set_rule(company, None, "overdue", "never", locked=True)
    assert taken(company) == Stopped(NEVER)


def test_reminders_leave_the_house_where_a_rule_lets_them(company: Company, run: Run) -> None:
    set_rule(company, remind(company), "reminder", "at_once")
    sweep(company, run)
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    assert isinstance(delivery.notification, Notification)
    assert delivery.notification.severity == "reminder"


def test_another_time_zone_lets_what_is_held_be_looked_at_again(company: Company, run: Run) -> None:
    eve, _ = set_up(company, run)
    be_quiet(company, eve)
    taken(company)
    with acting_as(company.tx, "followup_api"):
        company.tx.execute(
            text("UPDATE users SET time_zone = 'Asia/Tokyo' WHERE id = :id"), {"id": eve}
        )  # from Europe or UTC, hours away
    assert isinstance(taken(company), Delivery)


def test_a_time_zone_that_this_machine_does_not_know_keeps_nobody_waiting(company: Company, run: Run) -> None:
    """PostgreSQL may know more of them than the machine of the dispatcher does."""
    eve, _ = set_up(company, run)
    company.tx.execute(text("UPDATE users SET time_zone = 'Somewhere-3' WHERE id = :id"), {"id": eve})
    assert isinstance(taken(company), Delivery)


def test_who_changes_a_time_zone_waits_for_what_is_being_held(
    company: Company, run: Run, shared_database: Engine
) -> None:
    """What is held by the zone before, and cannot be seen yet, would not be looked at again."""
    eve, _ = set_up(company, run)
    with shared_database.begin() as holding, acting_as(company.tx, "followup_api"):
        assert rules_stay(holding)
        company.tx.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(OperationalError, match="lock timeout"), company.tx.begin_nested():
            company.tx.execute(text("UPDATE users SET time_zone = 'Asia/Tokyo' WHERE id = :id"), {"id": eve})


def test_a_hold_that_no_clock_should_have_said_ends(company: Company, run: Run) -> None:
    set_up(company, run)
    company.tx.execute(
        text("UPDATE deliveries SET held_until = now() + '1 year', next_at = now() + '1 year'")
    )
    with acting_as(company.tx, "followup_dispatcher"):
        bring_back(company.tx)
    assert isinstance(taken(company), Delivery)
