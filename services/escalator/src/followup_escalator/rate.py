"""The optional limit on escalations a minute: it delays, and never drops."""

from __future__ import annotations

from datetime import timedelta

from followup_common.db import Transaction
from sqlalchemy import text

# Locks the window's row until the transaction ends, so that lanes take turns.
OPEN_WINDOW = text("""
    INSERT INTO rate_windows AS w (name, started_at, used)
    VALUES ('escalations', date_trunc('minute', now()), 0)
    ON CONFLICT (name) DO UPDATE SET
        started_at = GREATEST(w.started_at, excluded.started_at),
        used = CASE WHEN w.started_at < excluded.started_at THEN 0 ELSE w.used END
    RETURNING used
""")

SPEND = text("UPDATE rate_windows SET used = used + :count WHERE name = 'escalations'")


def allowance(tx: Transaction, wanted: int, per_minute: int | None) -> int:
    """How many of the wanted escalations this transaction may raise now; without a limit, all."""
    if per_minute is None:
        return wanted
    used: int = tx.execute(OPEN_WINDOW).scalar_one()
    return max(0, min(wanted, per_minute - used))


def spend(tx: Transaction, count: int, per_minute: int | None) -> None:
    """Count escalations that were raised."""
    if per_minute is not None:
        tx.execute(SPEND, {"count": count})


def until_next_window(tx: Transaction) -> timedelta:
    """Time until the next minute begins on the database's clock."""
    wait: timedelta = tx.execute(
        text("SELECT date_trunc('minute', now()) + interval '1 minute' - now()")
    ).scalar_one()
    return wait
