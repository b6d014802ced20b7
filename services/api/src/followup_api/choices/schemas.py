"""What the API says and takes about lists that people choose from."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.config import JsonDict

from followup_api.pagination import PageQuery
from followup_api.schemas import UNTURNED, Changes, Id, Input, Schema, Time, examples, storable, unchanged
from followup_api.visible import seen

MOST_CHOICES = 100
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


class ChoiceQuery(PageQuery):
    """Which to list."""

    archived: bool = Field(False, description="Those that are out of use in place of those in use.")


class Choice(Schema, json_schema_extra=examples(EXAMPLE)):
    """What people can choose, such as a call among the kinds of follow-ups."""

    id: int
    name: str = Field(description="What follow-ups, files, policies and programs say. It never changes.")
    label: str = Field(description="What people read.")
    archived_at: Time | None = Field(description="Since then nobody can choose it; null: in use.")
    version: int = Field(description="Counts changes; another order is none.")
    etag: str = Field(description="For `If-Match`.")
    created_at: Time
    updated_at: Time


class ChoiceCreate(Input, json_schema_extra=examples({"label": "Site visit"})):
    """A new one, at the end of the list."""

    label: Label = Field(description="What people read. Its name is the label in lower case, for good.")


class ChoicePatch(Changes, json_schema_extra=examples({"label": "Visit on site"}, {"archived": True})):
    """What to change; what is left out stays."""

    label: Label = Field(default_factory=unchanged)
    archived: bool = Field(
        default_factory=unchanged,
        description="True: nobody can choose it any more; what says it stays so. False: it is at the end of "
        "the list again.",
    )


class ChoiceOrder(Input, json_schema_extra=examples({"ids": [1, 3, 2, 4, 5]})):
    """Those in use, in the order in which people choose from them."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_CHOICES)] = Field(
        description="Each in use once."
    )
