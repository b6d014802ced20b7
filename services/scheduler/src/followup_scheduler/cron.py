"""Cron lines as periodiq reads them, with Sunday made right.

periodiq 0.14 compares ISO weekdays (Sunday is 7) with what is in the line, so that a line
which says 0 or sun never fires.
"""

from __future__ import annotations

from periodiq import CronSpec

EVERY_MINUTE = "* * * * *"
FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
)


def parse_cron(line: str) -> CronSpec:
    """Parse a cron line of five fields.

    Raises:
        ValueError: the line is not one, with what was expected.
    """
    try:
        spec = CronSpec.parse(line)
    except (ValueError, IndexError, KeyError) as error:
        raise ValueError(f"{line!r} is not a cron line of five fields such as */15 * * * *") from error
    for values, (name, least, most) in zip(spec.astuple(), FIELDS, strict=True):
        if not values or values[0] < least or values[-1] > most:
            raise ValueError(f"{line!r}: the {name} must lie within {least}-{most}")
    if 0 in spec.dow and 7 not in spec.dow:
        spec = spec.replace(dow=[*spec.dow, 7])
    return spec
