"""What an import takes besides the file, and what it answers."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic.config import JsonDict

from followup_api.imports.reading import Reading
from followup_api.schemas import Parameters, Schema, examples
from followup_api.users.schemas import Email, TimeZone

MAX_ERRORS = 1_000


class ImportQuery(Parameters):
    """How to treat the file."""

    partial: bool = Field(
        False,
        description="Write the good lines and report the others, instead of refusing the whole file.",
    )
    columns: str | None = Field(
        None,
        max_length=20_000,
        description="What each column of the file is, in the order of the file and separated by commas, as a "
        "preview proposes it; nothing between two commas: the column is not read. Without it the headings "
        "decide.",
        examples=["email,first_name,last_name,,active"],
    )
    time_zone: TimeZone | None = Field(
        None,
        description="IANA name of the zone that times of the file without one are of. Without it they are "
        "refused.",
    )
    dry_run: bool = Field(
        False,
        description="Write nothing: say what the good lines would do, and what is wrong with the others.",
    )

    @property
    def chosen(self) -> list[str] | None:
        """What the caller says of each column of the file, if anything."""
        return None if self.columns is None else [name.strip() for name in self.columns.split(",")]

    @property
    def reading(self) -> Reading | None:
        """How to read a calendar, where one can be imported."""
        return None

    @property
    def zone(self) -> ZoneInfo | None:
        """That of times without one."""
        return None if self.time_zone is None else ZoneInfo(self.time_zone)


class PeopleQuery(ImportQuery):
    """How to treat a file of people."""

    open_work: Literal["manager", "stays"] | None = Field(
        None,
        description="What becomes of the open follow-ups of those whom the file deactivates: they go to "
        "their managers, or stay theirs, and the next active person above is told. Without it the lines of "
        "those who have any are errors.",
    )


class AbsencesQuery(ImportQuery):
    """How to treat a file of absences."""

    person: Email | None = Field(
        None,
        description="Whose calendar (.ics) the file is: the address of that person. Without it each event "
        "names them: who is invited, if it is one person, or else who made it.",
    )
    events: Literal["away", "all"] = Field(
        "away",
        description="Which events of a calendar are absences: `away`, those that say so; `all`, each that is "
        "not cancelled, as of a system that keeps nothing else.",
    )

    @property
    def reading(self) -> Reading:
        """How to read a calendar."""
        return Reading(self.person, every=self.events == "all", zone=self.zone)


class PreviewColumn(Schema):
    """A column of a file."""

    heading: str
    column: str | None = Field(description="What it certainly is of ours; null: nothing, or not certain.")
    samples: list[str] = Field(description="Its first cells.")


class ImportPreview(Schema):
    """The head of a file, before anything of it is checked."""

    kind: Literal["csv", "xlsx", "ics"]
    encoding: str | None = Field(description="Of a text, such as UTF-8; null for a workbook.")
    separator: str | None = Field(description="Of a text: the character between its columns.")
    sheets: list[str] = Field(description="Of a workbook: its sheets with rows. The first is read.")
    columns: list[PreviewColumn] = Field(description="In the order of the file.")
    choices: list[str] = Field(description="What a column can be, for the parameter `columns` of the import.")
    required: list[str] = Field(description="Those of them that a file must have.")
    times_without_zone: bool = Field(
        description="Whether `time_zone` may be needed: some of the first cells are times without a zone."
    )
    person_needed: bool = Field(
        description="Whether some absences of a calendar are of nobody, until `person` names them."
    )
    looks_like: Literal["users", "follow-ups", "absences"] | None = Field(
        description="The other kind of import for which this file is evidently meant."
    )


class LineError(Schema):
    """What is wrong with one line of the file, and how to fix it."""

    line: int = Field(description="Where the line's record begins in the file; the header is line 1.")
    field: str = Field(description="The column; empty when it is about the whole line.")
    message: str


EXAMPLE: JsonDict = {
    "created": 118,
    "updated": 4,
    "unchanged": 2_011,
    "errors": [
        {
            "line": 17,
            "field": "due_at",
            "message": "due_at '2026-03-02 09:00' has no time zone: write it like ...",
        }
    ],
    "more_errors": 0,
    "warnings": [],
    "subjects_changed": 1,
    "dry_run": False,
}


class ImportResult(Schema, json_schema_extra=examples(EXAMPLE)):
    """What an import did, or would do."""

    created: int
    updated: int
    unchanged: int = Field(description="Lines that say what is there already.")
    errors: list[LineError] = Field(description=f"By line; the first {MAX_ERRORS:,}.")
    more_errors: int = Field(description="How many more there are.")
    subjects_changed: int = Field(
        0,
        description="Known leads and clients that get another name or link; their history keeps it.",
    )
    leaving: int = Field(
        0,
        description="How many people with open follow-ups a file of people deactivates; `open_work` says "
        "what becomes of these.",
    )
    warnings: list[str] = Field(
        description="What the good lines bring about that may not be meant, as sentences: such as how many "
        "people with reports are demoted or deactivated.",
    )
    dry_run: bool = Field(description="Whether this is what would happen, and nothing was written.")
