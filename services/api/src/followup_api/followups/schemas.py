"""What the API says and takes about follow-ups."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeVar

from followup_common.policy import Severity
from followup_common.policy.conditions import Priority
from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.config import JsonDict

from followup_api.fields import Link, Notes, Phone, SaneTime
from followup_api.followups.due_filters import DueFilters
from followup_api.followups.facts import (
    EXAMPLE_VALUE,
    KIND,
    TAGS,
    FactFilters,
    KindName,
    NewFacts,
    Tags,
    Value,
    ValueShown,
)
from followup_api.followups.policy_change_schemas import ClockChoice
from followup_api.followups.progress_filters import ProgressFilters
from followup_api.followups.sorting import FollowUpSort
from followup_api.pagination import PageQuery
from followup_api.schemas import (
    UNTURNED,
    Changes,
    Id,
    Input,
    Line,
    Parameters,
    Schema,
    Search,
    Time,
    examples,
    storable,
    unchanged,
)
from followup_api.series.repeats import Repeats
from followup_api.users.schemas import Email
from followup_api.visible import seen

T = TypeVar("T")

EXAMPLE_SUBJECT: JsonDict = {
    "id": 7,
    "kind": "client",
    "external_id": "C-1009",
    "name": "Acme Corporation",
    "url": "https://crm.example.com/clients/C-1009",
    "phone": "+49 30 901820",
    "email": "purchasing@acme.example",
}
EXAMPLE_PERSON: JsonDict = {"id": 3, "name": "Amir Patel"}
EXAMPLE_FOLLOW_UP: JsonDict = {
    "id": 42,
    "external_id": "deal-1C1I7A6R",
    "title": "Call Acme about renewal",
    "notes": "Ask for Ms Okafor.",
    "due_at": "2026-03-02T09:00:00Z",
    "status": "open",
    "completed_at": None,
    "assignee_id": 3,
    "assignee": {**EXAMPLE_PERSON, "email": "amir.patel@example.com", "active": True},
    "subject": EXAMPLE_SUBJECT,
    "kind": "call",
    "priority": "normal",
    "tags": ["renewal", "vip"],
    "value": EXAMPLE_VALUE,
    "outcome": None,
    "hours_overdue": 51.25,
    "working_overdue": {"calendar": "Berlin", "days": 1, "hours": 3.25},
    "level": 2,
    "level_label": "manager",
    "severity": "escalated",
    "sla_breach": False,
    "escalated": True,
    "note_required": False,
    "next_step_at": "2026-03-06T09:00:00Z",
    "holds": [],
    "waiting_until": None,
    "snoozed": 0,
    "acknowledged_by": None,
    "moved": 1,
    "first_due_at": "2026-02-25T09:00:00Z",
    "series_id": None,
    "may_change": True,
    "version": 3,
    "etag": '"3-5d41402a"',
    "created_at": "2026-02-20T15:31:07Z",
    "updated_at": "2026-02-27T08:02:44Z",
}


Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(storable),
    AfterValidator(seen),
    UNTURNED,
]
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    AfterValidator(storable),
    AfterValidator(seen),
    UNTURNED,
]
"""What somebody says of what came of it."""
WHY = (
    "Needed where the follow-up was escalated beyond its assignee at its present due time, also if it was "
    "completed and reopened since; kept in its history."
)


FOUND_IN = (
    "Words, each of which is found in the title, the notes, the tags, an external id, or the name of the "
    "lead or client or of the assignee, as a part of a word too, whatever the accents and the case."
)


class View(StrEnum):
    """Which follow-ups to list."""

    OVERDUE = "overdue"
    TODAY = "today"
    UPCOMING = "upcoming"
    OPEN = "open"
    COMPLETED = "completed"
    ALL = "all"


Assigned = Annotated[
    str,
    Field(
        pattern=r"^(all|me|team|(line:)?[1-9][0-9]{0,17})$",
        description="`all`: everyone whose follow-ups the caller may see; `me`; `team`: everyone below the "
        "caller, at any depth; the id of a user; or, such as `line:42`, a user and everyone below them. Of "
        "these, always only whose follow-ups the caller may see.",
    ),
]


QUICK = (
    "Count only as far as a number still says something, within a bounded time: to 10,000, or what the most "
    "overdue 1,000 hold of the words of a search that is common. `at_least` says where there may be more."
)


class FollowUpFilters(FactFilters, ProgressFilters, DueFilters, Parameters):
    """What follow-ups to count."""

    assignee: Assigned = "all"
    subject_id: Id | None = Field(None, description="Only those about this lead or client.")
    summed_up_by: Id | None = Field(
        None, description="Only those of which this notification of yours, of kind `summary`, tells."
    )
    q: Search | None = Field(None, description=FOUND_IN)


class FollowUpCountQuery(FollowUpFilters):
    """What to count, and how far."""

    quick: bool = Field(False, description=QUICK)


def of_open_ones(order: T, given: ValidationInfo) -> T:
    """Check that an order is one of open follow-ups; a field validator, behind `view`.

    Raises:
        ValueError: the view has an order of its own.
    """
    if order is not None and given.data.get("view") in (View.COMPLETED, View.ALL):
        raise ValueError(
            "puts open follow-ups in order: add view=open, overdue, today or upcoming, or leave it out"
        )
    return order


class FollowUpSelection(FollowUpFilters):
    """Which follow-ups."""

    view: View = Field(
        View.ALL,
        description="`overdue`: open, due now or before; `today`: open, still due in the caller's local day; "
        "`upcoming`: open, later; `open`: all of these (these four: most overdue first); `completed` "
        "(latest first); `all` "
        "(newest first).",
    )
    sort: Annotated[FollowUpSort, Field(strict=False)] | None = Field(
        None,
        description="Another order of open follow-ups. `due`: most overdue first; `-due`: latest due first; "
        "`priority`: high, normal, low; `assignee`, `subject`: by name, those about nobody last; `kind`: by "
        "the kind's name (these four: then by due time); `changed`: unchanged for longest first; `-changed`: "
        "latest change first.",
    )

    _of_open_ones = field_validator("sort")(of_open_ones)


class Format(StrEnum):
    """Which kind of file."""

    CSV = "csv"
    XLSX = "xlsx"


class FollowUpExport(FollowUpSelection):
    """Which follow-ups to write into a file, and what kind of file."""

    format: Format = Format.CSV
    person: Id | None = Field(
        None,
        description="In place of the header Followup-Person, which browsers do not send with a download.",
    )


class FollowUpQuery(PageQuery, FollowUpSelection):
    """What follow-ups to list."""


class PersonName(Schema):
    """A user, as much as a sentence needs."""

    id: int
    name: str


class Assignee(PersonName):
    """Whose follow-up it is."""

    email: str
    active: bool


class SubjectRef(Schema):
    """The lead or client that a follow-up is about."""

    id: int
    kind: Literal["lead", "client"]
    external_id: str | None
    name: str
    url: str | None
    phone: str | None
    email: str | None


class WorkingOverdue(Schema):
    """How long a follow-up is overdue by a calendar."""

    calendar: str = Field(description="Its name: that of the policy, else the assignee's.")
    days: int = Field(description="Working days, each to the same time of the next one.")
    hours: float = Field(description="Working hours beside them, cut to two decimals.")


class HoldShown(Schema):
    """What holds a follow-up now."""

    id: int = Field(description="To end it: `DELETE /follow-ups/{id}/holds/{hold_id}`.")
    kind: Literal["acknowledge", "snooze", "wait"]
    user: PersonName = Field(description="Who has it, is reminded later, or let it wait.")
    since: Time
    until: Time


class FollowUp(Schema, json_schema_extra=examples(EXAMPLE_FOLLOW_UP)):
    """A promised call, and where it is on its escalation policy."""

    id: int
    external_id: str | None = Field(description="Its id in the system that it was imported from.")
    title: str
    notes: str
    due_at: Time
    status: Literal["open", "completed"]
    completed_at: Time | None
    assignee_id: int
    assignee: Assignee
    subject: SubjectRef | None
    kind: str = Field(description=f"What is to be done. {KIND}")
    priority: Priority
    tags: list[str]
    value: ValueShown | None = Field(description="What it is worth; null: nobody has said.")
    outcome: str | None = Field(
        description="What came of it, a name of `GET /outcomes`; null while it is open, or if nobody said."
    )
    hours_overdue: float = Field(description="By the database's clock; 0 when not overdue or completed.")
    working_overdue: WorkingOverdue | None = Field(
        description="The same by the calendar that applies; null: none does, or it is not overdue."
    )
    level: int = Field(description="Number of the last policy step taken; 0: none yet.")
    level_label: str | None = Field(description="Label of that step; null at level 0.")
    severity: Severity | None = Field(
        description="How grave that step is: `reminder` (not overdue yet), `overdue`, `escalated` (somebody "
        "beyond the assignee is to see to it) or `breach` (an SLA breach); null at level 0."
    )
    sla_breach: bool = Field(description="Whether that step is an SLA breach.")
    escalated: bool = Field(description="Whether that step tells others than the assignee.")
    note_required: bool = Field(
        description="Whether its policy asks for a `note` of who completes it, as far as it is escalated now."
    )
    next_step_at: Time | None = Field(
        description="When the next step comes, while it waits when that ends; null after the last one."
    )
    holds: list[HoldShown] = Field(description="What holds it now.")
    waiting_until: Time | None = Field(description="Until when its clock stands; null: it does not wait.")
    snoozed: int = Field(description="How often people have snoozed it since it was due at this time.")
    acknowledged_by: PersonName | None = Field(
        description="Who has said that they have it, and has it still."
    )
    moved: int = Field(description="How often it got another due time.")
    first_due_at: Time = Field(description="When it was first due; `due_at` if it was never moved.")
    series_id: int | None = Field(
        description="Of which series it is, `GET /series/{id}`; null: it does not come again."
    )
    may_change: bool = Field(
        description="Whether you may change it, or only read it: you were told of it, and it is of somebody "
        "who is not below you."
    )
    version: int = Field(description="Counts edits.")
    etag: str = Field(description="For `If-Match`: the same as the header `ETag` of a single follow-up.")
    created_at: Time
    updated_at: Time


FOLLOW_UP_COUNTS_EXAMPLE: JsonDict = {
    "overdue": 4,
    "today": 2,
    "upcoming": 31,
    "at_least": [],
    "as_of": "2026-03-02T09:00:00.250344Z",
}


CountedView = Literal[View.OVERDUE, View.TODAY, View.UPCOMING]


class FollowUpCounts(Schema, json_schema_extra=examples(FOLLOW_UP_COUNTS_EXAMPLE)):
    """How many open follow-ups there are in each view."""

    overdue: int
    today: int
    upcoming: int
    at_least: list[CountedView] = Field(
        description="Views of which a quick count has not seen all: they may hold more."
    )
    as_of: Time = Field(description="When they were counted, for a bulk action on all of them.")


class DeletedFollowUp(Schema):
    """A follow-up that was deleted and can be restored."""

    id: int
    external_id: str | None
    title: str
    due_at: Time
    assignee: Assignee
    deleted_at: Time
    deleted_by: PersonName | None = Field(description="Null when it was not deleted through the API.")
    kept_until: Time = Field(description="Until then it can be restored; then it is gone for good.")


SUBJECT_INPUT_EXAMPLE: JsonDict = {k: v for k, v in EXAMPLE_SUBJECT.items() if k != "id"}


class SubjectInput(Input, json_schema_extra=examples(SUBJECT_INPUT_EXAMPLE)):
    """An existing lead or client by `id`, or by a known `kind` and `external_id`; or the data of a new one.

    A known one stays as it is, whatever else is given here.
    """

    id: Id | None = None
    kind: Literal["lead", "client"] | None = None
    external_id: Line | None = None
    name: Line | None = None
    url: Link | None = None
    phone: Phone | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _id_or_data(self) -> Self:
        given = [self.kind, self.external_id, self.name, self.url, self.phone, self.email]
        if self.id is not None:
            if any(value is not None for value in given):
                raise ValueError("needs either the id of an existing one, or the data of a new one")
        elif self.kind is None or self.name is None:
            raise ValueError("needs an id, or a kind (lead or client) and a name")
        return self


FOLLOW_UP_CREATE_EXAMPLE: JsonDict = {
    "title": "Call Acme about renewal",
    "due_at": "2026-03-02T09:00:00Z",
    "notes": "Ask for Ms Okafor.",
    "subject": {"kind": "client", "external_id": "C-1009", "name": "Acme Corporation"},
}


class FollowUpCreate(NewFacts, json_schema_extra=examples(FOLLOW_UP_CREATE_EXAMPLE)):
    """A new follow-up."""

    title: Line
    due_at: SaneTime
    notes: Notes = ""
    assignee_id: Id | None = Field(None, description="Whose it is; without it, the caller's.")
    subject: SubjectInput | None = None
    external_id: Line | None = Field(None, description="Unique; imports find the follow-up by it.")
    repeats: Repeats | None = Field(
        None, description="By which rule it comes again; it is the first of its series."
    )


class FollowUpPatch(
    Changes, ClockChoice, json_schema_extra=examples({"due_at": "2026-03-04T13:30:00Z"}, {"assignee_id": 5})
):
    """What to change; what is left out stays."""

    title: Line = Field(default_factory=unchanged)
    due_at: SaneTime = Field(default_factory=unchanged)
    notes: Notes = Field(default_factory=unchanged)
    assignee_id: Id = Field(default_factory=unchanged)
    subject: SubjectInput | None = Field(
        default_factory=unchanged, description="Null: it is about nobody in particular."
    )
    external_id: Line | None = Field(default_factory=unchanged)
    kind: KindName = Field(default_factory=unchanged, description=KIND)
    priority: Priority = Field(default_factory=unchanged)
    tags: Tags = Field(default_factory=unchanged, description=f"All of them. {TAGS}")
    value: Value | None = Field(default_factory=unchanged, description="Null: nobody knows any more.")
    reason: Reason | None = Field(None, description=f"Why `due_at` changes, or the clock starts over. {WHY}")

    @model_validator(mode="after")
    def _reason_of_a_move(self) -> Self:
        if self.reason is not None and "due_at" not in self.model_fields_set and not self.restart_clock:
            raise ValueError("reason belongs to a new due_at or to restart_clock: send both, or neither")
        return self

    def changes(self) -> dict[str, Any]:
        """Only the fields of the follow-up that were sent."""
        return {name: value for name, value in super().changes().items() if name not in _ABOUT_THE_CHANGE}


_ABOUT_THE_CHANGE = {"reason", *ClockChoice.model_fields}
