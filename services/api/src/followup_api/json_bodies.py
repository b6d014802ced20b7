"""Reading JSON bodies: one meaning each, or none."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from json import JSONDecodeError
from typing import Any

from starlette.requests import Request

LONGEST_NUMBER = 400
"""Digits: no number that we take has more, and reading very long ones takes long."""

MOST_NAMES = 300
"""In one object: no body that we take has more, and each that is not known would be an error of its own."""


class StrictRequest(Request):
    """A request whose JSON is read as RFC 8259 has it, in UTF-8; a byte order mark before it is ignored.

    Python's own reader takes more: `NaN`, `Infinity`, UTF-16, and of a name that is there twice the last
    value, where what looked at the body before may have taken the first.
    """

    async def json(self) -> Any:
        """The body.

        Raises:
            JSONDecodeError: it is not JSON, or says two things at once.
            UnicodeDecodeError: it is not UTF-8.
            RecursionError: it nests too deeply.
        """
        return read((await self.body()).decode("utf-8-sig"))


def read(text: str) -> Any:
    """The value of a JSON text; errors as `StrictRequest.json`."""
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_not_json,
            parse_int=_whole_number,
            parse_float=_number,
        )
    except _Refused as refused:
        raise JSONDecodeError(str(refused), text, 0) from None


class _Refused(Exception):
    """What is wrong, and the fix."""


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_NAMES:
        raise _Refused(f"an object has {len(pairs):,} names: send {MOST_NAMES} at most")
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Refused(f"the name {_repeated(pairs)[:100]!r} is there twice in one object: keep one")
    return found


def _repeated(pairs: Sequence[tuple[str, Any]]) -> str:
    seen = set[str]()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    raise LookupError("none is repeated")


def _not_json(constant: str) -> Any:
    raise _Refused(f"{constant} is no number in JSON: write a number or null")


def _whole_number(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise _Refused("a number has too many digits: shorten it")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits) if len(digits) <= LONGEST_NUMBER else math.inf
    if math.isinf(number):
        raise _Refused("a number is too large or has too many digits: shorten it")
    return number
