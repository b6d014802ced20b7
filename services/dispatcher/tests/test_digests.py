"""Digests: one a window and address, with what stands when it is sent; no line is lost, and none repeated."""

from __future__ import annotations

from typing import Any

import pytest
from followup_dispatcher import digests
from followup_dispatcher.deliveries import HELD
from followup_dispatcher.digests import MOST_LINES, NOTHING_LEFT
from followup_dispatcher.ended import Stopped
from followup_dispatcher.outcomes import Result
from followup_dispatcher.stops import stopped
from followup_dispatcher.telling import Delivery, Digest
from followup_dispatcher.turns import IN_DIGEST, NEVER
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, sweep

from .ruled import be_quiet, set_rule
from .test_deliveries import DAY, HOUR, Mail, configure, ended, taken

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


def groups(delivery: Delivery) -> list[tuple[str | None, bool, int]]:
    """(Name, whether it is a person, how many lines) of each group."""
    told = delivery.notification
    assert isinstance(told, Digest)
    return [(group.name, group.by_person, len(group.lines)) for group in told.groups]


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
        ("deleted", "DELETE FROM follow_ups WHERE title = 'Call Ada'"),
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


def test_where_the_latest_was_stopped_the_one_before_it_has_the_line(company: Company, run: Run) -> None:
    """Max was told as the one above Eve, and then as the assignee; now it is Eve's again."""
    max_ = company.person("Max", role="manager")
    company.follow_up(company.person("Eve", manager=max_), overdue=50 * HOUR, title="Call Ada")
    for severity in ("overdue", "escalated"):
        set_rule(company, max_, severity, "hourly")
    configure(company, Mail())
    change(company, "DELETE FROM destinations WHERE user_id <> :id", id=max_)
    announce(company, run, max_)
    change(
        company,
        "INSERT INTO notifications "
        "(user_id, follow_up_id, run, step, repeat, policy_version_id, due_at, audience) "
        "SELECT user_id, follow_up_id, run, step, repeat + 1, policy_version_id, due_at, 'assignee' "
        "FROM notifications WHERE user_id = :id",
        id=max_,
    )
    let_an_hour_pass(company)
    assert titles(digest(company)) == ["Call Ada"]
    assert states(company) == {"digested": 1, "suppressed": 1}


def test_what_is_settled_while_its_lines_are_chosen_is_in_none(
    company: Company, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that told of it says so, not only the latest."""
    eve = hourly(company, run, "Call Ada", "Call Bob")
    change(
        company,
        "INSERT INTO notifications "
        "(user_id, follow_up_id, run, step, repeat, policy_version_id, due_at, audience) "
        "SELECT user_id, follow_up_id, run, step, repeat + 1, policy_version_id, due_at, audience "
        "FROM notifications WHERE user_id = :eve",
        eve=eve,
    )
    let_an_hour_pass(company)

    def complete_and_look(*given: Any) -> Any:
        change(company, "RESET ROLE")
        change(company, "UPDATE follow_ups SET completed_at = now() WHERE title = 'Call Ada' AND is_open")
        change(company, "SET LOCAL ROLE followup_dispatcher")
        return stopped(*given)

    monkeypatch.setattr(digests, "stopped", complete_and_look)
    assert titles(digest(company)) == ["Call Bob"]
    assert states(company) == {"digested": 2, "suppressed": 2}


def test_a_graver_step_of_a_run_before_takes_no_line_away(company: Company, run: Run) -> None:
    """Three were summed up as escalated; one of them was put off, and is overdue again."""
    eve = hourly(company, run)
    set_rule(company, eve, "escalated", "hourly")
    change(company, "DELETE FROM destinations WHERE user_id <> :id", id=eve)
    company.follow_ups(eve, 3, overdue=50 * HOUR)
    announce(company, run, eve)
    change(company, "UPDATE follow_ups SET due_at = now() - interval '1 hour' WHERE title = 'Call 1'")
    announce(company, run, eve)
    let_an_hour_pass(company)
    assert sorted(titles(digest(company))) == ["Call 1", "Call 2", "Call 3"]


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


def test_what_a_clock_that_was_ahead_has_written_is_held_for_one_digest(company: Company, run: Run) -> None:
    hourly(company, run, "Call Ada")
    change(company, "UPDATE deliveries SET created_at = now() + interval '40 days', next_at = now()")
    assert taken(company) == Stopped(HELD)
    assert taken(company) is None
    change(company, "UPDATE deliveries SET next_at = now(), held_until = now() - interval '1 second'")
    assert titles(digest(company)) == ["Call Ada"]


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
    change(
        company,
        "UPDATE follow_ups SET assignee_id = :other WHERE id IN "
        "(SELECT n.follow_up_id FROM notifications n JOIN follow_ups f ON f.id = n.follow_up_id "
        "WHERE f.completed_at IS NULL AND n.user_id = :eve ORDER BY n.due_at, n.id LIMIT 2)",
        eve=eve,
        other=company.person("Otto"),
    )
    sent = digest(company)
    told = sent.notification
    assert isinstance(told, Digest)
    assert (told.number, len(titles(sent))) == (56, MOST_LINES)
    assert "Call Ada" not in titles(sent)


def test_a_managers_is_by_person(company: Company, run: Run) -> None:
    """Two of one name are two."""
    max_ = company.person("Max", role="manager")
    people = [company.person(name, manager=max_) for name in ("Eve", "Bob", "Eve", "Eve")]
    for hours, assignee in zip((53, 52, 51), people, strict=False):
        company.follow_up(assignee, overdue=hours * HOUR)
    company.follow_up(people[0], overdue=50 * HOUR)
    set_rule(company, max_, "escalated", "hourly")
    configure(company, Mail())
    change(company, "DELETE FROM destinations WHERE user_id <> :id", id=max_)
    announce(company, run, max_)
    let_an_hour_pass(company)
    assert groups(digest(company)) == [("Eve", True, 2), ("Bob", True, 1), ("Eve", True, 1)]


def test_ones_own_is_by_client(company: Company, run: Run) -> None:
    hourly(company, run, "Call Ada", "Call Bob", "Write to Ada")
    change(
        company,
        "WITH ada AS (INSERT INTO subjects (kind, name) VALUES ('client', 'Ada & Sons') RETURNING id) "
        "UPDATE follow_ups SET subject_id = (SELECT id FROM ada) WHERE title LIKE '% Ada'",
    )
    let_an_hour_pass(company)
    assert groups(digest(company)) == [("Ada & Sons", False, 2), (None, False, 1)]


def test_a_later_step_that_is_never_told_takes_no_line_away(company: Company, run: Run) -> None:
    eve = hourly(company, run, "Call Ada")
    set_rule(company, eve, "escalated", "never")
    change(company, "DELETE FROM destinations WHERE user_id <> :id", id=eve)
    let_an_hour_pass(company)
    assert taken(company) == Stopped(IN_DIGEST)
    company.let_pass(2 * DAY)
    sweep(company, run)
    assert taken(company) == Stopped(NEVER)
    send_now(company)
    sent = taken(company)
    assert isinstance(sent, Delivery)
    assert titles(sent) == ["Call Ada"]


def test_another_try_waits_for_the_end_of_quiet_hours(company: Company, run: Run) -> None:
    eve = hourly(company, run, "Call Ada")
    let_an_hour_pass(company)
    ended(company, digest(company), Result.PUT_OFF, "421 later")
    be_quiet(company, eve)
    send_now(company)
    assert taken(company) == Stopped(HELD)
    change(company, "DELETE FROM notification_preferences WHERE user_id IS NOT NULL")
    send_now(company)
    again = taken(company)
    assert isinstance(again, Delivery)
    assert (again.attempt, titles(again)) == (2, ["Call Ada"])
