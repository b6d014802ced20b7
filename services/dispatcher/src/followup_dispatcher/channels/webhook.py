"""Webhooks, signed as Standard Webhooks has it: https://www.standardwebhooks.com."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from followup_common.egress import Egress
from followup_common.sealing import NotSealedWithThis, Seal
from standardwebhooks.webhooks import Webhook

from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.posting import PATIENCE_SECONDS, Answer, Caller, redirected
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.webhooks import Call, Calls

GONE = 410


@dataclass(frozen=True)
class Request:
    """What is posted, but for the signatures, which carry the time of the attempt.

    Args:
        secrets: each signs.
    """

    event_id: str
    url: str
    body: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def payload(self) -> bytes:
        """The body as it goes over the line."""
        return self.body.encode()

    def headers(self, now: datetime) -> Mapping[str, str]:
        """Headers, signed with each secret at this time."""
        signatures = (Webhook(each).sign(self.event_id, now, self.body) for each in self.secrets)
        return {
            "content-type": "application/json",
            "user-agent": "Followup",
            "webhook-id": self.event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


class Webhooks:
    """The channel of webhooks.

    Args:
        seal: opens their secrets.
        egress: says where they may lead.
        lines: how many are called at once.
        patience: seconds that the other side may take altogether.
        context: by which certificates are checked; None: by those that the machine trusts.
    """

    name = "webhook"
    for_people = False
    everybody = False

    def __init__(
        self,
        seal: Seal,
        egress: Egress,
        *,
        lines: int = 1,
        patience: float = PATIENCE_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.lines = lines
        self.queue = Calls()
        self._seal = seal
        self._caller = Caller(egress, patience, context or ssl.create_default_context(), _answered)

    @classmethod
    def of(cls, settings: DispatcherSettings) -> Self | None:
        """The channel that the settings configure, if they do."""
        seal = settings.seal
        return cls(seal, settings.egress, lines=settings.webhook_connections) if seal else None

    def write(self, call: Call, /) -> Request | Outcome:
        """What is posted; an outcome where its secret cannot be opened, which an operator can put right."""
        try:
            secrets = tuple(self._seal.opened(each) for each in call.secrets)
        except NotSealedWithThis as error:
            return Outcome(Result.PUT_OFF, str(error))
        return Request(str(call.event_id), call.url, call.body.decode(), secrets)

    def open(self) -> Caller:
        """There is nothing to connect to before it is known where."""
        return self._caller


def _answered(answer: Answer) -> Outcome:
    """What an answer says."""
    if 200 <= answer.status < 300:
        return Outcome(Result.SENT, answer.said)
    if answer.status == GONE:
        return Outcome(Result.REFUSED, answer.said, gone=True)
    return redirected(answer) or Outcome(Result.PUT_OFF, answer.said, wait=answer.wait)
