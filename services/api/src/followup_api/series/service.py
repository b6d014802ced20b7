"""What people do with series: begin, change, end and delete them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from followup_common.db import Transaction
from followup_common.db.series import series
from followup_common.db.tables import follow_ups
from sqlalchemy import func, select, update

from followup_api.choices.lists import KINDS
from followup_api.choices.queries import check_choice
from followup_api.etags import Tags
from followup_api.followups import activities
from followup_api.followups.facts import columns, value_of
from followup_api.followups.problems import FollowUpNotOpen
from followup_api.followups.schemas import FollowUpPatch
from followup_api.followups.scopes import Scope, scope_of
from followup_api.followups.service import Target, check_assignable, edit, remove
from followup_api.ids import among
from followup_api.permissions import Caller
from followup_api.rows import Record
from followup_api.series import queries
from followup_api.series.beginning import begin, checked
from followup_api.series.problems import RepeatsAlready, SeriesOver, SeriesStale
from followup_api.series.repeats import Repeats
from followup_api.series.schemas import Series, SeriesPatch
from followup_api.subjects.service import keep_subject
from followup_api.unit_of_work import UnitOfWork

f, s = follow_ups.c, series.c
MOST_COMPLETED = 1_000
"""How many completed ones of a series are changed with it."""


@dataclass(frozen=True)
class SeriesTarget:
    """The series that somebody is about to change, and under which conditions they may.

    Args:
        work: the unit of work of the request.
        id: of the series.
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
    def of(cls, work: UnitOfWork, caller: Caller, series_id: int, tags: Tags) -> SeriesTarget:
        """The series that a caller names."""
        return cls(work, series_id, scope_of(work.tx, caller), tags, caller.user_id)

    @property
    def tx(self) -> Transaction:
        return self.work.tx

    def read(self) -> Series:
        """The series as it is now.

        Raises:
            SeriesNotFound: there is none, or the caller may not see it.
        """
        return queries.shown(self.tx, queries.get(self.tx, self.id, self.scope), self.scope)

    def lock(self, *, completed: bool = False) -> Record:
        """Keep others from changing it, and from ending its open one, before this transaction ends.

        Follow-ups are locked first, by their ids, as everywhere. If the open one ended meanwhile, the series
        is another one.

        Args:
            completed: whether those that are completed are to be changed too.

        Raises:
            SeriesNotFound, SeriesStale: it is not there, or not as the caller has seen it.
        """
        queries.get(self.tx, self.id, self.scope)
        wanted = select(f.id, f.is_open).where(f.series_id == self.id, f.is_open | completed)
        rows = self.tx.execute(wanted.order_by(f.id).with_for_update())
        locked = next((found.id for found in rows if found.is_open), None)
        self.tx.execute(select(s.id).where(s.id == self.id).with_for_update())
        row = queries.get(self.tx, self.id, self.scope)
        if row.open_id != locked or (self.tags is not None and row.etag not in self.tags):
            raise SeriesStale(queries.shown(self.tx, row, self.scope))
        return row

    def sees_open_one(self, row: Record) -> bool:
        """Whether its open follow-up is of somebody whose follow-ups the caller may see."""
        return row.open_assignee_id in self.scope

    def open_one(self, row: Record) -> Target:
        """Its open follow-up, to be changed."""
        return Target(self.work, row.open_id, self.scope, None, self.actor_id)


def start(target: Target, repeats: Repeats) -> Series:
    """Let an open follow-up come again: it is the first of its series.

    Raises:
        FollowUpNotFound, FollowUpStale: it is not there, or not as the caller has seen it.
        FollowUpNotOpen, RepeatsAlready, RepeatsNever: it cannot come again like that.
    """
    target.lock()
    current = target.read_matching()
    if current.status != "open":
        raise FollowUpNotOpen(current, ["repeats"])
    going_on = select(s.id).where(s.id == current.series_id, s.ended_at.is_(None))
    if current.series_id is not None and target.tx.execute(going_on).first():
        raise RepeatsAlready(target.id, current.series_id)
    number = begin(target.tx, target.id, repeats, target.actor_id)
    theirs = target.scope.with_user(current.assignee.id)  # one who stands in for them keeps it theirs
    found = queries.shown(target.tx, queries.get(target.tx, number, theirs), target.scope)
    activities.record(target.tx, target.actor_id, [(target.id, "repeats", {"summary": found.summary})])
    return found


def change(target: SeriesTarget, body: SeriesPatch) -> Series:
    """Change the open one and those that come after it; those that are completed too, if the body says so.
    One that was given to somebody out of the caller's sight stays as it is.

    Raises:
        SeriesNotFound, SeriesStale, SeriesOver: it is not there, not as the caller has seen it, or over.
        NotAssignable, ChoiceUnknown, RepeatsNever, PolicyWouldChange: it cannot be like that.
    """
    row = target.lock(completed=body.apply == "all")
    if row.ended_at is not None or row.open_id is None:
        raise SeriesOver(target.id)
    changes = body.changes()
    if "subject" in changes:
        del changes["subject"]
        changes["subject_id"] = keep_subject(target.tx, body.subject) if body.subject else None
    if "assignee_id" in changes:
        check_assignable(target.tx, changes["assignee_id"], target.scope)
    if "kind" in changes:
        check_choice(target.tx, KINDS, changes["kind"])
    values: dict[str, Any] = columns(changes)
    if "repeats" in body.model_fields_set:
        assignee_id = changes.get("assignee_id", row.assignee_id)
        rule = checked(target.tx, body.repeats, row.open_due_at, assignee_id)
        values |= {**rule, "made": 1, "missed": 0}
        target.tx.execute(update(follow_ups).where(f.id == row.open_id).values(occurs_on=rule["starts_on"]))
    if values:
        target.tx.execute(update(series).where(s.id == target.id).values(values))
    if changes:
        if body.apply == "all":
            _change_completed(target, {name: changes[name] for name in changes if name != "assignee_id"})
        if target.sees_open_one(row):
            edit(target.open_one(row), _patch(changes | body.clock()))
    if "repeats" in body.model_fields_set:
        said = {"summary": target.read().summary}
        activities.record(target.tx, target.actor_id, [(row.open_id, "repeats", said)])
    return target.read()


def end(target: SeriesTarget) -> Series:
    """Let nothing come after the open one. Harmless when it has ended.

    Raises:
        SeriesNotFound, SeriesStale: it is not there, or not as the caller has seen it.
    """
    row = target.lock()
    if row.ended_at is None:
        ended = {"ended_at": func.now(), "ended_by": target.actor_id}
        target.tx.execute(update(series).where(s.id == target.id).values(ended))
        if row.open_id is not None:
            activities.record(target.tx, target.actor_id, [(row.open_id, "series_ended", {})])
    return target.read()


def delete(target: SeriesTarget) -> dict[str, Any]:
    """End a series and delete its open one, unless that is out of the caller's sight. Those that are
    completed stay. Returns what was lost with it.

    Raises:
        SeriesNotFound, SeriesStale: it is not there, or not as the caller has seen it.
    """
    row = target.lock()
    end(replace(target, tags=None))
    if row.open_id is None or not target.sees_open_one(row):
        return {}
    return {"id": row.open_id, **remove(target.open_one(row))}


def _patch(changes: Mapping[str, Any]) -> FollowUpPatch:
    """The change of the open one alone that goes with a change of its series."""
    own = {name: value for name, value in changes.items() if name != "subject_id"}
    if "subject_id" in changes:
        number = changes["subject_id"]
        own["subject"] = None if number is None else {"id": number}
    return FollowUpPatch.model_validate(own)


def _change_completed(target: SeriesTarget, changes: Mapping[str, Any]) -> None:
    """Change what is said of completed ones, the latest first; each has it in its history."""
    if not changes:
        return
    wanted = select(f.id, *(f[name] for name in columns(changes))).where(f.series_id == target.id, ~f.is_open)
    seen = wanted.where(target.scope.condition()).order_by(f.id.desc()).limit(MOST_COMPLETED)
    rows = target.tx.execute(seen).all()
    entries = [(row.id, "edited", {"changes": found}) for row in rows if (found := _differs(row, changes))]
    if entries:
        ids = [follow_up_id for follow_up_id, _, _ in entries]
        target.tx.execute(update(follow_ups).where(among(f.id, ids)).values(columns(changes)))
        activities.record(target.tx, target.actor_id, entries)


def _differs(row: Record, changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    before = {**row._mapping}
    if "value" in changes:
        before["value"] = value_of(row.value_amount, row.value_currency)
    return {
        name: {"from": before[name], "to": wanted}
        for name, wanted in changes.items()
        if before[name] != wanted
    }
