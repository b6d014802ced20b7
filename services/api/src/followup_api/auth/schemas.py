"""Logging in."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, SecretStr
from pydantic.config import JsonDict

from followup_api.auth.passwords import MAX_LENGTH
from followup_api.schemas import Input

LOG_IN: JsonDict = {"email": "ada@example.com", "password": "correct horse battery staple"}


class LogIn(Input):
    """An e-mail address and a password."""

    model_config = ConfigDict(json_schema_extra={"examples": [LOG_IN]})

    email: Annotated[str, Field(min_length=1, max_length=254)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=MAX_LENGTH)]


class Proof(Input):
    """The password, once more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": LOG_IN["password"]}]})

    password: Annotated[SecretStr, Field(min_length=1, max_length=MAX_LENGTH)]
