"""A circuit for each place that takes deliveries, such as the domain of a mail address, in PostgreSQL.

One that fails five times in a row, or five of ten times, is left alone for a while: what goes there waits,
and uses up no attempts. Then one delivery tries it, and the others follow if that goes well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from followup_common.db import Transaction
from sqlalchemy import Interval, bindparam, text

from followup_dispatcher.lines import UnderWay
from followup_dispatcher.outcomes import Outcome, Result

IN_A_ROW = 5
"""So many failures one after the other open a circuit."""
HALF = 5
"""So many failures among the last `LOOKED_AT` do as well."""
LOOKED_AT = 10
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(minutes=30)
"""A circuit rests for longer with each probe that fails, a little at random."""
PROBED_AGAIN = timedelta(seconds=30)
"""While one delivery tries it, the others look again after so long."""
MINUTE = timedelta(minutes=1)
MOST_AT_ONCE = 1_000
LOOKED_THROUGH = 5_000
"""Of so many that are due, those that go to one place are put off in one statement."""

TARGET = "lower(substring(t.address FROM '[^@]*$'))"
"""`target_of` the destination `t`, in SQL."""

EVERYWHERE = ""
"""The place of what holds for all that goes by a channel."""

FAILED = text("""
    INSERT INTO circuits AS c (channel, target, in_a_row, recent, tried, problem)
    VALUES (:channel, :target, 1, 1, 1, :problem)
    ON CONFLICT (channel, target) DO UPDATE SET in_a_row = c.in_a_row + 1,
        recent = (c.recent << 1 | 1) & 1023, tried = LEAST(c.tried + 1, :looked_at),
        problem = EXCLUDED.problem
    RETURNING CASE WHEN opened_at IS NULL
        THEN in_a_row >= :in_a_row OR tried = :looked_at AND bit_count(CAST(recent AS bit(10))) >= :half
        ELSE probing_until IS NOT NULL END AS opens
""").bindparams(looked_at=LOOKED_AT, in_a_row=IN_A_ROW, half=HALF)

OPEN = text("""
    UPDATE circuits SET opened_at = COALESCE(opened_at, now()), openings = openings + 1, probing_until = NULL,
        retry_at = now()
            + LEAST(:first * power(2, LEAST(openings, 20)), :longest) * (0.9 + random() * 0.2)
    WHERE channel = :channel AND target = :target
""").bindparams(bindparam("first", FIRST_REST, Interval), bindparam("longest", LONGEST_REST, Interval))

WENT_WELL = text("""
    UPDATE circuits SET in_a_row = 0, openings = 0, opened_at = NULL, retry_at = NULL, probing_until = NULL,
        problem = NULL,
        recent = CASE WHEN opened_at IS NULL THEN (recent << LEAST(:times, :looked_at)) & 1023 ELSE 0 END,
        tried = CASE WHEN opened_at IS NULL THEN LEAST(tried + :times, :looked_at) ELSE 0 END
    WHERE channel = :channel AND target = :target AND (recent <> 0 OR opened_at IS NOT NULL)
""").bindparams(looked_at=LOOKED_AT)

IS_OPEN = text("""
    SELECT target, problem, COALESCE(retry_at, free_at) AS until,
        COALESCE(retry_at, free_at) > now() AS rests,
        probing_until > now() AS is_probed, now() + :again AS probed_again
    FROM circuits WHERE channel = :channel AND (target = :target AND opened_at IS NOT NULL
        OR target = '' AND free_at > now())
    ORDER BY target LIMIT 1 FOR NO KEY UPDATE
""").bindparams(bindparam("again", PROBED_AGAIN, Interval))

IS_LEFT_ALONE = text("""
    SELECT EXISTS (
        SELECT FROM circuits WHERE channel = :channel AND target = :target AND opened_at IS NOT NULL)
""")

PROBE = text("""
    UPDATE circuits SET probing_until = now() + :lease WHERE channel = :channel AND target = :target
""").bindparams(bindparam("lease", type_=Interval))

REST = text("""
    INSERT INTO circuits AS c (channel, target, free_at, problem)
    VALUES (:channel, '', now() + LEAST(:rest, :longest), :problem)
    ON CONFLICT (channel, target) DO UPDATE
    SET free_at = GREATEST(c.free_at, EXCLUDED.free_at), problem = EXCLUDED.problem
""").bindparams(bindparam("rest", type_=Interval), bindparam("longest", LONGEST_REST, Interval))

# The time at which the next one may go moves on with each one that goes.
GO = text("""
    INSERT INTO circuits AS c (channel, target, free_at) VALUES (:channel, :target, now() + :every)
    ON CONFLICT (channel, target) DO UPDATE SET free_at = GREATEST(c.free_at, now()) + :every
    WHERE c.free_at <= now()
    RETURNING free_at
""").bindparams(bindparam("every", type_=Interval))
FREE_AT = text("SELECT free_at FROM circuits WHERE channel = :channel AND target = :target")

# All that goes to the same place and is due, one behind the other where there is a rate.
PUT_OFF = text(f"""
    WITH due AS (
        SELECT d.id, {TARGET} AS target FROM deliveries d JOIN destinations t ON t.id = d.destination_id
        WHERE d.channel = :channel AND d.ended_at IS NULL AND d.next_at <= now()
            AND d.state IN ('queued', 'unknown') ORDER BY d.next_at LIMIT :looked_through
    ), same AS (
        SELECT d.id, row_number() OVER (ORDER BY d.next_at, d.id) AS place FROM deliveries d
        WHERE d.id IN (
            SELECT id FROM due WHERE :target IN (target, '') LIMIT :at_most)
    ), held AS (
        SELECT d.id FROM deliveries d WHERE d.id IN (SELECT id FROM same) FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE deliveries d SET error = :reason, next_at = :until + LEAST(:every * s.place, interval '30 minutes')
    FROM same s WHERE d.id = s.id AND d.id IN (SELECT id FROM held)
""").bindparams(bindparam("every", type_=Interval), at_most=MOST_AT_ONCE, looked_through=LOOKED_THROUGH)
# Where so many lines send already.
CROWDED = text(f"""
    SELECT {TARGET} FROM unnest(CAST(:ids AS uuid[]), CAST(:lines AS integer[])) AS u (id, line)
    JOIN deliveries d ON d.id = u.id JOIN destinations t ON t.id = d.destination_id
    GROUP BY 1 HAVING count(DISTINCT u.line) >= :most
""")
PUT_ONE_OFF = text("""
    UPDATE deliveries SET error = :reason, next_at = :until,
        state = CASE state WHEN 'sending' THEN 'unknown' ELSE state END
    WHERE id = :id
""")

# A time further ahead than any rest comes from a clock that was ahead. What is not set stays so: LEAST
# would set it.
BRING_BACK = text("""
    UPDATE circuits SET
        retry_at = CASE WHEN retry_at > now() + :longest THEN now() + :longest ELSE retry_at END,
        free_at = LEAST(free_at, now() + :longest),
        probing_until = CASE WHEN probing_until > now() + :longest THEN now() + :longest
            ELSE probing_until END
    WHERE retry_at > now() + :longest OR free_at > now() + :longest OR probing_until > now() + :longest
""").bindparams(bindparam("longest", LONGEST_REST * 1.2, Interval))
# What has gone well for long says nothing.
FORGET = text("""
    DELETE FROM circuits WHERE recent = 0 AND opened_at IS NULL AND free_at < now() - interval '1 day'
""")

# One that nothing waits for is not tried again: its time passes.
COUNT_OPEN = text("""
    SELECT channel, count(*) AS number FROM circuits
    WHERE opened_at IS NOT NULL AND retry_at > now() - :longest GROUP BY channel
""").bindparams(bindparam("longest", 2 * LONGEST_REST, Interval))


@dataclass(frozen=True)
class Delayed:
    """A delivery that was due and waits, without having been tried.

    Args:
        reason: for people.
        by: `circuit` or `rate`.
        until: when it is due again.
        every: by how much later each of the others is that go to the same place.
    """

    reason: str
    by: str
    until: datetime
    every: timedelta = timedelta(0)


@dataclass(frozen=True)
class Circuits:
    """The circuits of a channel.

    Args:
        channel: its name.
        a_minute: how many deliveries may go to one place a minute; 0: as many as there are.
        lease: how long an attempt may take.
    """

    channel: str
    a_minute: int = 0
    lease: timedelta = timedelta(minutes=10)

    def delay(self, tx: Transaction, id_: UUID, address: str) -> Delayed | None:
        """Let a delivery wait, and what else is due there, where its place is left alone; None: it goes now.

        Where a circuit has rested for long enough, the one that asks first is the one that tries.

        Args:
            tx: in which it would begin.
            id_: of the delivery.
            address: where it goes.
        """
        at = {"channel": self.channel, "target": target_of(address)}
        circuit = tx.execute(IS_OPEN, at).one_or_none()
        if circuit and (circuit.rests or circuit.is_probed):
            if circuit.target == EVERYWHERE:
                reason = f"waits, as all that goes by {self.channel} does: {circuit.problem}"
                everywhere = {**at, "target": EVERYWHERE}
                return self._put_off(tx, everywhere, id_, Delayed(reason, "rate", circuit.until))
            until = circuit.until if circuit.rests else circuit.probed_again
            reason = f"waits, since {at['target']} has failed again and again: {circuit.problem}"
            return self._put_off(tx, at, id_, Delayed(reason, "circuit", until))
        if delayed := self._above_rate(tx, at, id_):
            return delayed
        if circuit:
            tx.execute(PROBE, {**at, "lease": self.lease})
        return None

    def is_open(self, tx: Transaction, address: str) -> bool:
        """Whether the place of an address is left alone, but for one that may try it."""
        at = {"channel": self.channel, "target": target_of(address)}
        return bool(tx.execute(IS_LEFT_ALONE, at).scalar_one())

    def note(self, tx: Transaction, address: str, outcome: Outcome, times: int = 1) -> None:
        """Learn from what an attempt came to, or several alike. A refusal is the word of one that works."""
        at = {"channel": self.channel, "target": target_of(address)}
        if outcome.everywhere:
            tx.execute(REST, {"channel": self.channel, "rest": outcome.wait, "problem": outcome.answer})
        elif outcome.result in (Result.SENT, Result.REFUSED):
            tx.execute(WENT_WELL, {**at, "times": times})
        elif tx.execute(FAILED, {**at, "problem": outcome.answer}).scalar_one():
            tx.execute(OPEN, at)

    def crowded(self, tx: Transaction, under_way: UnderWay, most: int) -> Sequence[str]:
        """The places to which so many lines send already.

        Args:
            tx: in which something else is to be taken.
            under_way: what this process sends at the moment.
            most: how many lines may send to one place.
        """
        if not most or len(set(under_way.values())) < most:
            return []
        sent = {"ids": [*under_way], "lines": [*under_way.values()]}
        return tx.execute(CROWDED, {**sent, "most": most}).scalars().all()

    def tidy(self, tx: Transaction) -> None:
        """Undo what a wrong clock has written, and forget what says nothing any more."""
        tx.execute(BRING_BACK)
        tx.execute(FORGET)

    def _above_rate(self, tx: Transaction, at: Mapping[str, str], id_: UUID) -> Delayed | None:
        if not self.a_minute:
            return None
        every = MINUTE / self.a_minute
        if tx.execute(GO, {**at, "every": every}).one_or_none():
            return None
        free_at: datetime = tx.execute(FREE_AT, at).scalar_one()
        reason = f"waits its turn: {self.a_minute} a minute go to {at['target']} at most"
        return self._put_off(tx, at, id_, Delayed(reason, "rate", free_at, every))

    def _put_off(self, tx: Transaction, at: Mapping[str, str], id_: UUID, delayed: Delayed) -> Delayed:
        values = {"until": delayed.until, "reason": delayed.reason}
        tx.execute(PUT_ONE_OFF, {**values, "id": id_})
        tx.execute(PUT_OFF, {**at, **values, "every": delayed.every})
        return delayed


def count_open(tx: Transaction) -> Mapping[str, int]:
    """How many places something waits for that fail again and again, by channel."""
    return {row.channel: row.number for row in tx.execute(COUNT_OPEN)}


def target_of(address: str) -> str:
    """The place that an address belongs to: the domain of a mail address."""
    return address.rpartition("@")[2].lower()
