"""What people are told, in words that the inbox and what leaves the house share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from unicodedata import bidirectional
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from followup_common.policy.presets import Preset

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = {"R", "AL", "AN"}

SNOOZES = {
    Preset.TOMORROW: "Tomorrow",
    Preset.MONDAY: "Monday",
    Preset.IN_3_WORKING_DAYS: "In 3 working days",
}
"""Until when one snoozes by what has left the house: what most policies allow."""


def unturned(value: str) -> str:
    """A text without the characters that change the direction of the text after them.

    Embeddings, overrides and isolates (U+202A to U+202E, U+2066 to U+2069) come along unseen when text is
    copied from elsewhere. Arabic and Hebrew read as they should without them, as each name is isolated.
    """
    return _TURNING.sub("", value)


def isolated(value: str) -> str:
    """Somebody's words as a part of a sentence: text that is written from right to left stays in its place.

    Text without any is given back as it is.
    """
    if value.isascii():
        return value
    if not any(bidirectional(character) in _RIGHT_TO_LEFT for character in value):
        return unturned(value)
    return f"\u2068{unturned(value)}\u2069"


def hours_between(earlier: datetime | str, later: datetime) -> float:
    """Hours from one moment to another, cut to one decimal; never negative."""
    start = datetime.fromisoformat(earlier) if isinstance(earlier, str) else earlier
    return max(0, int((later - start).total_seconds() // 360)) / 10


def in_words(hours: float) -> str:
    """A length of time as people say it: "2 days 3 h", "5 h", "20 min"."""
    minutes = int(hours * 60 + 1e-6)
    days, rest = divmod(minutes // 60, 24)
    if days:
        return f"{days} {'day' if days == 1 else 'days'}" + (f" {rest} h" if rest else "")
    return f"{rest} h" if rest else f"{minutes} min"


def overdue(hours: float) -> str:
    """How late something is: "is 2 days 3 h overdue", or "is due now"."""
    return "is due now" if hours * 60 < 1 else f"is {in_words(hours)} overdue"


def listed(names: Sequence[str]) -> str:
    """Names in a row: "Ann, Bob and Cy"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def zone(name: str) -> ZoneInfo:
    """A time zone by its name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # PostgreSQL knows it, and this machine does not
        return ZoneInfo("UTC")


def moment(at: datetime, time_zone: str, clock: str, date_order: str) -> str:
    """A moment as its reader has times written: "Tue 3 Mar 2026, 10:00 (Europe/Berlin)".

    Args:
        at: when (aware).
        time_zone: of the reader, by its name.
        clock: `24h` or `12h`.
        date_order: `day-month` or `month-day`.
    """
    local = at.astimezone(zone(time_zone))
    date_ = (
        f"{local:%b} {local.day}, {local:%Y}" if date_order == "month-day" else f"{local.day} {local:%b %Y}"
    )
    hour = f"{local:%I:%M %p}".lstrip("0") if clock == "12h" else f"{local:%H:%M}"
    return f"{local:%a} {date_}, {hour} ({time_zone})"


def in_place_of(absent: str, until: date) -> str:
    """How somebody was found who stands in, to put after their name: "for Anna Berg, away until 3 Dec"."""
    return f"for {isolated(absent)}, away until {day(until)}"


def day(of: date) -> str:
    """A day as people say it: "3 Dec"."""
    return f"{of.day} {of:%b}"


def of_recipient(audience: str, fallback: str | None, assignee: str, *, several: bool = False) -> str:
    """How a recipient was found, to put after their name: "manager of Amir Patel"."""
    assignee = isolated(assignee)
    if fallback == "admins":
        return f"{'admins' if several else 'admin'}, as nobody active is above {assignee}"
    if audience == "assignee":
        return f"next above {assignee}, who is inactive" if fallback else "assignee"
    if fallback == "up_the_line":
        return f"next active above {assignee}, whose manager is missing or inactive"
    if audience == "admins":
        return "admins" if several else "admin"
    levels = re.search(r"\d", audience)
    if levels is None or levels[0] == "1":
        return f"manager of {assignee}"
    return f"{levels[0]} levels above {assignee}"


def you_in_place_of(absent: str, until: date) -> str:
    """Why somebody was told who stands in, as a sentence to them."""
    return f"You stand in for {isolated(absent)}, who is away until {day(until)}."


def you(audience: str, fallback: str | None, assignee: str, *, first: bool = False) -> str:
    """The same as a sentence to the recipient: "You manage Amir Patel.".

    Args:
        audience: that names them.
        fallback: why it is not simply the person meant.
        assignee: the name of whose it is.
        first: whether the assignee is told only because nobody was told before.
    """
    if fallback == "admins":
        return f"Nobody active is above {isolated(assignee)}, so the admins are told."
    if fallback == "absent":
        return "You were away, so it came without a sound."
    if audience == "admins":
        return "You are an admin: this step tells all admins."
    if audience == "assignee" and fallback is None and first:
        return "You are the assignee, and this is the first that anybody is told of it."
    if audience in ("manager", "manager(1)") and fallback is None:
        return f"You manage {isolated(assignee)}."
    how = of_recipient(audience, fallback, assignee)
    return f"You are {how}." if how[0].isdigit() else f"You are the {how}."


def you_as_assignee(actor: str | None) -> str:
    """Why the assignee was told of an assignment, as a sentence to them."""
    return f"{isolated(actor)} made you the assignee." if actor else "You became the assignee."


def you_as_holder(step: int) -> str:
    """Why somebody was told that their hold is over, as a sentence to them."""
    return "You snoozed it until now." if step == -2 else "You said that you have it."


def told_of_many(severity: str, number: int, *, own: bool) -> str:
    """What somebody was told of many follow-ups at once: "12 of your follow-ups are overdue".

    Args:
        severity: how grave they are, or `assigned`.
        number: how many; 1 or more.
        own: whether all of them are theirs.
    """
    one = number == 1
    what = f"{number:,} {'of your ' if own else ''}follow-up{'' if one and not own else 's'}"
    be = ("is", "was") if one else ("are", "were")
    to_you = "" if own else " to you"
    match severity:
        case "assigned":
            return f"{number:,} follow-up{'' if one else 's'} became yours"
        case "reminder":
            return f"{what} {be[0]} due soon"
        case "overdue":
            return f"{what} {be[0]} overdue"
        case "breach":
            return f"{what} {be[1]} escalated{to_you} as SLA breaches"
        case _:
            return f"{what} {be[1]} escalated{to_you}"
