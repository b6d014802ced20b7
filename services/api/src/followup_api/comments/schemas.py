"""What the API says and takes about comments."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from followup_common.comments import MENTION, mentioned
from followup_common.normal_form import normal
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic.config import JsonDict

from followup_api.followups.schemas import PersonName
from followup_api.schemas import Input, Parameters, Schema, Search, Time, examples, storable
from followup_api.visible import seen, unturned

LONGEST = 4_000
MOST_MENTIONS = 50


def _mentions_few(body: str) -> str:
    found = len(mentioned(body))
    if found > MOST_MENTIONS:
        raise ValueError(f"mentions {found} people: mention at most {MOST_MENTIONS}")
    return body


def _says_something(body: str) -> str:
    seen(MENTION.sub("x", body))
    return body


Body = Annotated[
    str,
    BeforeValidator(lambda value: value.replace("\r\n", "\n") if isinstance(value, str) else value),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST),
    AfterValidator(storable),
    AfterValidator(_says_something),
    AfterValidator(_mentions_few),
    AfterValidator(lambda value: normal(unturned(value)).strip()),
]
WRITTEN = (
    "Plain text; lines stay as they are. `<@12>` mentions the person with the id 12, who must be one of "
    "`GET /follow-ups/{follow_up_id}/mentionable`."
)
BODY = "Could you look at the offer, <@2>?\nAcme wants it by Friday."
EXAMPLE: JsonDict = {
    "id": 31,
    "author": {"id": 3, "name": "Amir Patel"},
    "body": BODY,
    "text": "Could you look at the offer, @Dana Reyes?\nAcme wants it by Friday.",
    "mentions": [{"id": 2, "name": "Dana Reyes"}],
    "created_at": "2026-03-04T09:12:00Z",
    "edited_at": None,
    "editable_until": "2026-03-05T09:12:00Z",
    "deleted_at": None,
    "deleted_by": None,
}


class CommentInput(Input, json_schema_extra=examples({"body": BODY})):
    """What somebody says."""

    body: Body = Field(description=WRITTEN)


class Comment(Schema, json_schema_extra=examples(EXAMPLE)):
    """What somebody said about a follow-up."""

    id: int
    author: PersonName
    body: str = Field(description="As it was written, with `<@12>` for whom it mentions; empty once deleted.")
    text: str = Field(description="The same as people read it, with their names as they are now.")
    mentions: list[PersonName] = Field(description="Whom it mentions, each once.")
    created_at: Time
    edited_at: Time | None = Field(description="When its text was changed last; null: never.")
    editable_until: Time = Field(description="Until then its author may change the text.")
    deleted_at: Time | None
    deleted_by: PersonName | None = Field(description="Its author, or an admin.")


class MentionableQuery(Parameters):
    """Whom to look for."""

    q: Search | None = Field(None, description="Words of the name or the address.")
    limit: int = Field(10, ge=1, le=50, description="So many at most.")


class Mentionable(
    Schema,
    json_schema_extra=examples(
        {"id": 2, "name": "Dana Reyes", "email": "dana.reyes@example.com", "absent_until": None}
    ),
):
    """Somebody who may see a follow-up, and so may be mentioned."""

    id: int
    name: str
    email: str
    absent_until: date | None = Field(
        description="The last day of their absence: they find the comment when they are back."
    )


class MentionablePeople(Schema):
    """People who may be mentioned."""

    items: list[Mentionable]
