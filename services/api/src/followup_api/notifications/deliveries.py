"""What became of a notification on its way out of the house."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from followup_common.db import Transaction
from sqlalchemy import text

DELIVERIES = text("""
    SELECT notification_id, channel, state, COALESCE(ended_at, created_at) AS at,
        CASE WHEN ended_at IS NULL THEN next_at END AS next_at, error AS reason,
        COALESCE(ended_at IS NULL AND held_until = next_at, false) AS held
    FROM deliveries WHERE notification_id = ANY(CAST(:ids AS bigint[])) AND user_id = :user_id
    ORDER BY notification_id, destination_id
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
