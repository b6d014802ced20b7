"""Destinations as people see and add them."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from followup_common.codes import DIGITS
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic.config import JsonDict

from followup_api.ops.deliveries.schemas import ChannelName, MessageState, Notice
from followup_api.schemas import Changes, Input, Schema, Time, examples, storable, unchanged

OwnChannel = Literal["email", "slack", "slack_webhook", "teams", "apprise"]
OWN_CHANNELS = get_args(OwnChannel)
"""Those by which people add destinations themselves; by the last of them only admins."""
OF_ADMINS = frozenset({"apprise"})

NEW: JsonDict = {"channel": "email", "address": "amir@home.example.com"}
LISTED: JsonDict = {
    "id": 12,
    **NEW,
    "by_default": False,
    "state": "on",
    "in_use": True,
    "created_at": "2026-03-04T12:00:02Z",
    "verified_at": "2026-03-04T12:01:40Z",
    "problem": None,
    "problem_since": None,
    "last_message": {"notice": "test", "state": "sent", "at": "2026-03-04T12:02:10Z", "reason": None},
}


class LastMessage(Schema):
    """The last code or test that was sent to a destination."""

    notice: Notice
    state: MessageState
    at: Time = Field(description="When that was; of one that is still to be sent, when it was asked for.")
    reason: str | None = Field(description="Why it was not sent, or not yet.")


class Destination(Schema, json_schema_extra=examples(LISTED)):
    """Where somebody is told outside the house."""

    id: int
    channel: ChannelName
    address: str = Field(
        description="Where it leads; of a URL that is a secret, its host and the beginning of its SHA-256; "
        "of a browser its name and its push service, as name@host."
    )
    by_default: bool = Field(description="Whether it is the address that they log in with, and follows it.")
    state: Literal["unverified", "on", "off"]
    in_use: bool = Field(
        description="Whether notifications are sent there: it is on, and its channel is set up and not only "
        "for other addresses."
    )
    created_at: Time
    verified_at: Time | None
    problem: str | None = Field(
        description="Why nothing arrives there, or why it was switched off; null: the last message did, or "
        "its person has switched it off."
    )
    problem_since: Time | None
    last_message: LastMessage | None = Field(description="Null: no code and no test was sent there.")


def _written(value: object) -> object:
    return "".join(value.split()) if isinstance(value, str) else value


Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(storable)
]
Code = Annotated[str, StringConstraints(pattern=rf"^[0-9]{{{DIGITS}}}$"), BeforeValidator(_written)]


class NewDestination(Input, json_schema_extra=examples(NEW)):
    """A destination to add."""

    channel: OwnChannel = Field(description="One of those that `GET /me/channels` lists.")
    address: Address = Field(
        description="An e-mail address; of `slack` a member ID such as U012AB3CD, or the address that the "
        "member has there; of `slack_webhook` and `teams` the URL at which messages are taken, of `apprise` "
        "that of a service as Apprise writes it, which nobody can read again."
    )
    private: bool = Field(
        False,
        description="Of a URL: whether nobody else reads what is posted there. Then messages have the links "
        "by which one acts without a log-in, as the one who is told.",
    )


class DestinationPatch(Changes, json_schema_extra=examples({"state": "off"})):
    """What to change about a destination."""

    state: Literal["on", "off"] = Field(default_factory=unchanged, description="`off`: nothing goes there.")


class Verification(Input, json_schema_extra=examples({"code": "12345678"})):
    """What was sent to a destination."""

    code: Code = Field(description="8 digits; spaces between them are left out.")


class ChannelInfo(
    Schema, json_schema_extra=examples({"name": "email", "own": True, "problem": None, "problem_since": None})
):
    """A channel that is set up."""

    name: ChannelName
    own: bool = Field(description="Whether the caller adds destinations by it; else an admin does.")
    problem: str | None = Field(description="Why nothing can be sent by it at the moment.")
    problem_since: Time | None


class ChannelList(
    Schema,
    json_schema_extra=examples(
        {"items": [{"name": "email", "own": True, "problem": None, "problem_since": None}]}
    ),
):
    """All channels by which people can be told."""

    items: list[ChannelInfo]
