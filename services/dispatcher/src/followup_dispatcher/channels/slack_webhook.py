"""Incoming webhooks of Slack, and of chats that take the same: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followup_dispatcher.chat_webhooks import ChatWebhooks
from followup_dispatcher.chats import Said, as_text
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.slack_messages import WITHOUT_PREVIEWS, blocks, escaped

NAME = "slack_webhook"
TEXT_LENGTH = 12_000
"""Mattermost takes 16,383 characters."""


def channel(settings: DispatcherSettings) -> ChatWebhooks | None:
    """The channel that the settings configure, if they do."""
    return ChatWebhooks.of(settings, NAME, written)


def written(said: Said) -> Mapping[str, Any]:
    """A message. Slack shows its blocks; others know none, and show its text, which says the same."""
    text = "\n".join(as_text(said))
    return {"text": escaped(text, TEXT_LENGTH), "blocks": blocks(said), **WITHOUT_PREVIEWS}
