"""What somebody's day brings: one mail each working day, for those who want it, at a time on their clock.

It is a digest of its own kind (`day`), one for each address and day. What it lists is chosen when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from followup_common.db import Transaction
from followup_common.policy.delivery import Mode, Rule, window
from followup_common.policy.hours import DAY, first_shown
from followup_common.wording import zone as zone_of
from sqlalchemy import Row, text

from followup_dispatcher.telling import Day, Line, Section

CHANNEL = "email"
"""By which people have it."""
LATEST = timedelta(hours=4)
"""Where nothing could be planned for so long behind its time, a day has none."""
LINES_OF = {"overdue": 20, "today": 20, "came_in": 10}
"""Of so many follow-ups of each kind there is a line."""

NOTHING = "the day brings nothing"
OVER = "its day is over"

# When somebody wants it, and since when: as the company has it where that is locked, or they have not said.
WANTED = """
    SELECT u.id AS user_id, u.time_zone, COALESCE(u.calendar_id, o.calendar_id) AS calendar_id,
        CASE WHEN c.day_locked OR own.day IS NULL THEN c.day_at ELSE own.day_at END AS at,
        CASE WHEN c.day_locked OR own.day IS NULL THEN c.day_since ELSE own.day_since END AS since
    FROM users u
    JOIN notification_preferences c ON c.user_id IS NULL
    LEFT JOIN notification_preferences own ON own.user_id = u.id
    LEFT JOIN organisation o ON true
    WHERE u.active
"""
TIMES = text(f"SELECT DISTINCT w.time_zone, w.at, now() AS now FROM ({WANTED}) w WHERE w.at IS NOT NULL")

# A calendar says which days are worked, as far as it has been worked out; without one it is Monday to Friday.
PLAN = text(f"""
    WITH made AS (
        INSERT INTO digests (user_id, destination_id, kind, ends_at)
        SELECT w.user_id, d.id, 'day', :ends_at
        FROM ({WANTED}) w
        JOIN destinations d ON d.user_id = w.user_id AND d.state = 'ok' AND d.verified_at IS NOT NULL
        JOIN channels n ON n.name = d.channel AND n.is_on AND (n.everybody OR NOT d.by_default)
        LEFT JOIN calendars k ON k.id = w.calendar_id AND :day BETWEEN k.first_day AND k.last_day
        WHERE d.channel = :channel AND w.time_zone = :zone AND w.at = :at AND w.since <= :ends_at
            AND CASE WHEN k.id IS NULL THEN extract(isodow FROM CAST(:day AS date)) < 6
                ELSE EXISTS (
                    SELECT FROM calendar_spans s
                    WHERE s.calendar_id = k.id AND s.starts_at < :tomorrow AND s.ends_at > :midnight) END
            AND NOT EXISTS (SELECT FROM absent_now a WHERE a.user_id = w.user_id)
            AND NOT EXISTS (
                SELECT FROM digests g
                WHERE g.destination_id = d.id AND g.kind = 'day'
                    AND g.ends_at >= :midnight AND g.ends_at < :tomorrow)
        ON CONFLICT (destination_id, kind, ends_at) DO NOTHING
        RETURNING id, user_id, destination_id
    )
    INSERT INTO deliveries (digest_id, user_id, destination_id, channel, next_at)
    SELECT id, user_id, destination_id, :channel, now() FROM made
""")

OF = text("SELECT ends_at FROM digests WHERE id = :id AND kind = 'day'")
LAST = text("""
    SELECT max(ends_at) FROM digests
    WHERE destination_id = :destination_id AND kind = 'day' AND ends_at < :ends_at
""")

# One's own, and what one was told of since the last one and has not read. What waits for somebody else, or is
# snoozed, has no line.
CHOSEN = text("""
    WITH told AS (
        SELECT n.follow_up_id, n.run FROM notifications n
        WHERE n.user_id = :user_id AND n.read_at IS NULL AND n.created_at > :since
            AND n.follow_up_id IS NOT NULL
        UNION
        SELECT m.follow_up_id, m.run FROM notifications n
        JOIN notifications m ON m.user_id = n.user_id AND m.bundle = n.summary_of
        WHERE n.user_id = :user_id AND n.read_at IS NULL AND n.created_at > :since AND n.audience = 'bundle'
    ), listed AS (
        SELECT f.id, CASE WHEN f.due_at <= now() THEN 'overdue' ELSE 'today' END AS kind
        FROM follow_ups f WHERE f.assignee_id = :user_id AND f.is_open AND f.due_at < :tomorrow
        UNION
        SELECT f.id, 'came_in' FROM follow_ups f
        WHERE f.assignee_id = :user_id AND f.is_open AND f.due_at >= :tomorrow AND f.created_at > :since
        UNION
        SELECT f.id, 'came_in' FROM told t
        JOIN escalation_states s ON s.follow_up_id = t.follow_up_id AND s.run = t.run
        JOIN follow_ups f ON f.id = t.follow_up_id AND f.is_open
        WHERE f.assignee_id <> :user_id OR f.due_at >= :tomorrow
    ), standing AS (
        SELECT l.id, l.kind, f.title, f.due_at, f.subject_id, f.assignee_id,
            count(*) OVER (PARTITION BY l.kind) AS number,
            row_number() OVER (PARTITION BY l.kind ORDER BY f.due_at, f.id) AS place
        FROM listed l
        JOIN follow_ups f ON f.id = l.id
        JOIN escalation_states s ON s.follow_up_id = l.id
        WHERE COALESCE(CAST(s.holds -> 'waiting' ->> 'until' AS timestamptz) <= now(), true)
            AND NOT EXISTS (
                SELECT FROM jsonb_array_elements(s.holds -> 'snoozes') z
                WHERE CAST(z ->> 'run' AS integer) = s.run AND CAST(z ->> 'user_id' AS bigint) = :user_id
                    AND CAST(z ->> 'until' AS timestamptz) > now())
    )
    SELECT s.id, s.kind, s.title, s.due_at, s.number, b.name AS subject, a.name AS assignee
    FROM standing s JOIN users a ON a.id = s.assignee_id LEFT JOIN subjects b ON b.id = s.subject_id
    WHERE s.place <= CASE s.kind WHEN 'overdue' THEN :overdue WHEN 'today' THEN :today ELSE :came_in END
    ORDER BY array_position(ARRAY['overdue', 'today', 'came_in'], s.kind), s.place
""")


def plan(tx: Transaction, channel: str) -> None:
    """Plan the mails whose time has come, each once.

    Args:
        tx: in which they are planned.
        channel: nothing is planned for another one than `CHANNEL`.
    """
    if channel != CHANNEL:
        return
    for row in tx.execute(TIMES).all():
        zone = zone_of(row.time_zone)
        ends_at = window(Rule(Mode.DAILY, row.at), zone, row.now)
        if row.now - ends_at < LATEST:
            tx.execute(
                PLAN, {"channel": channel, "zone": row.time_zone, "at": row.at, **day_around(ends_at, zone)}
            )


def of(tx: Transaction, digest_id: UUID) -> datetime | None:
    """The time of a digest that says what a day brings (UTC); None: it is another one."""
    found: datetime | None = tx.execute(OF, {"id": digest_id}).scalar()
    return found


def chosen(tx: Transaction, row: Row[Any], ends_at: datetime, zone: ZoneInfo) -> Day | str:
    """What somebody's day brings now, or why they are not told.

    Args:
        tx: in which sending it begins.
        row: its delivery.
        ends_at: its time.
        zone: of their clock.
    """
    tomorrow = day_around(ends_at, zone)["tomorrow"]
    if row.now >= tomorrow:
        return OVER
    last = tx.execute(LAST, {"destination_id": row.destination_id, "ends_at": ends_at}).scalar()
    keys = {"user_id": row.user_id, "since": last or ends_at - DAY, "tomorrow": tomorrow}
    sections = tuple(_sections(tx.execute(CHOSEN, {**keys, **LINES_OF}).all()))
    return Day(sections, told_at=row.created_at) if sections else NOTHING


def day_around(ends_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The day of a time, when it begins on somebody's clock, and when the next one does."""
    day = ends_at.astimezone(zone).date()
    midnight, tomorrow = (first_shown(zone, each, time()) for each in (day, day + DAY))
    return {"day": day, "ends_at": ends_at, "midnight": midnight, "tomorrow": tomorrow}


def _sections(rows: Sequence[Row[Any]]) -> Iterator[Section]:
    for kind, found in groupby(rows, key=lambda row: row.kind):
        each = list(found)
        yield Section(kind, each[0].number, tuple(_line(row) for row in each))


def _line(row: Row[Any]) -> Line:
    return Line(row.id, 0, "assignee", row.title, row.subject, row.due_at, row.assignee)
