"""Services that Apprise tells, where an admin has given its URL: https://appriseit.com."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from followup_common.apprise_urls import PATIENCE_SECONDS, NotTaken, Service, service
from followup_common.db import Transaction
from followup_common.egress import Egress, NotAllowed, NotResolved
from followup_common.sealing import NotSealedWithThis, Seal

from followup_dispatcher.attempts import END
from followup_dispatcher.chat_webhooks import Posts
from followup_dispatcher.chats import Chats, as_text
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.telling import Delivery

NAME = "apprise"
BODY_LENGTH = 3_000


@dataclass(frozen=True)
class Told(Outcome):
    """What a service was told.

    Args:
        once: whether it is not told again: others of its targets may have taken it.
    """

    once: bool = False


class Tellings(Posts):
    """The queue of what goes to services."""

    def record(self, tx: Transaction, taken: Delivery, outcome: Outcome, /) -> None:
        """Record what an attempt came to. What some of several may have taken is not repeated."""
        super().record(tx, taken, outcome)
        if isinstance(outcome, Told) and outcome.once and outcome.result is Result.UNKNOWN:
            error = f"nobody knows which of its targets have taken it: {outcome.answer}"
            tx.execute(END, {"id": taken.id, "number": taken.attempt, "state": "failed", "error": error})


@dataclass(frozen=True)
class Message:
    """What a service is told.

    Args:
        to: which one.
        title: what has happened.
        body: what there is to know of it.
    """

    to: Service
    title: str = field(repr=False)
    body: str = field(repr=False)


class AppriseChannel:
    """The channel of services that Apprise tells.

    Args:
        seal: opens their URLs.
        chats: says what messages say.
        egress: says where they may lead.
        lines: how many are told at once.
        act_for: how long the links in a message work by which one acts; zero: it has none.
        patience: seconds that a service may take altogether.
    """

    name = NAME
    for_people = True
    everybody = False

    def __init__(
        self,
        *,
        seal: Seal,
        chats: Chats,
        egress: Egress,
        lines: int = 1,
        act_for: timedelta = timedelta(0),
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.lines = lines
        self.queue = Tellings(NAME, act_for)
        self._seal = seal
        self._chats = chats
        self._egress = egress
        self._line = ServiceLine(patience)

    @classmethod
    def of(cls, settings: DispatcherSettings) -> Self | None:
        """The channel that the settings configure, if they do."""
        if settings.seal is None:
            return None
        public_url = str(settings.public_url) if settings.public_url else None
        return cls(
            seal=settings.seal,
            chats=Chats(public_url),
            egress=settings.egress,
            lines=settings.webhook_connections,
            act_for=timedelta(days=settings.mail_links_days if public_url else 0),
        )

    def write(self, delivery: Delivery, /) -> Message | Outcome:
        """What a service is told; an outcome where it cannot be told.

        Raises:
            ValueError: the destination has no URL.
        """
        if delivery.sealed is None:
            raise ValueError("the destination has no URL")
        try:
            kept: Mapping[str, Any] = json.loads(self._seal.opened(delivery.sealed))
            to = service(kept["url"], self._egress)
        except NotTaken as error:
            return Outcome(Result.REFUSED, f"the URL {error}")
        except NotAllowed as error:
            return Outcome(Result.PUT_OFF, f"the URL {error}")
        except (NotSealedWithThis, NotResolved) as error:
            return Outcome(Result.PUT_OFF, str(error))
        said = self._chats.said(delivery, others_read=not kept["private"])
        title, *rest = as_text(said)
        return Message(to, title, "\n".join(rest)[:BODY_LENGTH] or title)

    def open(self) -> ServiceLine:
        """There is nothing to connect to before it is known which."""
        return self._line


class ServiceLine:
    """Tells one service after the other. Threads share it.

    Args:
        patience: seconds that a service may take altogether.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience

    def send(self, message: Message | Outcome, /) -> Outcome:
        """Tell a service. Apprise says only whether all went well: behind anything else nobody knows."""
        if isinstance(message, Outcome):
            return message
        well, known = message.to.tell(message.title, message.body, self._patience)
        if well:
            return Outcome(Result.SENT, "told")
        return Told(Result.UNKNOWN, f"Apprise: {known}", once=message.to.targets > 1)

    def close(self) -> None:
        """Apprise has closed what it has opened."""
