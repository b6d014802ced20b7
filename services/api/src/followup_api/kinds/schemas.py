"""What the API says and takes about kinds of follow-ups."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.config import JsonDict

from followup_api.pagination import PageQuery
from followup_api.schemas import UNTURNED, Changes, Id, Input, Schema, Time, examples, storable, unchanged
from followup_api.visible import seen

MOST_KINDS = 100
"""In use at a time: people choose from the list."""
EXAMPLE: JsonDict = {
    "id": 6,
    "name": "site visit",
    "label": "Site visit",
    "archived_at": None,
    "version": 1,
    "etag": '"1-1c2d3e4f"',
    "created_at": "2026-02-20T15:31:07Z",
    "updated_at": "2026-02-20T15:31:07Z",
}

Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=50),
    AfterValidator(storable),
    AfterValidator(seen),
    UNTURNED,
]


class KindQuery(PageQuery):
    """Which kinds of follow-ups to list."""

    archived: bool = Field(False, description="Those that are out of use in place of those in use.")


class Kind(Schema, json_schema_extra=examples(EXAMPLE)):
    """A kind of follow-up, such as a call."""

    id: int
    name: str = Field(description="What follow-ups, files and policies say. It never changes.")
    label: str = Field(description="What people read.")
    archived_at: Time | None = Field(description="Since then no follow-up becomes one of it; null: in use.")
    version: int = Field(description="Counts changes; another order is none.")
    etag: str = Field(description="For `If-Match`.")
    created_at: Time
    updated_at: Time


class KindCreate(Input, json_schema_extra=examples({"label": "Site visit"})):
    """A new kind of follow-up, at the end of the list."""

    label: Label = Field(description="What people read. Its name is the label in lower case, for good.")


class KindPatch(Changes, json_schema_extra=examples({"label": "Visit on site"}, {"archived": True})):
    """What to change; what is left out stays."""

    label: Label = Field(default_factory=unchanged)
    archived: bool = Field(
        default_factory=unchanged,
        description="True: no follow-up becomes one of it any more; those that are one stay so. False: it is "
        "at the end of the list again.",
    )


class KindOrder(Input, json_schema_extra=examples({"ids": [1, 3, 2, 4, 5]})):
    """The kinds in use, in the order in which people choose from them."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_KINDS)] = Field(
        description="Each kind in use once."
    )
