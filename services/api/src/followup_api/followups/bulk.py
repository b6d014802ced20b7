"""One action on many follow-ups, set by set."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import follow_ups
from sqlalchemy import BigInteger, ColumnElement, Select, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from followup_api.followups import activities
from followup_api.followups.announcements import reassigned
from followup_api.followups.bulk_schemas import (
    AT_ONCE,
    BulkAction,
    BulkChange,
    BulkDone,
    BulkFailure,
    BulkFilter,
    BulkResult,
)
from followup_api.followups.changes import check_assignable
from followup_api.followups.problems import CountChanged, TooManyFound
from followup_api.followups.queries import TAG, Filters, narrowed
from followup_api.followups.reasons import ask_again, ask_for_reason, with_reason
from followup_api.followups.schemas import View
from followup_api.followups.scopes import Scope
from followup_api.followups.undo import keep_for_undo, undo
from followup_api.rows import Record
from followup_api.unit_of_work import UnitOfWork

f = follow_ups.c
KINDS = {
    BulkAction.COMPLETE: "completed",
    BulkAction.REASSIGN: "reassigned",
    BulkAction.RESCHEDULE: "rescheduled",
}
LOCKED: Select[*tuple[Any, ...]] = (
    select(f.id, f.version, TAG.label("etag"), f.is_open, f.due_at, f.assignee_id, f.updated_at)
    .select_from(follow_ups)
    .order_by(f.id)
    .with_for_update(of=follow_ups)
)
"""Locked in the order of ids, like everyone who locks several."""


def change_many(
    work: UnitOfWork, body: BulkChange, scope: Scope, actor_id: int, found: Filters | None = None
) -> BulkResult:
    """Do an action to every follow-up that takes it, and say why the others do not.

    Args:
        work: the unit of work of the request; all of it is one transaction.
        body: the action.
        scope: whose follow-ups the caller may see.
        actor_id: the caller.
        found: the body's filter, if it has one.

    Raises:
        CountChanged, TooManyFound: the filter finds others than were counted, or too many.
    """
    if body.assignee_id is not None:
        check_assignable(work.tx, body.assignee_id, scope)
    before = _found(work.tx, body.filter, found) if body.filter and found else _named(work.tx, body, scope)
    ids = list(before if body.ids is None else dict.fromkeys(body.ids))
    seen = _seen(body)
    failures = {
        id_: message
        for id_ in ids
        if (message := _refusal(body.action, before.get(id_), seen.get(id_), body.filter))
    }
    ids_left = [id_ for id_ in ids if id_ not in failures]
    if body.action is BulkAction.UNDO:
        undone = undo(work, ids_left, actor_id, scope)
        changed, failures = undone.done, {**failures, **undone.refused}
    else:
        changed = _act(work, body, [before[id_] for id_ in ids_left], actor_id)
    return BulkResult(
        done=[id_ for id_ in ids if id_ not in failures],
        changed=_tagged(work.tx, changed),
        failed=[BulkFailure(id=id_, message=failures[id_]) for id_ in ids if id_ in failures],
    )


def _named(tx: Transaction, body: BulkChange, scope: Scope) -> dict[int, Record]:
    """Those that the body names, locked, as far as the caller may see them."""
    wanted = LOCKED.where(_among(body.ids or ()), scope.condition())
    return {row.id: row for row in tx.execute(wanted)}


def _found(tx: Transaction, asked: BulkFilter, filters: Filters) -> dict[int, Record]:
    """Those that a filter finds, locked, if they are as many as were counted."""
    rows = tx.execute(narrowed(LOCKED, View(asked.view), filters).limit(AT_ONCE + 1)).all()
    if len(rows) > AT_ONCE:
        raise TooManyFound(AT_ONCE)
    if len(rows) != asked.expected:
        raise CountChanged(asked.expected, len(rows))
    return {row.id: row for row in rows}


def _among(ids: Collection[int]) -> ColumnElement[bool]:
    return f.id == any_(literal(list(ids), ARRAY(BigInteger)))


def _seen(body: BulkChange) -> dict[int, set[int | str]]:
    """What the caller has seen, by id: versions or tags; more than one only if they name an id twice."""
    seen: dict[int, set[int | str]] = {}
    given: list[int | str]
    for given in ([*(body.versions or ())], [*(body.etags or ())]):
        for id_, version in zip(body.ids or (), given, strict=False):
            seen.setdefault(id_, set()).add(version)
    return seen


def _refusal(
    action: BulkAction, row: Record | None, seen: set[int | str] | None, asked: BulkFilter | None
) -> str | None:
    if row is None:
        return "There is no such follow-up among those that you may see."
    if not row.is_open and action is BulkAction.COMPLETE:
        return None  # it is what was asked for, no matter who did it
    changed = seen is not None and not seen <= {row.version, row.etag}
    if changed or (asked and row.updated_at > asked.as_of):
        return "Changed since you looked: read it again, then decide."
    if not row.is_open and action is not BulkAction.UNDO:
        return "It is completed: reopen it first."
    return None


def _tagged(tx: Transaction, ids: Collection[int]) -> list[BulkDone]:
    rows = tx.execute(select(f.id, TAG.label("etag")).where(_among(ids)).order_by(f.id))
    return [BulkDone(id=row.id, etag=row.etag) for row in rows]


def _act(work: UnitOfWork, body: BulkChange, rows: list[Record], actor_id: int) -> frozenset[int]:
    """Complete, reassign or reschedule; a new assignee is told. Returns what was changed by it."""
    before = {row.id: row for row in rows}
    if body.due_at is not None:
        ask_for_reason(work.tx, list(before), body.due_at, body.reason)
    keep_for_undo(work.tx, actor_id)
    changed = _change(work, body, list(before))
    if body.due_at is not None:
        ask_again(work.tx, [row.id for row in changed], body.reason)
    entries = [(row.id, KINDS[body.action], _details(body, before[row.id])) for row in changed]
    activities.record(work.tx, actor_id, entries)
    if body.action is BulkAction.REASSIGN:
        for row in changed:
            work.emit(reassigned(row, actor_id))
    return frozenset(row.id for row in changed)


def _change(work: UnitOfWork, body: BulkChange, ids: list[int]) -> list[Record]:
    """Write to those rows that the action changes; the others have what was asked for already."""
    statement = update(follow_ups).where(_among(ids)).returning(f.id, f.assignee_id, f.assignment)
    match body.action:
        case BulkAction.COMPLETE:
            statement = statement.values(completed_at=func.now()).where(f.is_open)
        case BulkAction.REASSIGN:
            statement = statement.values(assignee_id=body.assignee_id).where(
                f.assignee_id != body.assignee_id
            )
        case BulkAction.RESCHEDULE:
            statement = statement.values(due_at=body.due_at).where(f.due_at != body.due_at)
    return sorted(work.tx.execute(statement), key=lambda row: int(row.id)) if ids else []


def _details(body: BulkChange, before: Record) -> dict[str, Any]:
    if body.due_at is not None:
        moved = {"due_at": {"from": before.due_at.isoformat(), "to": body.due_at.isoformat()}}
        return with_reason({"changes": moved}, body.reason)
    if body.assignee_id is not None:
        return {"changes": {"assignee_id": {"from": before.assignee_id, "to": body.assignee_id}}}
    return {}
