"""What an answer to a mail asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from followup_common.policy.presets import Preset

DONE = frozenset(("done", "complete", "completed"))
SNOOZE = "snooze"
UNITS = {"h": "hours", "d": "days", "w": "weeks"}
PRESETS = {
    "": Preset.TOMORROW,
    "tomorrow": Preset.TOMORROW,
    "monday": Preset.MONDAY,
    "in a week": Preset.IN_A_WEEK,
    "in a month": Preset.IN_A_MONTH,
}
LONGEST_NOTE = 2_000
LONGEST_REASON = 500

_LENGTH = re.compile(r"([1-9][0-9]{0,3}) ?(h|d|w|hours?|days?|weeks?)", re.ASCII)


@dataclass(frozen=True)
class Done:
    """Complete it, with what else the answer says."""

    note: str | None


@dataclass(frozen=True)
class Snoozed:
    """Do not remind its sender for a time, or until one that has a name; what else it says is why."""

    length: timedelta | None
    preset: Preset | None
    reason: str | None

    def until(self, zone: ZoneInfo, now: datetime) -> datetime | None:
        """Up to when, on the clock of who asks: two days later it is as late as now. None: the preset says.

        Args:
            zone: of who asks.
            now: PostgreSQL's clock (aware).
        """
        if self.length is None:
            return None
        if self.length < timedelta(days=1):
            return now + self.length
        return now.astimezone(zone) + self.length


@dataclass(frozen=True)
class Noted:
    """Keep what it says; `misread`: it begins like a command, and names no time that is known."""

    note: str
    misread: bool = False


def read(said: str) -> Done | Snoozed | Noted:
    """What an answer asks for: its first line is a command, or all of it is a note.

    Args:
        said: its text, which is not empty, without what it quotes.
    """
    first, _, rest = said.strip().partition("\n")
    command = " ".join(first.split()).rstrip(".!, ").lower()
    rest = rest.strip()
    if command in DONE:
        return Done(shortened(rest, LONGEST_NOTE) or None)
    verb, _, when = command.partition(" ")
    if verb != SNOOZE:
        return Noted(shortened(said.strip(), LONGEST_NOTE))
    when = when.removeprefix("for ").removeprefix("until ")
    length, preset = _length(when), PRESETS.get(when)
    if length is None and preset is None:
        return Noted(shortened(said.strip(), LONGEST_NOTE), misread=True)
    return Snoozed(length, None if length else preset, shortened(rest, LONGEST_REASON) or None)


def shortened(text: str, longest: int) -> str:
    """A text, or its beginning."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _length(said: str) -> timedelta | None:
    found = _LENGTH.fullmatch(said)
    return timedelta(**{UNITS[found[2][0]]: int(found[1])}) if found else None
