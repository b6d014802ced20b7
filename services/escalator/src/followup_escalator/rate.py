"""The optional limit on escalations a minute: at most so many in any 60 seconds. It delays, and never drops.

All escalators share one row of `rate_windows`, which holds what was raised when; a transaction keeps it
locked until it ends, so that they take turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from followup_common.db import Transaction
from sqlalchemy import text

WINDOW = timedelta(seconds=60)
KEPT = 2 * WINDOW
"""How long what was raised is kept: a transaction that waits for the lock began before those that had it."""
MARGIN = timedelta(milliseconds=50)
"""What a wait is longer by than it has to be: clocks of brokers count whole milliseconds."""

LOCK = text("""
    INSERT INTO rate_windows AS w (name) VALUES ('escalations')
    ON CONFLICT (name) DO UPDATE SET name = excluded.name
    RETURNING spent_at, spent
""")

TIMES = text("SELECT now() AS began, clock_timestamp() AS clock")

KEEP = text("""
    UPDATE rate_windows SET spent_at = CAST(:times AS timestamptz[]), spent = CAST(:counts AS integer[])
    WHERE name = 'escalations'
""")

SPEND = text("""
    UPDATE rate_windows SET spent_at = spent_at || clock_timestamp(), spent = spent || CAST(:count AS integer)
    WHERE name = 'escalations' RETURNING spent_at[cardinality(spent_at)]
""")


@dataclass(frozen=True, slots=True)
class Spend:
    """So many escalations were raised by a transaction that was about to commit at this time."""

    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Window:
    """What was raised in the 60 seconds before a transaction began, and since.

    Args:
        spends: the oldest first; those of before are kept for transactions that began earlier.
        began: when the transaction began.
        clock: when it was looked at.
    """

    spends: Sequence[Spend]
    began: datetime
    clock: datetime

    @staticmethod
    def of(kept: Iterable[Spend], *, began: datetime, clock: datetime) -> Window:
        """The window of a transaction.

        Args:
            kept: what was raised, the oldest first.
            began: when the transaction began; what it raises bears this time.
            clock: the time once the row was locked. What was kept of a later time is of before the
                database's clock was set back, and counts as of now: it would count for too long otherwise.
        """
        known = [Spend(min(spend.at, clock), spend.count) for spend in kept]
        return Window([spend for spend in known if spend.at >= clock - KEPT], began, clock)

    @property
    def counting(self) -> Sequence[Spend]:
        """Those that count towards the limit."""
        return [spend for spend in self.spends if spend.at >= self.began - WINDOW]

    def with_spend(self, spend: Spend) -> Window:
        """The same window after its transaction raised more."""
        return Window([*self.spends, spend], self.began, spend.at)

    def free(self, per_minute: int) -> int:
        """How many more may be raised now; negative where a lower limit than before came with a restart."""
        return per_minute - sum(spend.count for spend in self.counting)

    def until_free(self, wanted: int, per_minute: int) -> timedelta:
        """How long it takes until so many may be raised, or all that the limit allows."""
        missing = min(wanted, per_minute) - self.free(per_minute)
        wait = timedelta(0)
        for spend in self.counting:
            if missing <= 0:
                break
            missing -= spend.count
            wait = spend.at + WINDOW - self.clock + MARGIN
        return max(wait, timedelta(0))


class Limit:
    """The limit as one transaction meets it.

    Args:
        tx: the transaction.
        per_minute: escalations in any 60 seconds; None: no limit, and nothing is read or locked.
    """

    def __init__(self, tx: Transaction, per_minute: int | None) -> None:
        self._tx = tx
        self._per_minute = per_minute
        self._window = _open(tx) if per_minute is not None else None

    def allowed(self, wanted: int) -> int:
        """How many of the wanted escalations may be raised now."""
        if self._window is None or self._per_minute is None:
            return wanted
        return max(0, min(wanted, self._window.free(self._per_minute)))

    def spend(self, count: int) -> None:
        """Count escalations that were raised."""
        if self._window is not None and count:
            at = self._tx.execute(SPEND, {"count": count}).scalar_one()
            self._window = self._window.with_spend(Spend(at, count))

    def until_free(self, wanted: int) -> timedelta:
        """How long it takes until so many may be raised, or all that the limit allows at once."""
        if self._window is None or self._per_minute is None:
            return timedelta(0)
        return self._window.until_free(wanted, self._per_minute)


def _open(tx: Transaction) -> Window:
    """Lock what was raised lately until the transaction ends, and forget what counts no more."""
    row = tx.execute(LOCK).one()
    times = tx.execute(TIMES).one()
    kept = [Spend(at, count) for at, count in zip(row.spent_at, row.spent, strict=True)]
    window = Window.of(kept, began=times.began, clock=times.clock)
    if window.spends != kept:
        at, counts = [spend.at for spend in window.spends], [spend.count for spend in window.spends]
        tx.execute(KEEP, {"times": at, "counts": counts})
    return window
