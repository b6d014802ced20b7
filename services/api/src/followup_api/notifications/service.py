"""What people do with their inbox: mark as read, which its open copies hear of."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import notifications
from followup_common.db.wakeups import wake_inboxes
from sqlalchemy import func, select, true, update

from followup_api.notifications.problems import NotificationNotFound

n = notifications.c


def mark_read(tx: Transaction, user_id: int, notification_id: int) -> None:
    """Mark one as read; one that is read stays so.

    Raises:
        NotificationNotFound: the person has none with this id.
    """
    own = (n.user_id == user_id, n.id == notification_id)
    changed = tx.execute(update(notifications).values(read_at=func.now()).where(*own, n.read_at.is_(None)))
    if changed.rowcount:
        wake_inboxes(tx, [user_id])
    elif tx.execute(select(n.id).where(*own)).first() is None:
        raise NotificationNotFound(notification_id)


def mark_all_read(tx: Transaction, user_id: int, up_to: int | None) -> int:
    """Mark all as read, or those up to an id; returns how many."""
    unread = (n.user_id == user_id, n.read_at.is_(None), true() if up_to is None else n.id <= up_to)
    changed = tx.execute(update(notifications).values(read_at=func.now()).where(*unread)).rowcount
    if changed:
        wake_inboxes(tx, [user_id])
    return changed
