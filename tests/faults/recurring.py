"""Series: each that goes on has exactly one open follow-up, and each next one the date of its rule, once."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from followup_common.db import Transaction
from sqlalchemy import text

DAY = timedelta(days=1)
RULES: tuple[dict[str, Any], ...] = (
    {"unit": "day"},
    {"unit": "day", "every": 3},
    {"unit": "week", "every": 2},
    {"unit": "month"},
    {"unit": "day", "every": 2, "counted_from": "completion"},
    {"unit": "day", "count": 4},
)
"""Those that people choose; all keep days that are closed, and have their time by UTC."""

# What was known when a next one was made. What a restoration writes again was created before.
CREATE = """
CREATE TABLE public.fault_series (
    series_id bigint NOT NULL,
    follow_up_id bigint NOT NULL,
    due_at timestamptz NOT NULL,
    series jsonb NOT NULL,
    said_at timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION fault_journal_of_series() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.fault_series (series_id, follow_up_id, due_at, series)
    SELECT s.id, NEW.id, NEW.due_at, to_jsonb(s) FROM public.series s WHERE s.id = NEW.series_id;
    RETURN NULL;
END $$;
CREATE TRIGGER fault_journal_of_series AFTER INSERT ON follow_ups
    FOR EACH ROW WHEN (NEW.series_id IS NOT NULL AND NEW.created_at = now())
    EXECUTE FUNCTION fault_journal_of_series();
"""
WITHOUT_OPEN_ONE = """
    SELECT count(*) FROM series s WHERE s.ended_at IS NULL
        AND NOT EXISTS (SELECT FROM follow_ups f WHERE f.series_id = s.id AND f.is_open)
"""
OPEN = text("""
    SELECT s.id, to_jsonb(s) AS series, s.ended_at, s.ended_by, count(f.id) FILTER (WHERE f.is_open) AS number
    FROM series s LEFT JOIN follow_ups f ON f.series_id = s.id GROUP BY s.id ORDER BY s.id
""")
# Of one rule: another one may have days again, where its first one was moved by hand. What is counted
# from completion has a day again when two are done on one day.
TWICE = text("""
    SELECT f.series_id, f.occurs_on, count(*) - 1 AS number
    FROM follow_ups f JOIN public.fault_series m ON m.follow_up_id = f.id AND m.series_id = f.series_id
    WHERE m.series -> 'rule' ->> 'counted_from' IS DISTINCT FROM 'completion'
    GROUP BY 1, 2, m.series -> 'rule', m.series -> 'starts_on' HAVING count(*) > 1 ORDER BY 1, 2
""")
MADE = text("SELECT series_id, follow_up_id, due_at, series, said_at FROM public.fault_series ORDER BY 5, 2")
GONE_WITH_IT = text("SELECT id FROM deleted_follow_ups WHERE deleted_at = now()")
"""What a transaction has deleted until now."""
COME_WITH_IT = text("""
    SELECT id, due_at, assignee_id, kind, priority FROM follow_ups f
    WHERE created_at = now() AND (
        series_id IS NOT NULL OR EXISTS (SELECT FROM enrolment_steps m WHERE m.follow_up_id = f.id))
""")
"""What of series and sequences a transaction has made until now."""


def failures(tx: Transaction) -> Iterator[tuple[str, int, str]]:
    """Everything that is wrong with series: (kind of failure, how many, what)."""
    for row in tx.execute(OPEN):
        goes_on = row.ended_at is None
        yield "lost", int(goes_on and not row.number), f"series {row.id} goes on, and none of it is open"
        yield "duplicated", row.number - 1, f"{row.number} of series {row.id} are open"
        if not goes_on and row.ended_by is None and next_at(row.series, row.ended_at):
            yield "lost", 1, f"series {row.id} has ended, and its rule has not"
    for row in tx.execute(TWICE):
        yield "duplicated", row.number, f"series {row.series_id} has {row.occurs_on} again"
    for row in tx.execute(MADE):
        what = f"follow-up {row.follow_up_id} of series {row.series_id}"
        expected = next_at(row.series, row.said_at)
        yield "wrong_level", int(row.due_at != expected), f"{what} is due {row.due_at}, not {expected}"
        yield "after_stop", int(row.series["ended_at"] is not None), f"{what} came after its end"


def next_at(series: dict[str, Any], now: datetime) -> datetime | None:
    """When the next one of a series comes after the newest, whose time passes at a moment.

    Args:
        series: its row, as JSON.
        now: PostgreSQL's clock.
    """
    rule, at = series["rule"], time.fromisoformat(series["at"])
    every = rule.get("every", 1)
    if rule.get("counted_from") == "completion":
        return datetime.combine(now.astimezone(UTC).date() + every * DAY, at, UTC)
    starts_on, last_on = (date.fromisoformat(series[name]) for name in ("starts_on", "last_on"))
    for number in count():
        if number >= (rule.get("count") or number + 1):
            return None
        day = _later(starts_on, rule["unit"], number * every)
        due_at = datetime.combine(day, at, UTC)
        if day > last_on and due_at > now:
            return due_at
    return None


def _later(day: date, unit: str, number: int) -> date:
    if unit == "month":
        year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return day + number * (7 if unit == "week" else 1) * DAY
