"""Reading files that say how things are to be."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from followup_cli.output import Failure


class Part(BaseModel):
    """Names and types only: the API checks what they hold."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Entry(Part):
    """One thing in a file, found by its name."""

    name: str


Kind = TypeVar("Kind", bound=Entry)


def read(path: Path, kind: str, model: type[Kind]) -> list[Kind]:
    """What a file says of one kind of thing, in its order.

    Args:
        path: the file.
        kind: key of the list in it, such as `calendars`.
        model: what each entry of it has.

    Raises:
        Failure: it cannot be read, or does not say what it must; names each place.
    """
    found = _parsed(path)
    if not isinstance(found, dict) or not isinstance(found.get(kind), list):
        raise Failure(f"{path} has no list `{kind}`.", hint=f"Begin it with a line `{kind}:`.")
    entries, errors = [], []
    for number, entry in enumerate(found[kind]):
        try:
            entries.append(model.model_validate(entry))
        except ValidationError as error:
            errors += [
                {"field": _place(kind, number, *problem["loc"]), "message": problem["msg"]}
                for problem in error.errors(include_url=False, include_context=False)
            ]
    names = [entry.name.casefold() for entry in entries]
    errors += [
        {"field": _place(kind, number, "name"), "message": "is there twice: give each its own"}
        for number, name in enumerate(names)
        if name in names[:number]
    ]
    if errors:
        raise Failure(f"{path} cannot be taken; nothing was changed.", errors=errors)
    return entries


def _parsed(path: Path) -> Any:
    """YAML 1.2, in which 12:30 and `no` are texts."""
    try:
        return _plain(YAML(typ="safe", pure=True).load(path))
    except (YAMLError, UnicodeDecodeError) as error:
        raise Failure(f"{path} is no YAML: {error}") from None


def _plain(value: Any) -> Any:
    """As JSON has it: a day is a text."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _place(kind: str, number: int, *inner: int | str) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in (kind, number, *inner))[
        1:
    ]
