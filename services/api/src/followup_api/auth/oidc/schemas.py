"""How people can log in."""

from __future__ import annotations

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.schemas import Schema, examples

OPTIONS: JsonDict = {"password": True, "provider": "Example SSO"}


class LogInOptions(Schema, json_schema_extra=examples(OPTIONS)):
    """How people can log in."""

    password: bool = Field(description="With a password, by `POST /api/v1/session`.")
    provider: str | None = Field(
        description="Through the OpenID Connect provider of this name, from `GET /api/v1/session/oidc` on; "
        "null: there is none."
    )
