"""Incoming webhooks of Slack, and of chats that take the same: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from followup_dispatcher.chat_webhooks import ChatWebhooks
from followup_dispatcher.chats import Said
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.slack_messages import WITHOUT_PREVIEWS, blocks, escaped

NAME = "slack_webhook"
TEXT_LENGTH = 12_000
"""Mattermost takes 16,383 characters."""
MENTION = re.compile(r"(?<!\w)@(?=\w)")


def channel(settings: DispatcherSettings) -> ChatWebhooks | None:
    """The channel that the settings configure, if they do."""
    return ChatWebhooks.of(settings, NAME, written)


def written(said: Said) -> Mapping[str, Any]:
    """A message. Slack shows its blocks; others know none, and show its text, which says the same."""
    text = unmentioned("\n".join(_text(said)))
    return {"text": escaped(text, TEXT_LENGTH), "blocks": blocks(said), **WITHOUT_PREVIEWS}


def unmentioned(text: str) -> str:
    """A text that calls nobody: to other chats `@channel` would, and to Slack nothing that is escaped."""
    return MENTION.sub("@\u200b", text)


def _text(said: Said) -> Iterable[str]:
    yield said.headline
    yield from (f"{name}: {value}" for name, value in said.facts)
    yield from said.lines
    yield from (f"{each.name}: {each.url}" for each in said.buttons)
    yield from said.notes
