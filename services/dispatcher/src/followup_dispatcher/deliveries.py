"""Taking deliveries that are due, and recording what became of them. PostgreSQL is queue and clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from followup_common.db import Transaction
from followup_common.db.slow_clock import SLOW_NOW
from sqlalchemy import Interval, Row, bindparam, text

from followup_dispatcher import days, links, turns
from followup_dispatcher.attempts import END, END_ATTEMPT, LEFT, LONGEST_WAIT, record
from followup_dispatcher.circuits import TARGET, Circuits, Delayed
from followup_dispatcher.ended import Ended, Held, Stopped
from followup_dispatcher.lines import UnderWay
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.stops import DELETED, READ
from followup_dispatcher.telling import (
    Delivery,
    Line,
    Links,
    Message,
    Notification,
    Recipient,
    Summary,
)
from followup_dispatcher.turns import KEPT_FOR, LONGEST_HOLD

LEASE = timedelta(minutes=10)
"""How long an attempt may take: each of the few answers that it waits for takes half a minute at most. What
has not ended by then had a process that did."""
FEW = 5
"""With so many, each line has the links by which one acts, as a mail of one follow-up has."""

HELD = "held by the rules of its reader"

# Most often nothing is crowded, and no other destination is read for it.
ELSEWHERE = f"""
    (CAST(:crowded AS text[]) = '{{}}' OR destination_id NOT IN (
        SELECT t.id FROM destinations t
        WHERE t.channel = :channel AND {TARGET} = ANY(CAST(:crowded AS text[]))))
"""

DUE = text(f"""
    SELECT now() - min(next_at) FROM (
        SELECT next_at FROM deliveries
        WHERE channel = :channel AND ended_at IS NULL AND next_at <= now()
            AND id <> ALL(CAST(:under_way AS uuid[])) AND {ELSEWHERE}
        ORDER BY next_at LIMIT 1
    ) first
""")

# Those that are due first, with all there is to know of where they go.
TAKE = text(f"""
    SELECT d.id, d.notification_id, d.user_id, d.follow_up_id, d.destination_id, d.state, d.attempts,
        d.next_at, d.channel, d.digest_id, d.notice, COALESCE(d.severity, 'overdue') AS severity,
        d.created_at, d.held_until, now() AS now,
        GREATEST(d.retried_at, d.created_at, d.held_until) < {SLOW_NOW} - :kept_for AS is_old,
        num_nulls(n.id, t.id, u.id) > 0 AS is_deleted, n.read_at IS NOT NULL AS is_read, u.active,
        COALESCE(t.state = 'ok', false) AS is_open_to,
        t.address, u.name, u.time_zone, u.clock, u.date_order
    FROM (
        SELECT * FROM deliveries
        WHERE channel = :channel AND ended_at IS NULL AND next_at <= now()
            AND id <> ALL(CAST(:under_way AS uuid[])) AND {ELSEWHERE}
        ORDER BY next_at LIMIT :at_most FOR NO KEY UPDATE SKIP LOCKED
    ) d
    LEFT JOIN users u ON u.id = d.user_id
    LEFT JOIN destinations t ON t.id = d.destination_id
    LEFT JOIN notifications n ON (n.user_id, n.id) = (d.user_id, d.notification_id)
    ORDER BY d.next_at
""").bindparams(bindparam("kept_for", KEPT_FOR, Interval))

# Where each goes is read again: it may have changed while the state of its follow-up was waited for.
BEGIN = text("""
    WITH going AS (
        SELECT d.id, d.attempts + 1 AS number, t.address, t.sealed
        FROM deliveries d JOIN destinations t ON t.id = d.destination_id
        WHERE d.id = ANY(CAST(:ids AS uuid[]))
    ), begun AS (
        UPDATE deliveries d SET state = 'sending', attempts = g.number, next_at = now() + :lease
        FROM going g WHERE d.id = g.id
    ), attempt AS (
        INSERT INTO delivery_attempts (delivery_id, number) SELECT id, number FROM going
    )
    SELECT * FROM going
""").bindparams(bindparam("lease", LEASE, Interval))

HOLD = text("""
    UPDATE deliveries SET state = CASE WHEN state = 'sending' THEN 'unknown' ELSE state END,
        next_at = :until, held_until = :until
    WHERE id = :id
""")

# What one happening tells many times is read in the transaction that writes it, and so are its deliveries.
DROP_READ = text("""
    UPDATE deliveries SET state = 'suppressed', error = :reason, ended_at = now() WHERE id IN (
        SELECT d.id FROM deliveries d
        JOIN notifications n ON (n.user_id, n.id) = (d.user_id, d.notification_id)
        WHERE d.channel = :channel AND d.ended_at IS NULL AND d.state = 'queued' AND d.next_at <= now()
            AND n.read_at IS NOT NULL
        LIMIT 1000 FOR NO KEY UPDATE OF d SKIP LOCKED
    )
""").bindparams(reason=READ)

# A time further ahead than any wait comes from a clock that was ahead.
BRING_BACK = text("""
    UPDATE deliveries SET next_at = now()
    WHERE webhook_id IS NULL AND ended_at IS NULL
        AND next_at > now() + CASE WHEN held_until = next_at THEN :longest_hold ELSE :longest END
""").bindparams(
    bindparam("longest", LONGEST_WAIT + LEASE, Interval), bindparam("longest_hold", LONGEST_HOLD, Interval)
)


def waited(
    tx: Transaction, channel: str, under_way: Collection[UUID] = (), crowded: Collection[str] = ()
) -> timedelta | None:
    """How long the oldest delivery of a channel that is due, and not under way in this process, has waited,
    of those that go elsewhere than to `crowded` places; None: none is due."""
    values = {"channel": channel, "under_way": [*under_way], "crowded": [*crowded]}
    found: timedelta | None = tx.execute(DUE, values).scalar()
    return found


def take(
    tx: Transaction,
    channel: str,
    act_for: timedelta = timedelta(0),
    a_minute: int = 0,
    under_way: Collection[UUID] = (),
    *,
    crowded: Collection[str] = (),
) -> Delivery | Stopped | Delayed | None:
    """Take one delivery that is due, as `take_some` does; None: there is none."""
    found = take_some(tx, channel, act_for, a_minute, under_way, crowded=crowded, at_most=1)
    return found[0] if found else None


def take_some(
    tx: Transaction,
    channel: str,
    act_for: timedelta = timedelta(0),
    a_minute: int = 0,
    under_way: Collection[UUID] = (),
    *,
    crowded: Collection[str] = (),
    at_most: int,
) -> Sequence[Delivery | Stopped | Delayed]:
    """Take the delivery that is due first, for this process alone, and with it others that go to the same
    place, if nothing but the state of their follow-ups can stop them. Empty: none is due.

    Args:
        tx: in which they begin.
        channel: by which they go.
        act_for: how long the links in them work by which one acts; zero: they have none.
        a_minute: how many may go to one domain a minute; 0: as many as there are.
        under_way: what this process sends at the moment: a clock that is ahead says that its time is over.
        crowded: places to which nothing goes now.
        at_most: how many are taken; where there is a rate, one is.

    The states of their follow-ups stay held until the transaction ends, so that a complete, reschedule,
    reassign, hold or delete comes either before, and stops it, or after: then it had begun.
    """
    values = {"channel": channel, "under_way": [*under_way], "crowded": [*crowded]}
    rows = tx.execute(TAKE, {**values, "at_most": 1 if a_minute else at_most}).all()
    if not rows:
        return []
    first = rows[0]
    if first.state == "sending":
        left = {"id": first.id, "number": first.attempts, "outcome": Result.UNKNOWN, "answer": LEFT}
        tx.execute(END_ATTEMPT, left)
    circuits = Circuits(channel, a_minute, LEASE)
    told = turns.told(tx, rows, circuits)
    not_begun = [_not_begun(tx, row, each) for row, each in told if isinstance(each, Ended | Held | Stopped)]
    going = [(row, each) for row, each in told if not isinstance(each, Ended | Held | Stopped)]
    if not going:
        return not_begun
    if delayed := circuits.delay(tx, going[0][0].id, going[0][0].address):
        return [*not_begun, delayed]
    return [*not_begun, *_begun(tx, going, act_for)]


def _begun(
    tx: Transaction, going: Sequence[tuple[Row[Any], Message]], act_for: timedelta
) -> Iterator[Delivery | Stopped]:
    places = {row.id: row for row in tx.execute(BEGIN, {"ids": [row.id for row, _ in going]})}
    made = _links(tx, [(row, told) for row, told in going if row.id in places], act_for)
    for row, told in going:
        if row.id not in places:
            yield _not_begun(tx, row, Ended("suppressed", DELETED))
            continue
        yield Delivery(
            id=row.id,
            attempt=places[row.id].number,
            address=places[row.id].address,
            recipient=Recipient(row.name, row.time_zone, row.clock, row.date_order),
            notification=told,
            links=made.get(row.id, {}),
            destination_id=row.destination_id,
            sealed=places[row.id].sealed,
            due_at=row.next_at,
        )


def _not_begun(tx: Transaction, row: Row[Any], why: Ended | Held | Stopped) -> Stopped:
    if isinstance(why, Stopped):
        return why
    if isinstance(why, Held):
        tx.execute(HOLD, {"id": row.id, "until": why.until})
        return Stopped(HELD)
    tx.execute(END, {"id": row.id, "number": row.attempts, "state": why.state, "error": why.reason})
    if why.reason == READ:
        tx.execute(DROP_READ, {"channel": row.channel})
    return Stopped(why.reason)


def bring_back(tx: Transaction) -> None:
    """Let what waits for a time that no clock should have said be due."""
    tx.execute(BRING_BACK)


NOTHING: UnderWay = MappingProxyType({})


@dataclass(frozen=True)
class ForPeople:
    """The queue of what goes to people by a channel.

    Args:
        channel: its name.
        act_for: how long the links in a message work by which one acts; zero: it has none.
        a_minute: how many may go to one domain a minute; 0: as many as there are.
        unsubscribes: whether a message has a link by which its reader gets no more of the same kind.
        lines: how many are sent at once; where there are several, one is kept for others than those to whom
            all the rest go: a place that hangs keeps no other waiting.
        answered: whether its reader acts by answering it.
    """

    channel: str
    act_for: timedelta = timedelta(0)
    a_minute: int = 0
    unsubscribes: bool = False
    lines: int = 1
    answered: bool = False

    def waited(self, tx: Transaction, under_way: UnderWay = NOTHING) -> timedelta | None:
        """How long the oldest delivery that is due and could be taken has waited; None: there is none."""
        return waited(tx, self.channel, under_way, self._crowded(tx, under_way))

    def take(self, tx: Transaction, under_way: UnderWay = NOTHING) -> Delivery | Stopped | Delayed | None:
        """Take one that is due, for this process alone; None: there is none."""
        found = self._take(tx, under_way, 1)
        return found[0] if found else None

    def _take(
        self, tx: Transaction, under_way: UnderWay, at_most: int
    ) -> Sequence[Delivery | Stopped | Delayed]:
        """Take some that are due and go to one place, for this process alone; empty: there is none."""
        crowded = self._crowded(tx, under_way)
        found = take_some(
            *(tx, self.channel, self.act_for, self.a_minute, under_way), crowded=crowded, at_most=at_most
        )
        begun = [each for each in found if isinstance(each, Delivery)]
        off = links.to_unsubscribe(tx, [each.id for each in begun]) if self.unsubscribes and begun else {}
        answers = links.to_answer(tx, _answered(begun)) if self.answered else {}
        return [
            replace(each, unsubscribing=off.get(each.id), answering=answers.get(each.id))
            if isinstance(each, Delivery)
            else each
            for each in found
        ]

    def record(self, tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
        """Record what an attempt came to, and what that says of where it went."""
        record(tx, delivery, outcome)
        Circuits(self.channel).note(tx, delivery.address, outcome)

    def bring_back(self, tx: Transaction) -> None:
        """Let what waits for a time that no clock should have said be due, and plan what comes by itself."""
        bring_back(tx)
        days.plan(tx, self.channel)
        Circuits(self.channel).tidy(tx)

    def _crowded(self, tx: Transaction, under_way: UnderWay) -> Collection[str]:
        return Circuits(self.channel).crowded(tx, under_way, most=self.lines - 1)


def _links(
    tx: Transaction, going: Sequence[tuple[Row[Any], Message]], life: timedelta
) -> Mapping[UUID, Mapping[int, Links]]:
    """Links of their own for each attempt, as only their hashes are kept. Where nobody knows the outcome of
    one, all before go on: somebody may have them."""
    if again := [row.id for row, _ in going if row.state == "queued" and row.attempts]:
        links.forget(tx, again)
    wanted = [links.Wanted(row.id, each) for row, told in going for each in _acted_on(told)]
    return links.make(tx, wanted, life)


def _acted_on(told: Message) -> Sequence[Notification | Line]:
    """What of a message has links by which one acts."""
    if isinstance(told, Notification):
        return (told,)
    return told.lines if isinstance(told, Summary) and told.number <= FEW else ()


def _answered(begun: Sequence[Delivery]) -> Sequence[links.Wanted]:
    """What of some deliveries is answered: what tells of one follow-up."""
    told = ((each.id, each.notification) for each in begun)
    return [links.Wanted(id_, each) for id_, each in told if isinstance(each, Notification)]
