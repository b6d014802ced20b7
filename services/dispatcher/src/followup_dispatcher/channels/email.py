"""E-mail, handed over to a mail server by SMTP (RFC 5321)."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Self

from followup_common.urls import ServerUrl, server_url

from followup_dispatcher.mail_deliveries import ForMail
from followup_dispatcher.mails import Mails
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.settings import PLAIN, SCHEMES, STARTTLS, TLS, DispatcherSettings
from followup_dispatcher.telling import Delivery, Unreachable

PORTS = {PLAIN: 25, STARTTLS: 587, TLS: 465}
PATIENCE_SECONDS = 30.0
"""How long the server may take for each of its answers."""


@dataclass(frozen=True)
class Mail:
    """A mail and its envelope.

    Args:
        text: headers and body, as they go over the line.
    """

    sender: str
    recipient: str
    text: bytes

    @property
    def needs_utf8(self) -> bool:
        """Whether an address has letters beyond ASCII (RFC 6531)."""
        return not (self.sender + self.recipient).isascii()


class Email:
    """The channel of e-mail.

    Args:
        url: of the mail server.
        sender: as in `FOLLOWUP_MAIL_FROM`.
        mails: writes them.
        lines: how many connections at most.
        everybody: whether the address that somebody logs in with is a destination by itself.
        act_for: how long the links in a mail work by which one acts; zero: it has none.
        unsubscribes: whether a mail has a link by which its reader gets no more of the same kind.
        answered: whether people act by answering.
        a_minute: how many go to one domain a minute at most; 0: as many as there are.
        patience: seconds that the server may take for each of its answers.
        context: by which its certificate is checked.
    """

    name = "email"
    for_people = True

    def __init__(
        self,
        url: ServerUrl,
        sender: str,
        mails: Mails,
        *,
        lines: int = 1,
        everybody: bool = True,
        act_for: timedelta = timedelta(0),
        unsubscribes: bool = False,
        answered: bool = False,
        a_minute: int = 0,
        patience: float = PATIENCE_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.lines = lines
        self.everybody = everybody
        self.act_for = act_for
        self.queue = ForMail(self.name, act_for, a_minute, unsubscribes, lines, answered)
        self._url = url
        self._address = parseaddr(sender)[1]
        self._mails = mails
        self._patience = patience
        self._context = context or ssl.create_default_context()

    @classmethod
    def of(cls, settings: DispatcherSettings) -> Self | None:
        """The channel that the settings configure, if they do."""
        if settings.smtp_url is None or settings.mail_from is None:
            return None
        url = server_url(settings.smtp_url.get_secret_value(), *SCHEMES)
        page = str(settings.public_url) if settings.public_url else None
        mails = Mails(settings.mail_from, page, settings.answers_to)
        return cls(
            url,
            settings.mail_from,
            mails,
            lines=settings.mail_connections,
            everybody=settings.mail_everybody,
            a_minute=settings.mail_rate_per_domain,
            act_for=timedelta(days=settings.mail_links_days if settings.public_url else 0),
            unsubscribes=settings.public_url is not None,
            answered=settings.answers_to is not None,
        )

    def write(self, delivery: Delivery) -> Mail:
        """The mail of a delivery, the same at each attempt but for the links that do something."""
        text = self._mails.written(delivery)
        return Mail(self._address, delivery.address, text)

    def open(self) -> SmtpLine:
        """Connect, greet, begin TLS and log in."""
        try:
            client = self._connected()
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(_said(error)) from error
        try:
            if self._url.scheme == STARTTLS:
                client.starttls(context=self._context)
            client.ehlo_or_helo_if_needed()
            if self._url.username is not None and self._url.password is not None:
                client.login(self._url.username, self._url.password)
        except (smtplib.SMTPException, OSError) as error:
            client.close()
            raise Unreachable(_said(error)) from error
        return SmtpLine(client)

    def _connected(self) -> smtplib.SMTP:
        host, port = self._url.host_and_port(PORTS[self._url.scheme])
        if self._url.scheme == TLS:
            return smtplib.SMTP_SSL(host, port, timeout=self._patience, context=self._context)
        return smtplib.SMTP(host, port, timeout=self._patience)


class SmtpLine:
    """A session with a mail server, for one mail after the other.

    Args:
        client: connected and logged in.
    """

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def send(self, mail: Mail, /) -> Outcome:
        """Hand one mail over.

        Before the server has its text, a mail that fails is not sent, for sure. Behind that, only the
        server's answer says whether it has taken it.
        """
        if mail.needs_utf8 and not self._client.has_extn("smtputf8"):
            return Outcome(Result.REFUSED, "the mail server takes no addresses beyond ASCII (SMTPUTF8)")
        try:
            outcome = self._addressed(mail)
        except (smtplib.SMTPException, OSError) as error:
            return Outcome(Result.PUT_OFF, _said(error), lost=True)
        outcome = outcome or self._taken(mail.text)
        if outcome.result is not Result.SENT and not outcome.lost:
            with suppress(smtplib.SMTPException, OSError):  # the next mail finds out
                self._client.rset()
        return outcome

    def refusal_of(self, sender: str) -> str | None:
        """What the server says to a sender that it does not take; None: it takes them."""
        try:
            code, said = self._client.mail(sender)
            self._client.rset()
        except (smtplib.SMTPException, OSError) as error:
            return _said(error)
        return None if code // 100 == 2 else _reply(code, said)

    def close(self) -> None:
        """Say good-bye, as far as the server listens."""
        with suppress(smtplib.SMTPException, OSError):
            self._client.quit()
        self._client.close()

    def _addressed(self, mail: Mail) -> Outcome | None:
        """Why the server does not want it, if it does not.

        A sender that is refused is refused for every mail: somebody has to change a setting, and until then
        nothing is given up.
        """
        code, said = self._client.mail(mail.sender, ["SMTPUTF8"] if mail.needs_utf8 else [])
        if code // 100 != 2:
            return Outcome(Result.PUT_OFF, _reply(code, said), lost=code == 421)
        code, said = self._client.rcpt(mail.recipient)
        return None if code // 100 == 2 else _answered(code, said)

    def _taken(self, text: bytes) -> Outcome:
        """Hand over the text."""
        try:
            code, said = self._client.data(text)
        except smtplib.SMTPDataError as error:  # it does not want the text: it has not got it
            return _answered(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            return Outcome(Result.UNKNOWN, f"no answer behind the text: {_said(error)}", lost=True)
        return _answered(code, said)


def _answered(code: int, said: bytes | str) -> Outcome:
    results = {2: Result.SENT, 5: Result.REFUSED}
    return Outcome(results.get(code // 100, Result.PUT_OFF), _reply(code, said), lost=code == 421)


def _reply(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"
