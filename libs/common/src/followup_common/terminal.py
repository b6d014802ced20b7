"""Texts of anybody's, made fit for a terminal."""

from __future__ import annotations

import re

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(value: object) -> str:
    """A text as it can be printed: what a terminal would obey is written as its number, such as \\x1b.

    That is control characters but for tabs and line ends, and those that turn the text after them.
    """
    return _OBEYED.sub(lambda found: f"\\x{ord(found[0]):02x}", str(value))
