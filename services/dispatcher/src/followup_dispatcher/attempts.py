"""What became of attempts, as it is recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from followup_common.db import Transaction
from sqlalchemy import Interval, bindparam, text

from followup_dispatcher import notices
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.telling import Delivery

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)

LEFT = "no outcome was recorded: the dispatcher ended, or lost the database"
NOT_TRIED = "not tried: what went before it took too long, or the connection was lost"

END_ATTEMPT = text("""
    UPDATE delivery_attempts SET ended_at = now(), outcome = :outcome, answer = :answer
    WHERE delivery_id = :id AND number = :number AND (outcome IS NULL OR outcome = 'unknown')
""")

END = text("""
    UPDATE deliveries SET state = :state, error = :error, ended_at = now()
    WHERE id = :id AND ended_at IS NULL AND attempts = :number
""")

# The common case, in one statement; what is well at its destination already is not written again. Where two
# processes do so for the same destinations, the order keeps them from waiting for each other.
SENT = text("""
    WITH sent AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS integer[]), CAST(:answers AS text[]))
            AS sent (id, number, answer)
    ), attempt AS (
        UPDATE delivery_attempts a SET ended_at = now(), outcome = 'sent', answer = s.answer FROM sent s
        WHERE (a.delivery_id, a.number) = (s.id, s.number) AND (outcome IS NULL OR outcome = 'unknown')
    ), ailing AS (
        SELECT id FROM destinations
        WHERE id = ANY(CAST(:destination_ids AS bigint[])) AND problem IS NOT NULL
        ORDER BY id FOR NO KEY UPDATE
    ), place AS (
        UPDATE destinations SET problem = NULL, problem_since = NULL WHERE id IN (SELECT id FROM ailing)
    )
    UPDATE deliveries d SET state = 'sent', error = NULL, ended_at = now() FROM sent s
    WHERE d.id = s.id AND d.ended_at IS NULL AND d.attempts = s.number
""")

HOLD_PLACES = text("""
    SELECT FROM destinations WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR NO KEY UPDATE
""")

TRY_AGAIN = text("""
    UPDATE deliveries SET state = :state, error = :error,
        next_at = now()
            + GREATEST(LEAST(:first * power(2, LEAST(attempts - 1 - not_tried, 20)), :longest),
                LEAST(:asked, :longest))
    FROM (
        SELECT count(*) AS not_tried FROM delivery_attempts WHERE delivery_id = :id AND answer = :reason
    ) before
    WHERE id = :id AND ended_at IS NULL AND attempts = :number
""").bindparams(
    bindparam("reason", NOT_TRIED),
    bindparam("first", type_=Interval),
    bindparam("longest", LONGEST_WAIT, Interval),
    bindparam("asked", type_=Interval),
)

# It is due as it was: its time says which is next.
GIVE_BACK = text("""
    WITH given AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:numbers AS integer[]), CAST(:due AS timestamptz[])
        ) AS given (id, number, due_at)
    ), attempt AS (
        UPDATE delivery_attempts a SET ended_at = now(), outcome = 'put_off', answer = :reason FROM given g
        WHERE (a.delivery_id, a.number) = (g.id, g.number) AND outcome IS NULL
    )
    UPDATE deliveries d SET state = 'queued', error = :reason, next_at = COALESCE(g.due_at, now())
    FROM given g
    WHERE d.id = g.id AND d.ended_at IS NULL AND d.attempts = g.number
""").bindparams(reason=NOT_TRIED)


def record(tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
    """Record what an attempt came to. One that has been taken over meanwhile changes its own record only."""
    if outcome.result is Result.SENT:
        record_sent(tx, [(delivery, outcome)])
        return
    keys: Mapping[str, Any] = {"id": delivery.id, "number": delivery.attempt}
    tx.execute(END_ATTEMPT, {**keys, "outcome": outcome.result, "answer": outcome.answer})
    notices.note(tx, delivery.destination_id, outcome.answer)
    first = timedelta(0) if outcome.everywhere else FIRST_WAIT
    again: Mapping[str, Any] = {**keys, "error": outcome.answer, "asked": outcome.wait, "first": first}
    match outcome.result:
        case Result.REFUSED:
            tx.execute(END, {**keys, "state": "failed", "error": outcome.answer})
        case Result.PUT_OFF:
            tx.execute(TRY_AGAIN, {**again, "state": "queued"})
        case Result.UNKNOWN:
            tx.execute(TRY_AGAIN, {**again, "state": "unknown"})


def record_sent(tx: Transaction, sent: Sequence[tuple[Delivery, Outcome]]) -> None:
    """Record attempts of which the other side has taken what was sent."""
    tx.execute(
        SENT,
        {
            **_keys([delivery for delivery, _ in sent]),
            "answers": [outcome.answer for _, outcome in sent],
            "destination_ids": [delivery.destination_id for delivery, _ in sent],
        },
    )


def hold_places(tx: Transaction, deliveries: Collection[Delivery]) -> None:
    """Hold all destinations before the first of several outcomes is recorded: each writes its destination,
    then the circuit, and two that record for the same people would wait for each other."""
    tx.execute(HOLD_PLACES, {"ids": sorted({each.destination_id or 0 for each in deliveries})})


def give_back(tx: Transaction, deliveries: Collection[Delivery]) -> None:
    """Let attempts that were begun and not made be begun again, by whom it may be."""
    tx.execute(GIVE_BACK, {**_keys(deliveries), "due": [each.due_at for each in deliveries]})


def _keys(deliveries: Collection[Delivery]) -> dict[str, Any]:
    return {"ids": [each.id for each in deliveries], "numbers": [each.attempt for each in deliveries]}
