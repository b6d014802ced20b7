"""A mail domain that fails again and again is left alone, and one with a rate gets no more: what waits uses
up no attempts, and nothing else waits with it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from followup_common.db import Database
from followup_common.metrics import Meter
from followup_common.urls import server_url
from followup_dispatcher.attempts import record
from followup_dispatcher.channels.email import Email
from followup_dispatcher.circuits import Circuits, Delayed, count_open, target_of
from followup_dispatcher.deliveries import ForPeople, take
from followup_dispatcher.dispatcher import Dispatcher
from followup_dispatcher.mails import Mails
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.telling import Delivery
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as, sweep
from tests.support.postgres import role_url
from tests.support.waiting import eventually

CIRCUITS = Circuits("email")
PUT_OFF = Outcome(Result.PUT_OFF, "450 greylisted")
UNKNOWN = Outcome(Result.UNKNOWN, "no answer behind the text")
SENT = Outcome(Result.SENT, "250 OK")
REFUSED = Outcome(Result.REFUSED, "550 no such user")
BUSY, WELL = "busy.example", "well.example"


@pytest.fixture
def people(company: Company, run: Run) -> Company:
    """Three at a domain that is busy and two at one that is well are told of a follow-up each, the former
    first."""
    company.tx.execute(text("INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)"))
    for number in range(5):
        person = company.person(f"P{number}")
        domain = BUSY if number < 3 else WELL
        company.tx.execute(
            text("UPDATE users SET email = :email WHERE id = :id"),
            {"email": f"p{number}@{domain}", "id": person},
        )
        company.follow_up(person, overdue=timedelta(hours=1))
    sweep(company, run)
    company.tx.execute(
        text("""
            UPDATE deliveries d SET next_at = now() - CAST(:ago AS interval) FROM destinations t
            WHERE t.id = d.destination_id AND t.address LIKE '%busy%'
        """),
        {"ago": "1 minute"},
    )
    return company


def taken(company: Company, a_minute: int = 0) -> Any:
    with acting_as(company.tx, "followup_dispatcher"):
        return take(company.tx, "email", a_minute=a_minute)


def noted(company: Company, *outcomes: Outcome, address: str = f"p1@{BUSY}") -> None:
    with acting_as(company.tx, "followup_dispatcher"):
        for outcome in outcomes:
            CIRCUITS.note(company.tx, address, outcome)


def is_open(company: Company) -> bool:
    found = company.tx.execute(
        text("SELECT opened_at IS NOT NULL FROM circuits WHERE target = :at"), {"at": BUSY}
    )
    return bool(found.scalar())


def rest(company: Company) -> timedelta:
    found: timedelta = company.tx.execute(text("SELECT retry_at - now() FROM circuits")).scalar_one()
    return found


def let_it_have_rested(company: Company) -> None:
    company.tx.execute(text("UPDATE circuits SET retry_at = now() WHERE opened_at IS NOT NULL"))
    company.tx.execute(
        text("UPDATE deliveries SET next_at = now() WHERE ended_at IS NULL AND state <> 'sending'")
    )


@pytest.mark.parametrize(
    ("outcomes", "opens"),
    [
        ([PUT_OFF] * 4, False),
        ([PUT_OFF, UNKNOWN, PUT_OFF, UNKNOWN, PUT_OFF], True),
        ([REFUSED] * 9, False),  # the word of one that works
        ([PUT_OFF, PUT_OFF, SENT] * 3, False),  # nine are not ten
        ([PUT_OFF, PUT_OFF, SENT] * 3 + [PUT_OFF], True),
        ([PUT_OFF, SENT, SENT] * 9, False),
    ],
)
def test_five_in_a_row_or_half_of_ten_open_it(company: Company, outcomes: list[Outcome], opens: bool) -> None:
    noted(company, *outcomes)
    assert is_open(company) is opens


def test_while_it_is_open_nothing_goes_there_and_all_else_goes(people: Company) -> None:
    noted(people, *[PUT_OFF] * 5)
    delayed = taken(people)
    assert isinstance(delayed, Delayed)
    assert (delayed.by, delayed.reason) == (
        "circuit",
        f"waits, since {BUSY} has failed again and again: 450 greylisted",
    )
    others = [taken(people), taken(people)]
    assert [each.address.partition("@")[2] for each in others] == [WELL, WELL]
    assert taken(people) is None  # all three were put off at once
    rows = people.tx.execute(text("SELECT attempts, state, error FROM deliveries WHERE error IS NOT NULL"))
    assert [tuple(row) for row in rows] == [(0, "queued", delayed.reason)] * 3


def test_one_delivery_tries_it_and_the_others_follow_once_that_went_well(people: Company) -> None:
    noted(people, *[PUT_OFF] * 5)
    let_it_have_rested(people)
    by_domain = [taken(people) for _ in range(4)]
    [probe] = [each for each in by_domain if isinstance(each, Delivery) and each.address.endswith(BUSY)]
    assert [type(each) for each in by_domain].count(Delayed) == 1
    with acting_as(people.tx, "followup_dispatcher"):
        record(people.tx, probe, SENT)
        CIRCUITS.note(people.tx, probe.address, SENT)
    assert not is_open(people)
    let_it_have_rested(people)
    assert [taken(people).address for _ in range(2)]


def test_it_rests_longer_with_each_probe_that_fails_and_not_with_what_was_under_way(people: Company) -> None:
    noted(people, *[PUT_OFF] * 5)
    assert timedelta(seconds=53) < rest(people) < timedelta(seconds=67)
    noted(people, *[PUT_OFF] * 3)
    assert rest(people) < timedelta(seconds=67)
    for minutes in (2, 4, 8, 16, 30, 30):
        let_it_have_rested(people)
        people.tx.execute(text("UPDATE circuits SET probing_until = now() + interval '10 minutes'"))
        noted(people, UNKNOWN)
        assert timedelta(minutes=minutes * 0.89) < rest(people) < timedelta(minutes=minutes * 1.11)
    noted(people, SENT)
    assert not is_open(people)


def test_a_domain_gets_no_more_a_minute_than_the_setting_says(people: Company) -> None:
    found = [taken(people, a_minute=2) for _ in range(4)]
    assert [type(each) for each in found] == [Delivery, Delayed, Delivery, Delayed]
    assert found[1].reason == f"waits its turn: 2 a minute go to {BUSY} at most"
    assert found[1].by == "rate"
    rows = people.tx.execute(
        text("""
            SELECT d.next_at - now() FROM deliveries d JOIN destinations t ON t.id = d.destination_id
            WHERE d.state = 'queued' AND t.address LIKE '%busy%' ORDER BY 1
        """)
    )
    waits = list(rows.scalars())
    assert waits[0] >= timedelta(seconds=30)
    assert waits[1] - waits[0] >= timedelta(seconds=30)


def test_where_all_of_a_channel_rests_nothing_goes_by_it_and_nothing_counts(people: Company) -> None:
    too_much = Outcome(Result.PUT_OFF, "429 too much", wait=timedelta(seconds=90), everywhere=True)
    first = taken(people)
    with acting_as(people.tx, "followup_dispatcher"):
        ForPeople("email").record(people.tx, first, too_much)
    delayed = taken(people)
    assert isinstance(delayed, Delayed)
    assert (delayed.by, delayed.reason) == ("rate", "waits, as all that goes by email does: 429 too much")
    assert taken(people) is None  # all were put off at once
    rows = people.tx.execute(
        text("SELECT next_at - now(), state, attempts FROM deliveries ORDER BY attempts")
    )
    assert [tuple(row) for row in rows] == [
        *[(timedelta(seconds=90), "queued", 0)] * 4,
        (timedelta(seconds=90), "queued", 1),
    ]
    assert not is_open(people)
    people.tx.execute(text("UPDATE circuits SET free_at = now()"))
    people.tx.execute(text("UPDATE deliveries SET next_at = now()"))
    assert isinstance(taken(people), Delivery)


def test_what_a_clock_ahead_has_written_is_undone_and_what_says_nothing_is_forgotten(
    company: Company,
) -> None:
    noted(company, *[PUT_OFF] * 5)
    noted(company, PUT_OFF, *[SENT] * 10, address=f"p4@{WELL}")
    noted(company, PUT_OFF, address="p4@closed.example.com")
    company.tx.execute(text("UPDATE circuits SET free_at = now() - interval '2 days'"))
    company.tx.execute(
        text("""
            UPDATE circuits SET free_at = now() + interval '40 days',
                retry_at = CASE WHEN opened_at IS NOT NULL THEN now() + interval '40 days' END
            WHERE recent <> 0
        """)
    )
    with acting_as(company.tx, "followup_dispatcher"):
        CIRCUITS.tidy(company.tx)
    ahead = company.tx.execute(
        text("SELECT target, GREATEST(free_at, retry_at) - now() FROM circuits ORDER BY target")
    )
    assert [(target, until <= timedelta(minutes=36)) for target, until in ahead] == sorted(
        [(BUSY, True), ("closed.example.com", True)]
    )


def test_one_line_is_kept_for_others_than_those_to_whom_all_the_rest_go(people: Company) -> None:
    """However many are due there, first."""
    people.tx.execute(
        text("""
            INSERT INTO deliveries (user_id, destination_id, channel, notice, next_at)
            SELECT user_id, id, 'email', 'test', now() - interval '2 minutes'
            FROM destinations, generate_series(1, 400) WHERE address LIKE '%busy%'
        """)
    )
    queue = ForPeople("email", lines=3)
    with acting_as(people.tx, "followup_dispatcher"):
        first, second = queue.take(people.tx), queue.take(people.tx)
        assert isinstance(first, Delivery)
        assert isinstance(second, Delivery)
        under_way = {first.id: 0, second.id: 1}
        assert {target_of(each.address) for each in (first, second)} == {BUSY}
        others = [queue.take(people.tx, under_way), queue.take(people.tx, under_way)]
        assert [target_of(each.address) for each in others if isinstance(each, Delivery)] == [WELL, WELL]
        assert queue.waited(people.tx, under_way) is None
        assert queue.take(people.tx, under_way) is None
        assert queue.waited(people.tx, {first.id: 0}) is not None
        assert isinstance(queue.take(people.tx, {first.id: 0}), Delivery)


class Hangs:
    """A channel whose server takes one message and never answers."""

    name, lines, for_people, everybody = "email", 2, True, True
    queue = ForPeople("email", lines=2)

    def __init__(self) -> None:
        self.sending, self.ending = threading.Event(), threading.Event()

    def write(self, delivery: Delivery) -> object:
        return delivery

    def open(self) -> Hangs:
        return self

    def send(self, _: object) -> Outcome:
        self.sending.set()
        self.ending.wait()
        return UNKNOWN

    def close(self) -> None:
        """There is no connection."""


def test_what_waits_behind_a_place_that_hangs_is_seen_to_wait(database_url: str) -> None:
    owner, meter, channel = Database(database_url), Meter(), Hangs()
    with owner.transaction() as tx:
        tx.execute(
            text("""
                INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true);
                INSERT INTO users (email, name, role) VALUES ('ada@example.com', 'Ada', 'admin');
                INSERT INTO deliveries (user_id, destination_id, channel, notice)
                SELECT user_id, id, 'email', 'test' FROM destinations, generate_series(1, 3);
            """)
        )
    database = Database(role_url(database_url, "followup_dispatcher"))
    working = Dispatcher(database, [channel], meter)
    working.start()
    try:
        assert channel.sending.wait(30)
        with owner.transaction() as tx:
            tx.execute(text("UPDATE deliveries SET next_at = now() - interval '1 hour' WHERE attempts = 0"))
        shown = 'followup_delivery_oldest_due_seconds{channel="email"} 36'
        eventually(lambda: shown in meter.exposition().decode(), 30, what="the figure")
    finally:
        channel.ending.set()
        working.stop(10)
        database.close()
        owner.close()


def test_those_are_counted_that_are_open_and_that_something_waits_for(people: Company) -> None:
    assert counted(people) == {}
    noted(people, *[PUT_OFF] * 4)
    assert counted(people) == {}
    noted(people, PUT_OFF)
    noted(people, *[PUT_OFF] * 5, address="x@elsewhere.example")
    assert counted(people) == {"email": 2}
    long_ago = text("UPDATE circuits SET retry_at = now() - interval '2 hours' WHERE target <> :busy")
    people.tx.execute(long_ago, {"busy": BUSY})
    assert counted(people) == {"email": 1}
    noted(people, SENT)
    assert counted(people) == {}


def counted(company: Company) -> Mapping[str, int]:
    with acting_as(company.tx, "followup_dispatcher"):
        return count_open(company.tx)


def test_prometheus_learns_how_many_are_open(database_url: str) -> None:
    owner, meter = Database(database_url), Meter()
    database = Database(role_url(database_url, "followup_dispatcher"))
    with owner.transaction() as tx:
        for _ in range(5):
            CIRCUITS.note(tx, f"p1@{BUSY}", PUT_OFF)
    url = server_url("smtp://127.0.0.1:9", "smtp")
    channel = Email(url, "f@example.com", Mails("f@example.com", None))
    working = Dispatcher(database, [channel], meter)
    working.start()
    try:
        shown = 'followup_circuits_open{channel="email"} 1'
        eventually(lambda: shown in meter.exposition().decode(), 30, what="the figure")
    finally:
        working.stop(10)
        database.close()
        owner.close()
