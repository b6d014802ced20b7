"""The most used passwords, which are the first that anybody tries."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

MOST_USED = 10_000
TRIVIAL_END = 6
"""So many digits or signs after a listed word, such as password2026!, make it no better."""


def is_common(password: str) -> bool:
    """Whether a password is one of the most used: as it is, repeated, or with a trivial end.

    Letters count as the same whatever their case and however they are encoded.
    """
    folded = unicodedata.normalize("NFKC", password).casefold()
    stem = folded.rstrip("".join({each for each in folded if not each.isalpha()}))
    candidates = [folded] + ([stem] if len(folded) - len(stem) <= TRIVIAL_END else [])
    units = (unit for each in candidates for unit in _units(each))
    return any(len(unit) == 1 or unit in most_used() for unit in units)


@cache
def most_used() -> frozenset[str]:
    """The first of zxcvbn's list, and first names: those that are used as passwords are only there.

    Loaded when the first password is set: no start waits for it.
    """
    from zxcvbn.frequency_lists import FREQUENCY_LISTS as LISTS

    return frozenset(LISTS["passwords"][:MOST_USED] + LISTS["male_names"] + LISTS["female_names"])


def _units(text: str) -> Iterator[str]:
    """What a text repeats throughout, in every way to see it; the text itself is one."""
    for length in range(1, len(text) + 1):
        times, rest = divmod(len(text), length)
        if not rest and text[:length] * times == text:
            yield text[:length]
