"""Bases and field types that every request and response shares; `fields.py` has the rarer types."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

MAX_ID = 2**63 - 1

Id = Annotated[int, Field(ge=1, le=MAX_ID, examples=[42])]

PathId = Annotated[int, Path(ge=1, le=MAX_ID, description="Id of the entry.", examples=[42])]


def storable(value: str) -> str:
    """Refuse what PostgreSQL cannot keep in a text: the NUL character and halves of characters.

    Raises:
        ValueError: the text has one.
    """
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("must not contain the NUL character or unpaired surrogates")
    return value


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(storable),
]
"""A short text that says something: a name, a title, an id in another system."""

Search = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable)]
"""A part of a text to look for; nothing in particular when empty."""

Time = AwareDatetime
"""A moment: RFC 3339 with a zone; answers are in UTC."""


class Schema(BaseModel):
    """A request or response body. Unknown fields are refused; rows of the database are read by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


def unchanged() -> Any:
    """Default of a field of a PATCH body: absent, so it stays as it is (ask `changes()` what was sent).

    The field's type decides whether an explicit null is allowed.
    """
    return None


class Changes(Schema):
    """A PATCH body: give every field `default_factory=unchanged`."""

    def changes(self) -> dict[str, Any]:
        """Only the fields that were sent."""
        return self.model_dump(exclude_unset=True)
