"""Channels: a file each, behind a small interface, and the list of those that the settings configure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from followup_common.db import Transaction

from followup_dispatcher.channels.email import Email
from followup_dispatcher.circuits import Delayed
from followup_dispatcher.ended import Stopped
from followup_dispatcher.lines import UnderWay
from followup_dispatcher.outcomes import Outcome
from followup_dispatcher.settings import DispatcherSettings

M = TypeVar("M")
M_contra = TypeVar("M_contra", contravariant=True)


class Taken(Protocol):
    """A delivery that one process has taken."""

    @property
    def id(self) -> UUID:
        """The same at each attempt."""
        ...


D = TypeVar("D", bound=Taken)


class Queue(Protocol[D]):
    """Where a channel's deliveries wait, in PostgreSQL."""

    def waited(self, tx: Transaction, under_way: UnderWay) -> timedelta | None:
        """How long the oldest delivery that is due and could be taken has waited; None: there is none."""
        ...

    def take(self, tx: Transaction, under_way: UnderWay) -> D | Stopped | Delayed | None:
        """Take one that is due, for this process alone; None: there is none.

        Args:
            tx: in which it begins.
            under_way: what this process sends at the moment, which is not due, whatever the clock says.
        """
        ...

    def record(self, tx: Transaction, taken: D, outcome: Outcome, /) -> None:
        """Record what an attempt came to."""
        ...

    def bring_back(self, tx: Transaction) -> None:
        """Let what waits for a time that no clock should have said be due."""
        ...


class Line(Protocol[M_contra]):
    """An open connection to where a channel's deliveries go. One thread uses it."""

    def send(self, message: M_contra, /) -> Outcome:
        """Hand one message over. Whatever goes wrong is an outcome."""
        ...

    def close(self) -> None:
        """End the connection; never raises."""
        ...


class Channel(Protocol[D, M]):
    """One way out of the house."""

    name: str
    lines: int
    """How many connections at most."""
    for_people: bool
    """Whether people have destinations by it, for what their inbox says."""
    everybody: bool
    """Whether the address that somebody logs in with is a destination by itself."""

    @property
    def queue(self) -> Queue[D]:
        """Where its deliveries wait."""
        ...

    def write(self, delivery: D, /) -> M:
        """The message of a delivery, under the same id at each attempt.

        Raises:
            ValueError: it cannot be written, such as for an address that is none.
        """
        ...

    def open(self) -> Line[M]:
        """Connect.

        Raises:
            Unreachable: it does not work now, whatever is to be sent.
        """
        ...


AnyChannel = Channel[Any, Any]


def webhooks(settings: DispatcherSettings) -> AnyChannel | None:
    """The channel of webhooks: its libraries are loaded where there is a key for it."""
    if settings.secrets_key is None:
        return None
    from followup_dispatcher.channels.webhook import Webhooks

    return Webhooks.of(settings)


def push(settings: DispatcherSettings) -> AnyChannel | None:
    """The channel of web push: its libraries are loaded where there are keys for it."""
    if settings.secrets_key is None or settings.vapid_private_key is None:
        return None
    from followup_dispatcher.channels.push import WebPush

    return WebPush.of(settings)


def slack(settings: DispatcherSettings) -> AnyChannel | None:
    """The channel of Slack: its libraries are loaded where there is a token for it."""
    if settings.slack_token is None:
        return None
    from followup_dispatcher.channels.slack import Slack

    return Slack.of(settings)


def slack_changes(settings: DispatcherSettings) -> AnyChannel | None:
    """What changes messages in Slack: its libraries are loaded where there is a token for it."""
    if settings.slack_token is None:
        return None
    from followup_dispatcher.channels.slack_changes import SlackChanges

    return SlackChanges.of(settings)


def slack_webhook(settings: DispatcherSettings) -> AnyChannel | None:
    """The channel of Slack's incoming webhooks: its libraries are loaded where there is a key for it."""
    if settings.secrets_key is None:
        return None
    from followup_dispatcher.channels.slack_webhook import channel

    return channel(settings)


def teams(settings: DispatcherSettings) -> AnyChannel | None:
    """The channel of Teams: its libraries are loaded where there is a key for it."""
    if settings.secrets_key is None:
        return None
    from followup_dispatcher.channels.teams import channel

    return channel(settings)


def apprise(settings: DispatcherSettings) -> AnyChannel | None:
    """The channel of services that Apprise tells: its library is loaded with the first message."""
    if settings.secrets_key is None:
        return None
    from followup_dispatcher.channels.apprise import AppriseChannel

    return AppriseChannel.of(settings)


KINDS: tuple[Callable[[DispatcherSettings], AnyChannel | None], ...] = (
    *(Email.of, slack, slack_changes, slack_webhook, teams, apprise, push),
    webhooks,
)
"""Each gives its channel, or None where the settings do not configure it."""


def configured(settings: DispatcherSettings) -> list[AnyChannel]:
    """The channels that the settings configure."""
    return [channel for of in KINDS if (channel := of(settings)) is not None]
