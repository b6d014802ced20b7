"""What the API says and takes about merging two leads or clients."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.followups.schemas import EXAMPLE_PERSON, PersonName
from followup_api.schemas import Id, Input, Schema, Time, examples

TAKEABLE = ("name", "url", "phone", "email", "owner_id")


class OtherSubject(Input, json_schema_extra=examples({"id": 12, "etag": '"2-8c21f09b"'})):
    """The lead or client that goes."""

    id: Id
    etag: str | None = Field(
        None, max_length=100, description="Its ETag, as you read it: a stale one gives 412. Null: any."
    )


MERGE_INPUT: JsonDict = {"other": {"id": 12, "etag": '"2-8c21f09b"'}, "take": ["phone"]}


class SubjectMergeInput(
    Input, json_schema_extra=examples(MERGE_INPUT, {"other": {"id": 12}, "dry_run": True})
):
    """Which lead or client goes, and what the one that stays takes from it."""

    other: OtherSubject
    take: list[Literal["name", "url", "phone", "email", "owner_id"]] | None = Field(
        None,
        max_length=5,
        description="What to take from the one that goes, where it has it; the rest stays as it is. Null: "
        "what the one that stays lacks. An `external_id` is taken where that one has none of its kind.",
    )
    dry_run: bool = Field(False, description="Only count, and say what is in the way.")


MERGE_EXAMPLE: JsonDict = {
    "id": 3,
    "survivor": {"id": 7, "kind": "client", "name": "Acme Corporation"},
    "merged": {"id": 12, "kind": "lead", "name": "ACME"},
    "actor": EXAMPLE_PERSON,
    "number": 14,
    "created_at": "2026-12-18T15:00:00Z",
    "undoable_until": "2026-12-19T15:00:00Z",
    "undone_at": None,
    "given_back": None,
}


class MergedSubject(Schema):
    """A lead or client of a merge, as it is now."""

    id: int
    kind: Literal["lead", "client"]
    name: str


class SubjectMerge(Schema, json_schema_extra=examples(MERGE_EXAMPLE)):
    """Two leads or clients that became one."""

    id: int
    survivor: MergedSubject
    merged: MergedSubject = Field(description="The one that went: its id gives the survivor now.")
    actor: PersonName
    number: int = Field(description="How many follow-ups went over.")
    created_at: Time
    undoable_until: Time
    undone_at: Time | None = Field(description="Null: it was not undone.")
    given_back: int | None = Field(description="How many follow-ups went back.")


class SubjectMergeResult(
    Schema,
    json_schema_extra=examples({"follow_ups": 14, "open": 2, "series": 1, "merge": MERGE_EXAMPLE}),
):
    """What goes over, or went."""

    follow_ups: int = Field(description="No matter who may see them.")
    open: int = Field(description="Of these.")
    series: int
    merge: SubjectMerge | None = Field(description="Null for a dry run.")
