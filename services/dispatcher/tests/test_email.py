"""Mails are handed to a real mail server, and every answer of it is understood."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from followup_common.policy import Command
from followup_common.urls import server_url
from followup_dispatcher.channels.email import Email
from followup_dispatcher.mails import Mails
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.settings import SCHEMES, DispatcherSettings
from followup_dispatcher.telling import (
    Day,
    Delivery,
    Digest,
    Group,
    Line,
    Links,
    Notification,
    Recipient,
    Section,
    Summary,
    Unreachable,
)
from pydantic import ValidationError

from tests.support.certificates import make_certificate
from tests.support.mail_server import MailServer
from tests.support.ports import free_port

SENDER = "Followup <followup@example.com>"
NOTIFICATION = Notification(
    follow_up_id=7,
    run=2,
    step=3,
    title="Call Ada & Söhne <now>",
    subject="Acme GmbH",
    due_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    told_at=datetime(2026, 3, 6, 10, tzinfo=UTC),
    assignee="Amir Patel",
    audience="manager",
    fallback=None,
    severity="breach",
    label="admin",
    policy="standard",
    actor=None,
    absent=None,
    until=None,
)
DELIVERY = Delivery(
    id=UUID("11111111-2222-4333-8444-555555555555"),
    attempt=1,
    address="eve@example.com",
    recipient=Recipient("Eve Okafor", "Europe/Berlin", "24h", "day-month"),
    notification=NOTIFICATION,
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def email(url: str, *, patience: float = 10, context: ssl.SSLContext | None = None) -> Email:
    mails = Mails(SENDER, "https://followup.example.com/")
    return Email(server_url(url, *SCHEMES), SENDER, mails, patience=patience, context=context)


def sent(channel: Email, *deliveries: Delivery) -> list[Outcome]:
    """What becomes of deliveries on one connection."""
    line = channel.open()
    try:
        return [line.send(channel.write(delivery)) for delivery in deliveries]
    finally:
        line.close()


def results(outcomes: list[Outcome]) -> list[Result]:
    return [outcome.result for outcome in outcomes]


def test_a_mail_says_what_the_inbox_says(server: MailServer) -> None:
    assert sent(email(server.url), DELIVERY) == [Outcome(Result.SENT, "250 taken")]
    [taken] = server.taken
    assert (taken.sender, taken.recipients) == ("followup@example.com", ("eve@example.com",))
    mail = taken.message
    assert mail["Subject"] == "SLA breach: Call Ada & Söhne <now> is 4 days 1 h overdue"
    assert (mail["From"], mail["To"]) == (SENDER, "Eve Okafor <eve@example.com>")
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert plain.get_content().splitlines() == [
        "SLA breach: Call Ada & Söhne <now> is 4 days 1 h overdue",
        "",
        "Due: Mon 2 Mar 2026, 10:00 (Europe/Berlin)",
        "Lead or client: Acme GmbH",
        "Assignee: Amir Patel",
        "Step: admin, of the policy “standard”",
        "",
        "Open it: https://followup.example.com/followups/7",
        "",
        "You manage Amir Patel.",
    ]
    assert html is not None
    assert "Call Ada &amp; Söhne &lt;now&gt; is 4 days 1 h overdue" in html.get_content()
    assert 'href="https://followup.example.com/followups/7"' in html.get_content()


def test_a_mail_is_one_of_a_thread_and_nobodys_machine_answers_it(server: MailServer) -> None:
    sent(email(server.url), DELIVERY)
    mail = server.taken[0].message
    assert mail["Message-ID"] == "<11111111-2222-4333-8444-555555555555@example.com>"
    assert mail["References"] == mail["In-Reply-To"] == "<follow-up-7.2@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"


def test_a_repeated_mail_is_the_same_to_the_byte(server: MailServer) -> None:
    channel = email(server.url)
    sent(channel, DELIVERY, replace(DELIVERY, attempt=2))
    first, second = server.taken
    assert first.content == second.content


def test_a_mail_has_a_link_for_each_act_and_says_as_whom_they_act(server: MailServer) -> None:
    tokens = {Command.COMPLETE: "one", Command.SNOOZE: "two", Command.ACKNOWLEDGE: "three"}
    links = Links(tokens, NOTIFICATION.told_at + timedelta(days=7))
    sent(email(server.url), replace(DELIVERY, links={7: links}))
    plain, html = (server.taken[0].message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert plain.get_content().splitlines()[7:14] == [
        "Open it: https://followup.example.com/followups/7",
        "Complete: https://followup.example.com/a/one",
        "Snooze: https://followup.example.com/a/two",
        "I have it: https://followup.example.com/a/three",
        "",
        "Each of these asks first, and then acts as Eve Okafor, once and without a log-in, until "
        "Fri 13 Mar 2026, 11:00 (Europe/Berlin): do not pass this mail on.",
        "",
    ]
    assert html is not None
    assert all(
        f'href="https://followup.example.com/a/{token}"' in html.get_content() for token in tokens.values()
    )
    assert "three" not in repr(links)


def test_a_mail_says_how_its_reader_gets_no_more_of_them(server: MailServer) -> None:
    """A long address would be folded into encoded words, which no mail program follows."""
    page = f"https://followup.{'x' * 60}.example.com"
    token = "t" * 43
    for url in (page, page.replace("https", "http")):
        mails = Mails(SENDER, url)
        channel = Email(server_url(server.url, *SCHEMES), SENDER, mails)
        sent(channel, replace(DELIVERY, unsubscribing=token))
    mail, plain_http = (taken.message for taken in server.taken)
    link = f"{page}/a/off/{token}"
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in server.taken[0].content
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (plain_http["List-Unsubscribe"][:6], plain_http["List-Unsubscribe-Post"]) == ("<http:", None)
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines()[-2:] == ["", f"Get no more of these mails: {link}"]
    assert f'href="{link}"' in html.get_content()
    assert token not in repr(replace(DELIVERY, unsubscribing=token))


def test_a_mail_that_comes_only_when_asked_for_says_nothing_of_that(server: MailServer) -> None:
    sent(email(server.url), DELIVERY)
    mail = server.taken[0].message
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (None, None)
    assert "no more of these" not in mail.as_string()


@pytest.mark.parametrize(("days", "url"), [("0", "https://followup.example.com"), ("7", "")])
def test_without_days_or_an_address_of_the_page_no_mail_has_links_that_act(
    monkeypatch: pytest.MonkeyPatch, days: str, url: str
) -> None:
    settings = {"DATABASE_URL": "postgresql://unused", "SMTP_URL": "smtp://localhost", "MAIL_FROM": SENDER}
    for name, value in {**settings, "MAIL_LINKS_DAYS": days, "PUBLIC_URL": url}.items():
        monkeypatch.setenv(f"FOLLOWUP_{name}", value)
    channel = Email.of(DispatcherSettings())
    assert channel is not None
    assert channel.act_for == timedelta(0)
    assert channel.queue.unsubscribes is bool(url)


def test_times_are_as_their_reader_reads_them(server: MailServer) -> None:
    reader = Recipient("Eve", "America/New_York", "12h", "month-day")
    sent(email(server.url), replace(DELIVERY, recipient=reader))
    assert "Due: Mon Mar 2, 2026, 4:00 AM (America/New_York)" in server.taken[0].message.as_string()


def test_a_summary_lists_what_is_longest_overdue_and_says_how_many_more_there_are(server: MailServer) -> None:
    lines = tuple(
        Line(
            *(number, 2, "manager", f"Call {number}", "Acme" if number == 1 else None),
            *(NOTIFICATION.due_at, "Amir Patel"),
        )
        for number in (1, 2)
    )
    summary = Summary("escalated", 1_214, own=False, lines=lines, told_at=NOTIFICATION.told_at)
    sent(email(server.url), replace(DELIVERY, notification=summary))
    mail = server.taken[0].message
    assert mail["Subject"] == "1,214 follow-ups were escalated to you"
    assert (mail["Message-ID"], mail["References"]) == (
        *("<11111111-2222-4333-8444-555555555555@example.com>", None),
    )
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert plain.get_content().splitlines() == [
        "1,214 follow-ups were escalated to you",
        "",
        "- Call 1",
        "  due Mon 2 Mar 2026, 10:00 (Europe/Berlin), Acme, Amir Patel",
        "  Open it: https://followup.example.com/followups/1",
        "- Call 2",
        "  due Mon 2 Mar 2026, 10:00 (Europe/Berlin), Amir Patel",
        "  Open it: https://followup.example.com/followups/2",
        "",
        "and 1,212 more",
        "",
        "Open them: https://followup.example.com/inbox",
    ]
    assert html is not None
    assert "and 1,212 more" in html.get_content()


def test_a_digest_is_grouped_and_says_how_many_more_there_are(server: MailServer) -> None:
    def line(number: int, who: str) -> Line:
        subject = "Acme" if number == 1 else None
        return Line(number, 1, "manager", f"Call {number}", subject, NOTIFICATION.due_at, who)

    groups = (
        Group("Amir Patel", by_person=True, lines=(line(1, "Amir Patel"),)),
        Group(None, by_person=False, lines=(line(2, "Eve Okafor"),)),
    )
    digest = Digest(214, groups, told_at=NOTIFICATION.told_at)
    first, again = replace(DELIVERY, notification=digest), replace(DELIVERY, notification=digest, attempt=2)
    sent(email(server.url), first, again)
    mail = server.taken[0].message
    assert server.taken[0].content == server.taken[1].content
    assert (mail["Subject"], mail["References"]) == ("Your digest: 214 follow-ups", None)
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert plain.get_content().splitlines() == [
        *("Your digest: 214 follow-ups", ""),
        "Amir Patel",
        "- Call 1",
        "  due Mon 2 Mar 2026, 10:00 (Europe/Berlin), Acme",
        *("  Open it: https://followup.example.com/followups/1", ""),
        "Without a lead or client",
        "- Call 2",
        "  due Mon 2 Mar 2026, 10:00 (Europe/Berlin)",
        *("  Open it: https://followup.example.com/followups/2", ""),
        *("and 212 more", ""),
        "Open them: https://followup.example.com/inbox",
    ]
    assert html is not None
    assert "and 212 more" in html.get_content()


def test_a_day_says_what_it_brings_by_kind(server: MailServer) -> None:
    line = Line(1, 0, "assignee", "Call 1", "Acme", NOTIFICATION.due_at, "Amir Patel")
    sections = (Section("overdue", 21, (line,)), Section("came_in", 1, (line,)))
    sent(email(server.url), replace(DELIVERY, notification=Day(sections, told_at=NOTIFICATION.told_at)))
    mail = server.taken[0].message
    assert mail["Subject"] == "Your day: 21 overdue, 1 new"
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert plain.get_content().splitlines() == [
        *("Your day: 21 overdue, 1 new", ""),
        "Overdue",
        "- Call 1",
        "  due Mon 2 Mar 2026, 10:00 (Europe/Berlin), Acme",
        "  Open it: https://followup.example.com/followups/1",
        *("and 20 more", ""),
        "Came in since your last one",
        "- Call 1",
        "  due Mon 2 Mar 2026, 10:00 (Europe/Berlin), Acme, Amir Patel",
        *("  Open it: https://followup.example.com/followups/1", ""),
        "Open them: https://followup.example.com/",
    ]
    assert html is not None
    assert "Open your follow-ups" in html.get_content()


def test_a_summary_of_few_has_the_links_of_each_by_which_one_acts(server: MailServer) -> None:
    lines = tuple(
        Line(number, 1, "assignee", f"Call {number}", None, NOTIFICATION.due_at, "Eve Okafor")
        for number in (1, 2)
    )
    summary = Summary("overdue", 2, own=True, lines=lines, told_at=NOTIFICATION.told_at)
    until = NOTIFICATION.told_at + timedelta(days=7)
    links = {number: Links({Command.COMPLETE: f"done-{number}"}, until) for number in (1, 2)}
    sent(email(server.url), replace(DELIVERY, notification=summary, links=links))
    plain, html = (server.taken[0].message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    page = "https://followup.example.com"
    said = plain.get_content().splitlines()
    for number in (1, 2):
        at = said.index(f"- Call {number}")
        assert said[at + 2 : at + 4] == [
            f"  Open it: {page}/followups/{number}",
            f"  Complete: {page}/a/done-{number}",
        ]
        assert f'href="{page}/followups/{number}"' in html.get_content()
        assert f'href="{page}/a/done-{number}"' in html.get_content()
    for body in (plain, html):
        assert "do not pass this mail on" in body.get_content()


def test_no_title_and_no_name_adds_a_header(server: MailServer) -> None:
    title = replace(NOTIFICATION, title="Call\r\nBcc: all@example.com")
    name = replace(DELIVERY.recipient, name="Eve\nBcc: all@example.com")
    sent(email(server.url), replace(DELIVERY, notification=title, recipient=name))
    mail = server.taken[0].message
    assert mail["Bcc"] is None
    assert server.taken[0].recipients == ("eve@example.com",)


@pytest.mark.parametrize("address", ["", "eve", "eve@", "a@b@c", "eve@example.com\nBcc: x@example.com"])
def test_an_address_that_is_none_is_no_mail(address: str) -> None:
    with pytest.raises(ValueError, match="no e-mail address"):
        email("smtp://127.0.0.1").write(replace(DELIVERY, address=address))


def test_an_address_beyond_ascii_goes_as_it_is(server: MailServer) -> None:
    assert results(sent(email(server.url), replace(DELIVERY, address="évé@example.com"))) == [Result.SENT]
    assert server.taken[0].recipients == ("évé@example.com",)


ANSWERS = {
    "421 closing": Result.PUT_OFF,
    "450 greylisted": Result.PUT_OFF,
    "451 local error": Result.PUT_OFF,
    "452 no space": Result.PUT_OFF,
    "550 no such user": Result.REFUSED,
    "552 too much": Result.REFUSED,
    "553 not allowed": Result.REFUSED,
    "554 spam": Result.REFUSED,
}


@pytest.mark.parametrize(("answer", "result"), ANSWERS.items())
def test_each_answer_is_what_it_says_and_the_next_mail_is_none_the_worse(
    server: MailServer, answer: str, result: Result
) -> None:
    other = replace(DELIVERY, address="ivy@example.com")
    channel = email(server.url)
    server.on_recipient = lambda address: answer if address.startswith("eve") else None
    first, second = sent(channel, DELIVERY, other)
    assert (first.result, first.answer) == (result, answer)
    assert (second.result is Result.SENT) or first.lost
    server.on_recipient = lambda _: None
    server.on_text = lambda mail: answer if mail.recipients == ("eve@example.com",) else None
    first, second = sent(channel, DELIVERY, other)
    assert (first.result, first.answer) == (result, answer)
    assert (second.result is Result.SENT) or first.lost


def test_a_sender_that_is_refused_costs_no_mail(server: MailServer) -> None:
    server.on_sender = lambda _: "553 not your address"
    assert sent(email(server.url), DELIVERY) == [Outcome(Result.PUT_OFF, "553 not your address")]


def test_a_server_that_takes_the_text_and_says_nothing_leaves_it_unknown(server: MailServer) -> None:
    server.hangs_up_behind_text = True
    [outcome] = sent(email(server.url), DELIVERY)
    assert (outcome.result, outcome.lost) == (Result.UNKNOWN, True)
    assert len(server.taken) == 1


def test_a_server_that_hangs_up_before_the_text_has_not_got_it(server: MailServer) -> None:
    channel = email(server.url)
    line = channel.open()
    server.hangs_up_on_sender = True
    outcome = line.send(channel.write(DELIVERY))
    assert (outcome.result, outcome.lost) == (Result.PUT_OFF, True)
    line.close()


def test_a_server_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="refused"):
        email(f"smtp://127.0.0.1:{free_port()}").open()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, with its key, in one file."""
    return make_certificate(tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_mail_goes_by_tls_with_a_log_in(certificate: Path, scheme: str) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    log_in = ("mailer@example.com", "p@ss/word")
    with MailServer(tls=tls, from_the_start=scheme == "smtps", log_in=log_in) as server:
        place = f"localhost:{server.port}"
        right = f"{scheme}://mailer%40example.com:p%40ss%2Fword@{place}"
        assert results(sent(email(right, context=trusting), DELIVERY)) == [Result.SENT]
        with pytest.raises(Unreachable, match="535"):
            email(right.replace("word", "mord"), context=trusting).open()
        with pytest.raises(Unreachable, match="CERTIFICATE"):
            email(right).open()
    assert [taken.recipients for taken in server.taken] == [("eve@example.com",)]


WRONG = {
    "http://mail.example.com": "smtp://",
    "smtp://user:secret@mail.example.com": "in clear",
    "smtps://user@mail.example.com": "no password",
    "smtps://": "without a host",
}


@pytest.mark.parametrize(("url", "said"), WRONG.items())
def test_a_wrong_mail_server_is_refused_with_the_fix(
    monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://unused")
    monkeypatch.setenv("FOLLOWUP_SMTP_URL", url)
    monkeypatch.setenv("FOLLOWUP_MAIL_FROM", SENDER)
    with pytest.raises(ValidationError) as refused:
        DispatcherSettings()
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("sender", [None, "followup", "Followup <>"])
def test_mail_needs_a_sender(monkeypatch: pytest.MonkeyPatch, sender: str | None) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://unused")
    monkeypatch.setenv("FOLLOWUP_SMTP_URL", "smtp://localhost")
    if sender:
        monkeypatch.setenv("FOLLOWUP_MAIL_FROM", sender)
    with pytest.raises(ValidationError):
        DispatcherSettings()


def test_nothing_is_configured_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", "postgresql://unused")
    monkeypatch.setenv("FOLLOWUP_SMTP_URL", "")
    monkeypatch.setenv("FOLLOWUP_MAIL_FROM", "")
    assert Email.of(DispatcherSettings()) is None
