"""Follow-ups: lists, edits under `If-Match`, and what one can do to them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Body, Depends, Query, Response
from fastapi.responses import StreamingResponse
from followup_common.db import Transaction
from followup_common.db.tables import follow_ups
from followup_common.policy import HoldKind
from sqlalchemy import func, select

from followup_api.absences.queries import away_until
from followup_api.audit import Action, Audit
from followup_api.dependencies import App
from followup_api.downloads import FileAnswer
from followup_api.etags import IfMatch
from followup_api.followups import activities, bulk, completing, deleted, export, holding, queries, service
from followup_api.followups.activity_schemas import Activity
from followup_api.followups.bulk_schemas import BulkChange, BulkFilter, BulkResult, HoldPresetsInput
from followup_api.followups.calendar_days import CalendarQuery, FollowUpCalendar, days_of
from followup_api.followups.completing_schemas import (
    Completed,
    Completion,
    CompletionQuery,
    LogEntry,
    PresetQuery,
    PresetTimes,
)
from followup_api.followups.counts import counts, quick_counts
from followup_api.followups.detail_schemas import FollowUpDetail, FollowUpGiven
from followup_api.followups.due_filters import about_conditions, due_conditions
from followup_api.followups.hold_schemas import HoldPresets, Snooze, Wait
from followup_api.followups.own_clock import clock_of
from followup_api.followups.policy import policy_and_next_step
from followup_api.followups.queries import Filters
from followup_api.followups.schemas import (
    DeletedFollowUp,
    FollowUp,
    FollowUpCountQuery,
    FollowUpCounts,
    FollowUpCreate,
    FollowUpExport,
    FollowUpFilters,
    FollowUpPatch,
    FollowUpQuery,
    Format,
)
from followup_api.followups.scopes import narrowed_scope, scope_of, standing_in, taken_from
from followup_api.followups.searches import looked_up
from followup_api.followups.service import Target
from followup_api.followups.summed_up import told_of
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, PageQuery
from followup_api.permissions import Caller, Permission, refuse_another, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.subjects.survivors import survivor_of
from followup_api.unit_of_work import WRITES, Work

router = api_router(prefix="/follow-ups", tags=["Follow-ups"])

EXPORTED: dict[str, Any] = {
    "description": "The file.",
    "content": {
        export.MEDIA_TYPES[Format.CSV]: {"schema": {"type": "string"}, "example": ",".join(export.COLUMNS)},
        export.MEDIA_TYPES[Format.XLSX]: {"schema": {"type": "string", "format": "binary"}},
    },
}

Reader = Annotated[Caller, require(Permission.FOLLOW_UPS_READ)]
Writer = Annotated[Caller, require(Permission.FOLLOW_UPS_WRITE)]
Deleter = Annotated[Caller, require(Permission.FOLLOW_UPS_DELETE)]


def target(work: Work, caller: Writer, follow_up_id: PathId, tags: IfMatch) -> Target:
    """The follow-up that a request is about to change."""
    return Target.of(work, caller, follow_up_id, tags)


Targeted = Annotated[Target, Depends(target)]


@router.get("", summary="List follow-ups")
def list_follow_ups(work: Work, caller: Reader, query: Annotated[FollowUpQuery, Query()]) -> Page[FollowUp]:
    """Follow-ups that you may see: your own and those of everyone below you; as an admin everyone's."""
    page = queries.page(work.tx, query.view, _in_sight(work.tx, caller, query), query, query.sort)
    return Page[FollowUp].of(page, queries.shown(work.tx, page.rows))


@router.get("/counts", summary="Count open follow-ups by view")
def count_follow_ups(
    work: Work, caller: Reader, query: Annotated[FollowUpCountQuery, Query()]
) -> FollowUpCounts:
    """How many open follow-ups the views overdue, today and upcoming hold, under the same filters."""
    count = quick_counts if query.quick else counts
    return count(work.tx, _in_sight(work.tx, caller, query))


@router.get("/calendar", summary="Read follow-ups by day")
def list_days(work: Work, caller: Reader, query: Annotated[CalendarQuery, Query()]) -> FollowUpCalendar:
    """How many follow-ups each day of a week or month has, by your time zone, and the first of each day. The
    whole of a day is the list from its midnight (`due_from`) to the next one (`due_before`)."""
    working, _, _ = clock_of(work.tx, caller.user_id)
    return FollowUpCalendar(days=days_of(work.tx, _in_sight(work.tx, caller, query), query, working))


@router.get(
    "/export",
    summary="Download follow-ups as CSV or XLSX",
    dependencies=[WRITES],
    response_class=StreamingResponse,
    responses={200: EXPORTED, **documented(409, 429, 503)},
)
def export_follow_ups(
    *,
    work: Work,
    app: App,
    audit: Audit,
    caller: Reader,
    query: Annotated[FollowUpExport, Query()],
    response: Response,
) -> FileAnswer:
    """A file for spreadsheets, of at most 100,000 follow-ups.

    In CSV an apostrophe is before whatever could be taken for a formula, also by what splits lines at
    semicolons or tabs; an import takes it out again. A workbook (XLSX) needs none: its texts are texts, its
    times dates in UTC.
    """
    refuse_another(query.person, caller.user_id)
    with ExitStack() as until_sent:
        until_sent.enter_context(app.downloads.one(caller.user_id))
        with app.downloads.writing.one(caller.user_id):
            rows = queries.stream(work.tx, query.view, _in_sight(work.tx, caller, query), query.sort)
            file = until_sent.enter_context(export.written(rows, query.format))
        audit(Action.FOLLOW_UPS_EXPORTED, view=query.view.value, format=query.format.value)
        headers = {
            **response.headers,
            "Content-Disposition": f'attachment; filename="follow-ups.{query.format.value}"',
        }
        close = until_sent.pop_all().close
    return FileAnswer(file, close, media_type=export.MEDIA_TYPES[query.format], headers=headers)


@router.post("", summary="Plan a follow-up", status_code=201, responses=documented(409))
def create_follow_up(
    work: Work, caller: Writer, body: FollowUpCreate, response: Response, _once: Idempotent
) -> FollowUpGiven:
    """Plan a follow-up: for yourself or anyone below you, as an admin for anyone."""
    created = service.create(work, body, scope_of(work.tx, caller), caller.user_id)
    response.headers["Location"] = f"/api/v1/follow-ups/{created.id}"
    return _given(work.tx, _tagged(created, response))


@router.get("/presets", summary="List due times by name", responses=documented(404))
def list_presets(work: Work, caller: Reader, query: Annotated[PresetQuery, Query()]) -> PresetTimes:
    """When tomorrow, Monday, in a week and so on are for somebody: at nine on their own clock, or at the next
    opening of their working hours."""
    found = completing.presets(work.tx, query.assignee_id or caller.user_id, query.working_days)
    if query.hold is None or query.follow_up_id is None:
        return found
    held = Target.of(work, caller, query.follow_up_id, None)
    held.read()
    allowed = holding.presets(work.tx, caller.user_id, [held.id], HoldKind(query.hold))
    return found.model_copy(update={"items": allowed.items})


@router.post("/presets", summary="List times up to which many may be held")
def list_presets_of_many(work: Work, caller: Reader, body: HoldPresetsInput) -> HoldPresets:
    """Of the times that have names those up to which you may snooze many follow-ups, or let them wait, by the
    policies of all of them. Nothing is stored. Completed ones, and those that you may not change, do not
    count."""
    found = _filters(work.tx, caller, body.filter) if body.filter else None
    return bulk.hold_presets(work.tx, body, scope_of(work.tx, caller), caller.user_id, found)


@router.get("/deleted", summary="List deleted follow-ups")
def list_deleted_follow_ups(
    work: Work, caller: Deleter, query: Annotated[PageQuery, Query()]
) -> Page[DeletedFollowUp]:
    """What you may restore, latest deletion first. Each is kept for 30 days."""
    return deleted.page(work.tx, scope_of(work.tx, caller), query)


@router.post("/bulk", summary="Change many follow-ups at once", responses=documented(409))
def change_follow_ups(work: Work, caller: Writer, body: BulkChange) -> BulkResult:
    """Complete, reassign, reschedule, edit or hold up to 10,000 follow-ups in one transaction, or undo that;
    those that cannot be changed say why. A completed one is reopened before it is reassigned or rescheduled.
    With `versions` or `etags`, those that somebody has changed since you read them are left alone. In place
    of `ids` a `filter` finds them: count first (`GET /follow-ups/counts`), and send the count; 409 says that
    it has changed."""
    found = _filters(work.tx, caller, body.filter) if body.filter else None
    return bulk.change_many(work, body, scope_of(work.tx, caller), caller.user_id, found)


@router.get("/{follow_up_id}", summary="Read a follow-up", responses=documented(404))
def get_follow_up(work: Work, caller: Reader, follow_up_id: PathId, response: Response) -> FollowUpDetail:
    """One follow-up, with the policy that it is on and why, and the step that comes next."""
    found = _tagged(
        queries.get(work.tx, follow_up_id, scope_of(work.tx, caller), reader=caller.user_id), response
    )
    return FollowUpDetail.model_validate({**dict(found), **policy_and_next_step(work.tx, follow_up_id)})


@router.patch("/{follow_up_id}", summary="Change a follow-up", responses=documented(404, 409, 412))
def edit_follow_up(
    follow_up: Targeted, body: FollowUpPatch, response: Response, _once: Idempotent
) -> FollowUpGiven:
    """Change a follow-up. A new due time starts its escalation over (one that has
    been escalated needs a `reason`); a new assignee is told at once.

    So are those whom the step that has been reached tells now, unless it told them before. For
    10 minutes you may undo it. A completed one keeps its due time and its assignee: 409 says to reopen it
    first.
    """
    return _given(follow_up.tx, _tagged(service.edit(follow_up, body), response))


@router.delete(
    "/{follow_up_id}", summary="Delete a follow-up", status_code=204, responses=documented(404, 412)
)
def delete_follow_up(work: Work, caller: Deleter, follow_up_id: PathId, tags: IfMatch, audit: Audit) -> None:
    """Delete a follow-up with its history and notifications. It is kept for 30 days, in which it can be
    restored. Who may is a setting; others complete it or hand it back."""
    lost = service.remove(Target.of(work, caller, follow_up_id, tags))
    audit(Action.FOLLOW_UP_DELETED, f"follow-ups/{follow_up_id}", **lost)


@router.post("/{follow_up_id}/restore", summary="Restore a deleted follow-up", responses=documented(404, 409))
def restore_follow_up(
    work: Work, caller: Deleter, follow_up_id: PathId, audit: Audit, response: Response
) -> FollowUp:
    """Bring a deleted follow-up back as it was, with its history and notifications; nobody is told again. It
    goes back to its assignee, even if they are inactive by now."""
    restored, kept = service.restore(work, follow_up_id, scope_of(work.tx, caller), caller.user_id)
    audit(Action.FOLLOW_UP_RESTORED, f"follow-ups/{follow_up_id}", **kept)
    return _tagged(restored, response)


@router.post("/{follow_up_id}/complete", summary="Complete a follow-up", responses=documented(404, 412))
def complete_follow_up(
    *,
    follow_up: Targeted,
    response: Response,
    body: Annotated[Completion, Body(default_factory=Completion)],
    query: Annotated[CompletionQuery, Query()],
    _once: Idempotent,
) -> Completed:
    """Mark as done, which stops its escalation; say what came of it, and plan what comes next: all or
    nothing. Completing it again changes nothing and plans nothing; with `only_open` it is refused (412, with
    `current`). For 10 minutes you may undo it, which takes the next one back too, unless somebody has changed
    that."""
    completed = completing.complete(follow_up, body, only_open=query.only_open)
    response.headers["ETag"] = completed.etag
    return completed


@router.post(
    "/{follow_up_id}/acknowledge",
    summary="Acknowledge a follow-up",
    responses=documented(404, 409, 412),
)
def acknowledge_follow_up(follow_up: Targeted, response: Response, _once: Idempotent) -> FollowUp:
    """Say that you have it. The next step of its escalation is held for as long as its policy says, at most
    until the step behind it. Anyone whom a step has told may; what reminds of the step that was told goes on.
    Other people's snoozes end. For 10 minutes you may undo it."""
    return _tagged(holding.acknowledge(follow_up), response)


@router.post("/{follow_up_id}/snooze", summary="Snooze a follow-up", responses=documented(404, 409, 412))
def snooze_follow_up(follow_up: Targeted, body: Snooze, response: Response, _once: Idempotent) -> FollowUp:
    """Be reminded later: until then you are told nothing of the step that was reached, and then once that the
    time has come. It is moved to the next opening of your working hours. What tells others goes on, and a
    later step tells you, too. How often and how long is said by its policy."""
    return _tagged(holding.snooze(follow_up, body), response)


@router.post("/{follow_up_id}/wait", summary="Let a follow-up wait", responses=documented(404, 409, 412))
def let_follow_up_wait(follow_up: Targeted, body: Wait, response: Response) -> FollowUp:
    """It is somebody else's turn: the clock of its escalation stands until a time, and nobody is told
    anything. Then it goes on, and its assignee and their manager are told once. It ends earlier when it is
    completed, handed on or moved, or when somebody ends it. How often and how long is said by its policy."""
    return _tagged(holding.wait(follow_up, body), response)


@router.delete("/{follow_up_id}/holds/{hold_id}", summary="End a hold", responses=documented(404, 409, 412))
def end_hold(follow_up: Targeted, hold_id: PathId, response: Response) -> FollowUp:
    """End a wait, your snooze or your acknowledgement before its time. One that has ended stays so."""
    return _tagged(holding.end(follow_up, hold_id), response)


@router.post(
    "/{follow_up_id}/log", summary="Log a call or a note", status_code=201, responses=documented(404)
)
def log_activity(
    follow_up: Targeted, body: LogEntry, work: Work, caller: Writer, _once: Idempotent
) -> Activity:
    """Write into the history what happened, such as a call nobody answered, or a note."""
    entry_id = completing.log(follow_up, body)
    return activities.entry(work.tx, entry_id, caller.time_zone)


@router.post("/{follow_up_id}/reopen", summary="Reopen a follow-up", responses=documented(404, 412))
def reopen_follow_up(follow_up: Targeted, response: Response) -> FollowUp:
    """Open a completed one: its escalation starts over from the due time. An open one stays as it is. To take
    back a completion of a moment ago, undo it instead."""
    return _tagged(service.reopen(follow_up), response)


@router.post(
    "/{follow_up_id}/undo", summary="Undo one's own last change", responses=documented(404, 409, 412)
)
def undo_change(follow_up: Targeted, response: Response) -> FollowUp:
    """Put a follow-up back as it was before your last change of it (complete, reopen, PATCH, or the same in
    bulk): due time, assignee, and how far its escalation was; nobody is told again. For 10 minutes, and as
    long as nothing else has changed: otherwise 409 says why."""
    return _tagged(service.undo(follow_up), response)


@router.get("/{follow_up_id}/activities", summary="List a follow-up's history", responses=documented(404))
def list_activities(
    work: Work, caller: Reader, follow_up_id: PathId, query: Annotated[PageQuery, Query()]
) -> Page[Activity]:
    """What happened to a follow-up, newest first: who did what, and who was told what and why."""
    queries.get(work.tx, follow_up_id, scope_of(work.tx, caller), reader=caller.user_id)
    return activities.page(work.tx, follow_up_id, query, caller.time_zone)


def _filters(tx: Transaction, caller: Caller, query: FollowUpFilters | BulkFilter) -> Filters:
    """What a query asks for of what the caller may change."""
    scope = narrowed_scope(tx, caller, query.assignee)
    words = looked_up(tx, query.q, scope)
    by = query.summed_up_by
    told = None if by is None else told_of(tx, caller.user_id, by)
    now = tx.execute(select(func.now())).scalar_one() if query.due_in else None
    due = tuple(due_conditions(query, now, caller.time_zone, caller.preferences.week_start))
    subject = None if query.subject_id is None else survivor_of(tx, query.subject_id)
    asked: dict[str, Any] = {"facts": query, "progress": query, "told": told}
    about = tuple(about_conditions(query))
    return Filters(scope, caller.time_zone, subject, words, due=due, about=about, **asked)


def _in_sight(tx: Transaction, caller: Caller, query: FollowUpFilters) -> Filters:
    """The same of what they may read: of what they were told of, also what went from them in one go."""
    found = _filters(tx, caller, query)
    if query.summed_up_by is None or query.assignee != "all" or found.scope.user_ids is None:
        return found
    return replace(
        found,
        beyond=taken_from(caller.user_id, follow_ups.c.id),
        changeable=found.scope.condition() | standing_in(caller.user_id),
    )


def _tagged(follow_up: FollowUp, response: Response) -> FollowUp:
    response.headers["ETag"] = follow_up.etag
    return follow_up


def _given(tx: Transaction, follow_up: FollowUp) -> FollowUpGiven:
    until = away_until(tx, follow_up.assignee_id)
    return FollowUpGiven.model_validate({**dict(follow_up), "assignee_absent_until": until})
