"""What the texts of a path and a query mean: a number and a truth have one spelling each."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, get_args, get_origin

_WHOLE = re.compile(r"-?[0-9]+")


def parameter(value: object, annotation: Any) -> object:
    """Check that a text is how its type is written; texts of types other than `int` and `bool` pass.

    pydantic would take `1.0`, ` 1` and `1_000` for numbers, and `yes`, `on` and `1` for true.

    Args:
        value: the text, or a default.
        annotation: the type of the parameter, such as `int | None`.

    Raises:
        ValueError: with the fix.
    """
    if not isinstance(value, str):
        return value
    types = _types(annotation)
    if int in types and not _WHOLE.fullmatch(value):
        raise ValueError("must be a whole number in digits, such as 42")
    if bool in types and value not in ("true", "false"):
        raise ValueError("must be true or false")
    return value


@cache
def _types(annotation: Any) -> frozenset[Any]:
    """What a parameter can be, such as int and None."""
    choices = get_args(annotation) or (annotation,)
    return frozenset(get_args(each)[0] if get_origin(each) is Annotated else each for each in choices)
