"""Settings of the dispatcher."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Annotated, Self

from followup_common.settings import (
    DatabaseSettings,
    Secret,
    SecretsSettings,
    SlackSettings,
    WebhookSettings,
    WrongSettings,
    unset_when_empty,
)
from followup_common.urls import WrongUrl, server_url
from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, Field, SecretStr, model_validator

from followup_dispatcher.answers import AnswerAddress
from followup_dispatcher.mailboxes import read_mailbox

PLAIN, STARTTLS, TLS = SCHEMES = ("smtp", "smtp+starttls", "smtps")
IMAP, IMAP_STARTTLS, IMAP_TLS = IMAP_SCHEMES = ("imap", "imap+starttls", "imaps")
THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


def _smtp_url(secret: SecretStr) -> SecretStr:
    return _mail_url(secret, *SCHEMES)


def _imap_url(secret: SecretStr) -> SecretStr:
    checked = _mail_url(secret, *IMAP_SCHEMES)
    if server_url(checked.get_secret_value(), *IMAP_SCHEMES).username is None:
        raise WrongUrl("a URL without a log-in: name user and password, as in imaps://user:password@host")
    return checked


def _mail_url(secret: SecretStr, plain: str, starttls: str, tls: str) -> SecretStr:
    """The URL of a mail server, without TLS, with a change to it, or with it from the start."""
    url = server_url(secret.get_secret_value(), plain, starttls, tls)
    host = url.hosts[0].rpartition(":")[0] or url.hosts[0]
    if not host:
        raise WrongUrl("a URL without a host")
    if (url.username is None) != (url.password is None):
        raise WrongUrl("a URL with a user and no password: name both, as in user:password@, or neither")
    if url.username is not None and url.scheme == plain and host not in THIS_MACHINE:
        raise WrongUrl(
            f"a URL that would send the password in clear: begin it with {starttls}:// or {tls}://"
        )
    return SecretStr(str(url))


def _answers_to(given: str) -> str:
    AnswerAddress(given)
    return given


def _vapid_key(secret: SecretStr) -> SecretStr:
    from followup_dispatcher.vapid import Vapid  # with its libraries, which only this needs

    Vapid.of(secret.get_secret_value(), None)
    return secret


def _sender(given: str) -> str:
    return str(read_mailbox(given))


class DispatcherSettings(DatabaseSettings, SecretsSettings, SlackSettings, WebhookSettings):
    """What the dispatcher takes."""

    smtp_url: Annotated[
        Annotated[SecretStr, AfterValidator(_smtp_url)] | None, BeforeValidator(unset_when_empty)
    ] = Field(
        None,
        description="Mail server: smtp+starttls://user:password@host:587, smtps://user:password@host:465, or "
        "smtp://host:25 for a relay that asks for no log-in. Unset or empty: no mail is sent.",
    )
    mail_from: Annotated[
        Annotated[str, AfterValidator(_sender)] | None, BeforeValidator(unset_when_empty)
    ] = Field(
        None, description="Sender of mails, such as Followup <followup@example.com>; needed with SMTP_URL."
    )
    mail_everybody: bool = Field(
        True,
        description="Whether everybody is told by mail at the address they log in with, once mail is set up.",
    )
    mail_connections: int = Field(
        4,
        ge=1,
        le=50,
        description="Connections to the mail server at most, while there is something to send.",
    )
    mail_rate_per_domain: int = Field(
        0,
        ge=0,
        le=100_000,
        description="Mails a minute to the addresses of one domain at most; the others wait, and say so. "
        "0: as many as there are.",
    )
    mail_links_days: int = Field(
        7,
        ge=0,
        le=7,
        description="Days for which the links in a mail work by which its reader completes, snoozes or "
        "acknowledges without a log-in; 0: mails have none.",
    )
    slack_token: Annotated[Secret | None, BeforeValidator(unset_when_empty)] = Field(
        None,
        description="Token of a Slack app's bot (xoxb-...), with the scopes chat:write and users:read.email: "
        "people are told in Slack where they add themselves. Unset or empty: nothing is posted.",
    )
    bounces_url: Annotated[
        Annotated[SecretStr, AfterValidator(_imap_url)] | None, BeforeValidator(unset_when_empty)
    ] = Field(
        None,
        description="Mailbox of the sender of mails, where those come back that could not be delivered: "
        "imaps://user:password@host:993/INBOX, imap+starttls://user:password@host:143, or imap:// on this "
        "machine. All of it is read and marked as read. Unset or empty: nothing is read.",
    )
    answers_to: Annotated[
        Annotated[str, AfterValidator(_answers_to)] | None, BeforeValidator(unset_when_empty)
    ] = Field(
        None,
        description="Address of the mailbox in which answers to mails arrive, such as followup@example.com: "
        "people complete, snooze and note by answering. What a delivery is known by comes behind a +, or in "
        "place of a * before the @. Needs ANSWERS_URL or BOUNCES_URL. Unset or empty: answers do nothing.",
    )
    answers_url: Annotated[
        Annotated[SecretStr, AfterValidator(_imap_url)] | None, BeforeValidator(unset_when_empty)
    ] = Field(
        None,
        description="That mailbox, where it is not that of BOUNCES_URL; in the same form. All of it is read "
        "and marked as read.",
    )
    webhook_connections: int = Field(
        4,
        ge=1,
        le=50,
        description="Webhooks that are called at once at most; each by one connection. So many of "
        "each kind of chat as well.",
    )
    vapid_private_key: Annotated[
        Annotated[SecretStr, AfterValidator(_vapid_key)] | None, BeforeValidator(unset_when_empty)
    ] = Field(
        None,
        description="32 random bytes in base64, such as from openssl rand -base64 32: signs what is pushed "
        "to browsers. With another key people switch it on again in each browser. Needs SECRETS_KEY as well. "
        "Unset: nothing is pushed.",
    )
    push_connections: int = Field(
        4, ge=1, le=50, description="Push services that are called at once at most; each by one connection."
    )
    public_url: Annotated[AnyHttpUrl | None, BeforeValidator(unset_when_empty)] = Field(
        None,
        description="Address that people use, such as https://followup.example.com. Set it behind a proxy "
        "that changes the Host header or ends TLS: cookies and origin checks go by it. Links in mails do: "
        "without it there are none.",
    )

    @property
    def contact(self) -> str | None:
        """Where a push service reaches an operator: the sender of mails, else the page."""
        if self.mail_from is not None:
            return f"mailto:{parseaddr(self.mail_from)[1]}"
        https = self.public_url is not None and self.public_url.scheme == "https"
        return str(self.public_url) if https else None

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Self:
        if self.smtp_url is not None and self.mail_from is None:
            raise WrongSettings(
                {"mail_from": "is not set: name the sender, such as Followup <followup@example.com>"}
            )
        return self

    @model_validator(mode="after")
    def _answers_are_read(self) -> Self:
        if self.answers_to is not None and self.answers_url is None and self.bounces_url is None:
            raise WrongSettings(
                {"answers_url": "is not set: name the mailbox in which answers arrive, or set BOUNCES_URL"}
            )
        return self
