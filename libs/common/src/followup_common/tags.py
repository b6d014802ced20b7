"""How tags are read, wherever they enter: two that people take for the same are then the same text."""

from __future__ import annotations

from followup_common.normal_form import normal

MOST_TAGS = 20
"""Of one follow-up."""
LONGEST = 50
"""Characters of a tag."""
SEPARATORS = ",;"
"""What is between tags in a cell of a file, and so in no tag."""


def as_read(tag: str) -> str:
    """A tag in lower case and in its normal form, with single spaces."""
    return normal(" ".join(tag.split()).casefold())


def tag(written: str) -> str:
    """Read a tag.

    Raises:
        ValueError: it is empty, too long, or several; with the fix.
    """
    read = as_read(written)
    if not read:
        raise ValueError("is empty: write at least one letter or digit")
    if len(read) > LONGEST:
        raise ValueError(f"has more than {LONGEST} characters: shorten it")
    if any(separator in read for separator in SEPARATORS):
        raise ValueError("has a comma or a semicolon: make two tags of it")
    return read


def together(tags: list[str]) -> list[str]:
    """Each tag once, in the order of their code points.

    Raises:
        ValueError: they are too many.
    """
    each = sorted(set(tags))
    if len(each) > MOST_TAGS:
        raise ValueError(f"are more than {MOST_TAGS} tags: leave some out")
    return each
