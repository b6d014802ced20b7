"""Names and titles: something to see, and nothing that turns the text around them."""

from __future__ import annotations

import re
from unicodedata import category

from followup_common.wording import isolated, unturned

__all__ = ["isolated", "seen", "unturned"]

_UNSEEN = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
"""Categories: control and format characters, halves of characters, spaces."""
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that are drawn as nothing."""
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters, which terminals obey: all but tabs and line ends, which spreadsheets have in cells."""


def seen(value: str) -> str:
    """Refuse a text that has nothing to see: only spaces, format and blank characters; or control characters.

    Raises:
        ValueError: with the fix.
    """
    if all(category(character) in _UNSEEN or _BLANK.match(character) for character in value):
        raise ValueError("has nothing to see: write at least one letter, digit or sign")
    if found := _CONTROL.search(value):
        raise ValueError(f"has the control character U+{ord(found[0]):04X}: remove it")
    return value
