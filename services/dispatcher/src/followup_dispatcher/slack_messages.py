"""What a message in Slack says: blocks, within the limits that Slack has published, and a text instead.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from followup_dispatcher import words
from followup_dispatcher.telling import Code, Delivery, Digest, Line, Notification, Summary, Trial

HEADER_LENGTH = 150
SECTION_LENGTH = 3000
FIELD_LENGTH = 2000
MOST_LINES = 10
"""Of so many follow-ups of a summary there is a line: a chat is no list."""

Block = Mapping[str, Any]


class SlackMessages:
    """Writes messages.

    Args:
        public_url: where the page is; None: messages have no buttons.
    """

    def __init__(self, public_url: str | None) -> None:
        self._public_url = public_url.rstrip("/") if public_url else None

    def written(self, delivery: Delivery) -> Mapping[str, Any]:
        """The arguments of `chat.postMessage`, but for whom it is."""
        told = delivery.notification
        headline = words.headline(told)
        return {
            "text": escaped(headline, SECTION_LENGTH),
            "blocks": [_header(headline), *self._body(delivery)],
            "unfurl_links": False,
            "unfurl_media": False,
            # So that who looks can tell a repetition: Slack itself does not.
            "metadata": {"event_type": "followup_delivery", "event_payload": {"id": str(delivery.id)}},
        }

    def _body(self, delivery: Delivery) -> Iterable[Block]:
        told, reader = delivery.notification, delivery.recipient
        match told:
            case Code() | Trial():
                yield _section(words.of_notice(told, reader))
            case Summary() | Digest():
                lines = [f"• {each.title}, {words.about(each, reader)}" for each in _lines(told)]
                left = told.number - len(lines)
                yield _section("\n".join([*lines, *([f"and {left:,} more"] if left > 0 else [])]))
                yield from self._buttons([("Open the inbox", "/inbox")])
            case Notification():
                yield _fields(words.facts(told, reader))
                yield from self._buttons(
                    [("Open", f"/followups/{told.follow_up_id}"), *self._acts(delivery, told)]
                )
                yield _context(words.why(told))
                if (links := delivery.links.get(told.follow_up_id)) and self._public_url:
                    yield _context(words.of_links(links.until, reader, what="message"))

    def _acts(self, delivery: Delivery, told: Notification) -> Iterable[tuple[str, str]]:
        links = delivery.links.get(told.follow_up_id)
        return [(words.ACTS[act], f"/a/{token}") for act, token in links.tokens.items()] if links else []

    def _buttons(self, named: Iterable[tuple[str, str]]) -> Iterable[Block]:
        if self._public_url is None:
            return
        yield {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": f"open_{number}",
                    "text": {"type": "plain_text", "text": name},
                    "url": f"{self._public_url}{path}",
                }
                for number, (name, path) in enumerate(named)
            ],
        }


def _lines(told: Summary | Digest) -> Sequence[Line]:
    """The first of what it lists."""
    if isinstance(told, Summary):
        return told.lines[:MOST_LINES]
    return [line for group in told.groups for line in group.lines][:MOST_LINES]


def escaped(text: str, at_most: int) -> str:
    """A text that Slack reads as it is, and as nobody's mention: `<!channel>` would call everybody."""
    return _cut(html.escape(text, quote=False), at_most)


def _cut(text: str, at_most: int) -> str:
    return text if len(text) <= at_most else f"{text[: at_most - 1]}…"


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain(text, HEADER_LENGTH)}


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text, SECTION_LENGTH)}


def _fields(facts: Iterable[tuple[str, str]]) -> Block:
    return {
        "type": "section",
        "fields": [_plain(f"{name}: {value}", FIELD_LENGTH) for name, value in facts],
    }


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text, SECTION_LENGTH)]}


def _plain(text: str, at_most: int) -> Mapping[str, Any]:
    """Words of people: as plain text nothing in them is markup."""
    return {"type": "plain_text", "text": _cut(text, at_most), "emoji": False}
