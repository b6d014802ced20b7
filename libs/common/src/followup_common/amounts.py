"""Amounts of money as people and programs write them, wherever they enter."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

AMOUNT = r"[0-9]{1,12}(\.[0-9]{1,2})?"


def written_amount(value: object) -> object:
    """Read an amount of money.

    Raises:
        ValueError: it is something else, negative, or of more than two decimals.
    """
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not re.fullmatch(AMOUNT, value):
        raise ValueError('is not an amount: write digits as a text, such as "1200.00", of 0 or more')
    return Decimal(value)


Amount = Annotated[
    Decimal,
    BeforeValidator(written_amount),
    PlainSerializer("{:.2f}".format, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{AMOUNT}$", "examples": ["1200.00"]}),
]
