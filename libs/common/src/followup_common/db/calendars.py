"""The tables of calendars. What their triggers and their function do is in `migrations/calendars`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Time,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from followup_common.db.tables import metadata
from followup_common.db.tables.columns import version_columns

Instant = TIMESTAMP(timezone=True)
SOURCES = ("own", "ics", "holidays")
"""Where a day of a calendar comes from; what comes first counts."""
WHOLE_MINUTES = "extract(second FROM opens) = 0 AND extract(second FROM closes) = 0"


def _of_calendar() -> Column[int]:
    return Column("calendar_id", BigInteger, ForeignKey("calendars.id"), nullable=False)


# One that is archived keeps its row: what has been counted by it is to be explained.
calendars = Table(
    "calendars",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    # Whose holidays it keeps; `calendar_days` has them.
    Column("country", Text),
    Column("subdivision", Text),
    Column("categories", ARRAY(Text), nullable=False, server_default="{}"),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("archived_at", Instant),
    *version_columns(),
    # Kept by the function `calendar_work_out`: the days that `calendar_spans` has been worked out for.
    Column("first_day", Date),
    Column("last_day", Date),
    # Kept by the function `calendars_refresh_holidays`; null since the last change by somebody.
    Column("holidays_until", Date),
    Column("holidays_tried_on", Date),
    CheckConstraint("name <> ''", name="name"),
    CheckConstraint("country IS NOT NULL OR subdivision IS NULL AND categories = '{}'", name="holidays"),
    CheckConstraint("first_day <= last_day", name="worked_out"),
    Index(
        "uq_calendars_name", text("lower(name)"), unique=True, postgresql_where=text("archived_at IS NULL")
    ),
)

# The hours of each weekday, from 1 (Monday) to 7. One that does not close after it opens closes the next day.
calendar_hours = Table(
    "calendar_hours",
    metadata,
    _of_calendar(),
    Column("weekday", SmallInteger, nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    PrimaryKeyConstraint("calendar_id", "weekday", "opens"),
    CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
    CheckConstraint(f"{WHOLE_MINUTES} AND opens < '24:00' AND closes < '24:00'", name="minutes"),
)

# Days with hours in place of their weekday's; closed without any. One that is removed stays as a row, so that
# the next refresh of holidays does not bring it back.
calendar_days = Table(
    "calendar_days",
    metadata,
    _of_calendar(),
    Column("day", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("opens", ARRAY(Time), nullable=False, server_default="{}"),
    Column("closes", ARRAY(Time), nullable=False, server_default="{}"),
    Column("removed", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("calendar_id", "day", "source"),
    CheckConstraint(f"source IN {SOURCES}", name="source"),
    CheckConstraint(
        "cardinality(opens) = cardinality(closes) AND array_position(opens || closes, NULL) IS NULL",
        name="ranges",
    ),
    CheckConstraint("source = 'own' OR cardinality(opens) = 0", name="closed"),
    CheckConstraint("source <> 'own' OR NOT removed", name="removed"),
)

# When a calendar is open, in order and without overlaps. The function `calendar_work_out` writes it; no
# service does.
calendar_spans = Table(
    "calendar_spans",
    metadata,
    _of_calendar(),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    PrimaryKeyConstraint("calendar_id", "starts_at"),
    CheckConstraint("starts_at < ends_at", name="lasts"),
)
