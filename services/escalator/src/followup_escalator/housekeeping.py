"""What the outbox's tick asks for each minute: send again, settle sweeps, prune."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.contracts import EscalationsDelivered, EscalationsRaised, HoldsEnded, OutboxTick
from followup_common.db import Transaction, slow_clock
from followup_common.db.slow_clock import SLOW_NOW
from followup_common.messaging import outbox
from followup_common.messaging.handlers import Emitted, handles
from followup_common.metrics import Measured
from sqlalchemy import text

from followup_escalator import metrics
from followup_escalator.holidays import refresh_holidays
from followup_escalator.returns import give_back, notice_returns
from followup_escalator.settings import EscalatorSettings
from followup_escalator.settlement import finish_if_settled

# A sweep that somebody holds right now is left to the next tick.
UNFINISHED = text("""
    SELECT id FROM sweeps WHERE finished_at IS NULL ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
""")

# Escalations of unfinished sweeps that are dead letters now, discarded ones too: the sweep does not wait
# for them. Handling an event, after a replay too, takes `failed_at` from its row.
COUNT_FAILED = text("""
    UPDATE sweeps s SET failed = dead.count
    FROM (
        SELECT s.id, coalesce(sum(jsonb_array_length(o.payload -> 'follow_up_ids')), 0) AS count
        FROM sweeps s LEFT JOIN outbox o ON o.subject = 'sweeps/' || s.id AND o.type = :raised
            AND o.failed_at IS NOT NULL
        WHERE s.id = ANY(CAST(:ids AS bigint[]))
        GROUP BY s.id
    ) dead
    WHERE s.id = dead.id AND s.failed <> dead.count
""").bindparams(raised=EscalationsRaised.type)

# A sweep whose own event, or the answer to one of its batches, was given up cannot be completed; the
# next one takes over what it left.
FAIL_BROKEN = text("""
    UPDATE sweeps s SET status = 'failed', finished_at = now(), error = o.error
    FROM outbox o
    WHERE s.id = ANY(CAST(:ids AS bigint[])) AND o.subject = 'sweeps/' || s.id
      AND (o.type LIKE 'followup.sweep.%' OR o.type = :delivered) AND o.failed_at IS NOT NULL
    RETURNING s.trigger
""").bindparams(delivered=EscalationsDelivered.type)

MOVE_HORIZON = text("SELECT calendars_move_horizon(:ahead)").bindparams(ahead=731)
"""One calendar a tick; days enough for two years."""

END_HOLDS = text("SELECT holds_end_ahead(:limit) UNION SELECT holds_end_by_time(:limit)")

AT_ONCE = 1_000
"""How much of each kind a tick forgets, or ends, at most."""

# Also what a clock that was ahead has left in the future.
FORGET_CHANGES = text(f"""
    DELETE FROM undoable_changes WHERE follow_up_id IN (
        SELECT follow_up_id FROM undoable_changes
        WHERE changed_at < {SLOW_NOW} - interval '10 minutes' OR changed_at > now() + interval '10 minutes'
        ORDER BY changed_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
""").bindparams(limit=AT_ONCE)

FORGET_DELETED = text(f"""
    DELETE FROM deleted_follow_ups WHERE id IN (
        SELECT id FROM deleted_follow_ups WHERE deleted_at < {SLOW_NOW} - interval '30 days'
        ORDER BY deleted_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
""").bindparams(limit=AT_ONCE)


@handles(OutboxTick)
def look_after_outbox(_: OutboxTick, tx: Transaction, settings: EscalatorSettings) -> Iterator[Emitted]:
    """Send again what nobody handled, forget what cannot come back any more, prune, settle sweeps, let two
    years lie ahead of each calendar, with their holidays, end holds whose time has come, notice who is back
    from an absence, and give back what was handed over until now.

    Nothing of it waits for a row that somebody holds.
    """
    slow_clock.go_on(tx)
    tx.execute(FORGET_CHANGES)
    tx.execute(FORGET_DELETED)
    outbox.prune(tx, older_than=settings.outbox_retention)
    refresh_holidays(tx)
    tx.execute(MOVE_HORIZON)
    if ended := tx.execute(END_HOLDS, {"limit": AT_ONCE}).scalars().all():
        yield HoldsEnded(hold_ids=tuple(sorted(ended)))
    yield from notice_returns(tx)
    yield from give_back(tx)
    yield from outbox.redrive(tx, redrive_after=settings.redrive_after, at_most=settings.redrive_at_most)
    yield from _settle_sweeps(tx)


def _settle_sweeps(tx: Transaction) -> Iterator[Emitted]:
    """Last: what is delivered meanwhile waits for these sweeps."""
    ids = tx.execute(UNFINISHED).scalars().all()
    if not ids:
        return
    tx.execute(COUNT_FAILED, {"ids": ids})
    for trigger in tx.execute(FAIL_BROKEN, {"ids": ids}).scalars().all():
        yield Measured(metrics.SWEEPS, 1, {"trigger": trigger, "status": "failed"})
    for sweep_id in ids:
        yield from finish_if_settled(tx, sweep_id)
