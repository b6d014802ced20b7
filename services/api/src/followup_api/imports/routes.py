"""Importing people and follow-ups from CSV files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from followup_api.audit import Action, Audit, Trail
from followup_api.auth.proof import require_proof
from followup_api.dependencies import Work
from followup_api.idempotency import Idempotent
from followup_api.imports.follow_ups import import_follow_ups as write_follow_ups
from followup_api.imports.problems import NotCsv
from followup_api.imports.schemas import ImportQuery, ImportResult
from followup_api.imports.upload import CsvFile, UploadRoute, csv_body
from followup_api.imports.users import import_users as write_users
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import MEDIA_TYPE, documented
from followup_api.routing import API, plain_router

router = plain_router(prefix=f"{API}/imports", tags=["Imports"], route_class=UploadRoute)

# Asked before the file is received, and again afterwards. An import of people
# decides about roles, so a token needs another scope for it than for follow-ups.
Admin = Annotated[Caller, require(Permission.USERS_IMPORT)]
Importer = Annotated[Caller, require(Permission.IMPORTS)]

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
NOT_CSV: dict[int | str, dict[str, Any]] = {
    415: {
        "description": NotCsv.title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }
}
RULES = """

All or nothing: with any error the answer is 422, `errors` carry `line`, `field` and `message`, and nothing
is written. With `partial=true` the good lines are written and the others reported. With `dry_run=true`
nothing is written: the answer says what the good lines would do, and what is wrong with the others. The
header names all columns, in any order; the file is UTF-8.
"""


@router.post(
    "/users",
    summary="Import people",
    description="Creates and updates people by `email`. `role` is employee, manager or admin; "
    "`manager_email` may be that of a later line; an empty `time_zone` is UTC, an empty `active` is true."
    + RULES,
    responses={**documented(409, 429), **NOT_CSV},
    openapi_extra=csv_body(USERS_EXAMPLE),
)
def import_users(
    work: Work,
    audit: Audit,
    caller: Admin,
    query: Annotated[ImportQuery, Query()],
    file: CsvFile,
    _once: Idempotent,
) -> ImportResult:
    if not query.dry_run:
        require_proof(caller)
    return _audited(audit, Action.USERS_IMPORTED, write_users(work.tx, file, query))


@router.post(
    "/follow-ups",
    summary="Import follow-ups",
    description="Creates and updates follow-ups by `external_id`. `due_at` needs a zone. `status` is open or "
    "completed; empty leaves it as it is, or open. A new `due_at` starts the escalation over; who gets an "
    "open follow-up of somebody else is told, and must be active." + RULES,
    responses={**documented(409, 429), **NOT_CSV},
    openapi_extra=csv_body(FOLLOW_UPS_EXAMPLE),
)
def import_follow_ups(
    work: Work,
    audit: Audit,
    caller: Importer,
    query: Annotated[ImportQuery, Query()],
    file: CsvFile,
    _once: Idempotent,
) -> ImportResult:
    result = write_follow_ups(work, file, query, caller.user_id)
    return _audited(audit, Action.FOLLOW_UPS_IMPORTED, result)


def _audited(audit: Trail, action: Action, result: ImportResult) -> ImportResult:
    if not result.dry_run:
        audit(action, **result.model_dump(include={"created", "updated", "unchanged", "subjects_changed"}))
    return result
