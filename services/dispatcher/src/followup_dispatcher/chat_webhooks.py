"""Chats that take messages at a URL, which is a secret: their deliveries, and what their answers mean."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from followup_common.db import Transaction
from followup_common.egress import Egress
from followup_common.sealing import NotSealedWithThis, Seal
from sqlalchemy import text

from followup_dispatcher.chat_deliveries import ForChats
from followup_dispatcher.chats import Chats, Said
from followup_dispatcher.circuits import Delayed
from followup_dispatcher.ended import Stopped
from followup_dispatcher.lines import UnderWay
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.posting import PATIENCE_SECONDS, Answer, Caller, redirected
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.telling import Delivery

GONE = (404, 410)
"""With these it says that it knows the URL no more."""
MAY_PASS = (408, 425, 429)
"""With these it says that it has not taken the message, and may later."""

TO_THE_SAME = text("""
    SELECT d.id FROM deliveries d
    WHERE d.channel = :channel AND d.ended_at IS NULL AND d.next_at <= now() AND d.destination_id IN (
        SELECT u.destination_id FROM deliveries u WHERE u.id = ANY(CAST(:under_way AS uuid[])))
""")

# With its problem, which is known by now; a trigger tells its person.
SWITCH_OFF = text("""
    UPDATE destinations SET state = 'off' WHERE id = :id AND state = 'ok' AND verified_at IS NOT NULL
""")

Written = Callable[[Said], Mapping[str, Any]]


@dataclass(frozen=True)
class Message:
    """What is posted.

    Args:
        id: of the delivery, so that who takes it can tell a repetition.
        url: who has it can post there.
        payload: JSON.
    """

    id: str
    url: str = field(repr=False)
    payload: bytes = field(repr=False)

    def headers(self, _: datetime) -> Mapping[str, str]:
        """Headers, the same at any time."""
        return {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Followup",
            "idempotency-key": self.id,
        }


class Posts:
    """The queue of what goes to chats by their URLs. To each one delivery is under way at a time, so that one
    that hangs holds one connection and no other's.

    Args:
        channel: its name.
        act_for: how long the links in a message work by which one acts.
    """

    def __init__(self, channel: str, act_for: timedelta) -> None:
        self._of_people = ForChats(channel, act_for)

    def waited(self, tx: Transaction, under_way: Collection[UUID] = ()) -> timedelta | None:
        """How long the oldest delivery that could be sent has waited; None: none is due."""
        return self._of_people.waited(tx, self._not_now(tx, under_way))

    def take(self, tx: Transaction, under_way: Collection[UUID] = ()) -> Delivery | Stopped | Delayed | None:
        """Take one that is due, for this process alone; None: there is none."""
        return self._of_people.take(tx, self._not_now(tx, under_way))

    def _not_now(self, tx: Transaction, under_way: Collection[UUID]) -> UnderWay:
        """What is under way, and what goes to the same chats."""
        if not under_way:
            return {}
        keys = {"channel": self._of_people.channel, "under_way": [*under_way]}
        return dict.fromkeys([*under_way, *tx.execute(TO_THE_SAME, keys).scalars()], 0)

    def record(self, tx: Transaction, taken: Delivery, outcome: Outcome, /) -> None:
        """Record what an attempt came to. Where the chat is gone nothing more is sent; its person is told."""
        self._of_people.record(tx, taken, outcome)
        if outcome.gone:
            tx.execute(SWITCH_OFF, {"id": taken.destination_id})

    def bring_back(self, tx: Transaction) -> None:
        """Let what waits for a time that no clock should have said be due."""
        self._of_people.bring_back(tx)


class ChatWebhooks:
    """A channel of chats that take messages at a URL.

    Args:
        name: of the channel.
        written: a message as these chats take it, which becomes JSON.
        seal: opens the URLs.
        chats: says what messages say.
        egress: says where they may lead.
        lines: how many are posted at once.
        act_for: how long the links in a message work by which one acts; zero: it has none.
        patience: seconds that the other side may take altogether.
        context: by which certificates are checked; None: by those that the machine trusts.
    """

    for_people = True
    everybody = False

    def __init__(
        self,
        name: str,
        written: Written,
        *,
        seal: Seal,
        chats: Chats,
        egress: Egress,
        lines: int = 1,
        act_for: timedelta = timedelta(0),
        patience: float = PATIENCE_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self.lines = lines
        self.queue = Posts(name, act_for)
        self._written = written
        self._seal = seal
        self._chats = chats
        self._caller = Caller(egress, patience, context or ssl.create_default_context(), answered)

    @classmethod
    def of(cls, settings: DispatcherSettings, name: str, written: Written) -> Self | None:
        """The channel that the settings configure, if they do."""
        if settings.seal is None:
            return None
        public_url = str(settings.public_url) if settings.public_url else None
        return cls(
            name,
            written,
            seal=settings.seal,
            chats=Chats(public_url),
            egress=settings.egress,
            lines=settings.webhook_connections,
            act_for=timedelta(days=settings.mail_links_days if public_url else 0),
        )

    def write(self, delivery: Delivery, /) -> Message | Outcome:
        """What is posted; an outcome where the URL cannot be opened, which an operator can put right.

        Raises:
            ValueError: the destination has no URL.
        """
        if delivery.sealed is None:
            raise ValueError("the destination has no URL")
        try:
            kept: Mapping[str, Any] = json.loads(self._seal.opened(delivery.sealed))
        except NotSealedWithThis as error:
            return Outcome(Result.PUT_OFF, str(error))
        said = self._chats.said(delivery, others_read=not kept["private"])
        payload = json.dumps(self._written(said), ensure_ascii=False, separators=(",", ":"))
        return Message(str(delivery.id), kept["url"], payload.encode())

    def open(self) -> Caller:
        """There is nothing to connect to before it is known where."""
        return self._caller


def answered(answer: Answer) -> Outcome:
    """What an answer says. Of a server that failed nobody knows whether it has posted the message."""
    if 200 <= answer.status < 300:
        return Outcome(Result.SENT, answer.said)
    if answer.status in MAY_PASS:
        return Outcome(Result.PUT_OFF, answer.said, wait=answer.wait)
    if 400 <= answer.status < 500:
        return Outcome(Result.REFUSED, answer.said, gone=answer.status in GONE)
    return redirected(answer) or Outcome(Result.UNKNOWN, answer.said, wait=answer.wait)
