"""Writing notifications and activities, set by set, and waking the inboxes that are open."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from followup_common.db import Transaction
from followup_common.policy import Recipient
from sqlalchemy import RowMapping, text

CHANNEL = "followup_inbox"
"""PostgreSQL channel on which open inboxes listen; the payload lists user ids, or `*` for everyone."""
PAYLOAD_BYTES = 7_500

# "Nothing is said twice": the unique keys say so, not a look before.
NOTIFY_PEOPLE = text("""
    INSERT INTO notifications
        (follow_up_id, due_version, step, repeat, policy_version_id, due_at, user_id, audience, fallback)
    SELECT * FROM unnest(
        CAST(:ids AS bigint[]), CAST(:due_versions AS integer[]), CAST(:steps AS smallint[]),
        CAST(:repeats AS smallint[]), CAST(:policy_version_ids AS bigint[]), CAST(:due_ats AS timestamptz[]),
        CAST(:user_ids AS bigint[]), CAST(:audiences AS text[]), CAST(:fallbacks AS text[]))
    ON CONFLICT ON CONSTRAINT uq_notifications_once DO NOTHING
""")

LOG_ACTIVITY = text("""
    INSERT INTO activities
        (kind, follow_up_id, due_version, step, repeat, policy_version_id, details)
    SELECT 'escalated', * FROM unnest(
        CAST(:ids AS bigint[]), CAST(:due_versions AS integer[]), CAST(:steps AS smallint[]),
        CAST(:repeats AS smallint[]), CAST(:policy_version_ids AS bigint[]), CAST(:details AS jsonb[]))
    ON CONFLICT (follow_up_id, due_version, step, repeat) WHERE step IS NOT NULL DO NOTHING
""")


def write(tx: Transaction, announced: Sequence[tuple[RowMapping, tuple[Recipient, ...]]]) -> int:
    """Write one activity an escalation and one notification a recipient; returns the new notifications."""
    if not announced:
        return 0
    rows = [row for row, _ in announced]
    told = [(row, recipient) for row, found in announced for recipient in found]
    details = [_details(row, found) for row, found in announced]
    tx.execute(LOG_ACTIVITY, {**_keys(rows), "details": details})
    people = {
        "due_ats": [row["due_at"] for row, _ in told],
        "user_ids": [recipient.user_id for _, recipient in told],
        "audiences": [recipient.audience for _, recipient in told],
        "fallbacks": [recipient.fallback for _, recipient in told],
    }
    notified = tx.execute(NOTIFY_PEOPLE, {**_keys([row for row, _ in told]), **people}).rowcount
    wake(tx, {recipient.user_id for _, recipient in told})
    return notified


def wake(tx: Transaction, user_ids: Collection[int]) -> None:
    """Tell open inboxes, once this transaction has committed, to look again."""
    payload = ",".join(map(str, sorted(user_ids)))
    if len(payload) > PAYLOAD_BYTES:
        payload = "*"
    tx.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload})


def _keys(rows: Sequence[RowMapping]) -> dict[str, list[int]]:
    return {
        "ids": [row["id"] for row in rows],
        "due_versions": [row["due_version"] for row in rows],
        "steps": [row["step"] for row in rows],
        "repeats": [row["repeat"] for row in rows],
        "policy_version_ids": [row["policy_version_id"] for row in rows],
    }


def _details(row: RowMapping, found: Sequence[Recipient]) -> str:
    people = [{"user_id": r.user_id, "audience": r.audience, "fallback": r.fallback} for r in found]
    return json.dumps({"due_at": row["due_at"].isoformat(), "recipients": people})
