"""What a message in Slack looks like: blocks, within the limits that Slack has published, and a text instead.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from followup_common.policy import Command
from followup_common.wording import SNOOZES

from followup_dispatcher import words
from followup_dispatcher.chats import Button, Chats, Said, cut
from followup_dispatcher.slack_changes import Change
from followup_dispatcher.telling import Delivery

HEADER_LENGTH = 150
SECTION_LENGTH = 3000
FIELD_LENGTH = 2000

Block = Mapping[str, Any]
Element = Mapping[str, Any]


class SlackMessages:
    """Writes messages.

    Args:
        public_url: where the page is; None: messages have no buttons.
        acting: whether buttons act at once, as Slack says who clicks; else they lead to pages that ask first.
    """

    def __init__(self, public_url: str | None, *, acting: bool = False) -> None:
        self.acting = acting
        self._chats = Chats(public_url, acting=acting)

    def written(self, delivery: Delivery) -> Mapping[str, Any]:
        """The arguments of `chat.postMessage`, but for whom it is."""
        # So that who looks can tell a repetition: Slack itself does not.
        metadata = {"event_type": "followup_delivery", "event_payload": {"id": str(delivery.id)}}
        return {**self._message(self._chats.said(delivery)), **WITHOUT_PREVIEWS, "metadata": metadata}

    def changed(self, change: Change) -> Mapping[str, Any]:
        """The arguments of `chat.update`, but for which it is: what it told, and what came of that."""
        told = change.delivery
        said = self._chats.said(told) if told else Said(change.ended or words.DELETED)
        if told and change.shows == "reassigned":
            # Who reads it may know nothing of it any more: neither what it is called now nor whose it is.
            said = Said(words.HANDED_ON, buttons=said.buttons)
        came_of_it = tuple(each for each in (change.ended if told else None, change.answer) if each)
        return self._message(replace(said, notes=(*said.notes, *came_of_it)))

    def _message(self, said: Said) -> Mapping[str, Any]:
        text = escaped(said.headline, SECTION_LENGTH)
        return {"text": text, "blocks": blocks(said, acting=self.acting)}


WITHOUT_PREVIEWS = {"unfurl_links": False, "unfurl_media": False}
"""Nobody's machine follows the links of a message."""


def blocks(said: Said, *, acting: bool = False) -> list[Block]:
    """What is said, in Block Kit.

    Args:
        said: what.
        acting: whether buttons act at once.
    """
    return list(_blocks(said, acting=acting))


def escaped(text: str, at_most: int) -> str:
    """A text that Slack reads as it is, and as nobody's mention: `<!channel>` would call everybody."""
    return cut(html.escape(text, quote=False), at_most)


def _blocks(said: Said, *, acting: bool) -> Iterable[Block]:
    yield {"type": "header", "text": _plain(said.headline, HEADER_LENGTH)}
    if said.facts:
        yield {
            "type": "section",
            "fields": [_plain(f"{name}: {value}", FIELD_LENGTH) for name, value in said.facts],
        }
    if said.lines:
        yield {"type": "section", "text": _plain("\n".join(said.lines), SECTION_LENGTH)}
    if said.buttons:
        elements = [
            _acting(each, each.act) if acting and each.act else _leading(number, each)
            for number, each in enumerate(said.buttons)
        ]
        yield {"type": "actions", "elements": elements}
    for note in said.notes:
        yield {"type": "context", "elements": [_plain(note, SECTION_LENGTH)]}


def _leading(number: int, button: Button) -> Element:
    return {"type": "button", "action_id": f"open_{number}", "text": _label(button.name), "url": button.url}


def _acting(button: Button, act: Command) -> Element:
    """What acts when it is clicked: Slack says by whom, and gives back what it carries."""
    if act is Command.SNOOZE:
        options = [
            {"text": _label(name), "value": f"{preset}:{button.token}"} for preset, name in SNOOZES.items()
        ]
        return {
            "type": "static_select",
            "action_id": act.value,
            "placeholder": _label(button.name),
            "options": options,
        }
    primary = {"style": "primary"} if act is Command.COMPLETE else {}
    label = _label(button.name)
    return {"type": "button", "action_id": act.value, "text": label, "value": button.token, **primary}


def _label(text: str) -> Mapping[str, Any]:
    return {"type": "plain_text", "text": text}


def _plain(text: str, at_most: int) -> Mapping[str, Any]:
    """Words of people: as plain text nothing in them is markup."""
    return {"type": "plain_text", "text": cut(text, at_most), "emoji": False}
