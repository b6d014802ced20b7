"""What a round finds wrong with webhooks: else zeros would say little."""

from __future__ import annotations

import socket
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.faults.hooks import NAMES, STEADY, TROUBLED, Hook, Hooks, answers
from tests.faults.test_the_model import NINE, SECOND
from tests.faults.webhooks import begun_while_off, failures, listen
from tests.support.company import Company
from tests.support.handlers import Run, sweep

SENT = """
    WITH ended AS (UPDATE deliveries SET state = 'sent', attempts = 1, ended_at = now() RETURNING id)
    INSERT INTO delivery_attempts (delivery_id, number, ended_at, outcome)
    SELECT id, 1, now(), 'sent' FROM ended
"""
AGAIN = "INSERT INTO delivery_attempts (delivery_id, number, outcome) SELECT id, 2, '{}' FROM deliveries"
OF_THE_STEADY = "webhook_id = (SELECT id FROM webhooks WHERE url LIKE '%/steady')"


@pytest.fixture
def hooks(company: Company, run: Run) -> dict[str, Hook]:
    """One escalation was announced, and each webhook has the event of it."""
    listen(company.tx, company.person("Ada", role="admin"), dict.fromkeys(NAMES, 80))
    company.follow_up(company.person("Eve"), overdue=timedelta(hours=1))
    sweep(company, run)
    company.tx.execute(text(SENT))
    by_name = Hooks().by_name
    event = str(company.tx.execute(text("SELECT id FROM webhook_events")).scalar_one())
    for hook in by_name.values():
        hook.taken[event] += 1
    return by_name


def wrong(company: Company, hooks: dict[str, Hook]) -> list[str]:
    return [failure for failure, number, _ in failures(company.tx, hooks) if number]


def test_what_is_as_it_should_be_is_not_wrong(company: Company, hooks: dict[str, Hook]) -> None:
    assert wrong(company, hooks) == []
    company.tx.execute(text(AGAIN.format("unknown")))
    hooks[STEADY].taken.update([*hooks[STEADY].taken])
    assert wrong(company, hooks) == []


def test_what_a_receiver_has_or_lacks_is_counted(company: Company, hooks: dict[str, Hook]) -> None:
    hooks[STEADY].taken.update([*hooks[STEADY].taken])
    assert wrong(company, hooks) == ["duplicated"]
    hooks[STEADY].taken = Counter()
    assert wrong(company, hooks) == ["lost"]
    hooks[TROUBLED].taken["another"] += 1
    hooks[TROUBLED].forged += 1
    assert wrong(company, hooks) == ["lost", "duplicated", "lost"]


@pytest.mark.parametrize(
    ("done", "found"),
    [
        ("DELETE FROM webhook_events", {"lost"}),
        (
            "UPDATE webhook_events SET data = jsonb_set(data, '{follow_ups,1}', data -> 'follow_ups' -> 0)",
            {"duplicated"},
        ),
        (f"DELETE FROM deliveries WHERE {OF_THE_STEADY}", {"lost", "duplicated"}),
        (f"UPDATE deliveries SET state = 'suppressed' WHERE {OF_THE_STEADY}", {"lost"}),
        (f"UPDATE deliveries SET state = 'failed' WHERE {OF_THE_STEADY}", {"lost"}),
        (f"UPDATE deliveries SET state = 'failed', attempts = 10 WHERE {OF_THE_STEADY}", set()),
        (AGAIN.format("sent"), {"lost", "duplicated"}),
    ],
)
def test_what_is_wrong_is_counted(
    company: Company, hooks: dict[str, Hook], done: str, found: set[str]
) -> None:
    company.tx.execute(text(done))
    assert set(wrong(company, hooks)) == found


def test_what_is_given_up_at_one_that_is_gone_is_not_lost(company: Company, hooks: dict[str, Hook]) -> None:
    of = "webhook_id = (SELECT id FROM webhooks WHERE url LIKE '%/leaving')"
    company.tx.execute(text(f"UPDATE deliveries SET state = 'suppressed' WHERE {of}"))
    assert wrong(company, hooks) == []


def test_an_attempt_while_a_webhook_is_paused_is_found() -> None:
    switched = [(1, state, NINE + n * SECOND) for n, state in ((0, "on"), (5, "paused"), (9, "on"))]
    called = [(1, UUID(int=n), NINE + n * SECOND) for n in (4, 6, 10)]
    [(failure, _, said)] = begun_while_off(switched, called)
    assert (failure, str(UUID(int=6)) in said) == ("after_stop", True)


def test_there_are_at_least_24_kinds_of_answers() -> None:
    assert len(answers(Hooks().by_name[TROUBLED].receiver)) >= 24


def test_a_request_that_breaks_off_is_no_forgery() -> None:
    hook = Hooks().by_name[STEADY]
    with hook.receiver as receiver, socket.create_connection(("127.0.0.1", receiver.port)) as caller:
        caller.sendall(b"POST /hooks HTTP/1.1\r\ncontent-length: 100\r\n\r\n{")
        caller.shutdown(socket.SHUT_WR)
        assert caller.recv(1) == b""
    assert (hook.forged, hook.receiver.received) == (0, [])
