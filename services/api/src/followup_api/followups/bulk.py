"""One action on many follow-ups, set by set; `service` has the same for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import follow_ups, users
from followup_common.policy import Command, HoldKind, State
from followup_common.policy.lifecycle import allows
from followup_common.tags import MOST_TAGS
from sqlalchemy import ColumnElement, Select, Text, all_, cast, collate, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from followup_api.absences.queries import away_until
from followup_api.choices.lists import KINDS as KINDS_OF_FOLLOW_UPS
from followup_api.choices.lists import OUTCOMES
from followup_api.choices.queries import check_choice
from followup_api.enrolments.going_on import enrolments_of, lock_stopped_by, settle
from followup_api.followups import activities, policy_changes
from followup_api.followups.announcements import reassigned
from followup_api.followups.bulk_schemas import (
    AT_ONCE,
    HOLDS,
    BulkAction,
    BulkChange,
    BulkDone,
    BulkFailure,
    BulkFilter,
    BulkResult,
    HoldPresetsInput,
)
from followup_api.followups.completing import plan_next_of_each
from followup_api.followups.facts import DEFAULT_OUTCOME, retagged
from followup_api.followups.hold_schemas import HoldPresets
from followup_api.followups.holding import Wish, hold_many, presets, resume_many
from followup_api.followups.problems import CountChanged, TooManyFound
from followup_api.followups.queries import TAG, Filters, narrowed
from followup_api.followups.reasons import ask_again, ask_for_note, ask_for_reason, with_reason
from followup_api.followups.schemas import View
from followup_api.followups.scopes import Scope
from followup_api.followups.service import check_assignable
from followup_api.followups.undo import keep_for_undo, undo_changes
from followup_api.ids import among
from followup_api.rows import Record
from followup_api.series.going_on import go_on, said, series_of
from followup_api.unit_of_work import UnitOfWork
from followup_api.visible import isolated

f, u = follow_ups.c, users.c
KINDS = {
    BulkAction.COMPLETE: "completed",
    BulkAction.REASSIGN: "reassigned",
    BulkAction.RESCHEDULE: "rescheduled",
    BulkAction.EDIT: "edited",
}
LOCKED: Select[*tuple[Any, ...]] = (
    select(
        *(f.id, f.version, TAG.label("etag"), f.is_open, f.due_at, f.assignee_id, f.updated_at),
        *(f.kind, f.priority, f.tags),
    )
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
        PolicyWouldChange: it would bring other policies, and the caller decides about the clocks first.
        ReasonMissing: it takes back an escalation, and nobody says why.
        NoteMissing: a policy asks for a note of who completes them, and there is none.
    """
    if body.assignee_id is not None:
        check_assignable(work.tx, body.assignee_id, scope)
    if body.kind is not None:
        check_choice(work.tx, KINDS_OF_FOLLOW_UPS, body.kind)
    if body.outcome is not None:
        check_choice(work.tx, OUTCOMES, body.outcome)
    if body.action is BulkAction.COMPLETE:
        lock_stopped_by(work.tx, body.outcome or DEFAULT_OUTCOME, _meant(work.tx, body, found))
    before = _found(work.tx, body.filter, found) if body.filter and found else _named(work.tx, body, scope)
    ids = list(before if body.ids is None else dict.fromkeys(body.ids))
    seen = _seen(body)
    failures = {id_: message for id_ in ids if (message := _refusal(body, before.get(id_), seen.get(id_)))}
    rows = [row for row in before.values() if row.id not in failures]
    if body.next is not None:
        failures |= _without_next(work.tx, [row.id for row in rows if row.is_open])
        rows = [row for row in rows if row.id not in failures]
    if body.action is BulkAction.UNDO:
        undone = undo_changes(work, [row.id for row in rows], actor_id, scope)
        changed, failures = undone.done, {**failures, **undone.refused}
    elif body.action in HOLDS:
        wish = Wish(HoldKind(body.action), body.until, body.preset, body.reason)
        held = hold_many(work.tx, actor_id, [row.id for row in rows], wish)
        changed, failures = held.done, {**failures, **{id_: str(why) for id_, why in held.refused.items()}}
    elif body.action is BulkAction.RESUME:
        changed = resume_many(work.tx, actor_id, [row.id for row in rows])
    else:
        changed = _act(work, body, [row for row in rows if not _is_so(body, row)], actor_id)
    return BulkResult(
        done=[id_ for id_ in ids if id_ not in failures],
        changed=_tagged(work.tx, changed),
        failed=[BulkFailure(id=id_, message=failures[id_]) for id_ in ids if id_ in failures],
        assignee_absent_until=None if body.assignee_id is None else away_until(work.tx, body.assignee_id),
    )


def hold_presets(
    tx: Transaction, body: HoldPresetsInput, scope: Scope, actor_id: int, filters: Filters | None
) -> HoldPresets:
    """Up to when a caller may hold many follow-ups, of the times that have names.

    Args:
        tx: the transaction of the request.
        body: which ones, and how.
        scope: whose follow-ups the caller may change.
        actor_id: the caller.
        filters: what the filter of the body asks for of these.
    """
    if body.filter and filters:
        wanted = narrowed(select(f.id), View(body.filter.view), filters).limit(AT_ONCE)
    else:
        wanted = select(f.id).where(among(f.id, body.ids or ()), scope.condition(), f.is_open)
    return presets(tx, actor_id, tx.execute(wanted).scalars().all(), HoldKind(body.hold))


def _named(tx: Transaction, body: BulkChange, scope: Scope) -> dict[int, Record]:
    """Those that the body names, locked, as far as the caller may see them."""
    wanted = LOCKED.where(among(f.id, body.ids or ()), scope.condition())
    return {row.id: row for row in tx.execute(wanted)}


def _found(tx: Transaction, asked: BulkFilter, filters: Filters) -> dict[int, Record]:
    """Those that a filter finds, locked, if they are as many as were counted."""
    rows = tx.execute(narrowed(LOCKED, View(asked.view), filters).limit(AT_ONCE + 1)).all()
    if len(rows) > AT_ONCE:
        raise TooManyFound(AT_ONCE)
    if len(rows) != asked.expected:
        raise CountChanged(asked.expected, len(rows))
    return {row.id: row for row in rows}


def _meant(tx: Transaction, body: BulkChange, filters: Filters | None) -> Collection[int]:
    """Those that the body names or its filter finds, not locked."""
    if not (body.filter and filters):
        return body.ids or ()
    wanted = narrowed(select(f.id), View(body.filter.view), filters)
    return tx.execute(wanted.limit(AT_ONCE)).scalars().all()


def _seen(body: BulkChange) -> Mapping[int, set[int | str]]:
    """What the caller has seen, by id: versions or tags; more than one only if they name an id twice."""
    ids, seen = body.ids or (), defaultdict[int, set[int | str]](set)
    versions: list[tuple[int, int | str]] = [
        *zip(ids, body.versions or (), strict=False),
        *zip(ids, body.etags or (), strict=False),
    ]
    for id_, version in versions:
        seen[id_].add(version)
    return seen


def _refusal(body: BulkChange, row: Record | None, seen: set[int | str] | None) -> str | None:
    if row is None:
        return "There is no such follow-up among those that you may see."
    if body.action is BulkAction.COMPLETE and not row.is_open:
        return None  # it is what was asked for, no matter who did it
    changed = seen is not None and not seen <= {row.version, row.etag}
    if changed or (body.filter and row.updated_at > body.filter.as_of):
        return "Changed since you looked: read it again, then decide."
    state = State.OPEN if row.is_open else State.COMPLETED
    if not _is_so(body, row) and not allows(state, Command(body.action)):
        return "It is completed: reopen it first."
    if len(_tags_after(body, row)) > MOST_TAGS:
        return f"It would have more than {MOST_TAGS} tags: remove some first."
    return None


def _is_so(body: BulkChange, row: Record) -> bool:
    """Whether a follow-up is already as the action wants it."""
    match body.action:
        case BulkAction.COMPLETE:
            return not row.is_open
        case BulkAction.REASSIGN:
            return bool(row.assignee_id == body.assignee_id)
        case BulkAction.RESCHEDULE:
            return bool(row.due_at == body.due_at)
        case BulkAction.EDIT:
            return not _edits(body, row)
        case _:
            return False


def _tagged(tx: Transaction, ids: Collection[int]) -> list[BulkDone]:
    rows = tx.execute(select(f.id, TAG.label("etag")).where(among(f.id, ids)).order_by(f.id))
    return [BulkDone(id=row.id, etag=row.etag) for row in rows]


def _act(work: UnitOfWork, body: BulkChange, rows: list[Record], actor_id: int) -> frozenset[int]:
    """Complete, reassign, reschedule or edit; a new assignee is told. Returns what was changed by it."""
    ids = [row.id for row in rows]
    if body.due_at is not None:
        ask_for_reason(work.tx, ids, body.due_at, body.reason)
    if body.action is BulkAction.COMPLETE and body.note is None:
        ask_for_note(work.tx, ids)
    keep_for_undo(work.tx, actor_id)
    policy_changes.prepare(work.tx, body)
    statement = update(follow_ups).where(among(f.id, ids)).values(_values(body))
    changed = work.tx.execute(statement.returning(f.id, f.assignee_id, f.assignment)).all()
    if body.due_at is not None:
        ask_again(work.tx, ids, body.reason)
    policy_changes.settle(work.tx, ids, body, body.reason)
    planned = plan_next_of_each(work.tx, ids, body.next, actor_id) if body.next else {}
    recurring = series_of(work.tx, ids) if body.action is BulkAction.COMPLETE else {}
    comes = go_on(work.tx, recurring.values(), actor_id)
    stepping = enrolments_of(work.tx, ids) if body.action is BulkAction.COMPLETE else {}
    went = settle(work.tx, stepping.values(), actor_id)
    details = {
        row.id: _details(body, row)
        | _next(planned.get(row.id))
        | said(comes.get(recurring[row.id]) if row.id in recurring else None)
        | (went[stepping[row.id]].said() if stepping.get(row.id) in went else {})
        for row in rows
    }
    activities.record(work.tx, actor_id, [(row.id, KINDS[body.action], details[row.id]) for row in rows])
    if body.action is BulkAction.REASSIGN:
        for row in sorted(changed, key=lambda row: int(row.id)):
            work.emit(reassigned(row, actor_id))
    return frozenset(ids)


def _without_next(tx: Transaction, ids: Collection[int]) -> dict[int, str]:
    """Those of whom nothing more can be planned, and why."""
    inactive = select(f.id, u.name).join(users, u.id == f.assignee_id).where(among(f.id, ids), ~u.active)
    return {
        row.id: f"{isolated(row.name)} is inactive: reassign it first, or plan nothing next."
        for row in tx.execute(inactive)
    }


def _next(next_id: int | None) -> dict[str, int]:
    return {} if next_id is None else {"next_id": next_id}


def _tags_after(body: BulkChange, row: Record) -> list[str]:
    return retagged(row.tags, body.add_tags, body.remove_tags)


def _edits(body: BulkChange, row: Record) -> dict[str, dict[str, Any]]:
    """What an edit changes of a follow-up, by column: from which, and to which."""
    wanted = {"kind": body.kind, "priority": body.priority, "tags": _tags_after(body, row)}
    return {
        name: {"from": row._mapping[name], "to": value}
        for name, value in wanted.items()
        if value is not None and value != row._mapping[name]
    }


def _edited(body: BulkChange) -> dict[str, Any]:
    """The columns that an edit writes; tags as `retagged` makes them of each follow-up's own."""
    wanted = {"kind": body.kind, "priority": body.priority}
    values: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    if body.add_tags or body.remove_tags:
        tag = func.unnest(f.tags.op("||")(_texts(body.add_tags))).column_valued("tag")
        in_order = collate(tag, "C")
        left = select(in_order).distinct().where(tag != all_(_texts(body.remove_tags))).order_by(in_order)
        values["tags"] = func.array(left.correlate(follow_ups).scalar_subquery())
    return values


def _texts(tags: Iterable[str]) -> ColumnElement[Any]:
    return cast(list(tags), ARRAY(Text))


def _values(body: BulkChange) -> dict[str, Any]:
    if body.action is BulkAction.EDIT:
        return _edited(body)
    if body.assignee_id is not None:
        return {"assignee_id": body.assignee_id}
    if body.due_at is not None:
        return {"due_at": body.due_at}
    return {"completed_at": func.now(), "outcome": body.outcome or DEFAULT_OUTCOME}


def _details(body: BulkChange, before: Record) -> dict[str, Any]:
    if body.due_at is not None:
        moved = {"due_at": {"from": before.due_at.isoformat(), "to": body.due_at.isoformat()}}
        return with_reason({"changes": moved}, body.reason)
    if body.assignee_id is not None:
        handed = {"assignee_id": {"from": before.assignee_id, "to": body.assignee_id}}
        return with_reason({"changes": handed}, body.reason)
    if body.action is BulkAction.EDIT:
        return with_reason({"changes": _edits(body, before)}, body.reason)
    said = {"outcome": body.outcome, "note": body.note}
    return {name: value for name, value in said.items() if value is not None}
