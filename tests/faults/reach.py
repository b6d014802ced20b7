"""Who could be reached, and when: addresses and browsers that were switched off and on again, and hours in
which somebody wants to be told nothing. What the product sends is held against that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from followup_common.db import Database, Transaction
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tests.faults.settings import SEEN_AFTER

BEFORE = datetime.min.replace(tzinfo=UTC)
Failures = Iterator[tuple[str, int, str]]
"""(kind of failure, how many, what)"""
LONGEST_TRANSACTION = timedelta(minutes=1)
"""What is committed was decided at most so long before."""

CREATE = """
CREATE TABLE public.fault_reach (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    destination_id bigint NOT NULL,
    state text NOT NULL,
    address text NOT NULL
);
CREATE FUNCTION fault_journal_of_reach() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO public.fault_reach (destination_id, state, address) VALUES (OLD.id, 'gone', OLD.address);
    ELSE
        INSERT INTO public.fault_reach (destination_id, state, address)
        VALUES (NEW.id, NEW.state, NEW.address);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER fault_journal_of_reach AFTER INSERT OR DELETE OR UPDATE OF state ON destinations FOR EACH ROW
    EXECUTE FUNCTION fault_journal_of_reach();
CREATE TABLE public.fault_quiet (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL,
    begins timestamptz NOT NULL,
    ends timestamptz NOT NULL
);
"""

REACH = text("""
    SELECT destination_id, state, address, pg_xact_commit_timestamp(xmin) AS at
    FROM public.fault_reach ORDER BY at, id
""")
QUIET = text("""
    SELECT user_id, begins, ends, pg_xact_commit_timestamp(xmin) AS at FROM public.fault_quiet ORDER BY at, id
""")
# `began` by the real clock, `shown` by PostgreSQL's: both when the transaction began that took it.
BEGUN = text("""
    SELECT a.delivery_id, a.number, d.user_id, d.destination_id, a.began, a.shown,
        pg_xact_commit_timestamp(a.xmin) AS committed_at
    FROM public.fault_attempts a JOIN deliveries d ON d.id = a.delivery_id ORDER BY a.began
""")
SWITCHED_OFF = text("""
    SELECT id, destination_id, pg_xact_commit_timestamp(xmin) AS at FROM deliveries
    WHERE state = 'suppressed' AND error = 'switched off' ORDER BY id
""")
NOT_TOLD = text("""
    SELECT DISTINCT r.destination_id FROM public.fault_reach r
    JOIN destinations d ON d.id = r.destination_id AND d.channel = 'email'
    WHERE r.state = 'off' AND (
        SELECT count(*) FROM notifications n
        WHERE n.user_id = d.user_id AND n.audience = 'destination' AND n.summary_of = d.id) <> 1
    ORDER BY r.destination_id
""")
TOLD_AT = text("SELECT max(pg_xact_commit_timestamp(xmin)) FROM public.fault_told WHERE id = :id")

# As the API does it.
SWITCH_ON = text("""
    UPDATE destinations SET state = 'ok', problem = NULL, problem_since = NULL
    WHERE id = :destination_id AND state = 'off'
""")
STATE = text("SELECT state FROM destinations WHERE id = :destination_id")

# Until so many seconds from now on, whatever it is that somebody is told.
BE_QUIET = text("""
    WITH hours AS (
        SELECT u.id, u.time_zone, date_trunc('second', now()) - interval '1 minute' AS begins,
            date_trunc('second', now()) + make_interval(secs => :seconds) AS ends
        FROM users u WHERE u.id = ANY(CAST(:people AS bigint[]))
    ), noted AS (
        INSERT INTO public.fault_quiet (user_id, begins, ends) SELECT id, begins, ends FROM hours
    )
    INSERT INTO notification_preferences (user_id, quiet_begins, quiet_ends, quiet_days, breaches_pass)
    SELECT id, CAST(begins AT TIME ZONE time_zone AS time), CAST(ends AT TIME ZONE time_zone AS time),
        '{1,2,3,4,5,6,7}', false FROM hours
    ON CONFLICT (user_id) DO UPDATE SET quiet_begins = EXCLUDED.quiet_begins,
        quiet_ends = EXCLUDED.quiet_ends, quiet_days = EXCLUDED.quiet_days, breaches_pass = false
""")
LOOK_AGAIN = text("""
    UPDATE deliveries SET next_at = now()
    WHERE user_id = ANY(CAST(:people AS bigint[])) AND held_until = next_at AND ended_at IS NULL
""")
HELD = text("""
    SELECT count(*) FROM deliveries WHERE user_id = :user_id AND held_until = next_at AND ended_at IS NULL
""")
# Those whose hours are not over soon, as where a clock was days ahead.
HELD_LONG = text("""
    SELECT DISTINCT d.user_id FROM deliveries d
    JOIN notification_preferences p ON p.user_id = d.user_id AND p.quiet_begins IS NOT NULL
    WHERE d.ended_at IS NULL AND d.held_until = d.next_at AND d.next_at > now() + interval '20 seconds'
""")


@dataclass
class Reach:
    """When destinations were off, by the commits that said so; the last time may have no end.

    Args:
        off: from when to when, by destination; until it was there it was off.
        gone: the addresses of those that are there no more.
    """

    off: dict[int, list[tuple[datetime, datetime | None]]] = field(default_factory=dict)
    gone: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, tx: Transaction) -> Reach:
        """From the journal; needs the times of commits."""
        off: defaultdict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
        gone = {}
        for row in tx.execute(REACH):
            times = off[row.destination_id]
            if row.state == "gone":
                gone[row.destination_id] = row.address
            is_off = bool(times) and times[-1][1] is None
            if row.state != "ok" and not is_off:
                times.append((row.at, None))
            elif row.state == "ok" and (is_off or not times):
                begins = times.pop()[0] if is_off else BEFORE
                times.append((begins, row.at))
        return cls(dict(off), gone)

    def may_be_off(self, destination_id: int, at: datetime) -> bool:
        """Whether it was off when something was decided that was committed then."""
        return any(
            begins <= at and (ends is None or ends + SEEN_AFTER >= at - LONGEST_TRANSACTION)
            for begins, ends in self.off.get(destination_id, ())
        )

    def is_off(self, destination_id: int, began: datetime, committed_at: datetime) -> bool:
        """Whether a transaction had to see that it was off, whenever it looked."""
        return any(
            begins + SEEN_AFTER < began and (ends is None or committed_at < ends)
            for begins, ends in self.off.get(destination_id, ())
        )

    def explains(self, tx: Transaction, destination_id: int, notification_id: int) -> bool:
        """Whether it was off when somebody was told, so that nothing was to be sent there."""
        if destination_id not in self.off:
            return False
        told_at = tx.execute(TOLD_AT, {"id": notification_id}).scalar()
        return told_at is not None and self.may_be_off(destination_id, told_at)


@dataclass
class Quiet:
    """When people want to be told nothing.

    Args:
        hours: when it was said, and from when to when it is quiet by PostgreSQL's clock; by person.
    """

    hours: dict[int, list[tuple[datetime, datetime, datetime]]] = field(default_factory=dict)

    @classmethod
    def read(cls, tx: Transaction) -> Quiet:
        """From the journal; needs the times of commits."""
        hours: defaultdict[int, list[tuple[datetime, datetime, datetime]]] = defaultdict(list)
        for row in tx.execute(QUIET):
            hours[row.user_id].append((row.at, row.begins, row.ends))
        return cls(dict(hours))

    def is_in(self, user_id: int, began: datetime, committed_at: datetime, shown: datetime) -> bool:
        """Whether a transaction had to see that it was quiet, at the time that it saw."""
        hours = self.hours.get(user_id, [])
        known = [(begins, ends) for at, begins, ends in hours if at + SEEN_AFTER < began]
        perhaps = [
            (begins, ends) for at, begins, ends in hours if began <= at + SEEN_AFTER and at <= committed_at
        ]
        return bool(known) and all(begins <= shown < ends for begins, ends in (known[-1], *perhaps))


def failures(tx: Transaction, reach: Reach) -> Failures:
    """What was sent to whom nothing was to be sent, or what was kept back without that.

    Args:
        tx: where the database is.
        reach: when destinations were off.
    """
    quiet = Quiet.read(tx)
    for row in tx.execute(BEGUN):
        if reach.is_off(row.destination_id, row.began, row.committed_at):
            yield "after_stop", 1, f"delivery {row.delivery_id} was begun at {row.began}, to what was off"
        if quiet.is_in(row.user_id, row.began, row.committed_at, row.shown):
            yield "wrong_level", 1, f"delivery {row.delivery_id} was begun at {row.shown}, in quiet hours"
    for row in tx.execute(SWITCHED_OFF):
        if not reach.may_be_off(row.destination_id, row.at):
            yield "lost", 1, f"delivery {row.id} was not sent to {row.destination_id}, which was on"
    for row in tx.execute(NOT_TOLD):
        yield "lost", 1, f"nobody was told that address {row.destination_id} was switched off"


def be_quiet(owner: Database, user_id: int, seconds: float) -> None:
    """Let somebody want to be told nothing for some seconds."""
    with owner.transaction() as tx:
        _be_quiet(tx, [user_id], seconds)


def held(owner: Database, user_id: int) -> int:
    """How much is held for somebody."""
    with owner.transaction() as tx:
        return int(tx.execute(HELD, {"user_id": user_id}).scalar_one())


def hasten_in(tx: Transaction) -> None:
    """Let quiet hours be over soon for whom something is held for long: nobody has a day."""
    if people := list(tx.execute(HELD_LONG).scalars()):
        _be_quiet(tx, people, 1)


def is_off(owner: Database, destination_id: int) -> bool:
    """Whether it is off or gone now; not while PostgreSQL is away."""
    with suppress(SQLAlchemyError), owner.transaction() as tx:
        return tx.execute(STATE, {"destination_id": destination_id}).scalar() != "ok"
    return False


def switch_on(owner: Database, destination_id: int) -> None:
    """What somebody does who wants to be told there again."""
    with owner.transaction() as tx:
        tx.execute(SWITCH_ON, {"destination_id": destination_id})


def _be_quiet(tx: Transaction, people: list[int], seconds: float) -> None:
    tx.execute(BE_QUIET, {"people": people, "seconds": seconds})
    tx.execute(LOOK_AGAIN, {"people": people})
