"""What a mail says and looks like: headers, a text, and the same as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from importlib.resources import files

from followup_common.policy import Fallback, Severity
from followup_common.wording import (
    hours_between,
    isolated,
    overdue,
    you,
    you_as_assignee,
    you_as_holder,
    you_in_place_of,
    zone,
)
from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape

from followup_dispatcher.mailboxes import in_one_line, mailbox, read_mailbox
from followup_dispatcher.telling import Delivery, Notification, Recipient

ENDED = {
    -1: "The wait of {title} is over",
    -2: "You wanted to be reminded of {title} now",
    -3: "{title} is still open: the time is over for which you had it",
}
"""By the step of a notification, what has ended."""


class Mails:
    """Writes mails.

    Args:
        sender: as in `FOLLOWUP_MAIL_FROM`.
        public_url: where the page is; None: mails have no link.
    """

    def __init__(self, sender: str, public_url: str | None) -> None:
        self._sender = read_mailbox(sender)
        self._public_url = public_url.rstrip("/") if public_url else None
        self._templates = Environment(
            loader=FunctionLoader(_template),
            autoescape=select_autoescape(("html.j2",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def written(self, delivery: Delivery) -> bytes:
        """A mail, word for word the same at each attempt.

        Raises:
            ValueError: its address is none.
        """
        told = delivery.notification
        headline = _headline(told)
        said = {
            "headline": headline,
            "facts": _facts(told, delivery.recipient),
            "why": _why(told),
            "link": f"{self._public_url}/follow-ups/{told.follow_up_id}" if self._public_url else None,
        }
        mail = EmailMessage(policy=SMTP)
        recipient = mailbox(delivery.recipient.name, delivery.address)
        self._head(mail, delivery, recipient, headline)
        mail.set_content(self._rendered("txt", said), cte="quoted-printable")
        mail.add_alternative(self._rendered("html", said), subtype="html", cte="quoted-printable")
        mail.set_boundary(f"=_{delivery.id.hex}")
        return mail.as_bytes(policy=SMTP.clone(utf8=not recipient.addr_spec.isascii()))

    def _rendered(self, kind: str, said: Mapping[str, object]) -> str:
        return self._templates.get_template(f"notification.{kind}.j2").render(said)

    def _head(self, mail: EmailMessage, delivery: Delivery, recipient: Address, subject: str) -> None:
        """Headers. One follow-up is one thread, and nobody's machine answers (RFC 3834)."""
        told, domain = delivery.notification, self._sender.domain
        mail["Subject"] = in_one_line(subject)
        mail["From"] = self._sender
        mail["To"] = recipient
        mail["Date"] = format_datetime(told.told_at)
        mail["Message-ID"] = f"<{delivery.id}@{domain}>"
        thread = f"<follow-up-{told.follow_up_id}.{told.run}@{domain}>"
        mail["In-Reply-To"] = thread
        mail["References"] = thread
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"


def _headline(told: Notification) -> str:
    """What has happened, as the inbox says it."""
    title = isolated(told.title)
    hours = hours_between(told.due_at, told.told_at)
    breach = told.severity == Severity.BREACH
    if told.step < 0:
        return ENDED.get(told.step, "{title}").format(title=title)
    if told.step == 0:
        late = f", which {overdue(hours)}" if hours else ""
        return (
            f"{isolated(told.actor)} handed you {title}{late}"
            if told.actor
            else f"{title} is yours now{late}"
        )
    late = f"{title} {overdue(hours)}"
    return f"SLA breach: {late}" if breach else late


def _facts(told: Notification, recipient: Recipient) -> list[tuple[str, str]]:
    found = [
        ("Due", _time(told.due_at, recipient)),
        ("Client", told.subject),
        ("Assignee", told.assignee),
        ("Step", f"{told.label}, of the policy “{told.policy}”" if told.label else None),
    ]
    return [(name, in_one_line(isolated(value))) for name, value in found if value]


def _why(told: Notification) -> str:
    if told.audience == "holder":
        return you_as_holder(told.step)
    if told.fallback == Fallback.SUBSTITUTE and told.absent and told.until:
        return you_in_place_of(told.absent, told.until)
    if told.step == 0:
        return you_as_assignee(told.actor)
    return you(told.audience, told.fallback, told.assignee)


def _time(moment: datetime, recipient: Recipient) -> str:
    """On the recipient's clock: "Tue 3 Mar 2026, 10:00 (Europe/Berlin)"."""
    local = moment.astimezone(zone(recipient.time_zone))
    day = (
        f"{local:%b} {local.day}, {local:%Y}"
        if recipient.date_order == "month-day"
        else f"{local.day} {local:%b %Y}"
    )
    clock = f"{local:%I:%M %p}".lstrip("0") if recipient.clock == "12h" else f"{local:%H:%M}"
    return f"{local:%a} {day}, {clock} ({recipient.time_zone})"


def _template(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")
