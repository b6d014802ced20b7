"""Keep the tables that grow with time small: `python -m followup_common.db.prune --days 365`.

Deletes what was told and said about follow-ups, and what was done to them, once it is older than that and no
longer current: the follow-up is completed, or its escalation has started over. What an open follow-up's
present run led to stays, and that its assignee was told that it is theirs, so that nothing can be said
twice; so does everything of what can be undone at the moment. Follow-ups themselves stay. Of hand-overs that
are old and can no longer go back it deletes which follow-ups went, and keeps how many; also of
merges. What sums up others goes with the last of them. Deliveries go once they are done.

Age goes by PostgreSQL's clock, and by the slow one that the escalator keeps. Nothing is deleted while the
first is far from this machine's: one that is ahead would take what is young for old. What was written in the
future, while it was ahead, becomes of today, so that its time comes like that of everything else.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

from followup_common.db.clock import STAMPED_AHEAD
from followup_common.db.database import PoolerInTheWay, owners_engine
from followup_common.db.slow_clock import SLOW_NOW
from followup_common.settings import MigrationSettings, load

WINDOW = timedelta(days=1)
"""What one transaction deletes; the index by time finds it without reading the rest of the table."""

# By table, the column of its age. Activities first: they say that somebody was given a follow-up, and without
# the notification of that, which is younger, an undo would tell it again.
GROWING = {
    "activities": "created_at",
    "notifications": "created_at",
    "escalations": "raised_at",
    "comments": "created_at",
}

# That it belongs to a run before. What people said belongs to none.
RUN_OVER = {"comments": "false"}

# What stays, however old. An assignment is told once, whatever due times come and go.
CURRENT = {
    "notifications": "old.step = 0 AND old.user_id = f.assignee_id AND f.is_open",
}

DELIVERIES = "deliveries"
EVENTS = "webhook_events"
DIGESTS = "digests"
AGES = {**GROWING, DELIVERIES: "created_at", EVENTS: "created_at", DIGESTS: "created_at"}
# What an old delivery says, once none is left that says it.
DONE = {
    DELIVERIES: "old.ended_at IS NOT NULL",
    EVENTS: f"NOT EXISTS (SELECT FROM {DELIVERIES} d WHERE d.event_id = old.id)",
    DIGESTS: f"NOT EXISTS (SELECT FROM {DELIVERIES} d WHERE d.digest_id = old.id)",
}

# Which follow-ups went matters for as long as they can go back: for a day, or until the hand-over ends.
OLD_HAND_OVERS = f"""
    SELECT h.id, h.created_at FROM hand_overs h
    WHERE h.created_at < {SLOW_NOW} - :age AND (h.until IS NULL OR h.ended_at IS NOT NULL)
      AND EXISTS (SELECT FROM hand_over_items i WHERE i.hand_over_id = h.id)
    ORDER BY h.created_at
"""

OLD_MERGES = f"""
    SELECT m.id, m.created_at FROM subject_merges m
    WHERE m.created_at < {SLOW_NOW} - :age
      AND EXISTS (SELECT FROM subject_merge_items i WHERE i.merge_id = m.id)
    ORDER BY m.created_at
"""
ITEMS = {
    "hand_over_items": ("hand_over_id", OLD_HAND_OVERS),
    "subject_merge_items": ("merge_id", OLD_MERGES),
}

# A summary goes with the last of what it sums up, and not before a deleted follow-up can come back no more.
SUMMARIES = f"""
    DELETE FROM notifications old
    WHERE old.audience = 'bundle' AND old.summary_of IS NOT NULL
      AND old.created_at >= :begin AND old.created_at < least(:end, {SLOW_NOW} - interval '30 days')
      AND NOT EXISTS (
        SELECT FROM notifications n WHERE n.user_id = old.user_id AND n.bundle = old.summary_of)
"""

CLOCKS_MAY_DIFFER = timedelta(hours=1)

Progress = Callable[[str, datetime, int], None]
"""Called after each window: table, how far in time, how many rows were deleted from it so far."""


class ClocksDiffer(Exception):
    """PostgreSQL's clock and this machine's are too far apart to say how old anything is."""

    def __init__(self, off: timedelta) -> None:
        side = "ahead of" if off > timedelta(0) else "behind"
        super().__init__(
            f"PostgreSQL's clock is {abs(off)} {side} this machine's: nothing was deleted. "
            "Let NTP set both, then prune again."
        )


def prune(
    url: str,
    older_than: timedelta,
    progress: Progress = lambda *_: None,
    *,
    own_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, int]:
    """Delete what is older and no longer current, window by window, oldest first.

    Args:
        url: of the database, as its owner: no service may delete these rows.
        older_than: what is younger stays.
        progress: told after each window.
        own_clock: this machine's.

    Returns:
        How many rows were deleted, by table. What was deleted stays so if it is broken off.

    Raises:
        ClocksDiffer: nobody knows what is old.
    """
    engine = owners_engine(url)
    try:
        _compare_clocks(engine, own_clock())
        for table in AGES:
            _bring_back(engine, table)
        deleted = {table: _prune_table(engine, table, older_than, progress) for table in GROWING}
        deleted["notifications"] += _prune_summaries(engine, older_than)
        deleted |= {table: _prune_done(engine, table, older_than, progress) for table in DONE}
        return deleted | {table: _prune_items(engine, table, older_than, progress) for table in ITEMS}
    finally:
        engine.dispose()


def _compare_clocks(engine: Engine, ours: datetime) -> None:
    with engine.begin() as tx:
        off: timedelta = tx.execute(text("SELECT clock_timestamp()")).scalar_one() - ours
    if abs(off) > CLOCKS_MAY_DIFFER:
        raise ClocksDiffer(off)


def _bring_back(engine: Engine, table: str) -> None:
    age = AGES[table]
    statement = text(f"UPDATE {table} SET {age} = now() WHERE {age} > now() + :ahead")
    with engine.begin() as tx:
        tx.execute(statement, {"ahead": STAMPED_AHEAD})


def _prune_table(engine: Engine, table: str, older_than: timedelta, progress: Progress) -> int:
    deleted = 0
    age = GROWING[table]
    statement = text(f"""
        DELETE FROM {table} old USING follow_ups f, escalation_states s
        WHERE f.id = old.follow_up_id AND s.follow_up_id = f.id AND old.{age} >= :begin AND old.{age} < :end
          AND (f.completed_at < {SLOW_NOW} - :age OR {RUN_OVER.get(table, "s.run <> old.run")})
          AND NOT ({CURRENT.get(table, "false")})
          AND NOT EXISTS (SELECT FROM undoable_changes c WHERE c.follow_up_id = f.id)
    """)
    for begin, end in _windows(engine, table, older_than):
        with engine.begin() as tx:
            window = {"begin": begin, "end": end, "age": older_than}
            deleted += tx.execute(statement, window).rowcount
        progress(table, end, deleted)
    return deleted


def _prune_done(engine: Engine, table: str, older_than: timedelta, progress: Progress) -> int:
    """What was delivered, or was not, with its attempts; then what webhooks were told."""
    deleted = 0
    statement = text(f"""
        DELETE FROM {table} old WHERE old.created_at >= :begin AND old.created_at < :end AND {DONE[table]}
    """)
    for begin, end in _windows(engine, table, older_than):
        with engine.begin() as tx:
            deleted += tx.execute(statement, {"begin": begin, "end": end}).rowcount
        progress(table, end, deleted)
    return deleted


def _prune_summaries(engine: Engine, older_than: timedelta) -> int:
    deleted = 0
    for begin, end in _windows(engine, "notifications", older_than):
        with engine.begin() as tx:
            deleted += tx.execute(text(SUMMARIES), {"begin": begin, "end": end}).rowcount
    return deleted


def _prune_items(engine: Engine, table: str, older_than: timedelta, progress: Progress) -> int:
    """What each old hand-over or merge moved, one a transaction: at most some 10,000 rows."""
    of, found = ITEMS[table]
    with engine.begin() as tx:
        old = tx.execute(text(found), {"age": older_than}).all()
    deleted = 0
    for each in old:
        with engine.begin() as tx:
            deleted += tx.execute(text(f"DELETE FROM {table} WHERE {of} = :id"), {"id": each.id}).rowcount
        progress(table, each.created_at, deleted)
    return deleted


def _windows(engine: Engine, table: str, older_than: timedelta) -> Iterator[tuple[datetime, datetime]]:
    with engine.begin() as tx:
        oldest, until = tx.execute(
            text(f"SELECT min({AGES[table]}), {SLOW_NOW} - :age FROM {table}"), {"age": older_than}
        ).one()
    while oldest is not None and oldest < until:
        yield oldest, min(oldest + WINDOW, until)
        oldest += WINDOW


def main() -> int:
    """The command line; the database comes from FOLLOWUP_DATABASE_URL, as its owner."""
    parser = argparse.ArgumentParser(prog="followup-prune", description=__doc__)
    parser.add_argument("--days", type=_days, required=True, help="what is younger stays; at least 7")
    arguments = parser.parse_args()
    url = load(MigrationSettings).database_url.get_secret_value()
    try:
        deleted = prune(url, timedelta(days=arguments.days), _show)
    except (ClocksDiffer, PoolerInTheWay) as error:
        sys.exit(str(error))
    sys.stdout.write(", ".join(f"{table}: {count:,} deleted" for table, count in deleted.items()) + "\n")
    return 0


def _show(table: str, until: datetime, deleted: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{table} until {until:%Y-%m-%d %H:%M}: {deleted:,} deleted\033[K")


def _days(given: str) -> int:
    days = int(given)
    if days < 7:
        raise argparse.ArgumentTypeError("at least 7: dead letters of a week may have to be replayed")
    return days


if __name__ == "__main__":
    sys.exit(main())
