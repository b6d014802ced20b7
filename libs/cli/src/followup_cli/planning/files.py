"""Reading files that say how things are to be, and writing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from followup_cli.output import Failure

SECTIONS = ("calendars", "organisation", "people", "policies")
"""What a file can have; each command looks at its own, so that one file can have all."""


class Part(BaseModel):
    """Names and types only: the API checks what they hold."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Entry(Part):
    """One of several things in a file; it is there once."""

    found_by: ClassVar[str] = "name"
    """The field that says which one it is."""

    @property
    def key(self) -> str:
        """By what it is found, whatever its case."""
        return str(getattr(self, self.found_by)).casefold()


class Named(Entry):
    """One that is found by its name."""

    name: str


Kind = TypeVar("Kind", bound=Entry)
Model = TypeVar("Model", bound=Part)
FieldErrors = list[dict[str, str]]


class Document:
    """A file that says how things are to be.

    Args:
        path: the file.

    Raises:
        Failure: it cannot be read, or has something that no command knows.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        found = _parsed(path)
        self._content: dict[str, Any] = found if isinstance(found, dict) else {}
        self._errors: FieldErrors = [
            {"field": name, "message": f"is unknown: known are {', '.join(SECTIONS)}"}
            for name in self._content
            if name not in SECTIONS
        ]

    def __contains__(self, section: str) -> bool:
        return section in self._content

    def entries(self, section: str, model: type[Kind]) -> list[Kind]:
        """What it says of one kind of thing, in its order; nothing where it lacks the section.

        Raises:
            Failure: the section is no list.
        """
        given = self._content.get(section, [])
        if not isinstance(given, list):
            raise self._lacks(section)
        found = [
            (number, read)
            for number, entry in enumerate(given)
            if (read := self._read(model, entry, section, number)) is not None
        ]
        keys = [entry.key for _, entry in found]
        for place, (number, entry) in enumerate(found):
            if entry.key in keys[:place]:
                self.wrong("is there twice: give each its own", section, number, entry.found_by)
        return [entry for _, entry in found]

    def single(self, section: str, model: type[Model]) -> Model | None:
        """What it says of the only thing of a kind."""
        return self._read(model, self._content[section], section) if section in self else None

    def require(self, *sections: str) -> None:
        """Let it have one of some sections at least.

        Raises:
            Failure: it has none of them.
        """
        if not any(section in self for section in sections) and not self._errors:
            raise self._lacks(sections[0])

    def wrong(self, message: str, *place: int | str) -> None:
        """Note that something of it cannot be taken."""
        self._errors.append({"field": _place(*place), "message": message})

    def refuse_errors(self) -> None:
        """End here where something of it was wrong.

        Raises:
            Failure: names each place.
        """
        if self._errors:
            raise Failure(f"{self.path} cannot be taken; nothing was changed.", errors=self._errors)

    def _read(self, model: type[Model], given: object, *place: int | str) -> Model | None:
        try:
            return model.model_validate(given)
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_context=False):
                self.wrong(problem["msg"], *place, *problem["loc"])
            return None

    def _lacks(self, section: str) -> Failure:
        hint = f"Begin it with a line `{section}:`."
        return Failure(f"{self.path} has no list `{section}`.", hint=hint)


def written(sections: Mapping[str, Sequence[Any] | Mapping[str, Any]]) -> str:
    """Sections as YAML that `Document` reads."""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    yaml.dump(dict(sections), text)
    return text.getvalue()


def _parsed(path: Path) -> Any:
    """YAML 1.2, in which 12:30 and `no` are texts."""
    try:
        return _plain(YAML(typ="safe", pure=True).load(path))
    except (YAMLError, UnicodeDecodeError) as error:
        raise Failure(f"{path} is no YAML: {error}") from None
    except RecursionError:
        raise Failure(f"{path} holds itself, or is too deep: write each policy and calendar out") from None


def _plain(value: Any) -> Any:
    """As JSON has it: a day is a text."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _place(*parts: int | str) -> str:
    joined = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return joined.removeprefix(".")
