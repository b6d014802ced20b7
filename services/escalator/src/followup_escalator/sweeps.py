"""Running sweeps: one is opened per slot, and claims batches in lanes until nothing is due."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.contracts import BatchRequested, SweepRequested, SweepTick
from followup_common.db import Transaction, clock
from followup_common.messaging.handlers import Emitted, handles
from followup_common.messaging.outbox import Later
from followup_common.metrics import Measured
from sqlalchemy import Interval, bindparam, text

from followup_escalator import metrics, unroutable
from followup_escalator.batches import claim_batch, wake_set_aside
from followup_escalator.rate import Limit
from followup_escalator.settings import EscalatorSettings
from followup_escalator.settlement import finish_if_settled

# Slots that were taken while PostgreSQL's clock was ahead would be found taken when their time comes.
FREE_SLOTS_AHEAD = text("UPDATE sweeps SET slot = NULL WHERE slot > now() + :may_step").bindparams(
    bindparam("may_step", clock.MAY_STEP, Interval)
)

START = text("""
    UPDATE sweeps SET status = 'running', started_at = now() WHERE id = :id AND status = 'queued'
    RETURNING trigger
""")

COUNT = text("UPDATE sweeps SET escalated = escalated + :escalated, lanes = lanes + :lanes WHERE id = :id")


@handles(SweepTick)
def open_sweep(_: SweepTick, tx: Transaction, __: EscalatorSettings) -> Iterator[Emitted]:
    """Record the sweep of this slot. The unique slot makes a second clock harmless."""
    tx.execute(FREE_SLOTS_AHEAD)
    sweep_id = tx.execute(
        text("""
            INSERT INTO sweeps (trigger, slot) VALUES ('schedule', date_trunc('minute', now()))
            ON CONFLICT (slot) DO NOTHING RETURNING id
        """)
    ).scalar()
    if sweep_id is not None:
        yield SweepRequested(sweep_id=sweep_id)


@handles(SweepRequested)
def run_sweep(event: SweepRequested, tx: Transaction, settings: EscalatorSettings) -> Iterator[Emitted]:
    """Start a sweep: claim its first batch; when there is more, open its lanes.

    The first batch looks at everything that is due, so that nothing is missed for longer than a sweep:
    what was held by others, was poked, or came with a time that the lanes had passed.
    """
    for trigger in tx.execute(START, {"id": event.sweep_id}).scalars().all():
        yield Measured(metrics.SWEEPS, 1, {"trigger": trigger, "status": "running"})
    wake_set_aside(tx)
    limit = Limit(tx, settings.escalations_per_minute)
    for raised in unroutable.raise_again(tx, limit.allowed(settings.sweep_batch_size)):
        limit.spend(len(raised.follow_up_ids))
        yield raised
    yield from _claim(event, tx, settings, limit, lanes_when_more=settings.sweep_lanes)


@handles(BatchRequested)
def continue_sweep(event: BatchRequested, tx: Transaction, settings: EscalatorSettings) -> Iterator[Emitted]:
    """One lane's next batch, behind its last one; a lane closes when it finds less than a full batch."""
    limit = Limit(tx, settings.escalations_per_minute)
    yield from _claim(event, tx, settings, limit, lanes_when_more=1)


def _claim(
    event: SweepRequested, tx: Transaction, settings: EscalatorSettings, limit: Limit, *, lanes_when_more: int
) -> Iterator[Emitted]:
    wanted = settings.sweep_batch_size
    allowed = limit.allowed(wanted)
    since = event.since if isinstance(event, BatchRequested) else None
    batch = claim_batch(tx, event.sweep_id, allowed, since)
    limit.spend(len(batch.reached))
    yield Measured(metrics.CLAIMED, batch.claimed)
    yield from metrics.escalated(batch.reached)
    if batch.reached:
        yield batch.raised(event.sweep_id)
    lanes = 0
    if batch.claimed == allowed:
        following = BatchRequested(sweep_id=event.sweep_id, since=batch.until or since)
        throttled = allowed < wanted
        lanes = 1 if throttled else lanes_when_more
        yield from [Later(following, limit.until_free(wanted))] if throttled else [following] * lanes
    if isinstance(event, BatchRequested):
        lanes -= 1  # the lane that asked for this batch
    tx.execute(COUNT, {"id": event.sweep_id, "escalated": len(batch.reached), "lanes": lanes})
    yield from finish_if_settled(tx, event.sweep_id)
