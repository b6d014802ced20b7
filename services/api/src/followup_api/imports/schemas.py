"""What an import takes besides the file, and what it answers."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from followup_api.schemas import Parameters, Schema

MAX_ERRORS = 1_000


class ImportQuery(Parameters):
    """How to treat the file."""

    partial: bool = Field(
        False,
        description="Write the good lines and report the others, instead of refusing the whole file.",
    )
    dry_run: bool = Field(
        False,
        description="Write nothing: say what the good lines would do, and what is wrong with the others.",
    )


class LineError(Schema):
    """What is wrong with one line of the file, and how to mend it."""

    line: int = Field(description="Where the line's record begins in the file; the header is line 1.")
    field: str = Field(description="The column; empty when it is about the whole line.")
    message: str


class ImportResult(Schema):
    """What an import did, or would do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
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
            ]
        }
    )

    created: int
    updated: int
    unchanged: int = Field(description="Lines that say what is there already.")
    errors: list[LineError] = Field(description=f"By line; the first {MAX_ERRORS:,}.")
    more_errors: int = Field(description="How many more there are.")
    subjects_changed: int = Field(
        0,
        description="Known leads and clients that get another name or link; their history keeps it.",
    )
    warnings: list[str] = Field(
        description="What the good lines bring about that may not be meant, as sentences: such as how many "
        "people with reports are demoted or deactivated.",
    )
    dry_run: bool = Field(description="Whether this is what would happen, and nothing was written.")
