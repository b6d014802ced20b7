"""What a calendar program reads: each open follow-up as an event (RFC 5545, RFC 7986).

Events, not to-dos: Google Calendar leaves those out. They take no time of the day (`TRANSPARENT`), and what
is completed or deleted is not there any more: a program shows what it read last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from followup_api.calendar_feeds.schemas import Whose
from followup_api.rows import Record

if TYPE_CHECKING:
    from icalendar import Alarm, Event

WRITTEN = 1
"""Counts the ways in which events were written: a program that has those of before reads all again."""
LASTS = timedelta(minutes=15)
ASK_AGAIN = timedelta(hours=1)
NAMES = {Whose.ME: "Follow-ups", Whose.TEAM: "Follow-ups of the team"}


def tag(feed: Record, shown: Sequence[Record], origin: str) -> str:
    """The entity tag of what `written` gives, without writing it.

    Args:
        feed: which one.
        shown: its follow-ups.
        origin: where their pages are.
    """
    content = repr((WRITTEN, origin, feed.whose, feed.alarm_minutes, [tuple(row) for row in shown]))
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'


def written(feed: Record, shown: Sequence[Record], origin: str) -> bytes:
    """The follow-ups of a feed, as calendar programs read them; arguments as of `tag`."""
    from icalendar import Calendar, vDuration  # few requests need it

    calendar = Calendar()
    name = NAMES[Whose(feed.whose)]
    calendar.add("prodid", "-//Followup//Calendar feed//EN")
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(ASK_AGAIN), {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ASK_AGAIN))
    for row in shown:
        calendar.add_component(_event(feed, row, origin))
    content: bytes = calendar.to_ical()
    return content


def _event(feed: Record, row: Record, origin: str) -> Event:
    from icalendar import Event

    event, due, page = Event(), row.due_at.astimezone(UTC), f"{origin}/followups/{row.id}"
    named = row.title if feed.whose == Whose.ME else f"{row.title} ({row.assignee})"
    event.add("uid", f"follow-up-{row.id}@{urlsplit(origin).hostname}")
    event.add("sequence", row.version)
    event.add("summary", named)
    event.add("dtstart", due)
    event.add("dtend", due + LASTS)
    event.add("dtstamp", row.updated_at.astimezone(UTC))
    event.add("last-modified", row.updated_at.astimezone(UTC))
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("url", page)
    event.add("description", "\n".join(filter(None, [row.subject, page])))
    if feed.alarm_minutes is not None:
        event.add_component(_alarm(named, timedelta(minutes=feed.alarm_minutes)))
    return event


def _alarm(text: str, before: timedelta) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -before)
    return alarm
