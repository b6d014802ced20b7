"""Waking the inboxes that are open, over PostgreSQL's NOTIFY.

Those who write notifications or read marks call `wake_inboxes`. Every other change of what an inbox shows
wakes it by triggers (migration "wake_inboxes"), so that no verb has to think of it.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text

from followup_common.db.database import Transaction

INBOX_CHANNEL = "followup_inbox"
"""The channel to listen on; a payload lists user ids, or `*` for everyone."""
PAYLOAD_BYTES = 7_500
"""PostgreSQL takes less than 8,000."""


def wake_inboxes(tx: Transaction, user_ids: Collection[int]) -> None:
    """Tell the open inboxes of these people, once this transaction has committed, to look again."""
    payload = ",".join(map(str, sorted(user_ids)))
    if len(payload) > PAYLOAD_BYTES:
        payload = "*"
    statement = text("SELECT pg_notify(:channel, :payload)")
    tx.execute(statement, {"channel": INBOX_CHANNEL, "payload": payload})
