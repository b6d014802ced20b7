"""Mails to one domain are begun and recorded together, each stopped, put off and repeated by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from followup_dispatcher.attempts import FIRST_WAIT, NOT_TRIED
from followup_dispatcher.circuits import Circuits, Delayed
from followup_dispatcher.ended import Stopped
from followup_dispatcher.lines import Lines
from followup_dispatcher.mail_deliveries import ForMail
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.telling import Delivery, Notification
from sqlalchemy import text

from tests.support.company import Company
from tests.support.handlers import Run, acting_as, sweep

from .ruled import be_quiet, set_rule

HOUR = timedelta(hours=1)
MAILS = ForMail("email", act_for=timedelta(days=7), unsubscribes=True, answered=True)
SENT = Outcome(Result.SENT, "250 OK")
PUT_OFF = Outcome(Result.PUT_OFF, "450 later")
REFUSED = Outcome(Result.REFUSED, "550 nobody")


@pytest.fixture
def people(company: Company, run: Run) -> Mapping[str, int]:
    """Four of one domain and one of another are told of a follow-up each, in this order: their ids."""
    change(company, "INSERT INTO channels (name, is_on, everybody) VALUES ('email', true, true)")
    found = {name: company.person(name) for name in ("Ada", "Bob", "Cem", "Dan", "Eve")}
    for number, (name, id_) in enumerate(found.items()):
        domain = "other.example" if name == "Cem" else "one.example"
        change(company, "UPDATE users SET email = :email WHERE id = :id", email=f"{name}@{domain}", id=id_)
        company.follow_up(id_, overdue=HOUR, title=f"Call {number}")
    sweep(company, run)
    for number, id_ in enumerate(found.values()):
        ago = timedelta(minutes=9 - number)
        change(company, "UPDATE deliveries SET next_at = now() - :ago WHERE user_id = :id", ago=ago, id=id_)
    return found


def change(company: Company, statement: str, **values: Any) -> None:
    company.tx.execute(text(statement), values)


def taken(company: Company, queue: ForMail = MAILS) -> Sequence[Delivery | Stopped | Delayed]:
    with acting_as(company.tx, "followup_dispatcher"):
        return queue.take_some(company.tx, {})


def begun(found: Sequence[object]) -> list[Delivery]:
    return [each for each in found if isinstance(each, Delivery)]


def names(found: Sequence[object]) -> list[str]:
    return [each.recipient.name for each in begun(found)]


def kept(company: Company) -> list[tuple[str, int, str | None]]:
    """(State, attempts, outcome of the last one) of each delivery, in the order of its people."""
    rows = company.tx.execute(
        text("""
            SELECT d.state, d.attempts, a.outcome FROM deliveries d
            LEFT JOIN delivery_attempts a ON (a.delivery_id, a.number) = (d.id, d.attempts)
            ORDER BY d.user_id
        """)
    )
    return [tuple(row) for row in rows]


def test_what_goes_to_one_domain_is_begun_together(company: Company, people: Mapping[str, int]) -> None:
    found = taken(company)
    assert names(found) == ["Ada", "Bob", "Dan", "Eve"]
    told = [each.notification for each in begun(found)]
    assert [each.title for each in told if isinstance(each, Notification)] == [
        *("Call 0", "Call 1", "Call 3", "Call 4")
    ]
    assert names(taken(company)) == ["Cem"]
    assert taken(company) == []
    assert kept(company) == [("sending", 1, None)] * 5
    assert people


def test_each_has_links_of_its_own(company: Company, people: Mapping[str, int]) -> None:
    found = begun(taken(company))
    rows = company.tx.execute(text("SELECT token_hash, act, user_id FROM action_links"))
    links = {bytes(row.token_hash): (row.act, row.user_id) for row in rows}
    for each in found:
        [own] = each.links.values()
        assert each.answering
        for act, token in [*own.tokens.items(), ("answer", each.answering)]:
            hashed = hashlib.sha256(token.encode()).digest()
            assert links.pop(hashed) == (act, people[each.recipient.name])
    assert links == {}
    assert len({each.unsubscribing for each in found} - {None}) == 4


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE follow_ups SET completed_at = now() WHERE title = 'Call 3'", "completed"),
        ("UPDATE follow_ups SET due_at = now() + interval '1 day' WHERE title = 'Call 3'", "rescheduled"),
        ("UPDATE follow_ups SET assignee_id = :ada WHERE title = 'Call 3'", "reassigned"),
    ],
)
def test_only_what_was_stopped_does_not_begin(
    company: Company, people: Mapping[str, int], statement: str, reason: str
) -> None:
    values = dict.fromkeys(text(statement).compile().params, people["Ada"])
    change(company, statement, **values)
    found = taken(company)
    assert [each for each in found if isinstance(each, Stopped)] == [Stopped(reason)]
    assert names(found) == ["Ada", "Bob", "Eve"]
    assert kept(company)[3] == ("suppressed", 0, None)


@pytest.mark.parametrize("waits", ["digest", "quiet", "read", "switched off", "repeated"])
def test_what_asks_for_more_is_taken_by_itself(
    company: Company, people: Mapping[str, int], waits: str
) -> None:
    dan = people["Dan"]
    if waits == "digest":
        set_rule(company, dan, "overdue", "hourly")
    elif waits == "quiet":
        be_quiet(company, dan)
    elif waits == "read":
        change(company, "UPDATE notifications SET read_at = now() WHERE user_id = :dan", dan=dan)
    elif waits == "switched off":
        change(company, "UPDATE destinations SET state = 'off' WHERE user_id = :dan", dan=dan)
    else:
        change(company, "UPDATE deliveries SET state = 'unknown' WHERE user_id = :dan", dan=dan)
    assert names(taken(company)) == ["Ada", "Bob", "Eve"]
    assert names(taken(company)) == ["Cem"]
    [alone] = taken(company)
    assert isinstance(alone, Delivery if waits == "repeated" else Stopped)


def test_where_a_domain_failed_or_has_a_rate_one_goes(company: Company, people: Mapping[str, int]) -> None:
    assert len(begun(taken(company, ForMail("email", a_minute=60)))) == 1
    circuits = Circuits("email")
    for _ in range(5):
        circuits.note(company.tx, "x@one.example", PUT_OFF)
    change(company, "UPDATE circuits SET retry_at = now() - interval '1 second'")
    assert names(taken(company)) == ["Bob"]
    assert people


def test_each_is_recorded_with_its_own_outcome(company: Company, people: Mapping[str, int]) -> None:
    outcomes = [SENT, PUT_OFF, SENT, REFUSED]
    with acting_as(company.tx, "followup_dispatcher"):
        MAILS.record_some(company.tx, list(zip(begun(taken(company)), outcomes, strict=True)))
    assert kept(company) == [
        ("sent", 1, "sent"),
        ("queued", 1, "put_off"),
        ("queued", 0, None),
        ("sent", 1, "sent"),
        ("failed", 1, "refused"),
    ]
    row = company.tx.execute(text("SELECT tried, recent, in_a_row FROM circuits")).one()
    assert (row.tried, row.in_a_row) == (2, 0) or (row.tried, row.recent) == (3, 4)
    assert people


def test_an_attempt_that_was_taken_over_changes_its_own_record_only(
    company: Company, people: Mapping[str, int]
) -> None:
    slow = begun(taken(company))
    change(
        company,
        "UPDATE deliveries SET next_at = now() - interval '1 day' WHERE user_id = :id",
        id=people["Ada"],
    )
    [again] = begun(taken(company))
    assert (again.id, again.attempt) == (slow[0].id, 2)
    with acting_as(company.tx, "followup_dispatcher"):
        MAILS.record_some(company.tx, [(each, SENT) for each in slow])
        MAILS.give_back(company.tx, slow[:1])
    assert kept(company)[:2] == [("sending", 2, None), ("sent", 1, "sent")]


def test_what_was_not_tried_is_due_again_and_says_so(company: Company, people: Mapping[str, int]) -> None:
    first = begun(taken(company))
    with acting_as(company.tx, "followup_dispatcher"):
        MAILS.record_some(company.tx, [(first[0], SENT)])
        MAILS.give_back(company.tx, first[1:])
    assert [row[:2] for row in kept(company)] == [
        ("sent", 1),
        *[("queued", 1)],
        ("queued", 0),
        *[("queued", 1)] * 2,
    ]
    answers = company.tx.execute(text("SELECT DISTINCT answer FROM delivery_attempts")).scalars()
    assert set(answers) == {"250 OK", NOT_TRIED}
    again = [*taken(company), *taken(company)]
    assert sorted(names(again)) == ["Bob", "Cem", "Dan", "Eve"]
    assert {each.id for each in first[1:]} < {each.id for each in begun(again)}
    links = company.tx.execute(text("SELECT count(*) FROM action_links WHERE act <> 'answer'")).scalar()
    assert links == 3 * 5  # those of what was not tried have ended
    assert people


def test_what_was_not_tried_keeps_its_place_and_waits_no_longer_for_it(
    company: Company, people: Mapping[str, int]
) -> None:
    first = begun(taken(company))
    with acting_as(company.tx, "followup_dispatcher"):
        MAILS.record_some(company.tx, [(first[0], SENT)])
        MAILS.give_back(company.tx, first[1:])
        assert MAILS.waited(company.tx) == timedelta(minutes=8)  # as alerts see it
    again = begun(taken(company))
    assert [each.recipient.name for each in again] == ["Bob", "Dan", "Eve"]
    with acting_as(company.tx, "followup_dispatcher"):
        MAILS.give_back(company.tx, again[1:])
        MAILS.record_some(company.tx, [(again[0], PUT_OFF)])
    waits = text("SELECT next_at - now() FROM deliveries WHERE user_id = :id")
    assert company.tx.execute(waits, {"id": people["Bob"]}).scalar() == FIRST_WAIT


class Known:
    """What is sent."""

    def __init__(self) -> None:
        self.id = uuid4()


def test_what_waits_behind_one_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("followup_dispatcher.lines.time.monotonic", lambda: now)
    lines: Lines[Known] = Lines(2)
    first, second, third = Known(), Known(), Known()
    batch = lines.begin([first, second, third])
    other = lines.begin([Known()])
    assert lines.next(batch) is first
    assert lines.next(batch) is second
    assert lines.late() == []
    now += 1
    assert set(lines.under_way.values()) == {0, 1}
    assert lines.late() == [third]
    assert lines.next(batch) is None
    assert {first.id, second.id} < lines.under_way.keys()
    assert third.id not in lines.under_way
    assert lines.next(other) is not None  # the first is sent, however late it is
    assert lines.end(batch) == lines.end(other) == []
    assert lines.under_way == {}
