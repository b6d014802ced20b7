"""Digests: one a window and address, with what stands when it is sent; no line is lost, and none repeated."""

from __future__ import annotations

from typing import Any

import pytest
from followup_dispatcher.deliveries import HELD, IN_DIGEST, Stopped
from followup_dispatcher.digests import MOST_LINES, NOTHING_LEFT
from followup_dispatcher.outcomes import Result
from followup_dispatcher.telling import Delivery, Digest
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, sweep

from .ruled import set_rule
from .test_deliveries import HOUR, Mail, configure, ended, taken

STATES = text(
    "SELECT state, count(*) AS number FROM deliveries WHERE notification_id IS NOT NULL GROUP BY state"
)


def hourly(company: Company, run: Run, *titles: str) -> int:
    """Eve, who is told each hour, and to whom these were announced; they are held."""
    eve = company.person("Eve", manager=company.person("Max", role="manager"))
    set_rule(company, eve, "overdue", "hourly")
    configure(company, Mail())
    announce(company, run, eve, *titles)
    return eve


def announce(company: Company, run: Run, eve: int, *titles: str) -> None:
    for title in titles:
        company.follow_up(eve, overdue=HOUR, title=title)
        sweep(company, run)  # each by itself: what one sweep tells is summed up
    if not titles:
        sweep(company, run)
    while (found := taken(company)) is not None:
        assert found == Stopped(HELD)


def let_an_hour_pass(company: Company) -> None:
    """What was due before is due for the digest of now."""
    company.tx.execute(
        text("""
            UPDATE deliveries SET created_at = created_at - interval '1 hour', next_at = now(),
                held_until = now() - interval '1 second'
            WHERE state = 'queued' AND notification_id IS NOT NULL
        """)
    )


def send_now(company: Company) -> None:
    company.tx.execute(text("UPDATE deliveries SET next_at = now() WHERE ended_at IS NULL"))


def digest(company: Company) -> Delivery:
    """The digest of what is due now, being sent."""
    while isinstance(found := taken(company), Stopped):
        assert found == Stopped(IN_DIGEST)
    assert found is None  # it waits a little for what else is due
    send_now(company)
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    return delivery


def titles(delivery: Delivery) -> list[str]:
    told = delivery.notification
    assert isinstance(told, Digest)
    return [line.title for group in told.groups for line in group.lines]


def states(company: Company) -> dict[str, int]:
    return {row.state: row.number for row in company.tx.execute(STATES)}


def change(company: Company, sql: str, **given: Any) -> None:
    company.tx.execute(text(sql), given)


def test_what_is_due_in_an_hour_is_one_message(company: Company, run: Run) -> None:
    hourly(company, run, "Call Ada", "Call Bob")
    let_an_hour_pass(company)
    sent = digest(company)
    assert sorted(titles(sent)) == ["Call Ada", "Call Bob"]
    ended(company, sent, Result.SENT)
    send_now(company)
    assert taken(company) is None
    assert states(company) == {"digested": 2}
    assert company.count("digests") == 1


@pytest.mark.parametrize(
    ("reason", "sql"),
    [
        ("completed", "UPDATE follow_ups SET completed_at = now() WHERE title = 'Call Ada'"),
        ("rescheduled", "UPDATE follow_ups SET due_at = now() + '1 day' WHERE title = 'Call Ada'"),
        ("reassigned", "UPDATE follow_ups SET assignee_id = :other WHERE title = 'Call Ada'"),
        (
            "read",
            "UPDATE notifications SET read_at = now() WHERE follow_up_id IN "
            "(SELECT id FROM follow_ups WHERE title = 'Call Ada')",
        ),
    ],
)
def test_what_was_settled_meanwhile_is_left_out(company: Company, run: Run, reason: str, sql: str) -> None:
    hourly(company, run, "Call Ada", "Call Bob")
    other = company.person("Otto")
    let_an_hour_pass(company)
    for _ in range(2):
        assert taken(company) == Stopped(IN_DIGEST)
    change(company, sql, **({"other": other} if ":other" in sql else {}))
    sent = digest(company)
    assert titles(sent) == ["Call Bob"]
    errors = company.tx.execute(text("SELECT error FROM deliveries WHERE state = 'suppressed'")).scalars()
    assert errors.all() == [reason]


def test_an_empty_one_is_not_sent(company: Company, run: Run) -> None:
    hourly(company, run, "Call Ada")
    let_an_hour_pass(company)
    assert taken(company) == Stopped(IN_DIGEST)
    change(company, "UPDATE follow_ups SET completed_at = now()")
    send_now(company)
    assert taken(company) == Stopped(NOTHING_LEFT)
    assert company.count("delivery_attempts") == 0


def test_one_to_an_address_that_is_gone_is_not_sent(company: Company, run: Run) -> None:
    hourly(company, run, "Call Ada")
    let_an_hour_pass(company)
    assert taken(company) == Stopped(IN_DIGEST)
    change(company, "DELETE FROM destinations")
    send_now(company)
    assert taken(company) == Stopped("switched off")


def test_an_attempt_that_nobody_ended_comes_again_with_the_same_lines_under_the_same_id(
    company: Company, run: Run
) -> None:
    eve = hourly(company, run, "Call Ada")
    let_an_hour_pass(company)
    first = digest(company)
    announce(company, run, eve, "Call Bob")  # for the next one
    change(company, "UPDATE deliveries SET next_at = now() WHERE state = 'sending'")
    again = taken(company)
    assert isinstance(again, Delivery)
    assert (again.id, again.attempt, titles(again)) == (first.id, 2, ["Call Ada"])


def test_what_comes_behind_its_digest_goes_in_the_next_one(company: Company, run: Run) -> None:
    eve = hourly(company, run, "Call Ada")
    let_an_hour_pass(company)
    ended(company, digest(company), Result.SENT)
    announce(company, run, eve, "Call Bob")
    let_an_hour_pass(company)  # it was written before the time, and committed behind it
    assert taken(company) == Stopped(HELD)
    change(company, "UPDATE digests SET ends_at = ends_at - interval '1 hour'")
    send_now(company)
    later = digest(company)
    assert titles(later) == ["Call Bob"]


def test_it_has_fifty_lines_the_longest_overdue_first_and_says_how_many_more(
    company: Company, run: Run
) -> None:
    eve = hourly(company, run)
    company.follow_ups(eve, 60, overdue=2 * HOUR)
    announce(company, run, eve, "Call Ada")
    let_an_hour_pass(company)
    change(
        company,
        "UPDATE follow_ups SET completed_at = now() WHERE id IN "
        "(SELECT id FROM follow_ups ORDER BY due_at, id LIMIT 3)",
    )
    sent = digest(company)
    told = sent.notification
    assert isinstance(told, Digest)
    assert (told.number, len(titles(sent))) == (58, MOST_LINES)
    assert "Call Ada" not in titles(sent)


def test_a_managers_is_by_person_and_ones_own_by_client(company: Company, run: Run) -> None:
    max_ = company.person("Max", role="manager")
    for name in ("Eve", "Bob"):
        company.follow_up(company.person(name, manager=max_), overdue=50 * HOUR, title=f"Call of {name}")
    set_rule(company, max_, "escalated", "hourly")
    configure(company, Mail())
    change(company, "DELETE FROM destinations WHERE user_id <> :id", id=max_)
    announce(company, run, max_)
    let_an_hour_pass(company)
    told = digest(company).notification
    assert isinstance(told, Digest)
    assert [(group.name, group.by_person) for group in told.groups] == [("Eve", True), ("Bob", True)]
