"""`@handles`: a handler is a function from an event to changes and further events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from followup_common.contracts import Envelope, Event
from followup_common.db import Transaction
from followup_common.messaging.outbox import Later
from followup_common.metrics import Measured

Emitted = Event | Later | Envelope | Measured
"""What a handler gives back: a new event, one to hold back for a while, a stored one to send again, or a
figure for Prometheus."""

E = TypeVar("E", bound=Event)
S = TypeVar("S")


@dataclass(frozen=True)
class Handler(Generic[E, S]):
    """A function that handles one event type; call it like the function itself."""

    event_class: type[E]
    function: Callable[[E, Transaction, S], Iterable[Emitted]]

    def __call__(self, event: E, tx: Transaction, settings: S) -> Iterable[Emitted]:
        return self.function(event, tx, settings)


AnyHandler = Handler[Any, Any]


def handles(
    event_class: type[E],
) -> Callable[[Callable[[E, Transaction, S], Iterable[Emitted]]], Handler[E, S]]:
    """Declare a function as the handler of an event type.

    The function gets the event, an open transaction and its service's settings. It changes the
    database through the transaction only, never commits, and returns the events that its changes
    cause. Everything around it (validation, duplicates, outbox, commit, publishing, retries,
    dead letters) is `Consumer`'s.
    """

    def declare(function: Callable[[E, Transaction, S], Iterable[Emitted]]) -> Handler[E, S]:
        return Handler(event_class, function)

    return declare
