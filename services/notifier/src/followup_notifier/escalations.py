"""`escalations.raised` becomes notifications and activities, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from followup_common.contracts import (
    EscalationKey,
    EscalationsDelivered,
    EscalationsRaised,
    EscalationsRaisedV1,
)
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
    SELECT f.id, k.step, k.repeat, f.due_version, f.policy_version_id, f.assignee_id,
        f.due_at, now() AS now
    FROM unnest(CAST(:ids AS bigint[]), CAST(:due_versions AS integer[]),
                CAST(:steps AS smallint[]), CAST(:repeats AS smallint[]))
        AS k (follow_up_id, due_version, step, repeat)
    JOIN follow_ups f ON f.id = k.follow_up_id
    WHERE f.id = ANY(CAST(:ids AS bigint[])) AND f.is_open AND f.due_version = k.due_version
    ORDER BY f.id
    FOR NO KEY UPDATE OF f
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


@handles(EscalationsRaisedV1)
def write_inbox_v1(
    event: EscalationsRaisedV1, tx: Transaction, settings: NotifierSettings
) -> Iterator[Emitted]:
    """The same for a batch that was stored before an upgrade."""
    yield from write_inbox(event.upgraded(), tx, settings)


def _lock_current(tx: Transaction, event: EscalationsRaised) -> Sequence[Row[Any]]:
    parameters = {
        "ids": int_array(event.follow_up_ids),
        "due_versions": int_array(event.due_versions),
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
        if place(policy, ALWAYS_OPEN, row.due_at, row.now).step > row.step:
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
    return EscalationKey(follow_up_id=row.id, due_version=row.due_version, step=row.step, repeat=row.repeat)
