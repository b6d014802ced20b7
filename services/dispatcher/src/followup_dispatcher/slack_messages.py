"""What a message in Slack looks like: blocks, within the limits that Slack has published, and a text instead.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

from followup_dispatcher.chats import Button, Chats, Said, cut
from followup_dispatcher.telling import Delivery

HEADER_LENGTH = 150
SECTION_LENGTH = 3000
FIELD_LENGTH = 2000

Block = Mapping[str, Any]


class SlackMessages:
    """Writes messages.

    Args:
        public_url: where the page is; None: messages have no buttons.
    """

    def __init__(self, public_url: str | None) -> None:
        self._chats = Chats(public_url)

    def written(self, delivery: Delivery) -> Mapping[str, Any]:
        """The arguments of `chat.postMessage`, but for whom it is."""
        said = self._chats.said(delivery)
        return {
            "text": escaped(said.headline, SECTION_LENGTH),
            "blocks": blocks(said),
            **WITHOUT_PREVIEWS,
            # So that who looks can tell a repetition: Slack itself does not.
            "metadata": {"event_type": "followup_delivery", "event_payload": {"id": str(delivery.id)}},
        }


WITHOUT_PREVIEWS = {"unfurl_links": False, "unfurl_media": False}
"""Nobody's machine follows the links of a message."""


def blocks(said: Said) -> list[Block]:
    """What is said, in Block Kit."""
    return list(_blocks(said))


def escaped(text: str, at_most: int) -> str:
    """A text that Slack reads as it is, and as nobody's mention: `<!channel>` would call everybody."""
    return cut(html.escape(text, quote=False), at_most)


def _blocks(said: Said) -> Iterable[Block]:
    yield {"type": "header", "text": _plain(said.headline, HEADER_LENGTH)}
    if said.facts:
        yield {
            "type": "section",
            "fields": [_plain(f"{name}: {value}", FIELD_LENGTH) for name, value in said.facts],
        }
    if said.lines:
        yield {"type": "section", "text": _plain("\n".join(said.lines), SECTION_LENGTH)}
    if said.buttons:
        yield {"type": "actions", "elements": [_button(*each) for each in enumerate(said.buttons)]}
    for note in said.notes:
        yield {"type": "context", "elements": [_plain(note, SECTION_LENGTH)]}


def _button(number: int, button: Button) -> Mapping[str, Any]:
    return {
        "type": "button",
        "action_id": f"open_{number}",
        "text": {"type": "plain_text", "text": button.name},
        "url": button.url,
    }


def _plain(text: str, at_most: int) -> Mapping[str, Any]:
    """Words of people: as plain text nothing in them is markup."""
    return {"type": "plain_text", "text": cut(text, at_most), "emoji": False}
