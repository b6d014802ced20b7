"""What files of people and of follow-ups are made of, and which headings certainly mean which column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from unicodedata import normalize

from followup_api.followups.export import COLUMNS as EXPORT

_NO_LETTER = re.compile(r"[\W_]+")


def compared(heading: str) -> str:
    """A heading without what people write differently: case, blanks, underscores and signs."""
    return _NO_LETTER.sub("", normalize("NFKC", heading).casefold())


@dataclass(frozen=True)
class Layout:
    """One kind of file.

    Args:
        path: of the import, as in its address.
        what: what the file holds, as in "a file of people".
        columns: all that it can have, in the order of the temporary table.
        required: those that it must have. Of one that it lacks, what is known stays as it is.
        synonyms: further headings whose meaning is certain, with the column.
        parts: columns that several columns of a file may make up together, and these, in their order.
        addresses: columns of e-mail addresses, which are compared letter by letter.
        exported: columns that only our own exports have; nothing of them is read.
        types: of the columns of the temporary table that are no texts.
    """

    path: str
    what: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    synonyms: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()
    exported: frozenset[str] = frozenset()
    types: Mapping[str, str] = field(default_factory=dict)

    @property
    def choices(self) -> tuple[str, ...]:
        """What a column of a file can be."""
        return *self.columns, *(part for parts in self.parts.values() for part in parts)

    @cached_property
    def known(self) -> Mapping[str, str]:
        """Every heading that is understood, as `compared` makes it, with its column."""
        names = {name: name for name in (*self.choices, *self.exported)}
        return {compared(heading): column for heading, column in {**names, **self.synonyms}.items()}


PEOPLE = Layout(
    path="users",
    what="people",
    columns=("email", "name", "role", "manager_email", "time_zone", "active", "calendar"),
    required=("email", "name"),
    synonyms={
        "E-mail address": "email",
        "Mail": "email",
        "Work email": "email",
        "Full name": "name",
        "Display name": "name",
        "Given name": "first_name",
        "Forename": "first_name",
        "Family name": "last_name",
        "Surname": "last_name",
        "Manager's email": "manager_email",
        "Manager email address": "manager_email",
        "Supervisor email": "manager_email",
        "Reports to email": "manager_email",
        "Is active": "active",
        "Working hours": "calendar",
        "Work calendar": "calendar",
        "Status": "active",
    },
    parts={"name": ("first_name", "last_name")},
    addresses=frozenset({"email", "manager_email"}),
    types={"active": "boolean"},
)
COLUMNS = (
    *("external_id", "id", "title", "assignee_email", "due_at"),
    *("subject_kind", "subject_external_id", "subject_name", "subject_url", "notes", "status"),
    *("kind", "priority", "tags", "value_amount", "value_currency", "subject_phone", "subject_email"),
)
FOLLOW_UPS = Layout(
    path="follow-ups",
    what="follow-ups",
    columns=COLUMNS,
    required=("external_id", "title", "assignee_email", "due_at"),
    synonyms={
        "Assigned to email": "assignee_email",
        "Owner email": "assignee_email",
        "Due": "due_at",
        "Due date": "due_at",
        "Due time": "due_at",
        "Due date and time": "due_at",
        "Deadline": "due_at",
        "Subject link": "subject_url",
        "Phone": "subject_phone",
        "Phone number": "subject_phone",
        "Telephone": "subject_phone",
        "Contact phone": "subject_phone",
        "Contact email": "subject_email",
        "Note": "notes",
        "Follow-up kind": "kind",
        "Follow-up type": "kind",
        "Activity type": "kind",
        "Task type": "kind",
        "Importance": "priority",
        "Urgency": "priority",
        "Tag": "tags",
        "Labels": "tags",
        "Value": "value_amount",
        "Amount": "value_amount",
        "Deal value": "value_amount",
        "Currency": "value_currency",
        "Currency code": "value_currency",
    },
    addresses=frozenset({"assignee_email", "subject_email"}),
    exported=frozenset(EXPORT) - {*COLUMNS},
    types={"id": "bigint", "due_at": "timestamptz", "tags": "text[]", "value_amount": "numeric"},
)
ABSENCES = Layout(
    path="absences",
    what="absences",
    columns=("email", "first_day", "last_day", "substitute_email", "note"),
    required=("email", "first_day", "last_day"),
    synonyms={
        "E-mail address": "email",
        "Mail": "email",
        "Work email": "email",
        "From": "first_day",
        "Start date": "first_day",
        "To": "last_day",
        "Until": "last_day",
        "End date": "last_day",
        "Substitute": "substitute_email",
        "Deputy": "substitute_email",
        "Reason": "note",
    },
    addresses=frozenset({"email", "substitute_email"}),
    types={"first_day": "date", "last_day": "date"},
)
LAYOUTS = (PEOPLE, FOLLOW_UPS, ABSENCES)
