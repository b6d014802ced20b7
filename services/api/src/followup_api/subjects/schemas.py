"""What the API says and takes about leads and clients."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.fields import Link, Phone
from followup_api.followups.schemas import (
    EXAMPLE_FOLLOW_UP,
    EXAMPLE_PERSON,
    EXAMPLE_SUBJECT,
    FollowUp,
    PersonName,
    SubjectRef,
)
from followup_api.merges.schemas import SubjectMerge
from followup_api.pagination import PageQuery
from followup_api.schemas import Changes, Id, Input, Line, Schema, Search, Time, examples, unchanged
from followup_api.users.schemas import Email

PHONE = "As people write it, such as `+49 30 1234567` or `(030) 1234567 ext. 12`; it is kept like that."
OWNER = "Who looks after it: somebody active to whom you may assign follow-ups; null: nobody."
EXAMPLE_VERSION: JsonDict = {
    **EXAMPLE_SUBJECT,
    "owner": EXAMPLE_PERSON,
    "version": 2,
    "etag": '"2-8c21f09b"',
    "created_at": "2026-01-12T08:00:00Z",
    "updated_at": "2026-02-02T13:20:45Z",
}
EXAMPLE_PLANNED: JsonDict = {"assignee_name": "Amir Patel", "due_at": "2026-03-02T09:00:00Z"}


class SubjectQuery(PageQuery):
    """What leads and clients to list."""

    q: Search | None = Field(
        None, description="Words, each of which is found in the name or the external id: as for follow-ups."
    )
    kind: Literal["lead", "client"] | None = None
    owner_id: Id | None = Field(None, description="Only those that this person owns.")
    has_owner: bool | None = Field(None, description="Whether somebody owns it who is active.")


class Planned(Schema):
    """Whose an open follow-up is and when it is due, and nothing else of it."""

    assignee_name: str
    due_at: Time


SUBJECT_EXAMPLE_1: JsonDict = {**EXAMPLE_VERSION, "open": 2, "overdue": 1, "first_planned": None}
SUBJECT_EXAMPLE_2: JsonDict = {**EXAMPLE_VERSION, "open": 0, "overdue": 0, "first_planned": EXAMPLE_PLANNED}


class Subject(SubjectRef, json_schema_extra=examples(SUBJECT_EXAMPLE_1, SUBJECT_EXAMPLE_2)):
    """A lead or client, and what is planned for it."""

    owner: PersonName | None = Field(description="Who looks after it.")
    version: int = Field(description="Counts changes.")
    etag: str = Field(description="For `If-Match`: the same as the header `ETag` of a single one.")
    created_at: Time
    updated_at: Time
    open: int = Field(description="Open follow-ups that the caller may see.")
    overdue: int = Field(description="How many of them are overdue.")
    first_planned: Planned | None = Field(
        description="Whose open follow-up is due first, and when, where the caller sees none but others have "
        "one; else null."
    )


SUBJECT_DETAILS_EXAMPLE: JsonDict = {
    **EXAMPLE_VERSION,
    "open": 1,
    "overdue": 1,
    "first_planned": None,
    "has_open": True,
    "follow_ups": [EXAMPLE_FOLLOW_UP],
}


class SubjectDetails(Subject, json_schema_extra=examples(SUBJECT_DETAILS_EXAMPLE)):
    """A lead or client with its follow-ups."""

    has_open: bool = Field(
        description="Whether anybody has an open follow-up on it, seen by the caller or not."
    )
    follow_ups: list[FollowUp] = Field(
        description="The first 50 that the caller may see: open ones first, most overdue first."
    )


SUBJECT_CREATE_EXAMPLE: JsonDict = {"kind": "lead", "name": "Globex", "url": "https://globex.example"}


class SubjectCreate(Input, json_schema_extra=examples(SUBJECT_CREATE_EXAMPLE)):
    """A new lead or client."""

    kind: Literal["lead", "client"]
    name: Line
    external_id: Line | None = Field(None, description="Unique among leads, and among clients.")
    url: Link | None = None
    phone: Phone | None = Field(None, description=PHONE)
    email: Email | None = None
    owner_id: Id | None = Field(None, description=OWNER)


SUBJECT_PATCH_EXAMPLE_1: JsonDict = {"name": "Acme Corporation"}
SUBJECT_PATCH_EXAMPLE_2: JsonDict = {"url": None}


class SubjectPatch(Changes, json_schema_extra=examples(SUBJECT_PATCH_EXAMPLE_1, SUBJECT_PATCH_EXAMPLE_2)):
    """What to change about a lead or client; what is left out stays."""

    name: Line = Field(default_factory=unchanged)
    external_id: Line | None = Field(
        default_factory=unchanged, description="Unique among leads, and among clients."
    )
    url: Link | None = Field(default_factory=unchanged)
    phone: Phone | None = Field(default_factory=unchanged, description=PHONE)
    email: Email | None = Field(default_factory=unchanged)
    owner_id: Id | None = Field(default_factory=unchanged, description=OWNER)


SUBJECT_CHANGE_EXAMPLE: JsonDict = {
    "id": 12,
    "kind": "edited",
    "actor": EXAMPLE_PERSON,
    "created_at": "2026-02-02T13:20:45Z",
    "changes": {"name": {"from": "Acme", "to": "Acme Corporation"}},
    "merge": None,
}


class SubjectChange(Schema, json_schema_extra=examples(SUBJECT_CHANGE_EXAMPLE)):
    """One entry of the history of a lead or client."""

    id: int
    kind: Literal["edited", "imported", "merged", "merge_undone", "undone"] = Field(
        description="How it was changed: by itself, by an import, by a merge or its undo, by undoing an edit."
    )
    actor: PersonName
    created_at: Time
    changes: dict[str, Any] = Field(description="`{field: {from, to}}`; of a merge, what the survivor took.")
    merge: SubjectMerge | None = Field(description="Of `merged` and `merge_undone`; else null.")
