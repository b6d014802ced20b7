"""Bases that every request and response shares. Field types of domains are in `fields.py`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, ConfigDict

MAX_ID = 2**63 - 1

PathId = Annotated[int, Path(ge=1, le=MAX_ID, description="Id of the entry.", examples=[42])]

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
