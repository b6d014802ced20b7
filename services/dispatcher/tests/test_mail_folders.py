"""A real mailbox is read by IMAP, and says why when it is not."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from followup_common.urls import server_url
from followup_dispatcher.bounces import read
from followup_dispatcher.doctor import READ_MAILBOX, TRUST_MAILBOX, examine_mail
from followup_dispatcher.mail_folders import MOST_BYTES, Mailbox
from followup_dispatcher.settings import IMAP_SCHEMES, DispatcherSettings
from followup_dispatcher.telling import Unreachable
from pydantic import ValidationError

from tests.support.imap_server import ENCODED, ImapServer, serving
from tests.support.ports import free_port
from tests.support.reports import ID, POSTFIX

NAME = "FOLLOWUP_BOUNCES_URL"


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with serving() as server:
        yield server


def mailbox(url: str, *, trusting: Path | None = None) -> Mailbox:
    context = ssl.create_default_context(cafile=str(trusting) if trusting else None)
    return Mailbox(server_url(url, *IMAP_SCHEMES), context=context)


def test_what_is_unread_is_read_the_oldest_first_and_once(server: ImapServer) -> None:
    server.deliver(POSTFIX.report())
    server.deliver(b"Subject: large\r\n\r\n" + b"x" * MOST_BYTES)
    with mailbox(server.url).opened() as folder:
        first, second = folder.unread(10)
        assert [first] == folder.unread(1)
        content = folder.content(first)
        assert content is not None
        assert [bounce.delivery_id for bounce in read(content)] == [ID]
        assert len(folder.content(second) or b"") == MOST_BYTES
        assert len(folder.unread(10)) == 2  # to look is not to read
        folder.mark_read(first)
        assert folder.unread(10) == [second]
        assert folder.content(b"999") is None
    with mailbox(server.url).opened() as folder:
        assert folder.unread(10) == [second]
        folder.mark_read(second)


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls"])
def test_it_is_read_by_tls_from_whom_this_machine_trusts(server: ImapServer, scheme: str) -> None:
    port = server.tls_port if scheme == "imaps" else server.port
    url = f"{scheme}://{ENCODED}@localhost:{port}/INBOX"
    with mailbox(url, trusting=server.certificate).opened() as folder:
        assert folder.unread(10) == []
    with pytest.raises(Unreachable, match="CERTIFICATE"), mailbox(url).opened():
        pass


def settings(url: str) -> DispatcherSettings:
    values = {"database_url": "postgresql+psycopg://localhost/x", "bounces_url": url}
    return DispatcherSettings.model_validate(values)


def test_the_doctor_says_whether_it_can_be_read(server: ImapServer) -> None:
    for url, fix in {
        server.url: None,
        server.url.replace("word", "mord"): READ_MAILBOX.format(NAME),
        f"{server.url}/Elsewhere": READ_MAILBOX.format(NAME),
        f"imap://{ENCODED}@127.0.0.1:{free_port()}": READ_MAILBOX.format(NAME),
        f"imaps://{ENCODED}@localhost:{server.tls_port}": TRUST_MAILBOX.format(NAME),
        f"imap://{'%C3%A9'}:{'%C3%A9'}@127.0.0.1:{server.port}": READ_MAILBOX.format(NAME),
    }.items():
        finding = next(iter(examine_mail(settings(url))))
        assert finding.fix == fix, finding
        assert "ord/1" not in finding.seen


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://user:secret@mail.example.com", "begins with imap://"),
        ("imap://user:secret@mail.example.com", "begin it with imap+starttls:// or imaps://"),
        ("imaps://mail.example.com", "without a log-in"),
        ("imaps://user@mail.example.com", "no password"),
    ],
)
def test_a_mailbox_that_is_none_is_refused_with_the_fix(url: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(url)
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)
