"""A reassigned follow-up: its new assignee is told at once that it is theirs."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.contracts import FollowUpReassigned
from followup_common.db import Transaction
from followup_common.db.wakeups import wake_inboxes
from followup_common.messaging.handlers import Emitted, handles
from sqlalchemy import text

from followup_notifier.settings import NotifierSettings

LOCK_ASSIGNED = text("""
    SELECT id FROM follow_ups
    WHERE id = :id AND is_open AND assignee_id = :assignee_id AND assignment = :assignment
    FOR NO KEY UPDATE
""")

# Step 0 is the assignment itself, and its repeat counts the assignments.
TELL_ASSIGNEE = text("""
    INSERT INTO notifications (follow_up_id, due_version, step, repeat, policy_version_id, due_at,
                               user_id, audience, actor_id)
    SELECT id, due_version, 0, assignment, policy_version_id, due_at, assignee_id, 'assignee', :actor_id
    FROM follow_ups WHERE id = :id
    ON CONFLICT ON CONSTRAINT uq_notifications_once DO NOTHING
""")


@handles(FollowUpReassigned)
def announce_assignment(event: FollowUpReassigned, tx: Transaction, _: NotifierSettings) -> Iterator[Emitted]:
    """Tell the assignee, unless they took it themselves or it has moved on since."""
    keys = {"id": event.follow_up_id, "assignee_id": event.assignee_id, "assignment": event.assignment}
    if event.actor_id != event.assignee_id and tx.execute(LOCK_ASSIGNED, keys).first():
        tx.execute(TELL_ASSIGNEE, {"id": event.follow_up_id, "actor_id": event.actor_id})
        wake_inboxes(tx, [event.assignee_id])
    yield from ()
