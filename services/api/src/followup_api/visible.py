"""Names and titles: something to see, and nothing that turns the text around them."""

from __future__ import annotations

import re
from unicodedata import bidirectional, category

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_UNSEEN = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
"""Categories: control and format characters, halves of characters, spaces."""
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that are drawn as nothing."""
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters, which terminals obey: all but tabs and line ends, which spreadsheets have in cells."""
_RIGHT_TO_LEFT = {"R", "AL", "AN"}


def unturned(value: str) -> str:
    """A text without the characters that change the direction of the text after them.

    Embeddings, overrides and isolates (U+202A to U+202E, U+2066 to U+2069) come along unseen when text is
    copied from elsewhere. Arabic and Hebrew read as they should without them, as each name is isolated.
    """
    return _TURNING.sub("", value)


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


def isolated(value: str) -> str:
    """Somebody's words as a part of a sentence: text that is written from right to left stays in its place.

    Text without any is given back as it is.
    """
    if value.isascii():
        return value
    if not any(bidirectional(character) in _RIGHT_TO_LEFT for character in value):
        return unturned(value)
    return f"\u2068{unturned(value)}\u2069"
