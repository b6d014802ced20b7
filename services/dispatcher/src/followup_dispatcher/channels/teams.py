"""Microsoft Teams, by a workflow that posts what comes to its webhook: an Adaptive Card in a message.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
https://adaptivecards.io/explorer/AdaptiveCard.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from followup_dispatcher.chat_webhooks import ChatWebhooks
from followup_dispatcher.chats import Said, cut
from followup_dispatcher.settings import DispatcherSettings

NAME = "teams"
VERSION = "1.4"
"""Of the schema. Teams shows cards up to 1.5; workflows say 1.4."""
HEADLINE_LENGTH = 300
TEXT_LENGTH = 500
"""Of a fact, a line or a note: with all of them a message stays below the 28 kB that Teams takes."""

Element = Mapping[str, Any]


def channel(settings: DispatcherSettings) -> ChatWebhooks | None:
    """The channel that the settings configure, if they do."""
    return ChatWebhooks.of(settings, NAME, written)


def written(said: Said) -> Mapping[str, Any]:
    """A message that consists of a card."""
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card(said)}
    return {"type": "message", "attachments": [attachment]}


def card(said: Said) -> Mapping[str, Any]:
    """A card that says it; its buttons open the page."""
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "fallbackText": "Your Teams cannot show this message: open Followup.",
        "body": list(_body(said)),
        "actions": [{"type": "Action.OpenUrl", "title": each.name, "url": each.url} for each in said.buttons],
    }


def _body(said: Said) -> Iterable[Element]:
    yield _text(_run(said.headline, HEADLINE_LENGTH, size="medium", weight="bolder"))
    for name, value in said.facts:
        yield _text(_run(f"{name}: ", TEXT_LENGTH, isSubtle=True), _run(value, TEXT_LENGTH), spacing="small")
    for line in said.lines:
        yield _text(_run(line, TEXT_LENGTH), spacing="small")
    for note in said.notes:
        yield _text(_run(note, TEXT_LENGTH, size="small", isSubtle=True))


def _text(*runs: Element, **more: str) -> Element:
    """In a block of rich text, words of people are as they are: a text block would read Markdown in them."""
    return {"type": "RichTextBlock", "inlines": list(runs), **more}


def _run(text: str, at_most: int, **more: object) -> Element:
    return {"type": "TextRun", "text": cut(text, at_most), **more}
