"""Links by which people set a password, and what is done with them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic.config import JsonDict

from followup_api.schemas import Id, Input, Parameters, Schema, Time, examples
from followup_api.users.schemas import Password

MOST = 1_000
"""Links that one request makes."""
EXAMPLE_TOKEN = "q8JmB2v0c6l6m3o5Wq1n7x9Zt4s2u8y0A1b3C5d7E9f"  # noqa: S105 - shown in the documents; it opens nothing
AMIR: JsonDict = {"user_id": 42, "name": "Amir Patel", "email": "amir.patel@example.com"}
LINK: JsonDict = {
    **AMIR,
    "purpose": "invitation",
    "link": f"https://followup.example.com/set-password#{EXAMPLE_TOKEN}",
    "expires_at": "2026-04-07T09:00:00Z",
}


class Purpose(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    RESET = "reset"


class InvitationFormat(StrEnum):
    """What several links come as."""

    JSON = "json"
    CSV = "csv"


class InvitationQuery(Parameters):
    """What the links come as."""

    format: InvitationFormat = Field(
        InvitationFormat.JSON, description="`csv`: a file for spreadsheets, with a line for each."
    )


class Invite(Input, json_schema_extra=examples({"user_ids": [42, 43]}, {})):
    """Whom to invite."""

    user_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST)] | None = Field(
        None,
        description="People who cannot log in yet; without it all of them, at most "
        f"{MOST:,} at once, those without an invitation first.",
    )


class PasswordLink(Schema, json_schema_extra=examples(LINK)):
    """A link with which one person sets their password, once."""

    user_id: int
    name: str
    email: str
    purpose: Purpose
    link: str = Field(description="To hand over to this person, and to nobody else. It is not shown again.")
    expires_at: Time


class Invitations(Schema, json_schema_extra=examples({"items": [LINK], "left": 0})):
    """The links of those who were invited."""

    items: list[PasswordLink]
    left: int = Field(description="How many more people cannot log in yet and have no invitation.")


class NotYetIn(Schema, json_schema_extra=examples({**AMIR, "invited_at": None, "expires_at": None})):
    """Somebody active who cannot log in yet: they have no password and no account at the provider."""

    user_id: int
    name: str
    email: str
    invited_at: Time | None = Field(description="When their link was made; null: they have none that works.")
    expires_at: Time | None = Field(description="Until when it works.")


class LinkToken(Input, json_schema_extra=examples({"token": EXAMPLE_TOKEN})):
    """What a link carries behind its `#`."""

    token: Annotated[SecretStr, Field(min_length=1, max_length=200)]


OF_AMIR: JsonDict = {name: LINK[name] for name in ("name", "email", "purpose", "expires_at")}


class LinkOf(Schema, json_schema_extra=examples(OF_AMIR)):
    """Whose link it is."""

    name: str
    email: str
    purpose: Purpose
    expires_at: Time


NEW_PASSWORD: JsonDict = {"token": EXAMPLE_TOKEN, "password": "seven purple lamps hum"}


class PasswordByLink(LinkToken, json_schema_extra=examples(NEW_PASSWORD)):
    """The password from now on."""

    password: Password
