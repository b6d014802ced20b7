"""Importing people and follow-ups from files."""

from __future__ import annotations

from typing import Annotated, Any, BinaryIO

from fastapi import Query

from followup_api.audit import Action, Audit, Trail
from followup_api.auth.proof import require_proof
from followup_api.idempotency import Idempotent
from followup_api.imports.absences import import_absences as write_absences
from followup_api.imports.follow_ups import import_follow_ups as write_follow_ups
from followup_api.imports.layouts import ABSENCES, FOLLOW_UPS, PEOPLE
from followup_api.imports.preview import preview_of
from followup_api.imports.problems import NotCsv
from followup_api.imports.schemas import AbsencesQuery, ImportPreview, ImportQuery, ImportResult, PeopleQuery
from followup_api.imports.upload import file_body, received
from followup_api.imports.users import import_users as write_users
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import MEDIA_TYPE, documented
from followup_api.routing import api_router
from followup_api.unit_of_work import Work

router = api_router(prefix="/imports", tags=["Imports"])

# Asked before the file is received, and again afterwards. An import of people
# decides about roles, so a token needs another scope for it than for follow-ups.
Admin = Annotated[Caller, require(Permission.USERS_IMPORT)]
Importer = Annotated[Caller, require(Permission.IMPORTS)]
FileOfPeople = Annotated[BinaryIO, received(Permission.USERS_IMPORT)]
FileToImport = Annotated[BinaryIO, received(Permission.IMPORTS)]

USERS_EXAMPLE = """\
email,name,role,manager_email,time_zone,active
dana.reyes@example.com,Dana Reyes,manager,,Europe/Berlin,true
amir.patel@example.com,Amir Patel,employee,dana.reyes@example.com,Europe/Berlin,true
"""
FOLLOW_UPS_EXAMPLE = (
    "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,subject_name,subject_url,notes,"
    "status\n"
    "deal-1C1I7A6R,Call Acme about renewal,amir.patel@example.com,2026-03-02T09:00:00Z,client,C-1009,"
    "Acme Corporation,https://crm.example.com/clients/C-1009,,open\n"
)
ABSENCES_EXAMPLE = """\
email,first_day,last_day,substitute_email,note
amir.patel@example.com,2026-12-21,2027-01-03,dana.reyes@example.com,On holiday
"""
CALENDAR_EXAMPLE = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Calendar//EN
BEGIN:VEVENT
UID:1@example.com
SUMMARY:Vacation
DTSTART;VALUE=DATE:20261221
DTEND;VALUE=DATE:20270104
ORGANIZER:mailto:amir.patel@example.com
END:VEVENT
END:VCALENDAR
"""
NOT_CSV: dict[int | str, dict[str, Any]] = {
    415: {
        "description": NotCsv.title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }
}
CALENDARS = """

A calendar of a person (iCalendar, `.ics`) is taken as well. Of its events those are absences that are out of
office (`X-MICROSOFT-CDO-BUSYSTATUS`), or whose category or title says so (vacation, sick leave, out of
office, Urlaub, ...), unless they are cancelled, tentative or free; `events=all` takes each. Of one with times
the days count of which it takes half from 8 to 18 o'clock, by the clock that it is written in. What comes by
a rule is looked up for a year, what overlaps is one absence, what is over is passed over, and the title of a
private one is not kept.
"""
RULES = """

All or nothing: with any error the answer is 422, `errors` carry `line`, `field` and `message`, and nothing
is written. With `partial=true` the good lines are written and the others reported. With `dry_run=true`
nothing is written: the answer says what the good lines would do, and what is wrong with the others.

A file is recognised: a workbook (XLSX), of which the first sheet with rows is read, or a text in UTF-8, with
or without a byte order mark, in UTF-16, or in Windows-1252 where nothing else can be meant; separated by
commas, semicolons or tabs, or as a line `sep=;` says; with any line ends. Blank lines are passed over. The
header names the columns in any order, compared without case, blanks, underscores and signs (`E-Mail`,
`Time Zone`). Of a column that it lacks what is known stays as it is. `columns` says what each column of the
file is where the headings do not.
"""

PREVIEW = """
What a file is, how its columns are called, what they certainly are of ours, and their first cells. Nothing
of it is checked or written. Of a text the first 256 KiB are enough; a workbook is sent whole. Give what you
decide as `columns` to the import.
"""


@router.post(
    "/users",
    summary="Import people",
    description="Creates and updates people by `email`. `name` may be in two columns, `first_name` and "
    "`last_name`. `role` is employee, manager or admin; `manager_email` may be that of a later line; an "
    "empty `time_zone` is UTC, an empty `active` is true. `calendar` is the name of one in use; empty: that "
    "of the nearest manager who has one, else the organisation's." + RULES,
    responses={**documented(409, 429), **NOT_CSV},
    openapi_extra=file_body(USERS_EXAMPLE),
)
def import_users(
    file: FileOfPeople,
    work: Work,
    audit: Audit,
    caller: Admin,
    query: Annotated[PeopleQuery, Query()],
    _once: Idempotent,
) -> ImportResult:
    if not query.dry_run:
        require_proof(caller)
    return _audited(audit, Action.USERS_IMPORTED, write_users(work, audit, caller.user_id, file, query))


@router.post(
    "/follow-ups",
    summary="Import follow-ups",
    description="Creates and updates follow-ups by `external_id`. `due_at` needs a zone, or `time_zone` is "
    "that of the whole file. `status` is open or completed; empty leaves it as it is, or open. A completed "
    "follow-up keeps its `due_at` and its assignee, unless the line reopens it with `status` open. A new "
    "`due_at` starts the escalation over; who gets an "
    "open follow-up of somebody else is told, and must be active." + RULES,
    responses={**documented(409, 429), **NOT_CSV},
    openapi_extra=file_body(FOLLOW_UPS_EXAMPLE),
)
def import_follow_ups(
    file: FileToImport,
    work: Work,
    audit: Audit,
    caller: Importer,
    query: Annotated[ImportQuery, Query()],
    _once: Idempotent,
) -> ImportResult:
    result = write_follow_ups(work, file, query, caller.user_id)
    return _audited(audit, Action.FOLLOW_UPS_IMPORTED, result)


@router.post(
    "/absences",
    summary="Import absences",
    description="Plans absences of the person whose `email` it is, from `first_day` to `last_day`, which "
    "still belongs to it: days of their own time zone, such as 2026-12-21. One of the same days is changed: "
    "`substitute_email` and `note`. None may overlap another." + CALENDARS + RULES,
    responses={**documented(409, 429), **NOT_CSV},
    openapi_extra=file_body(ABSENCES_EXAMPLE, CALENDAR_EXAMPLE),
)
def import_absences(
    file: FileToImport,
    work: Work,
    audit: Audit,
    caller: Importer,
    query: Annotated[AbsencesQuery, Query()],
    _once: Idempotent,
) -> ImportResult:
    return _audited(audit, Action.ABSENCES_IMPORTED, write_absences(work.tx, caller.user_id, file, query))


@router.post(
    "/absences/preview",
    summary="Look at a file of absences",
    description=PREVIEW,
    responses={**documented(422, 429), **NOT_CSV},
    openapi_extra=file_body(ABSENCES_EXAMPLE, CALENDAR_EXAMPLE),
)
def preview_absences(file: FileToImport, _: Importer) -> ImportPreview:
    return preview_of(file, ABSENCES)


@router.post(
    "/users/preview",
    summary="Look at a file of people",
    description=PREVIEW,
    responses={**documented(422, 429), **NOT_CSV},
    openapi_extra=file_body(USERS_EXAMPLE),
)
def preview_users(file: FileOfPeople, _: Admin) -> ImportPreview:
    return preview_of(file, PEOPLE)


@router.post(
    "/follow-ups/preview",
    summary="Look at a file of follow-ups",
    description=PREVIEW,
    responses={**documented(422, 429), **NOT_CSV},
    openapi_extra=file_body(FOLLOW_UPS_EXAMPLE),
)
def preview_follow_ups(file: FileToImport, _: Importer) -> ImportPreview:
    return preview_of(file, FOLLOW_UPS)


def _audited(audit: Trail, action: Action, result: ImportResult) -> ImportResult:
    if not result.dry_run:
        audit(action, **result.model_dump(include={"created", "updated", "unchanged", "subjects_changed"}))
    return result
