"""Messages in Slack that say something else than before: https://docs.slack.dev/reference/methods/chat.update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from followup_dispatcher.channels.slack import Slack, SlackLine
from followup_dispatcher.outcomes import Outcome
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.slack_changes import Change, Changes


@dataclass(frozen=True)
class Edit:
    """What a message is to say.

    Args:
        message: the arguments of `chat.update`.
    """

    message: Mapping[str, Any] = field(repr=False)


class SlackChanges:
    """Changes messages of a channel of Slack.

    Args:
        slack: which posted them.
    """

    name = "slack_changes"
    lines = 1
    for_people = False
    everybody = False

    def __init__(self, slack: Slack) -> None:
        self.queue = Changes()
        self._slack = slack

    @classmethod
    def of(cls, settings: DispatcherSettings) -> Self | None:
        """The channel that the settings configure, if they do."""
        slack = Slack.of(settings)
        return cls(slack) if slack else None

    def write(self, change: Change, /) -> Edit:
        """What the message is to say."""
        where = {"channel": change.conversation, "ts": change.ts}
        return Edit({**where, **self._slack.messages.changed(change)})

    def open(self) -> EditingLine:
        """There is nothing to connect to before something is said."""
        return EditingLine(self._slack.open())


class EditingLine:
    """Changes one message after the other.

    Args:
        line: asks Slack.
    """

    def __init__(self, line: SlackLine) -> None:
        self._line = line

    def send(self, edit: Edit, /) -> Outcome:
        """Change a message."""
        return self._line.asked("chat.update", edit.message)[0]

    def close(self) -> None:
        """Each connection was closed behind its request."""
