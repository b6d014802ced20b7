"""The outbox: every event is stored with the change that causes it, and stays until it is handled.

One table is outbox (what must be sent), inbox (what was handled) and dead letters (what failed).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Interval, RowMapping, Uuid, bindparam, func, insert, text
from sqlalchemy import cast as sql_cast
from uuid_utils.compat import uuid7

from followup_common.contracts import Envelope, Event, EventRejected, wrap
from followup_common.db import Transaction
from followup_common.db.clock import STAMPED_AHEAD
from followup_common.db.slow_clock import SLOW_NOW
from followup_common.db.tables import outbox
from followup_common.messaging.publisher import Delayed

REDRIVE_AFTER = timedelta(seconds=60)
REDRIVE_AT_MOST = timedelta(hours=1)
LONGEST_DELAY = timedelta(hours=2)
"""No event is held back for longer. A time further ahead was written while PostgreSQL's clock was ahead."""
ERROR_LENGTH = 2_000
NOW = timedelta(0)


class DelayTooLong(ValueError):
    """An event was to be held back for longer than the redrive believes."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__(f"{delay} is longer than {LONGEST_DELAY}, the longest that an event is held back")


@dataclass(frozen=True)
class Later:
    """An event to hold back: it is stored now, and handled once `delay` has passed.

    Raises:
        DelayTooLong: `delay` is more than `LONGEST_DELAY`.
    """

    event: Event
    delay: timedelta

    def __post_init__(self) -> None:
        if self.delay > LONGEST_DELAY:
            raise DelayTooLong(self.delay)


def store(
    tx: Transaction,
    events: Iterable[Event],
    *,
    source: str,
    traceparent: str | None = None,
    redrive_after: timedelta = REDRIVE_AFTER,
) -> list[Envelope]:
    """Keep events in the transaction that causes them.

    Args:
        tx: the transaction whose commit makes the events real.
        events: what happened.
        source: the service that says so.
        traceparent: trace context to carry on.
        redrive_after: how long after now an event that nobody handled is sent again.

    Returns:
        The envelopes to publish once the transaction has committed.
    """
    laters = [Later(event, NOW) for event in events]
    delayed = store_later(tx, laters, source=source, traceparent=traceparent, redrive_after=redrive_after)
    return [entry.envelope for entry in delayed]


def store_later(
    tx: Transaction,
    laters: Iterable[Later],
    *,
    source: str,
    traceparent: str | None = None,
    redrive_after: timedelta = REDRIVE_AFTER,
) -> list[Delayed]:
    """Keep events that are to be held back; like `store` otherwise."""
    delayed = [
        Delayed(wrap(later.event, source=source, traceparent=traceparent), later.delay) for later in laters
    ]
    if delayed:
        due = func.now() + sql_cast(bindparam("delay"), Interval)
        rows = [{**_columns(entry.envelope), "delay": entry.delay + redrive_after} for entry in delayed]
        tx.execute(insert(outbox).values(available_at=due), rows)
    return delayed


class NotAsStored(EventRejected):
    """A message bears the id of an event that waits here, and says something else."""

    def __init__(self, event_id: UUID) -> None:
        super().__init__(f"not what is stored as {event_id}")


def claim(tx: Transaction, message: Envelope) -> bool:
    """Claim an event for this transaction, which handles it: True for one of all its deliveries.

    A second delivery waits here until the first has committed, and then gets False, as does one of an event
    that was never stored. So whatever is done behind a claim is done once.

    Args:
        tx: the transaction that handles it.
        message: as it was received; anyone who can write to RabbitMQ may have written it.

    Raises:
        NotAsStored: it is not, word for word, what is stored: let the transaction go.
    """
    statement = text("""
        UPDATE outbox SET handled_at = now(), failed_at = NULL WHERE id = :id AND handled_at IS NULL
        RETURNING type, payload
    """)
    stored = tx.execute(statement, {"id": message.id}).one_or_none()
    if stored and (stored.type, stored.payload) != (message.type, message.data):
        raise NotAsStored(message.id)
    return stored is not None


def waiting(tx: Transaction, event_id: UUID) -> Envelope | None:
    """An event that was not handled yet, as it is stored; nobody handles it until the transaction ends."""
    statement = text("""
        SELECT id, type, source, subject, payload, traceparent, created_at FROM outbox
        WHERE id = :id AND handled_at IS NULL FOR UPDATE
    """)
    row = tx.execute(statement, {"id": event_id}).mappings().one_or_none()
    return envelope(row) if row else None


def mark_failed(tx: Transaction, event_id: UUID, error: str) -> bool:
    """Turn an unhandled event into a dead letter with its reason. False: there is no such row."""
    statement = text("""
        UPDATE outbox SET failed_at = now(), first_failed_at = coalesce(first_failed_at, now()),
            error = :error, attempts = attempts + 1
        WHERE id = :id AND handled_at IS NULL
    """)
    return tx.execute(statement, {"id": event_id, "error": _printable(error)}).rowcount == 1


@dataclass(frozen=True)
class History:
    """How often an event has been sent again so far, and how long ago it failed first."""

    sent: int
    failing_for: timedelta


def record_error(tx: Transaction, event_id: UUID, error: str) -> History:
    """Note why an event could not be handled yet."""
    statement = text("""
        UPDATE outbox SET error = :error, first_failed_at = LEAST(first_failed_at, now())
        WHERE id = :id AND handled_at IS NULL
        RETURNING attempts AS sent, now() - first_failed_at AS failing_for
    """)
    row = tx.execute(statement, {"id": event_id, "error": _printable(error)}).one_or_none()
    return History(row.sent, row.failing_for) if row else History(0, timedelta(0))


def store_failed(tx: Transaction, event: Event, *, source: str, error: str) -> None:
    """Keep an event that must not be sent, as a dead letter from the start."""
    wrapped = wrap(event, source=source)
    tx.execute(insert(outbox), [_columns(wrapped)])
    mark_failed(tx, wrapped.id, error)


def store_unreadable(tx: Transaction, body: bytes, *, queue: str, error: str) -> None:
    """Keep the beginning of a message that nobody can read, as a dead letter with its reason."""
    event_id = uuid7()
    row = {
        "id": event_id,
        "type": "unreadable",
        "source": f"queue/{queue}",
        "payload": {"bytes": len(body), "begins": _printable(body[:ERROR_LENGTH].decode("latin-1"))},
    }
    tx.execute(insert(outbox), [row])
    mark_failed(tx, event_id, error)


def redrive(
    tx: Transaction,
    *,
    limit: int = 500,
    redrive_after: timedelta = REDRIVE_AFTER,
    at_most: timedelta = REDRIVE_AT_MOST,
) -> list[Envelope]:
    """Take events that are overdue unhandled, to be sent again after the commit.

    Each time an event is taken its next time comes later, twice as far away, up to `at_most`. Rows
    that a handler holds right now are passed over. A time further ahead than an event is ever held back
    comes from a clock that was ahead, and is due now.
    """
    statement = text("""
        UPDATE outbox SET attempts = attempts + 1,
            available_at = now() + LEAST(:base * power(2, LEAST(attempts, 20)), :most)
        WHERE id IN (
            SELECT id FROM outbox
            WHERE handled_at IS NULL AND failed_at IS NULL
                AND (available_at <= now() OR available_at > now() + :longest)
            ORDER BY available_at LIMIT :limit FOR UPDATE SKIP LOCKED
        )
        RETURNING id, type, source, subject, payload, traceparent, created_at
    """).bindparams(
        bindparam("base", redrive_after, Interval),
        bindparam("most", at_most, Interval),
        bindparam("longest", max(at_most, LONGEST_DELAY + redrive_after), Interval),
    )
    return [envelope(row) for row in tx.execute(statement, {"limit": limit}).mappings()]


def prune(tx: Transaction, *, older_than: timedelta, limit: int = 10_000) -> int:
    """Delete events handled or discarded more than `older_than` ago, at most `limit`; returns how many.

    Ids carry the time of their making by a host's clock, so what is too young for it is not even read. How
    long ago something was handled counts by the slow clock. What was handled in the future, while a clock was
    ahead, goes with what is old.
    """
    statement = text(f"""
        DELETE FROM outbox WHERE id IN (
            SELECT id FROM outbox
            WHERE (id < :first_young OR id > :first_ahead)
                AND (handled_at < {SLOW_NOW} - :age OR handled_at > now() + :ahead)
            ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
        )
    """).bindparams(
        bindparam("age", older_than, Interval),
        bindparam("ahead", STAMPED_AHEAD, Interval),
        bindparam("first_young", type_=Uuid),
        bindparam("first_ahead", type_=Uuid),
    )
    now = datetime.now(UTC)
    ids = {"first_young": _first_id(now - older_than), "first_ahead": _first_id(now + STAMPED_AHEAD)}
    return tx.execute(statement, {"limit": limit, **ids}).rowcount


def envelope(row: RowMapping) -> Envelope:
    """The envelope that a row of the outbox holds."""
    return Envelope(
        id=row["id"],
        source=row["source"],
        type=row["type"],
        subject=row["subject"],
        time=row["created_at"],
        traceparent=row["traceparent"],
        data=row["payload"],
    )


def _first_id(at: datetime) -> UUID:
    """The smallest UUIDv7 of a millisecond (RFC 9562: its first 48 bits are the time)."""
    return UUID(int=round(at.timestamp() * 1000) << 80)


def _columns(envelope: Envelope) -> dict[str, Any]:
    return {
        "id": envelope.id,
        "type": envelope.type,
        "source": envelope.source,
        "subject": envelope.subject,
        "payload": envelope.data,
        "traceparent": envelope.traceparent,
    }


def _printable(value: str) -> str:
    return value.replace("\x00", "\\0")[:ERROR_LENGTH]
