"""What people do to follow-ups: each change is one UPDATE of what the caller saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import follow_ups, users
from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from followup_api.etags import Tags
from followup_api.followups import activities
from followup_api.followups.announcements import reassigned
from followup_api.followups.problems import (
    ExternalIdTaken,
    FollowUpNotFound,
    FollowUpStale,
    NotAssignable,
    NotUndoable,
)
from followup_api.followups.queries import TAG, find
from followup_api.followups.reasons import ask_again, ask_for_reason, with_reason
from followup_api.followups.schemas import FollowUp, FollowUpCreate, FollowUpPatch
from followup_api.followups.scopes import Scope
from followup_api.followups.undo import keep_for_undo, undo
from followup_api.problems import constraint_of
from followup_api.rows import Record
from followup_api.subjects.service import keep_subject
from followup_api.unit_of_work import UnitOfWork

f = follow_ups.c
EDITABLE = (f.external_id, f.title, f.notes, f.due_at, f.assignee_id, f.subject_id)


@dataclass(frozen=True)
class Target:
    """The follow-up that somebody is about to change, and under which conditions they may."""

    work: UnitOfWork
    id: int
    scope: Scope
    tags: Tags
    actor_id: int

    @property
    def tx(self) -> Transaction:
        return self.work.tx

    def lock(self) -> None:
        """Keep others from changing the follow-up before this transaction ends."""
        visible = (f.id == self.id, self.scope.condition())
        self.tx.execute(select(f.id).where(*visible).with_for_update())

    def found(self) -> FollowUp:
        """The follow-up as it is now.

        Raises:
            FollowUpNotFound: there is none, or the caller may not see it.
        """
        current = find(self.tx, self.id, self.scope)
        if current is None:
            raise FollowUpNotFound(self.id)
        return current

    def current(self) -> FollowUp:
        """The follow-up as it is now, if that is what the caller has seen.

        Raises:
            FollowUpStale: it is not.
        """
        current = self.found()
        if self.tags is not None and current.etag not in self.tags:
            raise FollowUpStale(current)
        return current

    def seen(self) -> list[ColumnElement[bool]]:
        """SQL that holds if the follow-up is as the caller has seen it."""
        return [] if self.tags is None else [TAG.in_(self.tags)]

    def update(self, values: Mapping[str, Any], *conditions: ColumnElement[bool]) -> Record | None:
        """Lock, check and change the row in one statement; the row as it is and, as `old_...`, as it was."""
        keep_for_undo(self.tx, self.actor_id)
        visible = (f.id == self.id, self.scope.condition())
        old = select(f.id, *EDITABLE).where(*visible).with_for_update().cte("old")
        statement = (
            update(follow_ups)
            .values(**values)
            .where(f.id == old.c.id, *self.seen(), *conditions)
            .returning(
                f.id, f.assignment, *EDITABLE, *(old.c[c.name].label(f"old_{c.name}") for c in EDITABLE)
            )
        )
        try:
            return self.tx.execute(statement).one_or_none()
        except IntegrityError as error:
            if constraint_of(error) != "uq_follow_ups_external_id":
                raise
            raise ExternalIdTaken(str(values["external_id"])) from None


def create(work: UnitOfWork, body: FollowUpCreate, scope: Scope, actor_id: int) -> FollowUp:
    """Write a new follow-up."""
    assignee_id = body.assignee_id or actor_id
    check_assignable(work.tx, assignee_id, scope)
    values = {
        **body.model_dump(include={"external_id", "title", "notes", "due_at"}),
        "assignee_id": assignee_id,
        "subject_id": keep_subject(work.tx, body.subject) if body.subject else None,
    }
    statement = insert(follow_ups).values(values).on_conflict_do_nothing(index_elements=[f.external_id])
    created = work.tx.execute(statement.returning(f.id)).scalar()
    if created is None:
        raise ExternalIdTaken(str(body.external_id))
    facts = {"assignee_id": assignee_id, "due_at": body.due_at.isoformat()}
    activities.record(work.tx, actor_id, [(created, "created", facts)])
    return Target(work, created, scope, None, actor_id).found()


def edit(target: Target, body: FollowUpPatch) -> FollowUp:
    """Change what the body names; a new assignee is told."""
    values = body.changes()
    target.lock()
    current = target.current()
    if "assignee_id" in values:
        check_assignable(target.tx, values["assignee_id"], target.scope, unless_theirs=target.id)
    if "subject" in values:
        del values["subject"]
        values["subject_id"] = keep_subject(target.tx, body.subject) if body.subject else None
    if not values:
        return current
    if "due_at" in values:
        ask_for_reason(target.tx, [target.id], values["due_at"], body.reason)
    row = target.update(values)
    if row is None:  # it has left the caller's sight since
        return target.current()
    if row.due_at != row.old_due_at:
        ask_again(target.tx, [target.id], body.reason)
    entries = [(target.id, *entry) for entry in _entries(row, body.reason)]
    activities.record(target.tx, target.actor_id, entries)
    if row.assignee_id != row.old_assignee_id:
        target.work.emit(reassigned(row, target.actor_id))
    return target.found()


def complete(target: Target) -> FollowUp:
    """Mark as done. Completing again changes nothing and succeeds, whatever the caller saw."""
    changed = target.update({"completed_at": func.now()}, f.is_open)
    return _brought_to("completed", target, "completed" if changed else None)


def reopen(target: Target) -> FollowUp:
    """Open a completed one: its escalation starts over from the due time. Harmless when it is open."""
    changed = target.update({"completed_at": None}, ~f.is_open)
    return _brought_to("open", target, "reopened" if changed else None)


def take_back(target: Target) -> FollowUp:
    """Undo the caller's own last change: everything is as it was, and nobody is told again.

    Raises:
        NotUndoable: it is somebody else's, too long ago, or not the last one any more.
    """
    target.lock()
    target.current()
    refused = undo(target.work, [target.id], target.actor_id, target.scope).refused
    if refused:
        raise NotUndoable(target.id, refused[target.id])
    return target.found()


def check_assignable(
    tx: Transaction, assignee_id: int, scope: Scope, *, unless_theirs: int | None = None
) -> None:
    """Make sure that follow-ups may be given to a user: active, and within the caller's scope.

    Raises:
        NotAssignable: they may not, and the follow-up `unless_theirs` is not theirs already.
    """
    theirs = exists().where(f.id == unless_theirs, f.assignee_id == users.c.id)
    row = tx.execute(select(users.c.name, users.c.active, theirs).where(users.c.id == assignee_id)).first()
    if row is None:
        raise NotAssignable(f"There is no person {assignee_id}: choose another assignee_id.")
    name, active, already = row
    if already:
        return
    if assignee_id not in scope:
        raise NotAssignable(
            f"You may not assign follow-ups to {name}: choose yourself or one of your reports."
        )
    if not active:
        raise NotAssignable(f"{name} is inactive: choose somebody active as assignee_id.")


def _brought_to(status: str, target: Target, activity: str | None) -> FollowUp:
    """What to answer after trying to bring a follow-up to a status: it may have had it already."""
    if activity:
        activities.record(target.tx, target.actor_id, [(target.id, activity, {})])
    current = target.found()
    if current.status != status:
        raise FollowUpStale(current)
    return current


def _entries(row: Record, reason: str | None) -> list[tuple[str, dict[str, Any]]]:
    """The activities that a change makes: a new due time and a new assignee are entries of their own."""
    found: dict[str, dict[str, Any]] = {}
    for column in EDITABLE:
        was, now = getattr(row, f"old_{column.name}"), getattr(row, column.name)
        if was != now:
            kind = {"due_at": "rescheduled", "assignee_id": "reassigned"}.get(column.name, "edited")
            found.setdefault(kind, {})[column.name] = {"from": _plain(was), "to": _plain(now)}
    entries = [(kind, {"changes": changes}) for kind, changes in found.items()]
    return [
        (kind, with_reason(details, reason if kind == "rescheduled" else None)) for kind, details in entries
    ]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
