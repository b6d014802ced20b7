"""When two e-mail addresses are the same: letter by letter, whatever the case of ASCII letters.

What else looks alike is another address. PostgreSQL's `lower` takes the Kelvin sign for k and, depending on
the collation, İ (U+0130) for i: somebody with the one address would be taken for somebody else.
"""

from __future__ import annotations

import string

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(address: str) -> str:
    """An address as it is compared with others."""
    return address.translate(_LOWER)


def folded_sql(expression: str) -> str:
    """SQL of the same: with the collation "C", `lower` changes ASCII letters and nothing else.

    Args:
        expression: SQL of an address.
    """
    return f'lower({expression} COLLATE "C")'
