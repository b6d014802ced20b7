"""The mail server of a round, in this process, and what it is told to do wrong for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from tests.support.mail_server import MailServer, Taken

SENDER = "Followup <followup@example.com>"
ANSWERS = (
    *("421 closing", "450 greylisted", "451 local error", "452 no space"),
    *("550 no such user", "552 too much", "553 not allowed", "554 spam"),
)
"""Each of them to a sender, to a recipient, and to a text: 24 kinds of answers."""


class Mail:
    """A server that takes mails and keeps them for the judge; a context manager."""

    def __init__(self) -> None:
        self._server = MailServer()

    def __enter__(self) -> Mail:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    @property
    def taken(self) -> list[Taken]:
        """What it has taken, in its order."""
        return self._server.taken

    @contextmanager
    def answering(self, rng: Random) -> Iterator[None]:
        """Refuse a part of what comes, for a while, with any answer at any point."""

        def answer(_: object) -> str | None:
            return rng.choice(ANSWERS) if rng.random() < 0.2 else None

        server = self._server
        server.on_sender, server.on_recipient, server.on_text = answer, answer, answer
        try:
            yield
        finally:
            self.behave()

    @contextmanager
    def hanging_up_behind_texts(self) -> Iterator[None]:
        """Take mails, and hang up in place of an answer."""
        self._server.hangs_up_behind_text = True
        try:
            yield
        finally:
            self.behave()

    @contextmanager
    def hanging_up_on_senders(self) -> Iterator[None]:
        """Hang up when a mail begins."""
        self._server.hangs_up_on_sender = True
        try:
            yield
        finally:
            self.behave()

    @contextmanager
    def hanging_at(self, domain: str) -> Iterator[Callable[[], int]]:
        """Say nothing to recipients of one domain; says how many have waited for a word meanwhile."""
        server, before = self._server, self._server.hung
        server.hangs_at = lambda address: address.endswith(f"@{domain}")
        try:
            yield lambda: server.hung - before
        finally:
            self.behave()

    @contextmanager
    def at_next_text(self, act: Callable[[], None]) -> Iterator[threading.Event]:
        """Do something while the server has a text and has not answered yet; says when it was done."""
        done = threading.Event()

        def act_once(_: Taken) -> None:
            if not done.is_set():
                act()
                done.set()

        self._server.on_text = act_once
        try:
            yield done
        finally:
            self.behave()

    def behave(self) -> None:
        """Take everything."""
        server = self._server
        server.on_sender = server.on_recipient = lambda _: None
        server.on_text = lambda _: None
        server.hangs_at = lambda _: False
        server.hangs_up_behind_text = server.hangs_up_on_sender = False
