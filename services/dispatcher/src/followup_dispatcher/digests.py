"""Digests: what was due to somebody before a time goes in one message; its lines are chosen when it is sent.

A delivery joins the digest of its time and address in the transaction that ends it (`digested`); the digest
is a delivery itself, with an id that stays. So a crash at any point neither loses a line nor repeats one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from followup_common.db import Transaction
from sqlalchemy import Row, text

from followup_dispatcher.stops import OVERTAKEN, Told, stopped
from followup_dispatcher.telling import Digest, Group, Line

MOST_LINES = 50
"""Of so many follow-ups a digest has a line."""

NOTHING_LEFT = "nothing is left of what it was to tell"

FOUND = text("""
    INSERT INTO digests (user_id, destination_id, ends_at) VALUES (:user_id, :destination_id, :ends_at)
    ON CONFLICT (destination_id, kind, ends_at) DO NOTHING RETURNING id
""")
# It waits a little for what else is due at its time.
PLAN = text("""
    INSERT INTO deliveries (digest_id, user_id, destination_id, channel, next_at)
    VALUES (:digest_id, :user_id, :destination_id, :channel, now() + interval '15 seconds')
""")
OPEN = text("""
    SELECT d.digest_id FROM digests g JOIN deliveries d ON d.digest_id = g.id AND d.notification_id IS NULL
    WHERE g.destination_id = :destination_id AND g.kind = 'due' AND g.ends_at = :ends_at
        AND d.state = 'queued' AND d.attempts = 0
    FOR NO KEY UPDATE OF d
""")
JOIN = text("""
    UPDATE deliveries SET state = 'digested', digest_id = :digest_id, ended_at = now() WHERE id = :id
""")

# What was read, completed, moved or deleted meanwhile says so, and has no line.
LEAVE_OUT = text("""
    UPDATE deliveries d SET state = 'suppressed', error = CASE WHEN n.id IS NULL THEN 'deleted'
        WHEN n.read_at IS NOT NULL THEN 'read' WHEN NOT s.is_open THEN 'completed' ELSE 'rescheduled' END
    FROM deliveries m
    LEFT JOIN notifications n ON (n.user_id, n.id) = (m.user_id, m.notification_id)
    LEFT JOIN escalation_states s ON s.follow_up_id = n.follow_up_id
    WHERE m.digest_id = :digest_id AND m.state = 'digested' AND d.id = m.id
        AND (n.id IS NULL OR n.read_at IS NOT NULL OR n.step > -4 AND (NOT s.is_open OR s.run <> n.run))
        AND (n.follow_up_id IS NULL OR n.follow_up_id <> ALL(CAST(:listed AS bigint[])))
""")
LEAVE_OUT_ONE = text("""
    UPDATE deliveries SET state = 'suppressed', error = :reason
    WHERE digest_id = :digest_id AND state = 'digested' AND notification_id = :id
""")

# One of each follow-up, the latest of its present run that was not stopped; what sums up many stands for each
# of them.
CHOSEN = text("""
    WITH members AS (
        SELECT n.* FROM deliveries d
        JOIN notifications n ON (n.user_id, n.id) = (d.user_id, d.notification_id)
        WHERE d.digest_id = :digest_id AND d.state = 'digested'
    ), told AS (
        SELECT id, follow_up_id, run, step, repeat, due_at FROM members WHERE follow_up_id IS NOT NULL
        UNION
        SELECT n.id, n.follow_up_id, n.run, n.step, n.repeat, n.due_at FROM members m
        JOIN notifications n ON n.user_id = m.user_id AND n.bundle = m.summary_of
        WHERE m.audience = 'bundle'
    ), latest AS (
        SELECT DISTINCT ON (t.follow_up_id) t.* FROM told t
        JOIN escalation_states s ON s.follow_up_id = t.follow_up_id
            AND (s.is_open AND s.run = t.run OR t.step <= -4)
        WHERE t.id <> ALL(CAST(:gone AS bigint[])) AND t.follow_up_id <> ALL(CAST(:listed AS bigint[]))
        ORDER BY t.follow_up_id, t.step DESC, t.repeat DESC, t.id DESC
    )
    SELECT l.id, l.follow_up_id, count(*) OVER () AS number FROM latest l
    ORDER BY l.due_at, l.id LIMIT :at_most
""")

LINES = text("""
    SELECT n.follow_up_id, n.step, n.audience, f.title, b.name AS subject, n.due_at,
        a.name AS assignee, f.assignee_id, f.subject_id,
        f.assignee_id = n.user_id AS own
    FROM notifications n
    JOIN follow_ups f ON f.id = n.follow_up_id
    JOIN users a ON a.id = f.assignee_id
    LEFT JOIN subjects b ON b.id = f.subject_id
    WHERE n.user_id = :user_id AND n.id = ANY(CAST(:ids AS bigint[]))
    ORDER BY n.due_at, n.id
""")


def join(tx: Transaction, row: Row[Any], ends_at: datetime) -> bool:
    """Put a delivery into the digest of a time; False: that one has gone already.

    Args:
        tx: in which the delivery is held.
        row: the delivery.
        ends_at: the digest's time.
    """
    keys = {"user_id": row.user_id, "destination_id": row.destination_id, "ends_at": ends_at}
    made: UUID | None = tx.execute(FOUND, keys).scalar()
    if made is not None:
        tx.execute(PLAN, {**keys, "digest_id": made, "channel": row.channel})
    digest_id: UUID | None = tx.execute(OPEN, keys).scalar()
    if digest_id is None:
        return False
    tx.execute(JOIN, {"id": row.id, "digest_id": digest_id})
    return True


def chosen(tx: Transaction, row: Row[Any]) -> Digest | str:
    """What a digest says now, or why it is not sent. What it lists, nothing stops until the transaction ends.

    Args:
        tx: in which sending it begins.
        row: its delivery.
    """
    tx.execute(LEAVE_OUT, {"digest_id": row.digest_id, "listed": []})
    standing, number = _standing(tx, row)
    # What was settled between two looks is in none; what is listed, nothing settles any more.
    tx.execute(LEAVE_OUT, {"digest_id": row.digest_id, "listed": [*standing]})
    ids = [*standing.values()]
    if not ids:
        return NOTHING_LEFT
    rows = tx.execute(LINES, {"user_id": row.user_id, "ids": ids}).all()
    return Digest(number, tuple(_groups(rows)), told_at=row.created_at)


def _standing(tx: Transaction, row: Row[Any]) -> tuple[Mapping[int, int], int]:
    """The notifications that have a line, by follow-up, and how many follow-ups there are.

    Each look is twice as wide as the one before: however many were stopped, there are few. Where the latest
    of a follow-up was stopped, the one before it may stand.
    """
    standing: dict[int, int] = {}
    gone: list[int] = []
    at_most = MOST_LINES
    while True:
        looked = {"digest_id": row.digest_id, "gone": gone, "listed": [*standing], "at_most": at_most}
        found = tx.execute(CHOSEN, looked).all()
        reasons = _stopped(tx, row, [Told(row.user_id, each.id, each.follow_up_id) for each in found])
        left = found[0].number - len(found) if found else 0
        gone += reasons
        standing |= {each.follow_up_id: each.id for each in found if each.id not in reasons}
        if len(standing) >= MOST_LINES or not (left or reasons):
            return dict(islice(standing.items(), MOST_LINES)), len(standing) + left
        at_most *= 2


def _stopped(tx: Transaction, row: Row[Any], told: Sequence[Told]) -> Mapping[int, str]:
    """What has no line, and why, as it is kept. A later step takes no line away: it may never be told."""
    found = stopped(tx, told)
    reasons = {number: reason for number, reason in found.items() if reason != OVERTAKEN}
    for number, reason in reasons.items():
        tx.execute(LEAVE_OUT_ONE, {"digest_id": row.digest_id, "id": number, "reason": reason})
    return reasons


def _groups(rows: Sequence[Row[Any]]) -> Iterator[Group]:
    """One's own by lead or client, others' by person; each group where its longest overdue one is."""
    by_person = not all(row.own for row in rows)
    groups: dict[int | None, list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault(row.assignee_id if by_person else row.subject_id, []).append(row)
    for members in groups.values():
        name = members[0].assignee if by_person else members[0].subject
        yield Group(name, by_person, tuple(_line(row) for row in members))


def _line(row: Row[Any]) -> Line:
    return Line(row.follow_up_id, row.step, row.audience, row.title, row.subject, row.due_at, row.assignee)
