"""What people do to follow-ups, one at a time: each change is one UPDATE of what the caller saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import deleted_follow_ups, follow_ups, users
from followup_common.policy import State
from followup_common.policy.lifecycle import refused_fields
from sqlalchemy import ColumnElement, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from followup_api.choices.lists import KINDS as KINDS_OF_FOLLOW_UPS
from followup_api.choices.queries import check_choice
from followup_api.enrolments.going_on import enrolments_of, settle
from followup_api.enrolments.taking_back import take_back_deletion
from followup_api.etags import Tags
from followup_api.followups import activities, policy_changes
from followup_api.followups.announcements import go_on, reassigned
from followup_api.followups.facts import columns
from followup_api.followups.problems import (
    ExternalIdTaken,
    FollowUpNotFound,
    FollowUpNotOpen,
    FollowUpStale,
    NotAssignable,
    NotDeleted,
    NotUndoable,
)
from followup_api.followups.queries import TAG, get
from followup_api.followups.reasons import ask_again, ask_for_reason, with_reason
from followup_api.followups.schemas import FollowUp, FollowUpCreate, FollowUpPatch
from followup_api.followups.scopes import Scope, scope_of, standing_in
from followup_api.followups.undo import keep_for_undo, undo_changes
from followup_api.permissions import Caller
from followup_api.problems import constraint_of
from followup_api.rows import Record
from followup_api.series.beginning import begin
from followup_api.series.going_on import go_on as go_on_with_series
from followup_api.subjects.service import keep_subject
from followup_api.unit_of_work import UnitOfWork

f, d = follow_ups.c, deleted_follow_ups.c
EDITABLE = (
    *("external_id", "title", "notes", "due_at", "assignee_id", "subject_id"),
    *("kind", "priority", "tags", "value"),
)
KINDS = {"due_at": "rescheduled", "assignee_id": "reassigned"}
"""Of the activities that changes of a column make; of all others it is `edited`."""
LOST = (d.external_id, d.assignee_id, d.step.label("level"), d.notifications, d.activities)
"""What the audit log keeps of a deletion: no title, no notes."""
RESTORE = text("SELECT outcome FROM follow_ups_restore(:id)")


@dataclass(frozen=True)
class Target:
    """The follow-up that somebody is about to change, and under which conditions they may.

    Args:
        work: the unit of work of the request.
        id: of the follow-up.
        scope: whose follow-ups the caller may see.
        tags: those that `If-Match` allows; None allows any.
        actor_id: the caller.
    """

    work: UnitOfWork
    id: int
    scope: Scope
    tags: Tags
    actor_id: int

    @classmethod
    def of(cls, work: UnitOfWork, caller: Caller, follow_up_id: int, tags: Tags) -> Target:
        """The follow-up that a caller names."""
        return cls(work, follow_up_id, scope_of(work.tx, caller), tags, caller.user_id)

    @property
    def tx(self) -> Transaction:
        return self.work.tx

    @property
    def visible(self) -> ColumnElement[bool]:
        """SQL that holds for the follow-up, if the caller may act on it."""
        return (f.id == self.id) & (self.scope.condition() | standing_in(self.actor_id))

    @property
    def matching(self) -> list[ColumnElement[bool]]:
        """SQL that holds if the follow-up has one of the tags."""
        return [] if self.tags is None else [TAG.in_(self.tags)]

    def lock(self) -> None:
        """Keep others from changing the follow-up before this transaction ends.

        Raises:
            FollowUpNotFound: there is none, or the caller may not see it.
        """
        if self.tx.execute(select(f.id).where(self.visible).with_for_update()).first() is None:
            raise FollowUpNotFound(self.id)

    def read(self) -> FollowUp:
        """The follow-up as it is now.

        Raises:
            FollowUpNotFound: there is none, or the caller may not see it.
        """
        return get(self.tx, self.id, self.scope, reader=self.actor_id, acts=True)

    def read_matching(self) -> FollowUp:
        """The follow-up as it is now, if it has one of the tags.

        Raises:
            FollowUpNotFound: there is none, or the caller may not see it.
            FollowUpStale: it has another tag.
        """
        current = self.read()
        if self.tags is not None and current.etag not in self.tags:
            raise FollowUpStale(current)
        return current

    def update(self, values: Mapping[str, Any], *conditions: ColumnElement[bool]) -> Sequence[Record]:
        """Check and change the row in one statement; returns it, or nothing if the conditions do not hold."""
        keep_for_undo(self.tx, self.actor_id)
        statement = update(follow_ups).values(**values).where(self.visible, *self.matching, *conditions)
        try:
            return self.tx.execute(statement.returning(f.id, f.assignee_id, f.assignment)).all()
        except IntegrityError as error:
            if constraint_of(error) != "uq_follow_ups_external_id":
                raise
            raise ExternalIdTaken(str(values["external_id"])) from None


def create(work: UnitOfWork, body: FollowUpCreate, scope: Scope, actor_id: int) -> FollowUp:
    """Write a new follow-up."""
    assignee_id = body.assignee_id or actor_id
    check_assignable(work.tx, assignee_id, scope)
    check_choice(work.tx, KINDS_OF_FOLLOW_UPS, body.kind)
    values = {
        **columns(body.model_dump(exclude={"assignee_id", "subject", "repeats"})),
        "assignee_id": assignee_id,
        "subject_id": keep_subject(work.tx, body.subject) if body.subject else None,
    }
    statement = insert(follow_ups).values(values).on_conflict_do_nothing(index_elements=[f.external_id])
    created = work.tx.execute(statement.returning(f.id)).scalar()
    if created is None:
        raise ExternalIdTaken(str(body.external_id))
    facts = {"assignee_id": assignee_id, "due_at": body.due_at.isoformat()}
    activities.record(work.tx, actor_id, [(created, "created", facts)])
    if body.repeats is not None:
        begin(work.tx, created, body.repeats, actor_id)
    return get(work.tx, created, scope)


def edit(target: Target, body: FollowUpPatch) -> FollowUp:
    """Change what the body names; a new assignee is told.

    Raises:
        FollowUpNotFound, FollowUpStale: it is not there, or not as the caller has seen it.
        FollowUpNotOpen: it is completed, and the change is one of an open follow-up.
        NotAssignable, ReasonMissing, ExternalIdTaken: a value does not fit.
        PolicyWouldChange: it would bring another policy, and the caller decides about the clock first.
    """
    target.lock()
    current = target.read_matching()
    values = body.changes()
    if "subject" in values:
        del values["subject"]
        values["subject_id"] = keep_subject(target.tx, body.subject) if body.subject else None
    changes = _changes(current, values)
    if refused := refused_fields(State(current.status), changes):
        raise FollowUpNotOpen(current, refused)
    if "assignee_id" in changes:
        check_assignable(target.tx, values["assignee_id"], target.scope)
    if "kind" in changes:
        check_choice(target.tx, KINDS_OF_FOLLOW_UPS, values["kind"])
    if "due_at" in changes:
        ask_for_reason(target.tx, [target.id], values["due_at"], body.reason)
    if not changes:
        return current
    policy_changes.prepare(target.tx, body)
    [row] = target.update(columns({name: values[name] for name in changes}))
    if "due_at" in changes:
        ask_again(target.tx, [target.id], body.reason)
    policy_changes.settle(target.tx, [target.id], body, body.reason)
    activities.record(target.tx, target.actor_id, _entries(target.id, changes, body.reason))
    if "assignee_id" in changes:
        target.work.emit(reassigned(row, target.actor_id))
    return target.read()


def reopen(target: Target) -> FollowUp:
    """Open a completed one: its escalation starts over from the due time. Harmless when it is open."""
    if target.update({"completed_at": None}, ~f.is_open):
        activities.record(target.tx, target.actor_id, [(target.id, "reopened", {})])
        _settle(target.tx, target.id, target.actor_id)
    current = target.read()
    if State(current.status) is not State.OPEN:
        raise FollowUpStale(current)
    return current


def undo(target: Target) -> FollowUp:
    """Take back the caller's own last change: everything is as it was, and nobody is told again.

    Raises:
        NotUndoable: it is somebody else's, too long ago, or not the last one any more.
    """
    target.lock()
    scope = target.scope.with_user(target.read_matching().assignee_id)
    refused = undo_changes(target.work, [target.id], target.actor_id, scope).refused
    if refused:
        raise NotUndoable(target.id, refused[target.id])
    return target.read()


def remove(target: Target) -> dict[str, Any]:
    """Delete a follow-up; returns what was lost with it, for the audit log.

    Raises:
        FollowUpNotFound: there is none, or the caller may not see it.
        FollowUpStale: it is not as the caller has seen it.
    """
    statement = delete(follow_ups).where(f.id == target.id, target.scope.condition(), *target.matching)
    deleted = target.tx.execute(statement.returning(f.series_id, f.assignee_id)).first()
    if deleted is None:
        target.read_matching()
    elif deleted.series_id is not None:
        whose = deleted.assignee_id
        go_on_with_series(target.tx, [deleted.series_id], target.actor_id, deleted_of=whose)
    _settle(target.tx, target.id, target.actor_id)
    row = target.tx.execute(select(*LOST).where(d.id == target.id)).one()
    return dict(row._mapping)


def restore(
    work: UnitOfWork, follow_up_id: int, scope: Scope, actor_id: int
) -> tuple[FollowUp, dict[str, Any]]:
    """Bring a deleted follow-up back as it was; returns it, and what the audit log keeps of it.

    What an escalation or an assignment would have told while it was away is told now; nobody hears anything
    again.

    Raises:
        NotDeleted: nothing of that id is kept that the caller may see.
        ExternalIdTaken: another one has its external id by now.
    """
    visible = (d.id == follow_up_id, scope.condition(d.assignee_id))
    lost = work.tx.execute(select(*LOST).where(*visible)).first()
    if lost is None:
        raise NotDeleted(follow_up_id)
    take_back_deletion(work.tx, follow_up_id)
    outcome = work.tx.execute(RESTORE, {"id": follow_up_id}).scalar_one()
    if outcome == "taken":
        raise ExternalIdTaken(str(lost.external_id))
    if outcome != "restored":  # somebody else was quicker, or its time is up
        raise NotDeleted(follow_up_id)
    activities.record(work.tx, actor_id, [(follow_up_id, "restored", {})])
    _settle(work.tx, follow_up_id, actor_id)
    go_on(work, [follow_up_id])
    return get(work.tx, follow_up_id, scope), dict(lost._mapping)


def _settle(tx: Transaction, follow_up_id: int, actor_id: int) -> None:
    """Let the sequence go on of which a follow-up is a step, which was deleted, restored or opened again."""
    settle(tx, enrolments_of(tx, [follow_up_id]).values(), actor_id)


def check_assignable(tx: Transaction, assignee_id: int, scope: Scope) -> None:
    """Make sure that follow-ups may be given to a user: active, and within the caller's scope.

    Raises:
        NotAssignable: they may not.
    """
    wanted = select(users.c.name, users.c.active, users.c.is_person).where(users.c.id == assignee_id)
    person = tx.execute(wanted).first()
    if person is None:
        raise NotAssignable(f"There is no person {assignee_id}: choose another assignee_id.")
    if assignee_id not in scope:
        raise NotAssignable(
            f"You may not assign follow-ups to {person.name}: choose yourself or one of your reports."
        )
    if not person.active:
        raise NotAssignable(f"{person.name} is inactive: choose somebody active as assignee_id.")
    if not person.is_person:
        raise NotAssignable(
            f"{person.name} is an account for commands, and nobody reads what it is told: choose a person as "
            "assignee_id."
        )


def _changes(current: FollowUp, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What gets another value, by column: from which, and to which."""
    before = {
        **dict(current),
        "subject_id": current.subject.id if current.subject else None,
        "value": current.value and current.value.model_dump(),
    }
    return {
        name: {"from": _plain(before[name]), "to": _plain(values[name])}
        for name in EDITABLE
        if name in values and values[name] != before[name]
    }


def _entries(
    follow_up_id: int, changes: Mapping[str, Any], reason: str | None
) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """The activities that changes make: a new due time and a new assignee are entries of their own.

    The reason is that of a new due time; without one it is why the clock starts over.
    """
    by_kind: dict[str, dict[str, Any]] = {}
    for name, change in changes.items():
        by_kind.setdefault(KINDS.get(name, "edited"), {})[name] = change
    for kind, changed in by_kind.items():
        gives_reason = kind == "rescheduled" or "due_at" not in changes
        yield follow_up_id, kind, with_reason({"changes": changed}, reason if gives_reason else None)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
