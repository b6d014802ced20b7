"""Keeping a sweep's counts: what the notifier delivered, what failed, and when the sweep is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from followup_common.contracts import EscalationKey, EscalationsDelivered
from followup_common.db import Transaction, clock
from followup_common.db.plans import find_by_index
from followup_common.messaging.handlers import Emitted, handles
from followup_common.messaging.outbox import Later
from followup_common.metrics import Measured
from sqlalchemy import text

from followup_escalator import metrics
from followup_escalator.settings import EscalatorSettings

# In the order of their ids, as a change of many follow-ups locks them.
MARK = text("""
    UPDATE escalations e SET status = :status
    FROM (
        SELECT e.follow_up_id, e.run, e.step, e.repeat
        FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[]),
                    CAST(:steps AS smallint[]), CAST(:repeats AS smallint[]))
            AS k (follow_up_id, run, step, repeat)
        JOIN escalations e USING (follow_up_id, run, step, repeat)
        WHERE e.follow_up_id = ANY(CAST(:ids AS bigint[]))
        ORDER BY e.follow_up_id FOR NO KEY UPDATE OF e
    ) k
    WHERE e.follow_up_id = ANY(CAST(:ids AS bigint[]))
        AND (e.follow_up_id, e.run, e.step, e.repeat) = (k.follow_up_id, k.run, k.step, k.repeat)
""")

# Those of what was passed over that are still at that step, and not yet to be looked at again.
AT_THE_STEP = """
    FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[]), CAST(:steps AS smallint[]),
                CAST(:repeats AS smallint[]))
        AS k (follow_up_id, run, step, repeat)
    JOIN escalation_states s ON s.follow_up_id = k.follow_up_id
    WHERE s.follow_up_id = ANY(CAST(:ids AS bigint[])) AND s.is_open
        AND (s.wake_at > :at_once OR s.wake_at IS NULL)
        AND (s.run, s.step, s.repeat) = (k.run, k.step, k.repeat)
"""

# What was passed over is looked at by the next sweep, whatever the clock says then: a later step has come,
# or the clock that said so was set back, and it is raised again. So is, once somebody holds the follow-up no
# longer, its last step, which nothing follows. Those that have moved on need nothing.
LOOK_AGAIN = text(f"""
    UPDATE escalation_states SET wake_at = :at_once
    FROM (
        SELECT s.follow_up_id {AT_THE_STEP} ORDER BY s.follow_up_id FOR NO KEY UPDATE OF s SKIP LOCKED
    ) free
    WHERE escalation_states.follow_up_id = free.follow_up_id
        AND escalation_states.follow_up_id = ANY(CAST(:ids AS bigint[]))
""").bindparams(at_once=clock.AT_ONCE)

HELD = text(f"SELECT s.follow_up_id {AT_THE_STEP}").bindparams(at_once=clock.AT_ONCE)

HELD_FOR = timedelta(seconds=5)
"""How long a follow-up that somebody holds is left to them."""

COUNT = text("""
    UPDATE sweeps SET delivered = delivered + :delivered, notified = notified + :notified WHERE id = :id
""")

# Every lane has closed, and every escalation was delivered or has failed for good.
FINISH = text("""
    UPDATE sweeps SET status = 'completed', finished_at = clock_timestamp()
    WHERE id = :id AND status = 'running' AND lanes = 0 AND delivered + failed >= escalated
    RETURNING trigger, GREATEST(0, extract(epoch FROM finished_at - requested_at)) AS seconds
""")


@handles(EscalationsDelivered)
def settle_delivery(event: EscalationsDelivered, tx: Transaction, _: EscalatorSettings) -> Iterator[Emitted]:
    """Count what a batch came to, and note what was superseded or could not be routed."""
    yield from _pass_over(tx, event.superseded)
    _mark(tx, "unroutable", event.unroutable)
    if event.sweep_id is not None:
        counts = {"id": event.sweep_id, "delivered": event.delivered, "notified": event.notified}
        tx.execute(COUNT, counts)
        yield from finish_if_settled(tx, event.sweep_id)


def finish_if_settled(tx: Transaction, sweep_id: int) -> Iterator[Measured]:
    """Complete a sweep that has nothing left to claim and nothing left to hear of."""
    for trigger, seconds in tx.execute(FINISH, {"id": sweep_id}).all():
        yield Measured(metrics.SWEEPS, 1, {"trigger": trigger, "status": "completed"})
        yield Measured(metrics.SWEEP_SECONDS, float(seconds), {"trigger": trigger})


def _pass_over(tx: Transaction, keys: Sequence[EscalationKey]) -> Iterator[Later]:
    """Have them looked at again. Those that somebody holds come later: nothing else waits for them."""
    if keys:
        find_by_index(tx)
        tx.execute(LOOK_AGAIN, _columns(keys))  # first: who claims states locks them first as well
        ids = set(tx.execute(HELD, _columns(keys)).scalars())
        held = tuple(key for key in keys if key.follow_up_id in ids)
        _mark(tx, "skipped", [key for key in keys if key.follow_up_id not in ids])
        if held:
            again = EscalationsDelivered(sweep_id=None, delivered=len(held), notified=0, superseded=held)
            yield Later(again, HELD_FOR)


def _mark(tx: Transaction, status: str, keys: Sequence[EscalationKey]) -> None:
    if keys:
        find_by_index(tx)
        tx.execute(MARK, {"status": status, **_columns(keys)})


def _columns(keys: Sequence[EscalationKey]) -> dict[str, list[int]]:
    return {
        "ids": [key.follow_up_id for key in keys],
        "runs": [key.run for key in keys],
        "steps": [key.step for key in keys],
        "repeats": [key.repeat for key in keys],
    }
