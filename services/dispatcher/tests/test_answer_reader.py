"""Answers to what was sent are kept for the API, once each, with the rights that the dispatcher has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from threading import Event
from typing import Any

import pytest
from followup_common.db import Database, Transaction
from followup_common.metrics import Meter
from followup_dispatcher import answers, bounces
from followup_dispatcher.answer_reader import MOST, keep
from followup_dispatcher.answers import AnswerAddress
from followup_dispatcher.bounces import Bounce, read
from followup_dispatcher.deliveries import ForPeople
from followup_dispatcher.mail_reader import MailReader, incoming
from followup_dispatcher.mails import Mails
from followup_dispatcher.metrics import ANSWERS_UNREACHABLE, BOUNCES_UNREACHABLE
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.telling import Delivery
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.support.company import Company
from tests.support.handlers import Run, acting_as
from tests.support.imap_server import ADDRESS, ImapServer, serving
from tests.support.postgres import role_url
from tests.support.reports import POSTFIX

from .test_deliveries import HOUR, set_up

SENDER, TO = "Followup <followup@example.com>", "answers@example.com"
MAILS = Mails(SENDER, None, TO)
HEADS = {"Subject": "Re: Call", "From": "eve@example.com"}


def sent(company: Company, run: Run, *, answered: bool = True, hours: int = 1) -> Delivery:
    """A mail to Eve, with the rights that the dispatcher has."""
    set_up(company, run, overdue=hours * HOUR)
    with acting_as(company.tx, "followup_dispatcher"):
        found = ForPeople("email", act_for=timedelta(days=1), answered=answered).take(company.tx)
    assert isinstance(found, Delivery)
    return found


def answer_to(delivery: Delivery, said: str = "done", **headers: str) -> bytes:
    """An answer as a mail program addresses it: to `Reply-To`."""
    reply_to = message_from_bytes(MAILS.written(delivery))["Reply-To"]
    heads = {**HEADS, "To": reply_to, "Message-ID": "<1@eve.example>", **headers}
    return "".join(f"{name}: {value}\r\n" for name, value in heads.items()).encode() + f"\r\n{said}".encode()


def kept_as(company: Company, content: bytes) -> str:
    with acting_as(company.tx, "followup_dispatcher"):
        return keep(company.tx, content, AnswerAddress(TO))


def kept(company: Company) -> list[Mapping[str, Any]]:
    rows = company.tx.execute(text("SELECT sender, said, refused FROM mail_answers ORDER BY id"))
    return [dict(row._mapping) for row in rows]


def test_a_mail_of_a_follow_up_says_where_and_how_it_is_answered(company: Company, run: Run) -> None:
    delivery = sent(company, run)
    written = message_from_bytes(MAILS.written(delivery))
    assert written["Reply-To"] == f"Followup <answers+{delivery.answering}@example.com>"
    assert b"You can answer this mail" in MAILS.written(delivery)
    assert delivery.answering is not None
    assert delivery.answering not in repr(delivery)
    life = text("SELECT expires_at - created_at FROM action_links WHERE act = 'answer'")
    assert company.tx.execute(life).scalars().all() == [timedelta(days=7)]


def test_without_the_setting_nothing_is_answered(company: Company, run: Run) -> None:
    delivery = sent(company, run, answered=False)
    written = Mails(SENDER, None).written(delivery)
    assert delivery.answering is None
    assert (b"\nReply-To" in written, b"You can answer" in written) == (False, False)


def test_an_answer_is_kept_once_however_often_it_is_read(company: Company, run: Run) -> None:
    delivery = sent(company, run)
    content = answer_to(delivery, "done\r\n\r\n> Call Acme")
    assert [kept_as(company, content) for _ in range(2)] == ["answered"] * 2
    assert kept(company) == [{"sender": "eve@example.com", "said": "done", "refused": None}]


def test_what_a_machine_answers_is_kept_without_its_text(company: Company, run: Run) -> None:
    delivery = sent(company, run)
    assert kept_as(company, answer_to(delivery, **{"Auto-Submitted": "auto-replied"})) == "refused"
    assert kept(company) == [{"sender": "eve@example.com", "said": None, "refused": "automatic"}]


def test_what_answers_nothing_that_we_have_sent_leaves_nothing(company: Company, run: Run) -> None:
    delivery = sent(company, run)
    by_link = next(iter(next(iter(delivery.links.values())).tokens.values()))
    for to, expected in (
        (TO, "other"),
        (f"answers+{'a' * 32}@example.com", "unknown"),
        (f"answers+{by_link}@example.com", "other"),
    ):
        assert kept_as(company, answer_to(delivery, To=to)) == expected
    assert kept(company) == []


def test_machines_that_answer_each_other_come_to_an_end(company: Company, run: Run) -> None:
    delivery = sent(company, run)
    for number in range(MOST + 5):
        kept_as(company, answer_to(delivery, **{"Message-ID": f"<{number}@eve.example>"}))
    assert len(kept(company)) == MOST


@pytest.fixture(scope="module")
def mailbox() -> Iterator[ImapServer]:
    with serving() as server:
        yield server


def reader(mailbox_url: str, database: Database, meter: Meter, **more: str) -> MailReader:
    values = {"database_url": "postgresql+psycopg://localhost/x", "answers_to": ADDRESS, **more}
    settings = DispatcherSettings.model_validate({**values, "bounces_url": mailbox_url})
    [source] = incoming(settings)
    return MailReader(database, source, meter, Event())


def test_one_mailbox_has_what_comes_back_and_answers_and_two_are_read_by_themselves() -> None:
    values = {"database_url": "postgresql+psycopg://localhost/x", "answers_to": ADDRESS}
    one, other = "imap://a:b@localhost", "imap://c:d@localhost"
    for urls, expected in {
        (one, None): [{BOUNCES_UNREACHABLE, ANSWERS_UNREACHABLE}],
        (one, one): [{BOUNCES_UNREACHABLE, ANSWERS_UNREACHABLE}],
        (None, other): [{ANSWERS_UNREACHABLE}],
        (one, other): [{ANSWERS_UNREACHABLE}, {BOUNCES_UNREACHABLE}],
    }.items():
        given = {**values, "bounces_url": urls[0], "answers_url": urls[1]}
        found = incoming(DispatcherSettings.model_validate(given))
        assert [set(each.gauges) for each in found] == expected
    off = DispatcherSettings.model_validate({**values, "answers_to": "", "bounces_url": one})
    assert [each.addresses for each in incoming(off)] == [None]


def test_a_mailbox_that_fails_in_any_way_says_so(
    mailbox: ImapServer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = Meter()
    database = Database(database_url)
    reading = reader(mailbox.url, database, meter)
    reading.look()
    assert "\nfollowup_bounces_unreachable 0.0\n" in said(meter)
    mailbox.deliver(b"Subject: x\r\n\r\nx")
    monkeypatch.setattr("followup_dispatcher.mail_folders.Folder.content", odd)
    reading.look()
    assert "\nfollowup_bounces_unreachable 1.0\n" in said(meter)
    assert "\nfollowup_answers_unreachable 1.0\n" in said(meter)
    monkeypatch.undo()
    reading.look()
    assert "\nfollowup_bounces_unreachable 0.0\n" in said(meter)
    database.close()


def test_what_no_database_takes_keeps_no_other_mail_from_being_read(
    mailbox: ImapServer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter, database = Meter(), Database(database_url)
    monkeypatch.setattr("followup_dispatcher.answer_reader.keep", keep_nul)
    for _ in range(2):
        mailbox.deliver(b"Subject: x\r\n\r\nx")
    reading = reader(mailbox.url, database, meter)
    reading.look()
    assert 'followup_bounces_total{kind="other"} 2.0' in said(meter)
    reading.look()
    assert 'followup_bounces_total{kind="other"} 2.0' in said(meter)
    database.close()


def test_forged_answers_are_in_the_audit_log_one_entry_a_look(
    mailbox: ImapServer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may send as many as they like; none is lost where the log cannot be written at once."""
    meter, database = Meter(), Database(role_url(database_url, "followup_dispatcher"))
    reading = reader(mailbox.url, database, meter)
    reading.look()
    for number in range(3):
        local, domain = ADDRESS.split("@")
        to = f"{local}+{'abc'[number] * 32}@{domain}"
        mailbox.deliver(f"To: {to}\r\nFrom: eve@example.com\r\n\r\ndone".encode())
    with monkeypatch.context() as patched:
        patched.setattr("followup_dispatcher.answer_reader.note_unknown", away)
        reading.look()
    assert forged(database_url) == []
    reading.look()
    assert forged(database_url) == [{"reason": "unknown", "mails": 3}]
    reading.look()
    assert len(forged(database_url)) == 1
    assert 'followup_mail_answers_total{kind="unknown"} 3.0' in said(meter)
    database.close()


def test_a_mail_of_many_parts_within_parts_is_not_parsed(
    mailbox: ImapServer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever letters and spaces it is written with: parsing one of 900 takes more than a minute."""
    parsed: list[bytes] = []
    monkeypatch.setattr("followup_dispatcher.mail_reader.read", kept_in(parsed))
    meter, database = Meter(), Database(database_url)
    for depth, name in ((60, "boundary="), (60, "BOUNDARY ="), (60, "boundary*0="), (50, "boundary=")):
        mailbox.deliver(nested(depth, name))
    reader(mailbox.url, database, meter).look()
    assert [content.count(b"boundary") for content in parsed] == [50]
    assert 'followup_bounces_total{kind="other"} 4.0' in said(meter)
    database.close()


@pytest.mark.parametrize(
    ("content", "times"),
    [(b"Subject: x\r\n\r\nx", 0), (POSTFIX.report(), 1), (None, 1)],
    ids=("other", "report", "answer"),
)
def test_each_mail_is_parsed_once_at_most(
    company: Company, run: Run, monkeypatch: pytest.MonkeyPatch, content: bytes | None, times: int
) -> None:
    content = content or answer_to(sent(company, run))
    parsed: list[object] = []
    for module, name in ((bounces, "message_from_string"), (answers, "message_from_bytes")):
        monkeypatch.setattr(module, name, counted(getattr(module, name), parsed))
    read(content)
    kept_as(company, content)
    assert len(parsed) == times


def away(*_: object) -> None:
    """The database, when the log is to be written."""
    raise OperationalError("INSERT", {}, Exception("away"))


def forged(database_url: str) -> list[Mapping[str, Any]]:
    """What the audit log has of answers to no mail."""
    owner = Database(database_url)
    with owner.transaction() as tx:
        entries = text("SELECT details FROM audit_log WHERE action = 'mail-answer.refused' ORDER BY id")
        found = [*tx.execute(entries).scalars()]
    owner.close()
    return found


def counted(parse: Callable[..., Message], parsed: list[object]) -> Callable[..., Message]:
    def parse_and_count(content: object, **how: Any) -> Message:
        parsed.append(content)
        return parse(content, **how)

    return parse_and_count


def kept_in(parsed: list[bytes]) -> Callable[[bytes], Sequence[Bounce]]:
    def read_and_kept(content: bytes) -> Sequence[Bounce]:
        parsed.append(content)
        return read(content)

    return read_and_kept


def nested(depth: int, name: str) -> bytes:
    """A mail whose parts are within each other."""
    return "".join(
        f"Content-Type: multipart/mixed; {name}b{n}\r\n\r\n--b{n}\r\n" for n in range(depth)
    ).encode()


def keep_nul(tx: Transaction, *_: object) -> str:
    """As with an address that has one in it."""
    return str(tx.execute(text("SELECT CAST(:address AS text)"), {"address": "eve\0@example.com"}).scalar())


def said(meter: Meter) -> str:
    return meter.exposition().decode()


def odd(*_: object) -> bytes:
    """A server says what no library expects."""
    raise ValueError("not a number")
