"""Each mail that may come again has a link by which its reader gets no more of the same kind."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from followup_dispatcher.deliveries import ForPeople
from followup_dispatcher.outcomes import Result
from followup_dispatcher.telling import Delivery
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as

from .test_deliveries import HOUR, Mail, configure, ended, let_time_pass, set_up
from .test_digests import hourly, let_an_hour_pass, send_now

DAY = timedelta(days=1)
MAILS = ForPeople("email", act_for=DAY, unsubscribes=True)


def written(company: Company, by: ForPeople = MAILS) -> Delivery:
    """What is sent next, with the rights that the dispatcher has."""
    with acting_as(company.tx, "followup_dispatcher"):
        while not isinstance(found := by.take(company.tx), Delivery):
            assert found is not None, "nothing is due"
    return found


def kept(company: Company) -> list[tuple[bytes, str, int]]:
    """What is kept of links: hash, category, and whose they are."""
    rows = company.tx.execute(
        text("SELECT token_hash, category, user_id FROM unsubscribe_links ORDER BY created_at")
    )
    return [(bytes(row.token_hash), row.category, row.user_id) for row in rows]


def hashed(delivery: Delivery) -> bytes:
    assert delivery.unsubscribing is not None
    return sha256(delivery.unsubscribing.encode()).digest()


@pytest.mark.parametrize(("hours", "category"), [(1, "overdue"), (50, "escalated"), (100, "breach")])
def test_the_link_of_a_mail_is_for_what_is_as_grave(
    company: Company, run: Run, hours: int, category: str
) -> None:
    set_up(company, run, overdue=hours * HOUR)
    delivery = written(company)
    found = company.tx.execute(text("SELECT user_id FROM deliveries WHERE id = :id"), {"id": delivery.id})
    assert kept(company) == [(hashed(delivery), category, found.scalar_one())]


def test_a_digest_has_one_for_all_digests(company: Company, run: Run) -> None:
    eve = hourly(company, run, "Call Ada", "Call Bob")
    let_an_hour_pass(company)
    with acting_as(company.tx, "followup_dispatcher"):
        while MAILS.take(company.tx) is not None:
            pass
    send_now(company)
    delivery = written(company)
    assert kept(company) == [(hashed(delivery), "digest", eve)]


def test_a_day_has_one_for_days(company: Company) -> None:
    eve = company.person("Eve")
    configure(company, Mail())
    company.follow_up(eve, overdue=HOUR)
    company.tx.execute(
        text("""
            WITH made AS (
                INSERT INTO digests (user_id, destination_id, kind, ends_at)
                SELECT user_id, id, 'day', now() FROM destinations RETURNING *
            )
            INSERT INTO deliveries (digest_id, user_id, destination_id, channel)
            SELECT id, user_id, destination_id, 'email' FROM made
        """)
    )
    delivery = written(company)
    assert kept(company) == [(hashed(delivery), "day", eve)]


def test_a_code_and_a_test_have_none(company: Company, run: Run) -> None:
    set_up(company, run)
    company.tx.execute(
        text("""
            UPDATE deliveries SET notice = 'test', notification_id = NULL, follow_up_id = NULL,
                severity = NULL
        """)
    )
    assert written(company).unsubscribing is None
    assert kept(company) == []


def test_an_attempt_that_reached_nobody_leaves_no_link_and_one_that_may_have_does(
    company: Company, run: Run
) -> None:
    set_up(company, run)
    first = written(company)
    ended(company, first, Result.PUT_OFF, "451 later")
    let_time_pass(company)
    second = written(company)
    assert [found for found, *_ in kept(company)] == [hashed(second)]
    ended(company, second, Result.UNKNOWN, "no answer")
    let_time_pass(company)
    third = written(company)
    assert {found for found, *_ in kept(company)} == {hashed(second), hashed(third)}


def test_where_messages_have_no_such_link_none_is_kept(company: Company, run: Run) -> None:
    set_up(company, run)
    assert written(company, ForPeople("email")).unsubscribing is None
    assert kept(company) == []
