"""Channels: a file each, behind a small interface, and the list of those that the settings configure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from followup_dispatcher.channels.email import Email
from followup_dispatcher.outcomes import Outcome
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.telling import Delivery

M = TypeVar("M")
M_contra = TypeVar("M_contra", contravariant=True)


class Line(Protocol[M_contra]):
    """An open connection to where a channel's deliveries go. One thread uses it."""

    def send(self, message: M_contra, /) -> Outcome:
        """Hand one message over. Whatever goes wrong is an outcome."""
        ...

    def close(self) -> None:
        """End the connection; never raises."""
        ...


class Channel(Protocol[M]):
    """One way out of the house."""

    name: str
    lines: int
    """How many connections at most."""
    everybody: bool
    """Whether the address that somebody logs in with is a destination by itself."""
    act_for: timedelta
    """How long the links in a message work by which one acts; zero: it has none."""

    def write(self, delivery: Delivery) -> M:
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


AnyChannel = Channel[Any]

KINDS: tuple[Callable[[DispatcherSettings], AnyChannel | None], ...] = (Email.of,)
"""Each gives its channel, or None where the settings do not configure it."""


def configured(settings: DispatcherSettings) -> list[AnyChannel]:
    """The channels that the settings configure."""
    return [channel for of in KINDS if (channel := of(settings)) is not None]
