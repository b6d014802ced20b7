"""What became of a notification on its way out of the house."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from followup_common.db import Transaction
from sqlalchemy import text

# What went in a digest became of it what became of the digest.
DELIVERIES = text("""
    SELECT d.notification_id, d.channel, g.state, COALESCE(g.ended_at, d.created_at) AS at,
        CASE WHEN g.ended_at IS NULL THEN g.next_at END AS next_at, g.error AS reason,
        COALESCE(g.ended_at IS NULL AND g.held_until = g.next_at, false) AS held
    FROM deliveries d
    JOIN deliveries g ON g.id = CASE WHEN d.state = 'digested' THEN (
        SELECT o.id FROM deliveries o WHERE o.digest_id = d.digest_id AND o.notification_id IS NULL
    ) ELSE d.id END
    WHERE d.notification_id = ANY(CAST(:ids AS bigint[])) AND d.user_id = :user_id
    ORDER BY d.notification_id, d.destination_id
""")

FIELDS = ("channel", "state", "at", "next_at", "reason", "held")


def with_deliveries(
    tx: Transaction, user_id: int, notifications: Iterable[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    """Fields of a person's notifications, each with its deliveries; one query for all of them."""
    items = list(notifications)
    found: dict[int, list[Mapping[str, Any]]] = {}
    if items:
        given = {"ids": [item["id"] for item in items], "user_id": user_id}
        for number, *values in tx.execute(DELIVERIES, given):
            found.setdefault(number, []).append(dict(zip(FIELDS, values, strict=True)))
    return ({**item, "deliveries": found.get(item["id"], [])} for item in items)
