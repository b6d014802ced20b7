"""Who is mentioned in a comment is told of it outside the house, as long as they may see it."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from followup_dispatcher.deliveries import ForPeople
from followup_dispatcher.destinations import switch
from followup_dispatcher.ended import Stopped
from followup_dispatcher.mails import Mails
from followup_dispatcher.telling import Delivery, Digest, Notification
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import acting_as

from .test_deliveries import Mail, deliveries, let_time_pass, taken

HOUR = timedelta(hours=1)
MOVES = {
    "completed": "UPDATE follow_ups SET completed_at = now() WHERE id = :call",
    "rescheduled": "UPDATE follow_ups SET due_at = now() + interval '1 day' WHERE id = :call",
    "still on the line": "UPDATE follow_ups SET assignee_id = :max WHERE id = :call",
}


@pytest.fixture
def call(company: Company) -> int:
    """A follow-up of Eve's, who reports to Max; mail is set up."""
    with acting_as(company.tx, "followup_dispatcher"):
        switch(company.tx, [Mail()])
    max_ = company.person("Max", role="manager")
    return company.follow_up(company.person("Eve", manager=max_), overdue=HOUR, title="Call Ada")


def id_of(company: Company, name: str) -> int:
    return int(
        company.tx.execute(text("SELECT id FROM users WHERE name = :name"), {"name": name}).scalar_one()
    )


def comment(company: Company, call: int, author: str, body: str, *told: str, mentions: bool = True) -> int:
    """Write a comment with the API's rights; returns its id."""
    author_id, ids = id_of(company, author), [id_of(company, name) for name in told]
    with acting_as(company.tx, "followup_api"):
        written = text("""
            INSERT INTO comments (follow_up_id, number, author_id, body)
            SELECT :call, 1 + count(*), :author, :body FROM comments WHERE follow_up_id = :call RETURNING id
        """)
        comment_id = company.tx.execute(
            written, {"call": call, "author": author_id, "body": body}
        ).scalar_one()
        for user_id in ids:
            company.tx.execute(
                text("INSERT INTO comment_recipients VALUES (:comment, :user, :mentions)"),
                {"comment": comment_id, "user": user_id, "mentions": mentions},
            )
    return int(comment_id)


def test_a_mail_has_the_comment_with_its_lines(company: Company, call: int) -> None:
    body = f"Could you look, <@{id_of(company, 'Max')}>?\n2 < 3 & so on."
    comment(company, call, "Eve", body, "Max")
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    assert delivery.links == {}, "who is mentioned may not be able to act on it"
    written = Mails("Followup <followup@example.com>", "https://followup.example.com").written(delivery)
    mail = message_from_bytes(written, policy=policy.default)
    assert mail["Subject"] == "Eve mentioned you in Call Ada"
    plain, html = ("\n".join(part.get_content().splitlines()) for part in mail.iter_parts())
    assert "Could you look, @Max?\n2 < 3 & so on.\n" in plain
    assert "A comment mentions you." in plain
    assert "Could you look, @Max?\n2 &lt; 3 &amp; so on." in html


@pytest.mark.parametrize("what", MOVES)
def test_it_is_sent_whatever_became_of_the_follow_up(company: Company, call: int, what: str) -> None:
    comment(company, call, "Eve", "Look!", "Max")
    values = {"call": call, "max": id_of(company, "Max")}
    statement = text(MOVES[what])
    company.tx.execute(statement, {name: values[name] for name in statement.compile().params})
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    assert isinstance(delivery.notification, Notification)
    assert delivery.notification.comment == "Look!"


def test_nothing_is_sent_to_who_may_not_see_it_any_more(company: Company, call: int) -> None:
    comment(company, call, "Eve", "Look!", "Max")
    company.set(call, assignee_id=company.person("Ivy"))
    assert taken(company) == Stopped("not theirs to see any more")
    assert deliveries(company) == [(0, "suppressed", "not theirs to see any more")]


def test_an_admin_and_who_was_told_by_name_may_see_it(company: Company, call: int) -> None:
    company.person("Ada", role="admin")
    company.person("Nora")
    company.tx.execute(
        text("""
            INSERT INTO notifications (user_id, follow_up_id, run, step, policy_version_id, due_at, audience,
                read_at)
            SELECT :user, :call, 1, 1, 1, now(), 'user(1)', now()
        """),
        {"user": id_of(company, "Nora"), "call": call},
    )
    comment(company, call, "Eve", "Look!", "Ada", "Nora")
    assert isinstance(taken(company), Delivery)
    assert isinstance(taken(company), Delivery)


def test_a_comment_that_was_deleted_is_not_sent(company: Company, call: int) -> None:
    number = comment(company, call, "Eve", "Look!", "Max")
    with acting_as(company.tx, "followup_api"):
        gone = "UPDATE comments SET body = '', deleted_at = now(), deleted_by = author_id WHERE id = :id"
        company.tx.execute(text(gone), {"id": number})
    assert taken(company) == Stopped("deleted")


def test_a_comment_on_ones_own_stays_in_the_inbox_unless_one_is_told_of_reminders(
    company: Company, call: int
) -> None:
    comment(company, call, "Max", "Hm.", "Eve", mentions=False)
    assert deliveries(company) == []
    company.tx.execute(text("UPDATE notification_rules SET mode = 'at_once' WHERE severity = 'reminder'"))
    comment(company, call, "Max", "Hm!", "Eve", mentions=False)
    delivery = taken(company)
    assert isinstance(delivery, Delivery)
    assert isinstance(delivery.notification, Notification)
    assert delivery.notification.comment == "Hm!"


def test_who_is_away_is_not_written_to(company: Company, call: int) -> None:
    company.away(id_of(company, "Max"))
    comment(company, call, "Eve", "Look!", "Max")
    assert deliveries(company) == []


def test_a_digest_says_of_a_completed_one_too_that_a_comment_mentions_somebody(
    company: Company, call: int
) -> None:
    hourly = "UPDATE notification_rules SET mode = 'hourly' WHERE severity = 'overdue' AND user_id IS NULL"
    company.tx.execute(text(hourly))
    comment(company, call, "Eve", "Look!", "Max")
    company.set(call, completed_at=company.get(call)["now"])
    queue = ForPeople("email", unsubscribes=True)
    with acting_as(company.tx, "followup_dispatcher"):
        assert isinstance(queue.take(company.tx), Stopped)
    past = "created_at = created_at - interval '2 hours', next_at = now(), held_until = NULL"
    company.tx.execute(text(f"UPDATE deliveries SET {past}"))
    with acting_as(company.tx, "followup_dispatcher"):
        assert isinstance(queue.take(company.tx), Stopped), "it goes in a digest"
    let_time_pass(company)
    with acting_as(company.tx, "followup_dispatcher"):
        digest = queue.take(company.tx)
    assert isinstance(digest, Delivery)
    assert isinstance(digest.notification, Digest)
    written = Mails("Followup <followup@example.com>", None).written(digest)
    assert "a comment mentions you" in str(message_from_bytes(written, policy=policy.default))
