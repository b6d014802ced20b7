"""What the outbox's tick asks for each minute: send again, settle sweeps, prune."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.contracts import EscalationsDelivered, EscalationsRaised, EscalationsRaisedV1, OutboxTick
from followup_common.db import Transaction
from followup_common.messaging import outbox
from followup_common.messaging.handlers import Emitted, handles
from followup_common.metrics import Measured
from sqlalchemy import text

from followup_escalator import metrics
from followup_escalator.settings import EscalatorSettings
from followup_escalator.settlement import finish_if_settled

# Escalations of unfinished sweeps that are dead letters now, discarded ones too: the sweep does not wait
# for them. Handling an event, after a replay too, takes `failed_at` from its row.
COUNT_FAILED = text("""
    UPDATE sweeps s SET failed = dead.count
    FROM (
        SELECT s.id, coalesce(sum(jsonb_array_length(
            coalesce(o.payload -> 'follow_up_ids', o.payload -> 'escalations'))), 0) AS count
        FROM sweeps s LEFT JOIN outbox o ON o.subject = 'sweeps/' || s.id AND o.type IN (:raised, :raised_v1)
            AND o.failed_at IS NOT NULL
        WHERE s.finished_at IS NULL
        GROUP BY s.id
    ) dead
    WHERE s.id = dead.id AND s.failed <> dead.count
""")

# A sweep whose own event, or the answer to one of its batches, was given up cannot be completed; the
# next one takes over what it left.
FAIL_BROKEN = text("""
    UPDATE sweeps s SET status = 'failed', finished_at = now(), error = o.error
    FROM outbox o
    WHERE s.finished_at IS NULL AND o.subject = 'sweeps/' || s.id
      AND (o.type LIKE 'followup.sweep.%' OR o.type = :delivered) AND o.failed_at IS NOT NULL
    RETURNING s.trigger
""")

# Also what a clock that was ahead has left in the future.
FORGET_CHANGES = text("""
    DELETE FROM undoable_changes
    WHERE changed_at < now() - interval '10 minutes' OR changed_at > now() + interval '10 minutes'
""")

FORGET_DELETED = text("DELETE FROM deleted_follow_ups WHERE deleted_at < now() - interval '30 days'")

UNFINISHED = text("SELECT id FROM sweeps WHERE finished_at IS NULL AND status = 'running' ORDER BY id")


@handles(OutboxTick)
def look_after_outbox(_: OutboxTick, tx: Transaction, settings: EscalatorSettings) -> Iterator[Emitted]:
    """Send again what nobody handled, settle sweeps, forget what cannot come back any more, prune."""
    tx.execute(COUNT_FAILED, {"raised": EscalationsRaised.type, "raised_v1": EscalationsRaisedV1.type})
    for trigger in tx.execute(FAIL_BROKEN, {"delivered": EscalationsDelivered.type}).scalars().all():
        yield Measured(metrics.SWEEPS, 1, {"trigger": trigger, "status": "failed"})
    for sweep_id in tx.execute(UNFINISHED).scalars().all():
        yield from finish_if_settled(tx, sweep_id)
    tx.execute(FORGET_CHANGES)
    tx.execute(FORGET_DELETED)
    outbox.prune(tx, older_than=settings.outbox_retention)
    yield from outbox.redrive(tx, redrive_after=settings.redrive_after, at_most=settings.redrive_at_most)
