"""Taking what goes to webhooks, and recording what became of it.

One delivery a webhook is under way at a time, so that one that hangs holds one connection and no other's.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from followup_common.db import Transaction
from followup_common.db.slow_clock import SLOW_NOW
from sqlalchemy import ARRAY, Interval, Row, bindparam, text

from followup_dispatcher.attempts import END, END_ATTEMPT, LEFT
from followup_dispatcher.outcomes import Outcome, Result

WAITS = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)),
    *(timedelta(hours=5), timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24)),
)
"""Before each further attempt, as Standard Webhooks has it; behind the last one a delivery has failed."""
LEASE = timedelta(minutes=2)
"""How long an attempt may take."""
REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=10)
"""A webhook rests after a failure, twice as long after each in a row: nothing else is tried in vain."""
LONGEST_ASKED = timedelta(hours=24)
"""For so long a webhook may ask to be left alone (`Retry-After`)."""
TOLD_AFTER = timedelta(hours=1)
"""The admin who made a webhook is told once it has failed for so long."""
GIVEN_UP_AFTER = timedelta(days=5)
"""A webhook that has failed for so long, and nothing else, is switched off; by the slow clock, as one that is
ahead for a moment makes nobody fail for days."""

GONE = "it answered 410 Gone"
FAILED = f"nothing could be delivered for {GIVEN_UP_AFTER.days} days"
SWITCHED_OFF = "the webhook was switched off"

DUE = text("""
    SELECT now() - min(first.next_at) FROM webhooks w CROSS JOIN LATERAL (
        SELECT d.next_at FROM deliveries d
        WHERE d.webhook_id = w.id AND d.ended_at IS NULL AND d.next_at <= now() ORDER BY d.next_at LIMIT 1
    ) first
    WHERE w.state = 'on' AND w.free_at <= now() AND NOT EXISTS (
        SELECT FROM deliveries u WHERE u.id = ANY(CAST(:under_way AS uuid[])) AND u.webhook_id = w.id)
""")

# The one that has been left alone for longest: none keeps another waiting.
CHOOSE = text("""
    SELECT w.id FROM webhooks w
    WHERE w.state = 'on' AND w.free_at <= now() AND EXISTS (
        SELECT FROM deliveries d WHERE d.webhook_id = w.id AND d.ended_at IS NULL AND d.next_at <= now())
      AND NOT EXISTS (
        SELECT FROM deliveries u WHERE u.id = ANY(CAST(:under_way AS uuid[])) AND u.webhook_id = w.id)
    ORDER BY w.free_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
""")

TAKE = text("""
    SELECT d.id, d.state, d.attempts FROM deliveries d
    WHERE d.webhook_id = :webhook_id AND d.ended_at IS NULL AND d.next_at <= now()
    ORDER BY d.next_at, d.created_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
""")

BEGIN = text("""
    WITH busy AS (UPDATE webhooks SET free_at = now() + :lease WHERE id = :webhook_id RETURNING *)
    UPDATE deliveries d SET state = 'sending', attempts = d.attempts + 1, next_at = now() + :lease
    FROM webhook_events e, busy w
    WHERE d.id = :id AND e.id = d.event_id
    RETURNING d.attempts, d.event_id, e.type, e.created_at, e.data, w.url, w.secret,
        CASE WHEN w.previous_until > now() THEN w.previous_secret END AS previous_secret
""").bindparams(bindparam("lease", LEASE, Interval))

BEGIN_ATTEMPT = text("INSERT INTO delivery_attempts (delivery_id, number) VALUES (:id, :number)")

# Behind as many attempts as there are waits it has failed; those before a replay do not count. A little
# at random, so that what failed together does not come back together.
TRY_AGAIN = text("""
    WITH tried AS (
        SELECT count(*)::integer AS times FROM delivery_attempts a JOIN deliveries d ON d.id = a.delivery_id
        WHERE d.id = :id AND a.began_at >= COALESCE(d.retried_at, d.created_at)
    ), wait AS (
        SELECT GREATEST((:waits)[times] * (1 + random() * 0.1), :asked) AS long, times FROM tried
    )
    UPDATE deliveries SET error = :error,
        state = CASE WHEN times > cardinality(:waits) THEN 'failed' ELSE :state END,
        ended_at = CASE WHEN times > cardinality(:waits) THEN now() END,
        next_at = COALESCE(now() + long, next_at)
    FROM wait WHERE id = :id AND ended_at IS NULL AND attempts = :number
""").bindparams(bindparam("waits", list(WAITS), ARRAY(Interval)), bindparam("asked", type_=Interval))

WELL = text("""
    UPDATE webhooks SET failures = 0, failing_since = NULL, problem = NULL, told_at = NULL, free_at = now()
    WHERE id = :webhook_id
""")
AILING = text(f"""
    UPDATE webhooks SET failures = failures + 1, failing_since = COALESCE(failing_since, now()),
        problem = :problem,
        told_at = COALESCE(told_at, CASE WHEN failing_since <= now() - :told_after THEN now() END),
        free_at = now() + GREATEST(LEAST(:rest * power(2, LEAST(failures, 20)), :longest), :asked)
    WHERE id = :webhook_id
    RETURNING failing_since <= {SLOW_NOW} - :given_up_after AS is_given_up
""").bindparams(
    bindparam("told_after", TOLD_AFTER, Interval),
    bindparam("rest", REST, Interval),
    bindparam("longest", LONGEST_REST, Interval),
    bindparam("asked", type_=Interval),
    bindparam("given_up_after", GIVEN_UP_AFTER, Interval),
)
# What a process that was killed has left under way may have arrived: it ends as well, and that is on record.
OFF = text("""
    WITH off AS (
        UPDATE webhooks SET state = 'off', off_because = :reason WHERE id = :webhook_id AND state <> 'off'
    ), left_under_way AS (
        UPDATE delivery_attempts a SET ended_at = now(), outcome = 'unknown', answer = :left FROM deliveries d
        WHERE d.webhook_id = :webhook_id AND d.state = 'sending' AND d.ended_at IS NULL
            AND (a.delivery_id, a.number) = (d.id, d.attempts) AND a.outcome IS NULL
    )
    UPDATE deliveries SET state = 'suppressed', error = :error, ended_at = now()
    WHERE webhook_id = :webhook_id AND ended_at IS NULL
""").bindparams(error=SWITCHED_OFF, left=LEFT)

# A time further ahead than any wait comes from a clock that was ahead.
BRING_BACK = (
    text("""
        UPDATE deliveries SET next_at = now()
        WHERE webhook_id IS NOT NULL AND ended_at IS NULL AND next_at > now() + :longest
    """).bindparams(bindparam("longest", WAITS[-1] * 1.2, Interval)),
    text("UPDATE webhooks SET free_at = now() WHERE free_at > now() + :longest").bindparams(
        bindparam("longest", LONGEST_ASKED * 1.2, Interval)
    ),
)


@dataclass(frozen=True)
class Call:
    """One event on its way to one webhook.

    Args:
        id: of the delivery.
        attempt: which one this is, from 1.
        event_id: the same at each attempt, and for each webhook that hears it.
        secrets: as they are kept; the first is the present one.
        body: what is sent, byte by byte the same at each attempt.
    """

    id: UUID
    attempt: int
    webhook_id: int
    event_id: UUID
    url: str
    secrets: Sequence[bytes] = field(repr=False)
    body: bytes = field(repr=False)


class Calls:
    """The queue of what goes to webhooks."""

    def waited(self, tx: Transaction, under_way: Collection[UUID] = ()) -> timedelta | None:
        """How long the oldest delivery that could be sent has waited; None: none is due."""
        found: timedelta | None = tx.execute(DUE, {"under_way": [*under_way]}).scalar()
        return found

    def take(self, tx: Transaction, under_way: Collection[UUID] = ()) -> Call | None:
        """Take one that is due, for this process alone; None: there is none.

        An event says what has happened, and stays true: nothing but its webhook stops it.
        """
        webhook_id: int | None = tx.execute(CHOOSE, {"under_way": [*under_way]}).scalar()
        if webhook_id is None:
            return None
        row = tx.execute(TAKE, {"webhook_id": webhook_id}).one_or_none()
        if row is None:
            return None
        if row.state == "sending":
            left = {"id": row.id, "number": row.attempts, "outcome": Result.UNKNOWN, "answer": LEFT}
            tx.execute(END_ATTEMPT, left)
        begun = tx.execute(BEGIN, {"id": row.id, "webhook_id": webhook_id}).one()
        tx.execute(BEGIN_ATTEMPT, {"id": row.id, "number": begun.attempts})
        secrets = [each for each in (begun.secret, begun.previous_secret) if each]
        return Call(row.id, begun.attempts, webhook_id, begun.event_id, begun.url, secrets, body_of(begun))

    def record(self, tx: Transaction, call: Call, outcome: Outcome) -> None:
        """Record what an attempt came to, and what that says of its webhook. One that has been taken over
        meanwhile changes its own record only."""
        keys: Mapping[str, Any] = {"id": call.id, "number": call.attempt}
        tx.execute(END_ATTEMPT, {**keys, "outcome": outcome.result, "answer": outcome.answer})
        if outcome.result is Result.SENT:
            if tx.execute(END, {**keys, "state": "sent", "error": None}).rowcount:
                tx.execute(WELL, {"webhook_id": call.webhook_id})
            return
        if outcome.result is Result.REFUSED:
            ended = tx.execute(END, {**keys, "state": "failed", "error": outcome.answer})
        else:
            state = "unknown" if outcome.result is Result.UNKNOWN else "queued"
            asked = min(outcome.wait, LONGEST_ASKED)
            again = {**keys, "state": state, "error": outcome.answer, "asked": asked}
            ended = tx.execute(TRY_AGAIN, again)
        if ended.rowcount:
            self._note_failure(tx, call, outcome)

    def bring_back(self, tx: Transaction) -> None:
        """Let what waits for a time that no clock should have said be due."""
        for statement in BRING_BACK:
            tx.execute(statement)

    def _note_failure(self, tx: Transaction, call: Call, outcome: Outcome) -> None:
        rest = {
            "webhook_id": call.webhook_id,
            "asked": min(outcome.wait, LONGEST_ASKED),
            "problem": outcome.answer,
        }
        is_given_up = tx.execute(AILING, rest).scalar()
        if outcome.gone or is_given_up:
            tx.execute(OFF, {"webhook_id": call.webhook_id, "reason": GONE if outcome.gone else FAILED})


def body_of(event: Row[Any]) -> bytes:
    """An event as it is sent."""
    said = {"type": event.type, "timestamp": _moment(event.created_at), "data": event.data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
