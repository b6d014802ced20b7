"""Logging in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic.config import JsonDict

from followup_api.auth.passwords import MAX_LENGTH
from followup_api.schemas import Input, examples

LOG_IN: JsonDict = {"email": "ada@example.com", "password": "correct horse battery staple"}


class LogIn(Input, json_schema_extra=examples(LOG_IN)):
    """An e-mail address and a password."""

    email: Annotated[str, Field(min_length=1, max_length=254)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=MAX_LENGTH)]


PROOF_EXAMPLE: JsonDict = {"password": LOG_IN["password"]}


class Proof(Input, json_schema_extra=examples(PROOF_EXAMPLE)):
    """The password, once more."""

    password: Annotated[SecretStr, Field(min_length=1, max_length=MAX_LENGTH)]
