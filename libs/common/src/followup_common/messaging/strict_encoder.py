"""What Dramatiq encodes and decodes messages with here: what cannot be handled is recorded with a reason."""

from __future__ import annotations

from typing import Any

import dramatiq
import structlog
from dramatiq.encoder import JSONEncoder

from followup_common.db import Database
from followup_common.messaging import metrics, outbox
from followup_common.metrics import Meter

log = structlog.get_logger()

LARGEST_BYTES = 4 * 1024 * 1024
"""Our own messages stay below 1 MiB. Parsing 16 MiB of JSON can take gigabytes, for each thread."""


RETRY_OPTIONS = {"retries": int, "eta": int, "requeue_timestamp": int, "traceback": str}
"""What Dramatiq adds to a message of ours that it retries; we send messages without options."""


class Unreadable(ValueError):
    """A message body that no actor of this service can take."""


class StrictEncoder(JSONEncoder):
    """Decodes messages like Dramatiq's own encoder, and records what it must refuse.

    Dramatiq sends what cannot be decoded to the dead-letter queue without calling any hook; this
    is the one place that sees it. Checks too that the message is for one of the broker's actors.

    Args:
        broker: whose actors are known.
        database: where the reason is kept; when it is away the reason is in the log only.
        queue: name of the queue that this process consumes.
        meter: keeps the figures for Prometheus.
    """

    def __init__(self, broker: dramatiq.Broker, database: Database, *, queue: str, meter: Meter) -> None:
        self._broker = broker
        self._database = database
        self._queue = queue
        self._meter = meter

    def decode(self, data: bytes) -> dict[str, Any]:
        try:
            return self._checked(data)
        except Exception as error:
            self._record(data, f"{type(error).__name__}: {error}"[:300])
            raise

    def _checked(self, data: bytes) -> dict[str, Any]:
        if len(data) > LARGEST_BYTES:
            raise Unreadable(f"{len(data)} bytes, more than the {LARGEST_BYTES} that are read at most")
        fields: object = super().decode(data)
        if not isinstance(fields, dict):
            raise Unreadable("expected a JSON object")
        message: dramatiq.Message[None] = dramatiq.Message(
            **{**fields, "args": tuple(fields.get("args", ()))}
        )
        if len(message.args) != 1 or message.kwargs != {}:
            raise Unreadable("expected one argument, the envelope")
        if not isinstance(message.options, dict) or not all(
            name in RETRY_OPTIONS and isinstance(value, RETRY_OPTIONS[name])
            for name, value in message.options.items()
        ):
            raise Unreadable("expected no options but those of a retry")
        if message.actor_name not in self._broker.actors:
            raise Unreadable(f"unknown event type {str(message.actor_name)[:200]!r}")
        if message.queue_name.removesuffix(".DQ") != self._queue:
            raise Unreadable(f"meant for queue {message.queue_name[:100]!r}")
        return fields

    def _record(self, data: bytes, error: str) -> None:
        log.error("message_rejected", error=error, bytes=len(data))
        self._meter.record(metrics.DEAD_LETTERED, event=metrics.UNREADABLE)
        try:
            with self._database.transaction() as tx:
                outbox.store_unreadable(tx, data, queue=self._queue, error=error)
        except Exception as failure:  # noqa: BLE001 - the message still reaches the dead-letter queue
            log.warning("rejection_not_recorded", error=repr(failure))
