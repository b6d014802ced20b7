"""What a round finds wrong with digests and pushes: else zeros would say little."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.client import HTTPConnection
from uuid import UUID

import pytest
from followup_common.sealing import Seal
from followup_dispatcher.channels.push import encrypted
from followup_dispatcher.vapid import Vapid
from sqlalchemy import text

from tests.faults import deliveries, digests
from tests.faults.digests import FULL, Listed, Member, Sent, failures, failures_of
from tests.faults.hooks import KEY
from tests.faults.journal import Change, Kind
from tests.faults.people import People, Person
from tests.faults.pushes import VAPID_KEY, PushService
from tests.faults.test_the_model import NINE, SECOND, change, created, played
from tests.support.company import Company
from tests.support.handlers import Run, sweep
from tests.support.mail_server import Taken

CALL = 42
DIGEST = UUID(int=9)
# The only delivery of the company went in a digest, which was sent.
DIGESTED = """
    WITH made AS (
        INSERT INTO digests (user_id, destination_id, ends_at)
        SELECT user_id, destination_id, now() FROM deliveries RETURNING *
    ), planned AS (
        INSERT INTO deliveries (digest_id, user_id, destination_id, channel, state, attempts, ended_at)
        SELECT id, user_id, destination_id, 'email', 'sent', 1, now() FROM made RETURNING id
    ), begun AS (
        INSERT INTO delivery_attempts (delivery_id, number, ended_at, outcome)
        SELECT id, 1, now(), 'sent' FROM planned
    )
    UPDATE deliveries SET state = 'digested', digest_id = made.id, ended_at = now() FROM made
"""
ANOTHER = """
    INSERT INTO digests (user_id, destination_id, ends_at)
    SELECT user_id, destination_id, ends_at FROM digests
"""


@pytest.fixture
def eve(company: Company, run: Run) -> int:
    """She wants digests; one follow-up was announced to her, and went in one."""
    company.person("Ada", role="admin")
    eve = company.person("Eve")
    company.tx.execute(text(deliveries.SWITCH_ON))
    digests.want(company.tx, People({0: Person(None), eve: Person(None)}, (0,)))
    company.follow_up(eve, overdue=timedelta(hours=1))
    sweep(company, run)
    company.tx.execute(text(DIGESTED))
    return eve


def mails(company: Company, *lines: int) -> list[Taken]:
    """The digest, as the mail server has it."""
    sent = text("SELECT id FROM deliveries WHERE notification_id IS NULL")
    id_ = company.tx.execute(sent).scalar_one()
    links = "\r\n".join(f"  Open it: https://followup.example.com/followups/{line}" for line in lines)
    return [Taken("", ("eve@example.com",), f"Message-ID: <{id_}@example.com>\r\n\r\n{links}\r\n".encode())]


def wrong(company: Company, *lines: int) -> list[str]:
    found = failures(company.tx, mails(company, *lines))
    return [failure for failure, number, _ in found if number]


@pytest.mark.usefixtures("eve")
def test_a_digest_as_it_should_be_is_not_wrong(company: Company) -> None:
    assert wrong(company, 1, 2, 3) == []
    assert wrong(company, 1, 2, 1) == ["duplicated"]


@pytest.mark.usefixtures("eve")
@pytest.mark.parametrize(
    ("done", "found"),
    [
        (f"ALTER TABLE digests DROP CONSTRAINT uq_digests_once; {ANOTHER}", ["duplicated"]),
        ("UPDATE deliveries SET digest_id = gen_random_uuid() WHERE state = 'digested'", ["lost"]),
        ("UPDATE digests SET destination_id = destination_id + 1", ["lost"]),
        ("UPDATE deliveries SET attempts = 1 WHERE state = 'digested'", ["wrong_level"]),
        (
            "DELETE FROM notification_rules WHERE user_id IS NOT NULL",
            ["wrong_level"],
        ),
    ],
)
def test_what_is_wrong_with_a_digest_is_counted(company: Company, done: str, found: list[str]) -> None:
    taken = mails(company)
    company.tx.execute(text(done))
    assert [failure for failure, number, _ in failures(company.tx, taken) if number] == found


def test_one_more_address_is_to_be_told_too(company: Company, eve: int) -> None:
    """Her browser was never told of it."""
    more = "INSERT INTO destinations (user_id, channel, address) VALUES (:eve, 'push', 'Firefox@here')"
    company.tx.execute(text(more), {"eve": eve})
    found = deliveries.failures(company.tx, [], {})
    assert [said for failure, _, said in found if failure == "lost" and said.endswith("Firefox@here")]


def test_who_waits_for_a_digest_wants_it_soon(company: Company, eve: int) -> None:
    company.tx.execute(
        text("""
            UPDATE deliveries SET state = 'queued', digest_id = NULL, ended_at = NULL,
                held_until = now() + interval '1 hour', next_at = now() + interval '1 hour'
            WHERE state = 'digested'
        """)
    )
    digests.hasten_in(company.tx)
    looked_at = text("SELECT next_at = now() FROM deliveries WHERE state = 'queued'")
    assert company.tx.execute(looked_at).scalars().all() == [True]
    soon = text("SELECT count(*) FROM notification_rules WHERE user_id = :eve AND mode = 'daily'")
    assert company.tx.execute(soon, {"eve": eve}).scalar() == 3


def told(
    seconds: int = 1, *, is_unread: bool = True, is_digested: bool = False, step: int = 1, run: int = 1
) -> Member:
    return Member(run, step, 5, is_unread, is_digested, NINE + seconds * SECOND)


def sent(
    *copies: set[int],
    state: str = "sent",
    error: str | None = None,
    at: tuple[int, ...] = (4,),
    choosing: tuple[int, ...] = (),
) -> Sent:
    begun = tuple(NINE + seconds * SECOND for seconds in at)
    chosen = tuple(NINE + seconds * SECOND for seconds in choosing or at)
    listed = tuple(Counter(copy) for copy in copies)
    return Sent(DIGEST, state, error, begun, NINE + 5 * SECOND, listed, chosen)


def judged(digest: Sent, *members: Member, changes: tuple[Change, ...] = ()) -> list[str]:
    history = played([created(), *changes])
    found = failures_of(CALL, history, [Listed(digest, list(members))])
    return [failure for failure, number, _ in found if number]


def test_what_was_told_and_still_stands_has_a_line() -> None:
    assert judged(sent({CALL}), told()) == []
    assert judged(sent({1, 2}), told()) == ["lost"]
    assert judged(sent({CALL}, set(), at=(4, 5)), told()) == ["lost"]
    assert judged(sent({*range(100, 100 + FULL)}), told()) == []
    assert judged(sent({CALL}, {CALL}, at=(4, 5)), told()) == []


def test_what_came_while_a_first_mail_chose_its_lines_has_one_in_the_next() -> None:
    """The first set out to choose them in the second second, and had begun in the fourth."""
    assert judged(sent({1}, {CALL}, at=(4, 5), choosing=(2, 5)), told(3)) == []
    assert judged(sent({1}, {1}, at=(4, 5), choosing=(2, 5)), told(3)) == ["lost"]
    assert judged(sent({1}, {CALL}, at=(4, 5), choosing=(2, 5)), told(1)) == ["lost"]


def test_what_was_read_or_came_later_or_was_settled_needs_none() -> None:
    assert judged(sent(set()), told(is_unread=False)) == []
    assert judged(sent(set()), told(4)) == []
    for kind, values in ((Kind.COMPLETED, {}), (Kind.REASSIGNED, {"assignee_id": 6, "actor_id": 1})):
        assert judged(sent(set()), told(), changes=(change(2, kind, **values),)) == []
        assert judged(sent(set()), told(), changes=(change(6, kind, **values),)) == ["lost"]


def test_what_says_that_a_digest_has_told_of_it_has_a_line() -> None:
    completed = (change(2, Kind.COMPLETED),)
    for digest in (sent({1}), sent(state="suppressed", error="nothing is left", at=())):
        assert judged(digest, told(is_digested=True), changes=completed) == ["lost"]
        assert judged(digest, told(), changes=completed) == []


def test_one_that_is_not_sent_has_nothing_left_to_tell() -> None:
    empty = sent(state="suppressed", error="nothing is left of what it was to tell", at=())
    assert judged(empty, told()) == ["lost"]
    assert judged(empty, told(), changes=(change(3, Kind.COMPLETED),)) == []
    assert judged(sent(state="suppressed", error="inactive", at=()), told()) == []


def test_a_line_of_another_digest_is_one_too_many() -> None:
    assert judged(sent({CALL})) == ["duplicated"]


@pytest.mark.parametrize("kind", [Kind.COMPLETED, Kind.DELETED])
def test_a_line_behind_a_stop_is_found(kind: Kind) -> None:
    assert judged(sent({CALL}), told(), changes=(change(3, kind),)) == ["after_stop"]
    assert judged(sent({CALL}), told(), changes=(change(5, kind),)) == []
    moved = (change(3, Kind.RESCHEDULED, due_at=NINE),)
    assert judged(sent({CALL}), told(), changes=moved) == ["after_stop"]
    assert judged(sent({CALL}), told(), told(3, run=2), changes=moved) == []


def test_of_what_was_deleted_nobody_knows_more_than_when() -> None:
    assert judged(sent({CALL}), changes=(change(3, Kind.DELETED),)) == ["after_stop"]
    assert judged(sent({CALL}), changes=(change(5, Kind.DELETED),)) == []


def test_a_line_of_an_assignment_that_was_over_is_found() -> None:
    given_on = (change(3, Kind.REASSIGNED, assignee_id=6, actor_id=1),)
    assert judged(sent({CALL}), told(step=0), changes=given_on) == ["after_stop"]
    assert judged(sent({CALL}), told(step=1), changes=given_on) == []


@pytest.fixture
def pushes() -> Iterator[PushService]:
    with PushService() as service:
        yield service


def post(service: PushService, address: str, body: bytes, key: str = VAPID_KEY) -> int:
    """The status with which a push service answers."""
    origin = f"http://127.0.0.1:{service.receiver.port}"
    connection = HTTPConnection("127.0.0.1", service.receiver.port)
    signed = Vapid.of(key, None).headers(origin, datetime.now(NINE.tzinfo))
    connection.request("POST", f"/{address}", body, dict(signed))
    return connection.getresponse().status


def test_a_message_is_what_its_browser_can_read(company: Company, pushes: PushService) -> None:
    manager = company.person("Max", role="manager")
    people = People({-1: Person(None), manager: Person(-1), -2: Person(manager)}, ())
    pushes.subscribe(company.tx, people, pushes.receiver.port)
    found = (
        "SELECT s.sealed, d.address FROM push_subscriptions s JOIN destinations d ON d.id = s.destination_id"
    )
    sealed, address = company.tx.execute(text(found)).one()
    browser = json.loads(Seal(KEY).opened(sealed))
    message = encrypted(b'{"id": "9"}', browser["p256dh"], browser["auth"])
    assert post(pushes, address, message) == 204
    assert (pushes.taken, pushes.forged) == ({("9", address): 1}, 0)
    assert post(pushes, "browser-1@127.0.0.1", message) == 401
    assert (pushes.taken.total(), pushes.forged) == (1, 1)
