"""SQL of calendar feeds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import calendar_feeds, follow_ups, subjects, users
from sqlalchemy import Select, delete, func, insert, literal, or_, select, update

from followup_api.calendar_feeds.schemas import NewCalendarFeed
from followup_api.followups.scopes import CONDITIONS, Scope, ScopeSize
from followup_api.followups.top_n import top_n_of_assignees
from followup_api.rows import Record

c, f, u, s = calendar_feeds.c, follow_ups.c, users.c, subjects.c
COLUMNS = (c.id, c.name, c.whose, c.alarm_minutes, c.created_at, c.last_read_at)

BACK, AHEAD = timedelta(days=30), timedelta(days=180)
"""What was due longer ago, or is due later, no feed shows."""
MOST_EVENTS = 1_000
READ_AGAIN = timedelta(minutes=5)
"""So exactly it is kept when a feed was read last."""


def feeds_of(user_id: int) -> Select[*tuple[Any, ...]]:
    """The feeds of a person."""
    return select(*COLUMNS).where(c.user_id == user_id)


def count_feeds(tx: Transaction, user_id: int) -> int:
    """How many feeds a person has."""
    return int(tx.execute(select(func.count()).where(c.user_id == user_id)).scalar_one())


def add_feed(tx: Transaction, user_id: int, new: NewCalendarFeed, token_hash: bytes) -> Record:
    """Keep a new feed; of its address only the digest."""
    values = {**new.model_dump(), "user_id": user_id, "token_hash": token_hash}
    return tx.execute(insert(calendar_feeds).values(values).returning(*COLUMNS)).one()


def readdress(tx: Transaction, user_id: int, feed_id: int, token_hash: bytes) -> Record | None:
    """Give a person's feed another address: the one before leads nowhere at once. None: they have no such."""
    statement = update(calendar_feeds).where(c.id == feed_id, c.user_id == user_id)
    return tx.execute(
        statement.values(token_hash=token_hash, last_read_at=None).returning(*COLUMNS)
    ).one_or_none()


def revoke_feed(tx: Transaction, user_id: int, feed_id: int) -> str | None:
    """Delete one of a person's feeds: its name; None: they have no such."""
    statement = delete(calendar_feeds).where(c.id == feed_id, c.user_id == user_id)
    name: str | None = tx.execute(statement.returning(c.name)).scalar()
    return name


def revoke_feeds(tx: Transaction, user_id: int) -> int:
    """Delete all feeds of a person; how many there were."""
    return tx.execute(delete(calendar_feeds).where(c.user_id == user_id)).rowcount


def by_digest(tx: Transaction, digest: bytes) -> Record | None:
    """The feed at an address, if its owner is active; that it was read is kept."""
    active = select(u.id).where(u.id == c.user_id, u.active).exists()
    columns = (*COLUMNS, c.user_id)
    feed = tx.execute(select(*columns).where(c.token_hash == digest, active)).one_or_none()
    if feed is not None:
        long_ago = or_(c.last_read_at.is_(None), c.last_read_at < func.now() - literal(READ_AGAIN))
        tx.execute(update(calendar_feeds).where(c.id == feed.id, long_ago).values(last_read_at=func.now()))
    return feed


def events(tx: Transaction, scope: Scope) -> list[Record]:
    """What a feed shows: open follow-ups of a scope, the earliest first."""
    in_time = (f.due_at >= func.now() - literal(BACK), f.due_at < func.now() + literal(AHEAD))
    order = (f.due_at, f.id)
    wanted = (
        (f.is_open, *in_time, CONDITIONS[scope.size])
        if scope.size is ScopeSize.ONE
        else (top_n_of_assignees((f.is_open, *in_time), order)((), literal(MOST_EVENTS)),)
    )
    statement = (
        select(
            *(f.id, f.title, f.due_at, f.version, f.updated_at, f.assignee_id),
            *(u.name.label("assignee"), s.name.label("subject")),
        )
        .join(users, u.id == f.assignee_id)
        .join(subjects, s.id == f.subject_id, isouter=True)
        .where(*wanted)
    )
    return list(tx.execute(statement.order_by(*order).limit(MOST_EVENTS), scope.values()).all())
