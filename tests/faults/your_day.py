"""Mails that say what a day brings: one for each address and day, none lost, and what they list stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from followup_common.db import Database, Transaction
from sqlalchemy import text

from tests.faults import deliveries
from tests.faults.digests import LINE
from tests.faults.model import History
from tests.faults.reach import LONGEST_TRANSACTION
from tests.support.mail_server import Taken

Failures = Iterator[tuple[str, int, str]]
"""(kind of failure, how many, what)"""
LINES = 20
"""So many of what is overdue, and as many of what is due today, have a line."""
NOTHING = "the day brings nothing"
WELL_OVERDUE = timedelta(hours=1)
"""Whatever day it is by a clock."""

# What people do who want it from now on, in two seconds.
WANT = text("""
    INSERT INTO notification_preferences (user_id, day, day_at, day_since)
    SELECT id, true,
        CAST(date_trunc('second', (now() + interval '2 seconds') AT TIME ZONE time_zone) AS time), now()
    FROM users WHERE id = ANY(CAST(:people AS bigint[]))
    ON CONFLICT (user_id) DO UPDATE
    SET day = true, day_at = EXCLUDED.day_at, day_since = EXCLUDED.day_since
""")
HAS = text("""
    SELECT count(*) FROM digests g JOIN deliveries d ON d.digest_id = g.id AND d.notification_id IS NULL
    WHERE g.user_id = ANY(CAST(:people AS bigint[])) AND g.kind = 'day' AND d.ended_at IS NOT NULL
""")
WITHOUT_DELIVERY = text("""
    SELECT g.id FROM digests g WHERE g.kind = 'day' AND NOT EXISTS (
        SELECT FROM deliveries d WHERE d.digest_id = g.id AND d.notification_id IS NULL)
    ORDER BY g.id
""")
TWICE = text("""
    SELECT g.destination_id, CAST(g.ends_at AT TIME ZONE u.time_zone AS date) AS day, count(*) AS number
    FROM digests g JOIN users u ON u.id = g.user_id WHERE g.kind = 'day'
    GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1, 2
""")
DAYS = text("""
    SELECT d.id, d.user_id, d.state, d.error, pg_xact_commit_timestamp(d.xmin) AS ended_at,
        ARRAY(SELECT pg_xact_commit_timestamp(a.xmin) FROM public.fault_attempts a
            WHERE a.delivery_id = d.id ORDER BY a.number) AS begun
    FROM deliveries d JOIN digests g ON g.id = d.digest_id AND g.kind = 'day'
    WHERE d.notification_id IS NULL AND d.ended_at IS NOT NULL ORDER BY d.id
""")


@dataclass(frozen=True)
class Day:
    """One that came to its end.

    Args:
        id: of its delivery.
        begun: when each attempt was begun.
        ended_at: when it came to its end.
        copies: of each mail that arrived, the follow-ups that it lists.
    """

    id: str
    user_id: int
    error: str | None
    begun: tuple[datetime, ...]
    ended_at: datetime
    copies: tuple[Counter[int], ...] = ()


def want(owner: Database, people: Sequence[int]) -> None:
    """Let some people want it."""
    with owner.transaction() as tx:
        tx.execute(WANT, {"people": people})


def number(owner: Database, people: Sequence[int]) -> int:
    """How many of theirs have come to their end."""
    with owner.transaction() as tx:
        return int(tx.execute(HAS, {"people": people}).scalar_one())


def failures(tx: Transaction) -> Failures:
    """What is wrong with them as a whole."""
    for row in tx.execute(WITHOUT_DELIVERY):
        yield "lost", 1, f"digest {row.id} says what a day brings, and nobody sends it"
    for row in tx.execute(TWICE):
        yield "duplicated", row.number - 1, f"address {row.destination_id} had {row.number} of {row.day}"


def read(tx: Transaction, taken: Iterable[Taken]) -> Sequence[Day]:
    """All that came to their end; needs the times of commits."""
    days = tx.execute(DAYS).all()
    copies: Mapping[str, list[Counter[int]]] = {str(row.id): [] for row in days}
    for mail in taken:
        if (found := copies.get(deliveries.id_of(mail))) is not None:
            found.append(Counter(map(int, LINE.findall(mail.content))))
    return [
        Day(
            *(str(row.id), row.user_id, row.error if row.state == "suppressed" else None),
            *(tuple(row.begun), row.ended_at, tuple(copies[str(row.id)])),
        )
        for row in days
    ]


def failures_of(follow_up_id: int, history: History, days: Iterable[Day]) -> Failures:
    """Lines of one follow-up that are missing, or that should not be there.

    Args:
        follow_up_id: which one.
        history: of it.
        days: all of them.
    """
    for day in days:
        with_it = sum(follow_up_id in lines for lines in day.copies)
        yield (
            "duplicated",
            sum(lines[follow_up_id] - 1 for lines in day.copies if follow_up_id in lines),
            f"day {day.id} lists it twice",
        )
        if with_it and not any(history.stay(at) for at in day.begun):
            yield "after_stop", with_it, f"day {day.id} was begun at {day.begun}, after a stop"
        if _leaves_out(follow_up_id, day) and _stood(history, day):
            yield "lost", 1, f"day {day.id} of {day.user_id} ({day.error}) leaves it out"


def _leaves_out(follow_up_id: int, day: Day) -> bool:
    if day.error is not None:
        return day.error == NOTHING and not day.begun
    return any(follow_up_id not in lines and len(lines) < LINES for lines in day.copies)


def _stood(history: History, day: Day) -> bool:
    """Whether it was overdue and theirs, and nothing had happened to it for long, until the last look."""
    last = max((*day.begun, day.ended_at)) if day.error else max(day.begun)
    first = min((*day.begun, day.ended_at))
    stay = history.stay(first - LONGEST_TRANSACTION)
    if stay is None or stay.pauses or stay.held or stay.assignee_id != day.user_id:
        return False
    return stay.due_at < first - WELL_OVERDUE and history.stay(last) is stay
