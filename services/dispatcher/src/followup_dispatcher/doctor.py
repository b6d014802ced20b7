"""What `followup doctor` looks at for mail: server, certificate, log-in, sender and its DNS, a mail to try,
and the mailboxes that are read."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from uuid import uuid4

from dns.resolver import Resolver
from followup_common.doctor import Finding
from pydantic import SecretStr

from followup_dispatcher.channels.email import Email
from followup_dispatcher.mail_folders import Mailbox
from followup_dispatcher.outcomes import Result
from followup_dispatcher.sender_domain import examine_domain
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.telling import Delivery, Recipient, Trial, Unreachable

CHECK = "mail"
REACH = "Correct FOLLOWUP_SMTP_URL, and let this machine reach that host and port."
TRUST = "Name the host in FOLLOWUP_SMTP_URL as its certificate does, and trust who issued that here."
LOG_IN = "Correct user and password in FOLLOWUP_SMTP_URL, and encode what they have in them."
SENDER = "Let FOLLOWUP_MAIL_FROM be an address as which this mail server lets its user send."
TRUST_MAILBOX = "Name the host in {} as its certificate does, and trust who issued that here."
READ_MAILBOX = "Correct {}: host, user and password, each encoded, and the folder behind the host."
RECIPIENT = "Try another address, or ask who keeps the mail server why it refuses this one."


def examine_mail(
    settings: DispatcherSettings, test_to: str | None = None, resolver: Resolver | None = None
) -> Iterator[Finding]:
    """Do what the dispatcher does before it sends, and send one mail where that is asked for.

    Args:
        settings: of the dispatcher.
        test_to: address that gets a mail to try; None: none is sent.
        resolver: asks DNS; None: as this machine is set up.
    """
    yield from _mailbox("mailbox of what comes back", "FOLLOWUP_BOUNCES_URL", settings.bounces_url)
    yield from _mailbox("mailbox of answers", "FOLLOWUP_ANSWERS_URL", settings.answers_url)
    channel = Email.of(settings)
    if channel is None:
        fix = "Set FOLLOWUP_SMTP_URL and FOLLOWUP_MAIL_FROM." if test_to else None
        yield Finding(CHECK, "FOLLOWUP_SMTP_URL is not set: no mail is sent", fix)
        return
    sender = parseaddr(str(settings.mail_from))[1]
    yield from examine_domain(sender.rpartition("@")[2], resolver)
    try:
        line = channel.open()
    except Unreachable as error:
        yield Finding(CHECK, f"the mail server cannot be used: {error}", _fix(error.__cause__))
        return
    try:
        yield Finding(CHECK, "the mail server answers, and lets the dispatcher in")
        refused = line.refusal_of(sender)
        yield Finding("sender of mails", refused or f"{sender} may send", SENDER if refused else None)
        if test_to and not refused:
            outcome = line.send(channel.write(_trial(test_to)))
            fix = None if outcome.result is Result.SENT else RECIPIENT
            yield Finding("test mail", f"to {test_to}: {outcome.answer}", fix)
    finally:
        line.close()


def _mailbox(check: str, name: str, url: SecretStr | None) -> Iterator[Finding]:
    """Whether a mailbox can be read, where a setting names one."""
    if url is None:
        return
    try:
        with Mailbox.at(url).opened():
            yield Finding(check, "it can be read")
    except Unreachable as error:
        fix = TRUST_MAILBOX if isinstance(error.__cause__, ssl.SSLError) else READ_MAILBOX
        yield Finding(check, f"it cannot be read: {error}", fix.format(name))


def _fix(error: BaseException | None) -> str:
    if isinstance(error, ssl.SSLError):
        return TRUST
    return LOG_IN if isinstance(error, smtplib.SMTPAuthenticationError) else REACH


def _trial(address: str) -> Delivery:
    """As somebody sends to a destination of theirs to see whether it arrives."""
    return Delivery(
        uuid4(), 1, address, Recipient(address, "UTC", "24h", "day-month"), Trial(datetime.now(UTC))
    )
