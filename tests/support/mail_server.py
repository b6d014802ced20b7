"""A mail server in this process, which takes, refuses, or goes silent as a test tells it to."""

from __future__ import annotations

import asyncio
import email.policy
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Answer = Callable[[str], str | None]


@dataclass(frozen=True)
class Taken:
    """A mail that the server has taken."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail as its recipient's program reads it."""
        read = BytesParser(policy=email.policy.default).parsebytes(self.content)
        assert isinstance(read, EmailMessage)
        return read


class MailServer:
    """Listens on a port of this machine.

    Args:
        tls: with which it offers STARTTLS, or speaks from the start.
        from_the_start: whether it speaks TLS from the start.
        log_in: user and password that it asks for.
        port: 0 for any.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        from_the_start: bool = False,
        log_in: tuple[str, str] | None = None,
        port: int = 0,
    ) -> None:
        self.taken: list[Taken] = []
        self.on_recipient: Answer = lambda _: None
        """What it says to a recipient; None: it takes them."""
        self.on_text: Callable[[Taken], str | None] = lambda _: None
        """What it says to a mail, once it has it; None: it takes it."""
        self.on_sender: Answer = lambda _: None
        self.hangs_at: Callable[[str], bool] = lambda _: False
        """To which recipients it says nothing for as long."""
        self.hung = 0
        """How many have waited for such a word."""
        self.hangs_up_behind_text = False
        """Whether it takes mails, and hangs up in place of an answer."""
        self.hangs_up_on_sender = False
        """Whether it hangs up when a mail begins."""
        self._controller = _Controller(self, tls, log_in, port, from_the_start=from_the_start)

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def hang(self, address: str) -> None:
        """Say nothing to a recipient for as long as it hangs there, or until nobody waits any more."""
        hung = False
        while self.hangs_at(address):
            self.hung += not hung
            hung = True
            await asyncio.sleep(0.02)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._controller.port

    @property
    def url(self) -> str:
        """For `FOLLOWUP_SMTP_URL`."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def subjects(self) -> list[str]:
        """Of the mails that it has taken, in their order."""
        return [str(taken.message["Subject"]) for taken in self.taken]


class _Controller(Controller):
    def __init__(
        self,
        owner: MailServer,
        tls: ssl.SSLContext | None,
        log_in: tuple[str, str] | None,
        port: int,
        *,
        from_the_start: bool,
    ) -> None:
        asks: dict[str, Any] = {"tls_context": tls} if tls and not from_the_start else {}
        if log_in:
            asks |= {"authenticator": _authenticator(log_in), "auth_required": True}
            asks |= {"auth_require_tls": bool(tls) and not from_the_start}
        super().__init__(
            _Handler(owner),
            hostname="127.0.0.1",
            port=port,
            ssl_context=tls if from_the_start else None,
            enable_SMTPUTF8=True,
            **asks,
        )

    def _trigger_server(self) -> None:
        """It connects once to see whether it works: only there is it known which port it was given for 0."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd has no types


def _authenticator(log_in: tuple[str, str]) -> Callable[..., AuthResult]:
    def check(_: SMTP, __: Session, ___: Envelope, ____: str, given: LoginPassword) -> AuthResult:
        right = (given.login.decode(), given.password.decode()) == log_in
        return AuthResult(success=right, handled=False)

    return check


class _Handler:
    def __init__(self, owner: MailServer) -> None:
        self._owner = owner

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self._owner.on_sender(address):
            return said
        if self._owner.hangs_up_on_sender:
            _hang_up(server)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        await self._owner.hang(address)
        if said := self._owner.on_recipient(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.content
        assert isinstance(content, bytes)
        taken = Taken(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        if said := self._owner.on_text(taken):
            return said
        self._owner.taken.append(taken)
        if self._owner.hangs_up_behind_text:
            _hang_up(server)
        return "250 taken"


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
