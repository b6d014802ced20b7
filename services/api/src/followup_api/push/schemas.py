"""Browsers that are told, as people see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.config import JsonDict

from followup_api.schemas import Input, Schema, Time, examples, storable

LISTED: JsonDict = {
    "id": 31,
    "browser": "Firefox on Linux",
    "fingerprint": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "state": "on",
    "created_at": "2026-03-04T12:00:02Z",
}
KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
NEW: JsonDict = {
    "endpoint": "https://push.example.com/send/fX2k",
    "keys": {"p256dh": KEY, "auth": "BTBZMqHH6r4Tts7J_aSIgg"},
}


class Browser(Schema, json_schema_extra=examples(LISTED)):
    """A browser in which somebody is told."""

    id: int
    browser: str
    fingerprint: str = Field(
        description="SHA-256 of its endpoint, in hexadecimal: by it a page knows which one is its own."
    )
    state: Literal["on", "off"] = Field(
        description="`off`: the browser has ended it, or it was switched off: nothing is sent there."
    )
    created_at: Time


class Browsers(Schema, json_schema_extra=examples({"public_key": KEY, "items": [LISTED]})):
    """Whether browsers can be told, and which are."""

    public_key: str | None = Field(
        description="`applicationServerKey` to subscribe with, in base64url; null: web push is not set up."
    )
    items: list[Browser] = Field(description="The oldest first; never more than 20.")


Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,120}={0,2}$")]


class BrowserKeys(Input):
    """By which only the browser can read what it is sent."""

    p256dh: Base64
    auth: Base64


class NewBrowser(Input, json_schema_extra=examples(NEW)):
    """What `PushSubscription.toJSON()` says in the browser, but for its `expirationTime`."""

    endpoint: Annotated[str, StringConstraints(min_length=1, max_length=2_000), AfterValidator(storable)]
    keys: BrowserKeys
