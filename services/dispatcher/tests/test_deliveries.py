"""Deliveries are planned with the notifications, taken by one process, stopped in time, and recorded."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from followup_dispatcher.attempts import record
from followup_dispatcher.circuits import Delayed
from followup_dispatcher.deliveries import FEW, ForPeople, bring_back, take, waited
from followup_dispatcher.destinations import switch
from followup_dispatcher.ended import Stopped
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.telling import Delivery, Notification, Summary
from followup_dispatcher.words import why
from sqlalchemy import event, text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as, sweep

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Mail:
    """A channel that is configured; what is planned and taken for it is looked at here, not how it sends."""

    name = "email"
    lines = 1
    for_people = True
    act_for = timedelta(days=7)
    queue = ForPeople(name, act_for)

    def __init__(self, *, everybody: bool = True) -> None:
        self.everybody = everybody

    def write(self, delivery: Delivery) -> object:
        raise AssertionError("nothing is sent in these tests")

    def open(self) -> Any:
        raise AssertionError("nothing is sent in these tests")


@pytest.fixture
def mail(company: Company) -> None:
    """Mail is set up."""
    configure(company, Mail())


def configure(company: Company, *channels: Mail) -> None:
    with acting_as(company.tx, "followup_dispatcher"):
        switch(company.tx, channels)


def taken(company: Company) -> Delivery | Stopped | Delayed | None:
    """What the dispatcher takes, with the rights that it has."""
    with acting_as(company.tx, "followup_dispatcher"):
        return take(company.tx, "email", Mail.act_for)


def ended(company: Company, delivery: Delivery, result: Result, answer: str = "250 OK") -> None:
    with acting_as(company.tx, "followup_dispatcher"):
        record(company.tx, delivery, Outcome(result, answer))


def deliveries(company: Company) -> list[tuple[int, str, str | None]]:
    """(Attempts, state, error) of each, in the order of their notifications."""
    rows = company.tx.execute(
        text("SELECT attempts, state, error FROM deliveries ORDER BY notification_id, destination_id")
    )
    return [tuple(row) for row in rows]


def attempts(company: Company) -> list[tuple[int, str | None]]:
    rows = company.tx.execute(text("SELECT number, outcome FROM delivery_attempts ORDER BY number"))
    return [tuple(row) for row in rows]


def set_up(company: Company, run: Run, *, overdue: timedelta = HOUR) -> tuple[int, int]:
    """A follow-up of Eve's that was announced: her id and its."""
    eve = company.person("Eve", manager=company.person("Max", role="manager"))
    call = company.follow_up(eve, overdue=overdue, title="Call Ada")
    configure(company, Mail())
    sweep(company, run)
    return eve, call


def let_time_pass(company: Company) -> None:
    company.tx.execute(text("UPDATE deliveries SET next_at = now() WHERE ended_at IS NULL"))


def test_without_a_channel_nothing_is_planned(company: Company, run: Run) -> None:
    company.follow_up(company.person("Eve"), overdue=HOUR)
    sweep(company, run)
    assert company.count("notifications") == 1
    assert company.count("destinations") == company.count("deliveries") == 0


def test_everybody_is_told_at_the_address_they_log_in_with(company: Company, run: Run) -> None:
    eve, _ = set_up(company, run)
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    told = delivery.notification
    assert isinstance(told, Notification)
    assert (
        delivery.address
        == company.tx.execute(text("SELECT email FROM users WHERE id = :id"), {"id": eve}).scalar()
    )
    assert (delivery.recipient.name, told.title, told.severity, told.label) == (
        *("Eve", "Call Ada", "overdue", "employee"),
    )
    assert taken(company) is None  # it is being sent
    ended(company, delivery, Result.SENT)
    assert deliveries(company) == [(1, "sent", None)]
    assert attempts(company) == [(1, "sent")]
    assert taken(company) is None


def test_who_is_told_late_and_first_of_all_reads_why(company: Company, run: Run) -> None:
    """The step tells the admins, of whom there is none, and its assignee where nobody was told before."""
    set_up(company, run, overdue=100 * HOUR)
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    assert isinstance(delivery.notification, Notification)
    assert delivery.notification.label == "admin"
    assert why(delivery.notification) == (
        "You are the assignee, and this is the first that anybody is told of it."
    )
    for unlike in (replace(delivery.notification, first=False), replace(delivery.notification, step=0)):
        assert "first" not in why(unlike)


def test_nothing_goes_to_an_address_before_it_is_verified_or_while_it_is_off(
    company: Company, run: Run
) -> None:
    eve, _ = set_up(company, run)
    company.tx.execute(
        text(
            "INSERT INTO destinations (user_id, channel, address, verified_at, state) VALUES "
            "(:eve, 'email', 'unverified@example.com', NULL, 'ok'), "
            "(:eve, 'email', 'off@example.com', now(), 'off'), "
            "(:eve, 'email', 'home@example.com', now(), 'ok')"
        ),
        {"eve": eve},
    )
    company.follow_up(eve, overdue=HOUR, title="Call Bob")
    sweep(company, run)
    told = company.tx.execute(
        text(
            "SELECT t.address FROM deliveries d JOIN destinations t ON t.id = d.destination_id "
            "JOIN follow_ups f ON f.id = d.follow_up_id WHERE f.title = 'Call Bob' ORDER BY t.by_default"
        )
    ).scalars()
    eves = company.tx.execute(text("SELECT email FROM users WHERE id = :id"), {"id": eve}).scalar()
    assert list(told) == ["home@example.com", eves]


def test_who_comes_later_has_a_destination_and_it_follows_their_address(company: Company, mail: None) -> None:
    with acting_as(company.tx, "followup_api"):
        eve = company.person("Eve")
        company.tx.execute(text("UPDATE users SET email = 'new@example.com' WHERE id = :id"), {"id": eve})
    assert company.tx.execute(text("SELECT user_id, address FROM destinations")).all() == [
        (eve, "new@example.com")
    ]


def test_nobody_is_told_by_a_channel_that_is_for_those_who_ask_or_is_off(company: Company, run: Run) -> None:
    eve, _ = set_up(company, run)
    for channels in ([Mail(everybody=False)], []):
        configure(company, *channels)
        company.follow_up(eve, overdue=HOUR)
        sweep(company, run)
    assert company.count("notifications") == 3
    assert company.count("deliveries") == 1


REMINDER = '[{"after": "-PT2H", "audience": ["assignee"], "label": "soon", "severity": "reminder"}]'


def remind(company: Company) -> int:
    """A follow-up of Eve's that is due in an hour, under a policy that reminds her before: her id."""
    company.tx.execute(
        text("""
            WITH made AS (INSERT INTO policies (name, position) VALUES ('early', 0) RETURNING id)
            INSERT INTO policy_versions (policy_id, policy, version, conditions, steps, lead_seconds)
            SELECT id, 'early', 1, '{}', CAST(:steps AS jsonb), 7200 FROM made
        """),
        {"steps": REMINDER},
    )
    configure(company, Mail())
    eve = company.person("Eve")
    company.follow_up(eve, overdue=-HOUR)
    return eve


def test_a_reminder_stays_in_the_inbox(company: Company, run: Run) -> None:
    remind(company)
    sweep(company, run)
    assert company.count("notifications") == 1
    assert company.count("deliveries") == 0


STOPS = {
    "completed": "UPDATE follow_ups SET completed_at = now() WHERE id = :call",
    "rescheduled": "UPDATE follow_ups SET due_at = now() + interval '1 day' WHERE id = :call",
    "reassigned": "UPDATE follow_ups SET assignee_id = :other WHERE id = :call",
    "deleted": "DELETE FROM follow_ups WHERE id = :call",
    "read": "UPDATE notifications SET read_at = now()",
    "inactive": "UPDATE users SET active = false WHERE id = :eve",
    "switched off": "UPDATE destinations SET state = 'off'",
    "waiting": """
        INSERT INTO holds (follow_up_id, number, kind, user_id, run, step, assignment, until, version)
        SELECT f.id, 1, 'wait', :eve, s.run, s.step, f.assignment, now() + interval '1 day', f.version
        FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id WHERE f.id = :call
    """,
    "snoozed": """
        INSERT INTO holds (follow_up_id, number, kind, user_id, run, step, assignment, until, version)
        SELECT f.id, 1, 'snooze', :eve, s.run, s.step, f.assignment, now() + interval '1 day', f.version
        FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id WHERE f.id = :call
    """,
}


@pytest.mark.parametrize("reason", STOPS)
def test_what_is_stopped_before_it_is_taken_is_not_sent(company: Company, run: Run, reason: str) -> None:
    eve, call = set_up(company, run)
    other = company.person("Ivy")
    statement = text(STOPS[reason])
    values = {"eve": eve, "call": call, "other": other}
    company.tx.execute(statement, {name: values[name] for name in statement.compile().params})
    assert taken(company) == Stopped(reason)
    assert deliveries(company) == [(0, "suppressed", reason)]
    assert attempts(company) == []
    assert taken(company) is None


def test_a_manager_is_told_no_matter_who_of_their_team_has_it(company: Company, run: Run) -> None:
    max_ = company.person("Max", role="manager")
    eve, ivy, guy = (company.person(name, manager=max_) for name in ("Eve", "Ivy", "Guy"))
    guys = company.person("Kim", role="manager")
    company.tx.execute(text("UPDATE users SET manager_id = :kim WHERE id = :guy"), {"kim": guys, "guy": guy})
    configure(company, Mail())
    call = company.follow_up(eve, overdue=2 * DAY)
    sweep(company, run)
    company.set(call, assignee_id=ivy)
    found = [taken(company), taken(company)]
    assert [each.recipient.name for each in found if isinstance(each, Delivery)] == ["Max"]
    assert Stopped("reassigned") in found
    let_time_pass(company)
    company.set(call, assignee_id=guy)
    assert taken(company) == Stopped("reassigned")


def test_who_stands_in_for_one_above_an_assignee_who_left_is_told(company: Company, run: Run) -> None:
    otto, max_ = company.person("Otto", role="manager"), company.person("Max", role="manager")
    call = company.follow_up(company.person("Eve", manager=max_, active=False), overdue=HOUR)
    company.away(max_, substitute=otto)
    configure(company, Mail())
    sweep(company, run)
    found = taken(company)
    assert isinstance(found, Delivery)
    assert found.recipient.name == "Otto"
    let_time_pass(company)
    company.set(call, assignee_id=otto)
    assert taken(company) == Stopped("reassigned")


def test_who_stands_in_for_an_admin_is_told_where_nobody_is_above_the_assignee(
    company: Company, run: Run
) -> None:
    otto, ada = company.person("Otto"), company.person("Ada", role="admin")
    company.follow_up(company.person("Eve", active=False), overdue=HOUR)
    company.away(ada, substitute=otto)
    configure(company, Mail())
    sweep(company, run)
    found = taken(company)
    assert isinstance(found, Delivery)
    assert found.recipient.name == "Otto"


def test_after_an_outage_only_the_current_step_is_sent(company: Company, run: Run) -> None:
    set_up(company, run)
    company.let_pass(2 * DAY)
    sweep(company, run)
    found = [taken(company) for _ in range(3)]
    assert found.count(Stopped("overtaken by a later step")) == 1
    sent = [each.notification for each in found if isinstance(each, Delivery)]
    assert [told.step for told in sent if isinstance(told, Notification)] == [2, 2]
    assert taken(company) is None


def test_what_is_put_off_comes_again_later_and_later(company: Company, run: Run) -> None:
    set_up(company, run)
    waits = []
    for _ in range(8):
        delivery = taken(company)
        assert isinstance(delivery, Delivery)
        ended(company, delivery, Result.PUT_OFF, "451 try again later")
        assert taken(company) is None
        waits.append(
            company.tx.execute(
                text("SELECT extract(epoch FROM next_at - now()) FROM deliveries")
            ).scalar_one()
        )
        let_time_pass(company)
    assert [int(wait) for wait in waits] == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert deliveries(company) == [(8, "queued", "451 try again later")]


def test_what_is_refused_is_given_up_with_the_reason(company: Company, run: Run) -> None:
    set_up(company, run)
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    ended(company, delivery, Result.REFUSED, "550 no such user")
    let_time_pass(company)
    assert taken(company) is None
    assert deliveries(company) == [(1, "failed", "550 no such user")]


def test_what_could_not_be_handed_over_for_days_is_out_of_date(company: Company, run: Run) -> None:
    set_up(company, run)
    company.tx.execute(text("UPDATE deliveries SET created_at = now() - interval '3 days 1 second'"))
    assert isinstance(taken(company), Stopped)
    assert [state for _, state, _ in deliveries(company)] == ["expired"]


def test_a_clock_that_is_ahead_makes_nothing_out_of_date(company: Company, run: Run) -> None:
    set_up(company, run)
    company.tx.execute(text("INSERT INTO slow_clock (at) VALUES (now() - interval '40 days')"))
    company.tx.execute(text("UPDATE deliveries SET created_at = now() - interval '40 days 1 second'"))
    assert isinstance(taken(company), Delivery)


def test_what_is_tried_again_has_as_much_time_again(company: Company, run: Run) -> None:
    set_up(company, run)
    company.tx.execute(
        text("UPDATE deliveries SET created_at = now() - interval '4 days', retried_at = now()")
    )
    assert isinstance(taken(company), Delivery)


def test_an_attempt_that_nobody_ended_is_unknown_and_comes_again_under_the_same_id(
    company: Company, run: Run
) -> None:
    set_up(company, run)
    first = taken(company)
    assert isinstance(first, Delivery)
    let_time_pass(company)  # the lease has ended
    second = taken(company)
    assert isinstance(second, Delivery)
    assert (second.id, second.attempt) == (first.id, 2)
    assert attempts(company) == [(1, "unknown"), (2, None)]
    ended(company, first, Result.SENT)  # it was only slow
    assert attempts(company) == [(1, "sent"), (2, None)]
    assert [state for _, state, _ in deliveries(company)] == ["sending"]
    ended(company, second, Result.UNKNOWN, "no answer")
    assert deliveries(company) == [(2, "unknown", "no answer")]


def test_what_is_under_way_in_this_process_is_not_due_whatever_the_clock_says(
    company: Company, run: Run
) -> None:
    set_up(company, run)
    begun = taken(company)
    assert isinstance(begun, Delivery)
    company.tx.execute(text("UPDATE deliveries SET next_at = now() - interval '1 hour'"))
    assert waited(company.tx, "email") == HOUR
    assert waited(company.tx, "email", [begun.id]) is None
    assert take(company.tx, "email", under_way=[begun.id]) is None


def test_a_wait_that_no_clock_should_have_said_ends(company: Company, run: Run) -> None:
    set_up(company, run)
    company.tx.execute(text("UPDATE deliveries SET next_at = now() + interval '2 days'"))
    assert waited(company.tx, "email") is None
    with acting_as(company.tx, "followup_dispatcher"):
        bring_back(company.tx)
    assert waited(company.tx, "email") == timedelta(0)


MANY = 60


def many(company: Company, run: Run) -> int:
    """Follow-ups of Eve's of which one sweep told her: her id."""
    eve = company.person("Eve")
    company.follow_ups(eve, MANY, overdue=HOUR)
    company.follow_up(eve, overdue=2 * HOUR, title="Longest")
    configure(company, Mail())
    sweep(company, run)
    let_time_pass(company)  # for what else the sweep might tell
    return eve


def all_taken(company: Company) -> list[Delivery | Stopped | Delayed]:
    return list(iter(lambda: taken(company), None))


def test_many_of_one_sweep_are_one_delivery(company: Company, run: Run) -> None:
    many(company, run)
    found = all_taken(company)
    [delivery] = [each for each in found if isinstance(each, Delivery)]
    summary = delivery.notification
    assert isinstance(summary, Summary)
    assert (summary.severity, summary.number, summary.own) == ("overdue", MANY + 1, True)
    assert (len(summary.lines), summary.lines[0].title) == (50, "Longest")
    assert len(found) == len(deliveries(company)) == 1


def test_what_was_read_goes_in_one_go(company: Company, run: Run) -> None:
    """As what a sweep has told first does, when more of it comes."""
    for name in ("Eve", "Ivy", "Max"):
        company.follow_up(company.person(name), overdue=HOUR)
    configure(company, Mail())
    sweep(company, run)
    company.tx.execute(text("UPDATE notifications SET read_at = now()"))
    assert all_taken(company) == [Stopped("read")]
    assert deliveries(company) == [(0, "suppressed", "read")] * 3


def test_a_summary_waits_for_what_else_its_sweep_tells(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    company.follow_ups(eve, MANY, overdue=HOUR)
    configure(company, Mail())
    sweep(company, run)
    assert [each for each in all_taken(company) if isinstance(each, Delivery)] == []


def test_a_summary_says_what_is_left_when_it_is_sent(company: Company, run: Run) -> None:
    many(company, run)
    company.tx.execute(
        text("UPDATE follow_ups SET completed_at = now() WHERE title NOT IN ('Call 3', 'Call 4')")
    )
    company.tx.execute(
        text("UPDATE follow_ups SET assignee_id = :ivy WHERE title = 'Call 4'"),
        {"ivy": company.person("Ivy")},
    )
    [delivery] = [each for each in all_taken(company) if isinstance(each, Delivery)]
    summary = delivery.notification
    assert isinstance(summary, Summary)
    assert ([line.title for line in summary.lines], summary.number) == (["Call 3"], 1)


def test_a_summary_of_which_nothing_is_left_is_not_sent(company: Company, run: Run) -> None:
    many(company, run)
    company.tx.execute(text("UPDATE follow_ups SET completed_at = now()"))
    assert Stopped("nothing is left of what it sums up") in all_taken(company)
    assert not any(state == "sending" for _, state, _ in deliveries(company))


def test_what_comes_back_with_a_restored_follow_up_is_not_sent_again(company: Company, run: Run) -> None:
    _, call = set_up(company, run)
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    ended(company, delivery, Result.SENT)
    company.tx.execute(text("UPDATE notifications SET created_at = created_at - interval '1 hour'"))
    company.delete(call)
    company.tx.execute(text("SELECT follow_ups_restore(:call)"), {"call": call})
    assert company.count("notifications") == len(deliveries(company)) == 1


def links(company: Company) -> dict[bytes, str]:
    """What is kept of the links in mails: hash and act."""
    return {row.token_hash: row.act for row in company.tx.execute(text("SELECT * FROM action_links"))}


def hashes(delivery: object) -> dict[bytes, str]:
    """What is to be kept of the links in a mail."""
    assert isinstance(delivery, Delivery)
    return {
        hashlib.sha256(token.encode()).digest(): act.value
        for found in delivery.links.values()
        for act, token in found.tokens.items()
    }


def test_a_delivery_has_links_for_its_recipient_the_run_and_whose_it_is(company: Company, run: Run) -> None:
    eve, call = set_up(company, run)
    delivery = taken(company)
    assert links(company) == hashes(delivery)
    assert sorted(links(company).values()) == ["acknowledge", "complete", "snooze"]
    rows = company.tx.execute(
        text("SELECT user_id, follow_up_id, assignee_id, expires_at - now() FROM action_links")
    )
    assert set(map(tuple, rows)) == {(eve, call, eve, timedelta(days=7))}
    run_of = "SELECT count(*) FROM action_links JOIN escalation_states USING (follow_up_id, run)"
    assert company.tx.execute(text(run_of)).scalar() == 3


def test_links_of_an_attempt_that_reached_nobody_end_and_those_that_somebody_may_have_go_on(
    company: Company, run: Run
) -> None:
    set_up(company, run)
    kept: dict[bytes, str] = {}
    for result in (Result.PUT_OFF, Result.UNKNOWN, Result.PUT_OFF, Result.PUT_OFF):
        delivery = taken(company)
        assert isinstance(delivery, Delivery)
        kept |= hashes(delivery)
        assert links(company) == kept
        ended(company, delivery, result)
        let_time_pass(company)
        if delivery.attempt == 1:
            kept = {}


@pytest.mark.parametrize(
    "change", ["UPDATE destinations SET address = 'new@example.com'", "DELETE FROM destinations"]
)
def test_it_goes_where_its_person_is_reached_once_its_follow_up_is_free(
    company: Company, run: Run, change: str
) -> None:
    """Somebody changes the address while the dispatcher waits for the state of the follow-up."""
    set_up(company, run)

    def changed(*arguments: Any) -> None:
        if "escalation_states_hold" in arguments[2]:
            company.tx.exec_driver_sql(change)

    event.listen(company.tx, "after_cursor_execute", changed)
    delivery = taken(company)
    event.remove(company.tx, "after_cursor_execute", changed)
    if change.startswith("DELETE"):
        assert delivery == Stopped("deleted")
        assert deliveries(company) == [(0, "suppressed", "deleted")]
    else:
        assert isinstance(delivery, Delivery)
        assert delivery.address == "new@example.com"


def test_a_summary_of_few_has_links_for_each_of_them(company: Company, run: Run) -> None:
    eve = company.person("Eve")
    calls = [company.follow_up(eve, overdue=HOUR) for _ in range(FEW)]
    configure(company, Mail())
    sweep(company, run)
    let_time_pass(company)
    [delivery] = [each for each in all_taken(company) if isinstance(each, Delivery)]
    assert links(company) == hashes(delivery)
    assert sorted(delivery.links) == calls
    assert sorted(links(company).values()) == sorted(["acknowledge", "complete", "snooze"] * FEW)


def test_who_is_named_by_a_policy_and_what_sums_up_many_has_no_links(company: Company, run: Run) -> None:
    many(company, run)
    assert any(isinstance(each, Delivery) and not each.links for each in all_taken(company))
    assert links(company) == {}
    company.follow_up(company.person("Ivy"), overdue=HOUR)
    sweep(company, run)
    company.tx.execute(text("UPDATE notifications SET audience = 'role(manager)' WHERE read_at IS NULL"))
    assert any(isinstance(each, Delivery) and not each.links for each in all_taken(company))
    assert links(company) == {}
