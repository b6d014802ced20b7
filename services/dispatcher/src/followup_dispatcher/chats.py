"""What a chat says of a delivery, whatever its markup is: for each channel that writes to chats."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice

from followup_common.policy import Command

from followup_dispatcher import words
from followup_dispatcher.mailboxes import in_one_line
from followup_dispatcher.telling import Code, Day, Delivery, Digest, Line, Links, Notification, Summary, Trial

MENTION = re.compile(r"(?<!\w)@(?=\w)")
MOST_LINES = 10
"""Of so many follow-ups of a summary there is a line: a chat is no list."""


@dataclass(frozen=True)
class Button:
    """What leads to the page.

    Args:
        url: who has it may act, where it is a link by which one does.
        act: what one does by it; None: it only opens.
        token: what such a link carries.
    """

    name: str
    url: str = field(repr=False)
    act: Command | None = None
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Said:
    """What a message says, as plain text that has no markup.

    Args:
        headline: what has happened.
        facts: what there is to know of one follow-up, each with its name.
        lines: one for each follow-up, or what there is to know of a code or a test.
        buttons: what leads to the page; none where nobody knows its address.
        notes: why somebody is told, and what to know of the buttons.
    """

    headline: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    notes: tuple[str, ...] = ()


class Chats:
    """Says what deliveries tell.

    Args:
        public_url: where the page is; None: messages have no buttons.
        acting: whether buttons act at once.
    """

    def __init__(self, public_url: str | None, *, acting: bool = False) -> None:
        self._public_url = public_url.rstrip("/") if public_url else None
        self._acting = acting

    def said(self, delivery: Delivery, *, others_read: bool = False) -> Said:
        """What a delivery tells.

        Args:
            delivery: what, and whom.
            others_read: whether others read it too: then it says for whom it is, and has no links by which
                one acts as that person.
        """
        told, reader = delivery.notification, delivery.recipient
        headline = words.headline(told)
        match told:
            case Code() | Trial():
                return Said(headline, lines=(words.of_notice(told, reader),))
            case Notification():
                links = None if others_read else delivery.links.get(told.follow_up_id)
                why = words.why(told)
                whom = words.for_whom(reader, why) if others_read else why
                return Said(
                    headline,
                    facts=tuple(words.facts(told, reader)),
                    buttons=(*self._opening("Open", f"/followups/{told.follow_up_id}"), *self._acts(links)),
                    notes=(whom, *self._of_links(delivery, links)),
                )
            case _:
                return Said(
                    headline,
                    lines=tuple(_listed(delivery, told)),
                    buttons=self._opening("Open the inbox", "/inbox"),
                    notes=(words.for_whom(reader),) if others_read else (),
                )

    def _opening(self, name: str, path: str) -> tuple[Button, ...]:
        return (Button(name, f"{self._public_url}{path}"),) if self._public_url else ()

    def _acts(self, links: Links | None) -> Iterable[Button]:
        tokens = links.tokens if links and self._public_url else {}
        for act, token in tokens.items():
            yield Button(words.ACTS[act], f"{self._public_url}/a/{token}", act, token)

    def _of_links(self, delivery: Delivery, links: Links | None) -> Iterable[str]:
        if links and self._public_url:
            said = words.of_buttons if self._acting else partial(words.of_links, what="message")
            yield said(links.until, delivery.recipient)


def as_text(said: Said) -> Iterable[str]:
    """What is said, line by line, the headline first; it calls nobody where `@channel` would."""
    lines = (
        said.headline,
        *(f"{name}: {value}" for name, value in said.facts),
        *said.lines,
        *(f"{each.name}: {each.url}" for each in said.buttons),
        *said.notes,
    )
    return (MENTION.sub("@\u200b", each) for each in lines)


def cut(text: str, at_most: int) -> str:
    """A text within a bound of characters."""
    return text if len(text) <= at_most else f"{text[: at_most - 1]}…"


def _listed(delivery: Delivery, told: Summary | Digest | Day) -> Iterable[str]:
    """A line for each of the first follow-ups, and how many there are besides."""
    lines = list(islice(_lines(told), MOST_LINES))
    for each in lines:
        yield f"• {in_one_line(each.title)}, {words.about(each, delivery.recipient)}"
    left = _number(told) - len(lines)
    if left > 0:
        yield f"and {left:,} more"


def _lines(told: Summary | Digest | Day) -> Iterable[Line]:
    if isinstance(told, Summary):
        return told.lines
    parts = told.groups if isinstance(told, Digest) else told.sections
    return chain.from_iterable(each.lines for each in parts)


def _number(told: Summary | Digest | Day) -> int:
    return sum(each.number for each in told.sections) if isinstance(told, Day) else told.number
