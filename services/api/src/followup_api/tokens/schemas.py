"""API tokens as their owner sees them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic.config import JsonDict

from followup_api.permissions import Scope
from followup_api.schemas import Input, Line, Schema, Time, WrittenTime, examples

NEW: JsonDict = {"name": "Nightly import", "expires_at": "2027-03-31T00:00:00Z", "scopes": ["read", "write"]}
KEPT: JsonDict = {
    "id": 3,
    "name": "Nightly import",
    "prefix": "fu_5f2c9a1b7e44",
    "scopes": ["read", "write"],
    "created_at": "2026-03-31T09:00:00Z",
    "expires_at": "2027-03-31T00:00:00Z",
    "last_used_at": None,
    "made_with": None,
}
TOKEN = "fu_5f2c9a1b7e44_" + "0" * 64  # an example, of the right shape


def _each_once(scopes: list[Scope]) -> list[Scope]:
    return list(dict.fromkeys(scopes))


Scopes = Annotated[
    list[Annotated[Scope, Field(strict=False)]],
    Field(min_length=1, max_length=20),
    AfterValidator(_each_once),
]


class NewToken(Input, json_schema_extra=examples(NEW)):
    """What a new token is for."""

    name: Line = Field(description="Says later what it is used for.")
    expires_at: WrittenTime | None = Field(
        None,
        description="It stops working then. Null, or left out: as late as is allowed, usually in a year.",
    )
    scopes: Scopes | None = Field(
        None,
        description="What it may be used for: `read`; `write`: to change what one has, and imports of "
        "follow-ups; `ops`: sweeps and operations; `admin`: people. Each stands for itself. Left out: `read` "
        "and `write`.",
    )


class Token(Schema, json_schema_extra=examples(KEPT)):
    """A token, without its secret."""

    id: int
    name: str
    prefix: str = Field(description="How the token begins.")
    scopes: list[Scope]
    created_at: Time
    expires_at: Time | None = Field(
        description="Null: without an end, as tokens of earlier versions could be; replace and revoke it."
    )
    last_used_at: Time | None = Field(description="To the minute.")
    made_with: int | None = Field(description="The token that it was made with, and ends with; null: none.")


CREATED_TOKEN_EXAMPLE: JsonDict = {**KEPT, "token": TOKEN}


class CreatedToken(Token, json_schema_extra=examples(CREATED_TOKEN_EXAMPLE)):
    """A new token, with its secret: this is the only time that it is shown."""

    token: str = Field(repr=False, description="Send it as `Authorization: Bearer ...`.")
