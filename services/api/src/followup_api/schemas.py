"""Bases and field types that every request and response shares; `fields.py` has the rarer types."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from followup_common.moments import NoZone, moment
from followup_common.normal_form import normal
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic.config import JsonDict
from pydantic_core import PydanticKnownError

from followup_api.texts import parameter
from followup_api.visible import seen, unturned

MAX_ID = 2**63 - 1

Id = Annotated[int, Field(ge=1, le=MAX_ID, examples=[42])]

WHOLE_NUMBER = BeforeValidator(lambda value: parameter(value, int))
"""For a number of an address that is not one of `Parameters`: it is written in digits."""

PathId = Annotated[
    int, Field(ge=1, le=MAX_ID), WHOLE_NUMBER, Path(description="Id of the entry.", examples=[42])
]


def storable(value: str) -> str:
    """Refuse what PostgreSQL cannot keep in a text: the NUL character and halves of characters.

    Raises:
        ValueError: the text has one.
    """
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("must not contain the NUL character or unpaired surrogates: remove them")
    return value


NORMAL = BeforeValidator(lambda value: normal(value).strip() if isinstance(value, str) else value)
"""For a text in its normal form, without the spaces around it."""

UNTURNED = BeforeValidator(lambda value: normal(unturned(value)).strip() if isinstance(value, str) else value)
"""The same, without the characters that turn the text around it."""

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(storable),
    AfterValidator(seen),
    UNTURNED,
]
"""A short text that says something: a name, a title, an id in another system."""

Search = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable), UNTURNED
]
"""A part of a text to look for; nothing in particular when empty."""

Time = AwareDatetime
"""A moment of an answer, in UTC."""


def written_time(value: object) -> datetime:
    """Read a time of a request: a text with date, time and zone, as RFC 3339 writes it.

    Raises:
        ValueError: it is a number, another text, or of no zone.
    """
    if isinstance(value, datetime):  # from our own code: JSON has none
        return value
    if not isinstance(value, str):
        raise ValueError("is not a time: write it as a text like 2026-03-31T09:00:00Z")  # noqa: TRY004 - for pydantic
    try:
        return moment(value)
    except NoZone:
        raise PydanticKnownError("timezone_aware") from None


WrittenTime = Annotated[AwareDatetime, BeforeValidator(written_time)]
"""A moment of a request."""


class Schema(BaseModel):
    """An answer. Rows of the database are read by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


def examples(*values: JsonDict) -> JsonDict:
    """`json_schema_extra=` of a schema: how its JSON looks."""
    return {"examples": [*values]}


class Input(Schema):
    """The JSON body of a request, or a part of it. Unknown fields are refused.

    A value counts as what it is: `"1"` and `true` are no numbers, `1` is no text and no truth. An enum
    needs `Field(strict=False)`, or it would be refused in the form that JSON has for it.
    """

    model_config = ConfigDict(strict=True)


class Parameters(Schema):
    """The query of a request, which is text: a number is written in digits, a truth as true or false."""

    @field_validator("*", mode="before")
    @classmethod
    def _exact(cls, value: object, info: ValidationInfo) -> object:
        return parameter(value, cls.model_fields[str(info.field_name)].annotation)


def unchanged() -> Any:
    """Default of a field of a PATCH body: absent, so it stays as it is (ask `changes()` what was sent).

    The field's type decides whether an explicit null is allowed.
    """
    return None


class Changes(Input):
    """A PATCH body: give every field `default_factory=unchanged`."""

    def changes(self) -> dict[str, Any]:
        """Only the fields that were sent."""
        return self.model_dump(exclude_unset=True)
