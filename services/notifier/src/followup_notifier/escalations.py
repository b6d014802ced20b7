"""`escalations.raised` becomes notifications and activities, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from followup_common.contracts import EscalationKey, EscalationsDelivered, EscalationsRaised
from followup_common.db import Transaction
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.messaging import Emitted, handles
from followup_common.policy import Recipient, position, recipients
from sqlalchemy import RowMapping, text

from followup_notifier import inbox
from followup_notifier.directory import load_directory
from followup_notifier.settings import NotifierSettings

# The stop check. The rows stay locked until the notifications are committed, so that a complete,
# reschedule, reassign or delete comes either before (and is seen here) or after.
LOCK_CURRENT = text("""
    SELECT f.id, f.due_version, f.due_at, f.assignee_id, f.policy_version_id, k.step, k.repeat, now() AS now
    FROM unnest(CAST(:ids AS bigint[]), CAST(:due_versions AS integer[]),
                CAST(:steps AS smallint[]), CAST(:repeats AS smallint[]))
        AS k (follow_up_id, due_version, step, repeat)
    JOIN follow_ups f ON f.id = k.follow_up_id
    WHERE f.is_open AND f.due_version = k.due_version
    ORDER BY f.id
    FOR NO KEY UPDATE OF f
""")


@dataclass
class Sorted:
    """A batch, sorted by what is to be done with each escalation."""

    announced: list[tuple[RowMapping, tuple[Recipient, ...]]] = field(default_factory=list)
    superseded: list[EscalationKey] = field(default_factory=list)
    unroutable: list[EscalationKey] = field(default_factory=list)


@handles(EscalationsRaised)
def write_inbox(event: EscalationsRaised, tx: Transaction, _: NotifierSettings) -> Iterator[Emitted]:
    """Tell each escalation's audience, unless it was stopped or overtaken by a later step."""
    batch = _sort(tx, _lock_current(tx, event.escalations))
    notified = inbox.write(tx, batch.announced)
    yield EscalationsDelivered(
        sweep_id=event.sweep_id,
        delivered=len(event.escalations),
        notified=notified,
        superseded=tuple(batch.superseded),
        unroutable=tuple(batch.unroutable),
    )


def _lock_current(tx: Transaction, keys: Sequence[EscalationKey]) -> Sequence[RowMapping]:
    parameters = {
        "ids": [key.follow_up_id for key in keys],
        "due_versions": [key.due_version for key in keys],
        "steps": [key.step for key in keys],
        "repeats": [key.repeat for key in keys],
    }
    return tx.execute(LOCK_CURRENT, parameters).mappings().all()


def _sort(tx: Transaction, rows: Sequence[RowMapping]) -> Sorted:
    policies = load_policies(tx, {row["policy_version_id"] for row in rows})
    directory = load_directory(tx, {row["assignee_id"] for row in rows})
    routes: dict[tuple[int, int, int], tuple[Recipient, ...]] = {}
    batch = Sorted()
    for row in rows:
        policy = policies[row["policy_version_id"]]
        if isinstance(policy, PolicyUnreadable):
            raise policy
        route = (row["policy_version_id"], row["step"], row["assignee_id"])
        if position(policy, row["due_at"], row["now"]).level > row["step"]:
            batch.superseded.append(_key(row))
            continue
        if route not in routes:
            routes[route] = recipients(policy.steps[row["step"] - 1], row["assignee_id"], directory)
        if routes[route]:
            batch.announced.append((row, routes[route]))
        else:
            batch.unroutable.append(_key(row))
    return batch


def _key(row: RowMapping) -> EscalationKey:
    return EscalationKey(
        follow_up_id=row["id"], due_version=row["due_version"], step=row["step"], repeat=row["repeat"]
    )
