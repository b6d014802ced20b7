"""Phone numbers of leads and clients: kept as people write them, and refused where nobody could call."""

from __future__ import annotations

import re

LONGEST_PHONE = 50
DIGITS = range(3, 16)
"""Of a number: of an international one, 15 at most (ITU-T E.164)."""
PHONE = re.compile(
    r"(?P<number>\+?[0-9(][0-9\s()./\u2010-\u2013-]*?)"
    r"(\s*(?:ext\.?|extension|x|#|;ext=)\s*[0-9]{1,8})?",
    re.IGNORECASE,
)
"""Digits and what people put between them; at the end an extension."""


def phone_number(value: str) -> str:
    """Check that a text is a phone number.

    Raises:
        ValueError: nobody could call it.
    """
    found = PHONE.fullmatch(value)
    if found is None or len(re.sub("[^0-9]", "", found["number"])) not in DIGITS:
        raise ValueError(
            "is not a phone number: write digits, such as +49 30 1234567, with an extension as ext. 12"
        )
    return value
