"""`escalations.raised` becomes notifications and activities, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from followup_common.contracts import EscalationKey, EscalationsDelivered, EscalationsRaised
from followup_common.db import Transaction
from followup_common.db.arrays import int_array
from followup_common.db.directory import load_directory
from followup_common.db.plans import row_by_row
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.messaging.handlers import Emitted, handles
from followup_common.metrics import Measured
from followup_common.policy import ALWAYS_OPEN, place, recipients
from sqlalchemy import Row, text

from followup_notifier import inbox, metrics
from followup_notifier.settings import NotifierSettings

# The stop check. The rows stay locked until the notifications are committed, so that a complete,
# reschedule, reassign or delete comes either before (and is seen here) or after.
LOCK_CURRENT = text("""
    SELECT s.follow_up_id AS id, k.step, k.repeat, s.run, s.policy_version_id, s.assignee_id, s.anchor_at,
        now() AS now
    FROM unnest(CAST(:ids AS bigint[]), CAST(:runs AS integer[]),
                CAST(:steps AS smallint[]), CAST(:repeats AS smallint[]))
        AS k (follow_up_id, run, step, repeat)
    JOIN escalation_states_hold(CAST(:ids AS bigint[])) s USING (follow_up_id, run)
    WHERE s.is_open
    ORDER BY s.follow_up_id
""")


@dataclass
class Sorted:
    """A batch, sorted by what is to be done with each escalation."""

    announced: list[inbox.Announcement] = field(default_factory=list)
    superseded: list[EscalationKey] = field(default_factory=list)
    unroutable: list[EscalationKey] = field(default_factory=list)


@handles(EscalationsRaised)
def write_inbox(event: EscalationsRaised, tx: Transaction, _: NotifierSettings) -> Iterator[Emitted]:
    """Tell each escalation's audience, unless it was stopped or overtaken by a later step."""
    batch = _sort(tx, _lock_current(tx, event))
    notified = inbox.write(tx, batch.announced)
    yield EscalationsDelivered(
        sweep_id=event.sweep_id,
        delivered=len(event),
        notified=sum(notified.values()),
        superseded=tuple(batch.superseded),
        unroutable=tuple(batch.unroutable),
    )
    yield from metrics.notified(notified)
    yield Measured(metrics.SUPERSEDED, len(batch.superseded))
    yield Measured(metrics.UNROUTABLE, len(batch.unroutable))


def _lock_current(tx: Transaction, event: EscalationsRaised) -> Sequence[Row[Any]]:
    parameters = {
        "ids": int_array(event.follow_up_ids),
        "runs": int_array(event.runs),
        "steps": int_array(event.steps),
        "repeats": int_array(event.repeats),
    }
    row_by_row(tx)
    return tx.execute(LOCK_CURRENT, parameters).all()


def _sort(tx: Transaction, rows: Sequence[Row[Any]]) -> Sorted:
    policies = load_policies(tx, {row.policy_version_id for row in rows})
    directory = load_directory(tx, {row.assignee_id for row in rows})
    routes: dict[tuple[int, int, int], inbox.Route] = {}
    batch = Sorted()
    for row in rows:
        policy = policies[row.policy_version_id]
        if isinstance(policy, PolicyUnreadable):
            raise policy
        if place(policy, ALWAYS_OPEN, row.anchor_at, row.now).step > row.step:
            batch.superseded.append(_key(row))
            continue
        way = (row.policy_version_id, row.step, row.assignee_id)
        if way not in routes:
            routes[way] = recipients(policy.steps[row.step - 1], row.assignee_id, directory)
        if route := routes[way]:
            batch.announced.append(inbox.Announcement(row.id, row.step, row.repeat, route))
        else:
            batch.unroutable.append(_key(row))
    return batch


def _key(row: Row[Any]) -> EscalationKey:
    return EscalationKey(follow_up_id=row.id, run=row.run, step=row.step, repeat=row.repeat)
