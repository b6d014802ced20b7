"""What is wrong with a field of a request, as a sentence that names the field and the fix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VALIDATORS = "Value error, "
"""Before what our own validators say, which begins with a verb or says all by itself."""
LONGEST_NAME = 100
"""Characters of a field's name in an answer: callers choose those that are not known."""
VERBS = ("has ", "is ", "must ", "needs ", "belongs ", "leads ", "mixes ")

FIXES: Mapping[str, str] = {
    "missing": "{field} is required: add it.",
    "extra_forbidden": "{field} is not a known field: remove it, or check its spelling.",
    "timezone_aware": "{field} needs a time zone, such as 2026-03-31T09:00:00Z.",
    "int_type": "{field} must be a whole number, such as 42, without quotes and without a fraction.",
    "int_from_float": "{field} must be a whole number, such as 42, without a fraction.",
    "int_parsing": "{field} must be a whole number in digits, such as 42.",
    "int_parsing_size": "{field} is too large a number: use one of at most 18 digits.",
    "float_type": "{field} must be a number, such as 1.5, without quotes.",
    "float_parsing": "{field} must be a number, such as 1.5.",
    "finite_number": "{field} must be a number, such as 1.5, and not infinite.",
    "bool_type": "{field} must be true or false, without quotes.",
    "bool_parsing": "{field} must be true or false.",
    "string_type": '{field} must be a text in quotes, such as "a text".',
    "string_unicode": "{field} must not contain unpaired surrogates: write whole characters.",
    "string_too_long": "{field} is too long: use at most {max_length} characters.",
    "string_pattern_mismatch": "{field} is not written as it must be: see its form in /api/docs.",
    "list_type": "{field} must be a list in square brackets, such as [1, 2].",
    "model_type": "{field} must be an object in curly brackets.",
    "model_attributes_type": "{field} must be an object in curly brackets.",
    "dict_type": "{field} must be an object in curly brackets.",
    "greater_than_equal": "{field} is too small: use {ge} or more.",
    "greater_than": "{field} is too small: use more than {gt}.",
    "less_than_equal": "{field} is too large: use {le} or less.",
    "less_than": "{field} is too large: use less than {lt}.",
    "literal_error": "{field} is not one of its possible values: use {expected}.",
    "enum": "{field} is not one of its possible values: use {expected}.",
    "none_required": "{field} must be null, or left out.",
    "uuid_type": "{field} must be an id such as 0198c7a2-4e5b-7c31-9f00-3d2a6b1c8e47, in quotes.",
    "uuid_parsing": "{field} must be an id such as 0198c7a2-4e5b-7c31-9f00-3d2a6b1c8e47.",
    "json_invalid": "{field} is not valid JSON: {error}.",
}
"""By the kind of error, as pydantic names it."""
UNKNOWN = "{field} is not valid: see what it may be in /api/docs."
NO_BODY = "body must be a JSON object, sent as Content-Type: application/json."
NAMED: Mapping[str, str] = {
    "assignee": "{field} must be all, me, team, the id of a user, or line: and the id of a user."
}
"""By the field's name, where the form of a text has words."""


def field_errors(problems: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of field and message of what pydantic found, each once."""
    return list(dict.fromkeys(map(_field_error, problems)))


def _field_error(problem: Mapping[str, Any]) -> tuple[str, str]:
    where, *path = problem["loc"]
    kind: str = problem["type"]
    named = where == "body" and kind == "json_invalid"
    field = ".".join(_shown(str(part)) for part in path if not named) or str(where)
    if kind == "model_attributes_type" and not path:
        return field, NO_BODY
    if kind == "value_error":
        return field, _said(field, problem["msg"].removeprefix(VALIDATORS))
    return field, _fix(field, kind, problem.get("ctx", {}))


def _shown(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def _fix(field: str, kind: str, facts: Mapping[str, Any]) -> str:
    if kind in ("string_too_short", "too_short", "too_long"):
        return _length(field, kind, facts)
    fix = FIXES.get(kind, UNKNOWN)
    if kind == "string_pattern_mismatch":
        fix = NAMED.get(field.rpartition(".")[2], fix)
    return fix.format_map({**facts, "field": field})


def _length(field: str, kind: str, facts: Mapping[str, Any]) -> str:
    of = "entries" if facts.get("field_type") in ("List", "Tuple") else "characters"
    if kind == "too_long":
        return f"{field} is too long: use at most {facts['max_length']:,} {of}."
    least = facts["min_length"]
    if least == 1:
        return f"{field} is empty: " + ("give at least one entry." if of == "entries" else "write something.")
    return f"{field} is too short: use at least {least:,} {of}."


def _said(field: str, said: str) -> str:
    """What a validator of our own said: all of a sentence, or what follows the field's name."""
    if said.startswith(VERBS):
        return f"{field} {said}."
    if field == "body":
        return f"{said[:1].upper()}{said[1:]}."
    return f"{field}: {said}."
