"""What a mail says and looks like: headers, a text, and the same as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape

from followup_dispatcher import words
from followup_dispatcher.answers import AnswerAddress
from followup_dispatcher.mailboxes import in_one_line, mailbox, read_mailbox
from followup_dispatcher.telling import (
    Code,
    Day,
    Delivery,
    Digest,
    Line,
    Notification,
    Recipient,
    Summary,
    Trial,
)

UNSUBSCRIBE = "List-Unsubscribe"
ONE_CLICK = "List-Unsubscribe=One-Click"
"""What a mail program posts to that address by itself (RFC 8058)."""


class OnOneLine(UnstructuredHeader, BaseHeader):
    """A header that is not folded: a long address would become an encoded word, which no program follows."""

    def fold(self, *, policy: Policy) -> str:
        """As it is sent."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type(UNSUBSCRIBE, OnOneLine)
POLICY = SMTP.clone(header_factory=_HEADERS)


class Mails:
    """Writes mails.

    Args:
        sender: as in `FOLLOWUP_MAIL_FROM`.
        public_url: where the page is; None: mails have no link.
        answers_to: as in `FOLLOWUP_ANSWERS_TO`; None: mails are not answered.
    """

    def __init__(self, sender: str, public_url: str | None, answers_to: str | None = None) -> None:
        self._sender = read_mailbox(sender)
        self._answers = AnswerAddress(answers_to) if answers_to else None
        self._public_url = public_url.rstrip("/") if public_url else None
        self._templates = Environment(
            loader=FunctionLoader(_template),
            autoescape=select_autoescape(("html.j2",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def written(self, delivery: Delivery) -> bytes:
        """A mail; of one follow-up it is the same at each attempt, but for the links that do something.

        Raises:
            ValueError: its address is none.
        """
        told, recipient = delivery.notification, mailbox(delivery.recipient.name, delivery.address)
        kind, said = self._said(delivery)
        said = {**said, "unsubscribe": self._unsubscribe(delivery)}
        mail = EmailMessage(policy=POLICY)
        self._head(mail, delivery, recipient)
        self._say_how_to_unsubscribe(mail, delivery)
        if isinstance(told, Notification):
            self._thread(mail, told)
        mail.set_content(self._rendered(f"{kind}.txt", said), cte="quoted-printable")
        mail.add_alternative(self._rendered(f"{kind}.html", said), subtype="html", cte="quoted-printable")
        mail.set_boundary(f"=_{delivery.id.hex}")
        return mail.as_bytes(policy=POLICY.clone(utf8=not recipient.addr_spec.isascii()))

    def _said(self, delivery: Delivery) -> tuple[str, Mapping[str, object]]:
        """By which template a mail is written, and what it says."""
        told, reader = delivery.notification, delivery.recipient
        headline = words.headline(told)
        if isinstance(told, Summary):
            return "summary", {
                "headline": headline,
                "lines": [self._line(delivery, each) for each in told.lines],
                "more": words.more(told),
                "about_acts": self._about_acts(delivery),
                "link": self._link("/inbox"),
            }
        if isinstance(told, Code | Trial):
            return "notice", {"headline": headline, "text": words.of_notice(told, reader)}
        if isinstance(told, Digest):
            rest = {"more": words.more(told), "link": self._link("/inbox"), "opens": "Open the inbox"}
            return "digest", {"headline": headline, "groups": self._groups(told, reader), **rest}
        if isinstance(told, Day):
            rest = {"more": None, "link": self._link("/"), "opens": "Open your follow-ups"}
            return "digest", {"headline": headline, "groups": self._sections(told, reader), **rest}
        return "notification", {
            "headline": headline,
            "comment": told.comment,
            "facts": words.facts(told, reader, whole=True),
            "why": words.why(told),
            "link": self._link(f"/followups/{told.follow_up_id}"),
            "acts": self._acts(delivery, told.follow_up_id),
            "about_acts": self._about_acts(delivery),
            "about_answers": words.ANSWERS if self._answers and delivery.answering else None,
        }

    def _line(self, delivery: Delivery, line: Line) -> Mapping[str, object]:
        """What a summary says of one follow-up."""
        return {
            "title": line.title,
            "about": words.about(line, delivery.recipient),
            "link": self._link(f"/followups/{line.follow_up_id}"),
            "acts": self._acts(delivery, line.follow_up_id),
        }

    def _groups(self, told: Digest, reader: Recipient) -> Sequence[Mapping[str, object]]:
        """What a digest says of each group and of its lines."""
        return [
            {
                "name": words.heading(group),
                "lines": [self._listed(each, words.within(group, each, reader)) for each in group.lines],
                "more": None,
            }
            for group in told.groups
        ]

    def _sections(self, told: Day, reader: Recipient) -> Sequence[Mapping[str, object]]:
        """What a day says of each kind and of its lines."""
        return [
            {
                "name": words.HEADINGS[each.kind],
                "lines": [self._listed(line, words.about_section(each, line, reader)) for line in each.lines],
                "more": words.more(each),
            }
            for each in told.sections
        ]

    def _listed(self, line: Line, about: str) -> Mapping[str, object]:
        return {
            "title": line.title,
            "about": about,
            "link": self._link(f"/followups/{line.follow_up_id}"),
        }

    def _acts(self, delivery: Delivery, follow_up_id: int) -> Sequence[tuple[str, str]]:
        """The links by which the recipient acts on a follow-up, each with its name."""
        links = delivery.links.get(follow_up_id)
        if links is None or self._public_url is None:
            return []
        return [(words.ACTS[act], f"{self._public_url}/a/{token}") for act, token in links.tokens.items()]

    def _about_acts(self, delivery: Delivery) -> str | None:
        """What to know of those links."""
        if not delivery.links or self._public_url is None:
            return None
        until = min(links.until for links in delivery.links.values())
        return words.of_links(until, delivery.recipient)

    def _link(self, path: str) -> str | None:
        return f"{self._public_url}{path}" if self._public_url else None

    def _rendered(self, name: str, said: Mapping[str, object]) -> str:
        return self._templates.get_template(f"{name}.j2").render(said)

    def _head(self, mail: EmailMessage, delivery: Delivery, recipient: Address) -> None:
        """Headers; nobody's machine answers (RFC 3834)."""
        told = delivery.notification
        mail["Subject"] = in_one_line(words.headline(told))
        mail["From"] = self._sender
        mail["To"] = recipient
        if self._answers and delivery.answering:
            mail["Reply-To"] = mailbox(self._sender.display_name, self._answers.of(delivery.answering))
        mail["Date"] = format_datetime(told.told_at)
        mail["Message-ID"] = f"<{delivery.id}@{self._sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"

    def _say_how_to_unsubscribe(self, mail: EmailMessage, delivery: Delivery) -> None:
        """For the button of mail programs; they post by themselves only to https (RFC 8058)."""
        if link := self._unsubscribe(delivery):
            mail[UNSUBSCRIBE] = f"<{link}>"
            if link.startswith("https:"):
                mail["List-Unsubscribe-Post"] = ONE_CLICK

    def _unsubscribe(self, delivery: Delivery) -> str | None:
        """The link by which the recipient gets no more of the same kind."""
        token = delivery.unsubscribing
        return self._link(f"/a/off/{token}") if token else None

    def _thread(self, mail: EmailMessage, told: Notification) -> None:
        """One follow-up is one thread."""
        thread = f"<follow-up-{told.follow_up_id}.{told.run}@{self._sender.domain}>"
        mail["In-Reply-To"] = thread
        mail["References"] = thread


def _template(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")
