"""What a round finds wrong with deliveries: else zeros would say little."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.faults.deliveries import (
    SWITCH_ON,
    begun_after_a_stop,
    failures,
    hasten_in,
    stopped_for_nothing,
)
from tests.faults.journal import Change, Kind
from tests.faults.test_the_model import NINE, SECOND, change, created, played
from tests.support.company import Company
from tests.support.handlers import Run, sweep
from tests.support.mail_server import Taken

SENT = """
    WITH ended AS (UPDATE deliveries SET state = 'sent', attempts = 1, ended_at = now() RETURNING id)
    INSERT INTO delivery_attempts (delivery_id, number, ended_at, outcome)
    SELECT id, 1, now(), 'sent' FROM ended
"""
AGAIN = "INSERT INTO delivery_attempts (delivery_id, number, outcome) SELECT id, 2, '{}' FROM deliveries"


@pytest.fixture
def sent(company: Company, run: Run) -> Company:
    """One follow-up was announced to Eve, and the mail of it was sent."""
    eve = company.person("Eve")
    company.tx.execute(text(SWITCH_ON))
    company.follow_up(eve, overdue=timedelta(hours=1))
    sweep(company, run)
    company.tx.execute(text(SENT))
    return company


def mails(company: Company, number: int = 1) -> list[Taken]:
    """What the server has of it."""
    statement = text(
        "SELECT d.id, t.address FROM deliveries d JOIN destinations t ON t.id = d.destination_id"
    )
    [(id_, address)] = company.tx.execute(statement)
    return [Taken("", (address,), f"From: x\r\nMessage-ID: <{id_}@example.com>\r\n".encode())] * number


def wrong(company: Company, taken: list[Taken]) -> list[str]:
    return [failure for failure, _, _ in failures(company.tx, taken, {})]


def test_what_is_as_it_should_be_is_not_wrong(sent: Company) -> None:
    assert wrong(sent, mails(sent)) == []
    sent.tx.execute(text(AGAIN.format("unknown")))
    assert wrong(sent, mails(sent, 2)) == []


def test_a_mail_that_is_not_there_is_lost_and_one_more_is_one_too_many(sent: Company) -> None:
    assert wrong(sent, []) == ["lost"]
    assert wrong(sent, mails(sent, 2)) == ["duplicated"]
    stranger = Taken("", ("eve@elsewhere.example",), mails(sent)[0].content)
    assert wrong(sent, [*mails(sent), stranger]) == ["duplicated"]


@pytest.mark.parametrize(
    ("done", "found"),
    [
        ("DELETE FROM deliveries", ["lost", "duplicated"]),  # it was to be sent, and nobody has
        ("UPDATE deliveries SET state = 'expired'", ["lost"]),
        ("UPDATE deliveries SET state = 'failed'", ["lost"]),  # without a reason
        (AGAIN.format("sent"), ["lost", "duplicated"]),
    ],
)
def test_what_is_wrong_is_counted(sent: Company, done: str, found: list[str]) -> None:
    taken = mails(sent)
    sent.tx.execute(text(done))
    assert wrong(sent, taken) == found


@pytest.mark.parametrize(
    "stop", [change(5, Kind.COMPLETED), change(5, Kind.DELETED), change(5, Kind.RESCHEDULED, due_at=NINE)]
)
def test_an_attempt_that_began_after_a_stop_is_found(stop: Change) -> None:
    history = played([created(), stop])
    before, after = ({"run": 1, "step": 1, "committed_at": NINE + n * SECOND} for n in (4, 6))
    assert list(begun_after_a_stop(history, [before])) == []
    [(failure, _, _)] = begun_after_a_stop(history, [after])
    assert failure == "after_stop"


def test_an_attempt_that_began_after_it_was_handed_on_is_found() -> None:
    history = played([created(), change(5, Kind.REASSIGNED, assignee_id=6, actor_id=1)])
    attempt = {"run": 1, "step": 0, "user_id": 5}
    found = [
        list(begun_after_a_stop(history, [{**attempt, "committed_at": NINE + n * SECOND}])) for n in (4, 6)
    ]
    assert [len(each) for each in found] == [0, 1]


@pytest.mark.parametrize(
    ("row", "changes", "found"),
    [
        ({}, [], ["lost"]),
        ({}, [change(4, Kind.COMPLETED)], []),
        ({}, [change(7, Kind.COMPLETED)], ["lost"]),
        ({"is_unread": False}, [], []),
        ({"is_overtaken": True}, [], []),
        ({"error": "inactive"}, [], []),
    ],
)
def test_what_nothing_has_stopped_was_to_be_sent(
    row: dict[str, object], changes: list[Change], found: list[str]
) -> None:
    decided = {"told_at": NINE + SECOND, "committed_at": NINE + 6 * SECOND, "error": "completed", "run": 1}
    suppressed = [{**decided, "is_unread": True, "is_overtaken": False, **row}]
    history = played([created(), *changes])
    assert [failure for failure, _, _ in stopped_for_nothing(history, suppressed)] == found


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_circuit_that_nobody_tries_any_more_is_tried_again(sent: Company, is_sent: bool) -> None:
    """The one that tried it was killed; while one does, it is left alone."""
    sent.tx.execute(
        text("""
            INSERT INTO circuits (channel, target, opened_at, retry_at, probing_until)
            VALUES ('email', 'example.com', now(), now(), now() + interval '10 minutes')
        """)
    )
    if is_sent:
        under_way = "state = 'sending', ended_at = NULL, next_at = now() + interval '10 minutes'"
        sent.tx.execute(text(f"UPDATE deliveries SET {under_way}"))
    sent.tx.execute(text("CREATE TEMPORARY TABLE fault_attempts (delivery_id uuid, number integer)"))
    hasten_in(sent.tx)
    is_tried = sent.tx.execute(text("SELECT probing_until > now() FROM circuits")).scalar()
    assert is_tried is is_sent
