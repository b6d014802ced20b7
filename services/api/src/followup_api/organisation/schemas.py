"""What the API says and takes about the organisation."""

from __future__ import annotations

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.schemas import Id, Input, Schema, examples

EXAMPLE: JsonDict = {"calendar_id": 3}


class Organisation(Schema, json_schema_extra=examples(EXAMPLE)):
    """What holds for everybody."""

    calendar_id: int | None = Field(
        description="The calendar of everybody who has none, nor anybody above them; null: every hour counts "
        "for them."
    )


class OrganisationInput(Input, json_schema_extra=examples(EXAMPLE)):
    """What is to hold for everybody."""

    calendar_id: Id | None = Field(description="Of a calendar that is in use; null: every hour counts.")
