"""What comes back is understood in the shapes of the servers that most people have; nothing else counts."""

from __future__ import annotations

import pytest
from followup_dispatcher.bounces import Kind, read

from tests.support.reports import ADDRESS, GMAIL, ID, POSTFIX, SHAPES, Shape


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_report_of_each_server_says_which_mail_and_why(shape: Shape) -> None:
    [bounce] = read(shape.report())
    assert (bounce.delivery_id, bounce.kind) == (ID, Kind.HARD)
    assert bounce.recipients == (ADDRESS,)
    assert bounce.said == "550 5.1.1 no such user"


SAYS = [
    # What the address is to blame for.
    ("5.1.1", "550 5.1.1 <eve@example.com>: Recipient address rejected: User unknown", Kind.HARD),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", Kind.HARD),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", Kind.HARD),
    ("5.4.4", "Host or domain name not found", Kind.HARD),
    ("5.2.1", "550-5.2.1 The email account that you tried to reach is inactive.", Kind.HARD),
    ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", Kind.HARD),
    ("5.0.0", "550 No such user here", Kind.HARD),
    # What says nothing of the next mail.
    ("5.2.2", "552 5.2.2 The email account is over quota", Kind.FAILED),
    ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", Kind.FAILED),
    ("5.7.1", "550 5.7.1 Our system has detected that this message is likely spam", Kind.FAILED),
    ("5.7.26", "550 5.7.26 This mail has been blocked because the sender is unauthenticated", Kind.FAILED),
    ("5.1.8", "553 5.1.8 Domain of sender address does not exist", Kind.FAILED),
    ("4.4.1", "connect to mx.example.com: Connection timed out", Kind.FAILED),
    ("", "550 without a status", Kind.FAILED),
]


@pytest.mark.parametrize(("status", "code", "kind"), SAYS)
def test_only_what_the_address_is_to_blame_for_is_hard(status: str, code: str, kind: Kind) -> None:
    [bounce] = read(POSTFIX.report(status=status, code=code))
    assert (bounce.kind, bounce.said) == (kind, code)


def test_what_is_still_being_tried_is_delayed_whatever_its_status() -> None:
    for status in ("4.4.1", "5.1.1"):
        [bounce] = read(GMAIL.report(action="delayed", status=status))
        assert bounce.kind is Kind.DELAYED


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", ""])
def test_what_was_delivered_is_none(action: str) -> None:
    assert read(POSTFIX.report(action=action)) == []


def test_an_address_is_known_by_what_it_was_sent_to_and_by_what_it_became() -> None:
    report = POSTFIX.report().replace(
        b"Final-Recipient: rfc822; eve@", b"Final-Recipient: rfc822; Eve.Okafor@"
    )
    [bounce] = read(report)
    assert bounce.recipients == (ADDRESS, "eve.okafor@example.com")


def test_a_report_about_an_address_beyond_ascii_is_understood() -> None:
    """RFC 6533 has types of its own for it."""
    report = POSTFIX.report(to="évé@example.com")
    for types in ((b"message/rfc822", b"message/global"), (b"message/rfc822", b"message/global-headers")):
        utf8 = report.replace(b"message/delivery-status", b"message/global-delivery-status")
        [bounce] = read(utf8.replace(*types).replace(b"Recipient: rfc822", b"Recipient: utf-8"))
        assert (bounce.kind, bounce.recipients) == (Kind.HARD, ("évé@example.com",))


OTHERS = {
    "another mail": POSTFIX.report(message_id="<20260302.1@mail.example.com>"),
    "no id": POSTFIX.report(message_id=""),
    "an id and more": POSTFIX.report(message_id=f"<{ID}@example.com> <x@y>"),
    "no report": b"From: eve@example.com\r\nSubject: Re: Call Acme\r\n\r\nOut of office until Monday.\r\n",
    "a report without parts": b"Content-Type: multipart/report; boundary=a\r\n\r\nnothing\r\n",
    "a report that somebody passes on": POSTFIX.report().replace(b"multipart/report", b"multipart/mixed"),
    "a read receipt": POSTFIX.report().replace(b"delivery-status", b"disposition-notification"),
    "nothing": b"",
    "no text": bytes(range(256)) * 20,
    "cut off before what was sent": POSTFIX.report().partition(b"Content-Type: message/rfc822")[0],
}


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_whatever_else_comes_says_nothing(content: bytes) -> None:
    assert read(content) == []
