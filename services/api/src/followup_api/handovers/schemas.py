"""What the API says and takes about handing work over."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.calendars.schemas import Day
from followup_api.followups.facts import FactFilters
from followup_api.followups.schemas import PersonName, Reason
from followup_api.pagination import PageQuery
from followup_api.schemas import Id, Input, Schema, Time, examples


class OpenWorkFilter(FactFilters, Input):
    """Which of somebody's open follow-ups; all of them, if nothing is said."""

    subject_id: Id | None = Field(None, description="Only those about this lead or client.")


HAND_OVER_INPUT: JsonDict = {"to": 7, "expected": 120, "until": "2027-01-03"}


class HandOverInput(
    Input, json_schema_extra=examples(HAND_OVER_INPUT, {"to": 7, "dry_run": True, "filter": {"tag": "vip"}})
):
    """To whom a person's open follow-ups go, and which."""

    to: Id = Field(description="Somebody active to whom you may assign follow-ups.")
    filter: OpenWorkFilter = Field(default_factory=OpenWorkFilter)
    until: Day | None = Field(
        None,
        description="For a time: the last day, in the time zone of the one who gives. Then what is open and "
        "was not changed goes back. Null: for good.",
    )
    reason: Reason | None = Field(None, description="Kept in the history of each.")
    dry_run: bool = Field(False, description="Only count.")
    expected: Annotated[int, Field(ge=0)] | None = Field(
        None, description="How many were counted: when there are more or fewer by now, nothing is changed."
    )


HAND_OVER_EXAMPLE: JsonDict = {
    "id": 4,
    "from": {"id": 42, "name": "Anna Berg"},
    "to": {"id": 7, "name": "Ben Ode"},
    "actor": {"id": 2, "name": "Dana Reyes"},
    "until": "2027-01-03",
    "number": 120,
    "created_at": "2026-12-18T15:00:00Z",
    "undoable_until": "2026-12-19T15:00:00Z",
    "ended_at": None,
    "given_back": None,
}


class HandOver(Schema, json_schema_extra=examples(HAND_OVER_EXAMPLE)):
    """Open work that went from one person to another."""

    id: int
    giver: PersonName = Field(alias="from")
    taker: PersonName = Field(alias="to")
    actor: PersonName
    until: date | None = Field(description="The last day; null: for good.")
    number: int = Field(description="How many follow-ups.")
    created_at: Time
    undoable_until: Time
    ended_at: Time | None = Field(description="When it went back; null: it has not.")
    given_back: int | None = Field(description="How many went back; the others had been changed since.")


class HandOverResult(
    Schema, json_schema_extra=examples({"count": 120, "overdue": 14, "hand_over": HAND_OVER_EXAMPLE})
):
    """How many follow-ups go over, or went."""

    count: int
    overdue: int = Field(description="Of these.")
    hand_over: HandOver | None = Field(description="Null for a dry run, and where there was nothing to give.")
    assignee_absent_until: date | None = Field(
        None, description="The last day of the absence that the one who gets them is on now."
    )


class HandOverQuery(PageQuery):
    """Which hand-overs to list."""

    user_id: Id | None = Field(None, description="Only those from or to this person.")
