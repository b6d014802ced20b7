"""Completing a follow-up: what came of it, and what comes next, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from followup_common.db import Transaction
from followup_common.db.tables import activities as activities_table
from followup_common.db.tables import follow_ups
from followup_common.policy import BeyondHorizon, State
from followup_common.policy.presets import Preset, after_working_days, due
from sqlalchemy import func, insert, select

from followup_api.choices.lists import KINDS, OUTCOMES
from followup_api.choices.queries import check_choice, labels
from followup_api.enrolments.going_on import enrolments_of, lock_stopped_by, settle
from followup_api.followups import activities
from followup_api.followups.completing_schemas import (
    Completed,
    Completion,
    LogEntry,
    NextFollowUp,
    NextOfEach,
    PresetTime,
    PresetTimes,
)
from followup_api.followups.facts import columns
from followup_api.followups.own_clock import clock_of
from followup_api.followups.problems import (
    CompletedAlready,
    FollowUpNotFound,
    FollowUpStale,
    NoteMissing,
)
from followup_api.followups.queries import NEEDS_NOTE, get
from followup_api.followups.schemas import FollowUp
from followup_api.followups.service import Target, check_assignable
from followup_api.ids import among
from followup_api.problems import Invalid
from followup_api.rows import Record
from followup_api.series.going_on import go_on, said

f = follow_ups.c
a = activities_table.c
KEPT = ("kind", "priority", "tags", "value")
"""What the next follow-up has of the one before, beside its lead or client and its assignee."""
COPIED = (
    *("title", "assignee_id", "subject_id", "kind", "priority", "tags"),
    *("value_amount", "value_currency"),
)
"""The columns that the next one of each of many has of the one before."""


def complete(target: Target, body: Completion, *, only_open: bool = False) -> Completed:
    """Mark as done, say what came of it, and plan what comes next.

    Completing again changes nothing and succeeds, whatever the caller saw: nothing is planned a second time.

    Args:
        target: what is completed.
        body: what came of it, and what comes next.
        only_open: refuse one that is completed already.

    Raises:
        ChoiceUnknown, NotAssignable: the outcome or the next follow-up cannot be like that.
        NoteMissing: its policy asks for a note, and there is none.
        FollowUpNotFound, FollowUpStale: it is not there, or not as the caller has seen it.
        CompletedAlready: it is, and `only_open` refuses that.
    """
    check_choice(target.tx, OUTCOMES, body.outcome)
    lock_stopped_by(target.tx, body.outcome, [target.id])
    enough = () if body.note is not None else (~NEEDS_NOTE,)
    changed = target.update({"completed_at": func.now(), "outcome": body.outcome}, f.is_open, *enough)
    current = target.read()
    if State(current.status) is not State.COMPLETED:
        raise (
            NoteMissing([target.id])
            if enough and target.read_matching().note_required
            else FollowUpStale(current)
        )
    if only_open and not changed:
        raise CompletedAlready(current)
    planned = _plan_next(target, current, body.next) if changed and body.next else None
    ended = [current.series_id] if changed and current.series_id else []
    comes = go_on(target.tx, ended, target.actor_id).get(current.series_id or 0)
    if changed:
        details = {
            **_said(target.tx, body),
            **({"next_id": planned.id} if planned else {}),
            **said(comes),
            **_settled(target),
        }
        activities.record(target.tx, target.actor_id, [(target.id, "completed", details)])
    next_in_series = None if comes is None or comes.id is None else {"id": comes.id, "due_at": comes.due_at}
    return Completed.model_validate({**dict(current), "next": planned, "next_in_series": next_in_series})


def _settled(target: Target) -> dict[str, Any]:
    """What its completion did to the sequence of which it is a step."""
    of_it = enrolments_of(target.tx, [target.id]).values()
    return next((went.said() for went in settle(target.tx, of_it, target.actor_id).values()), {})


def log(target: Target, body: LogEntry) -> int:
    """Write down what happened without completing anything; returns the entry's id.

    Raises:
        ChoiceUnknown: there is no such kind or outcome to choose.
        FollowUpNotFound: there is none, or the caller may not see it.
    """
    if target.tx.execute(select(f.id).where(target.visible)).first() is None:
        raise FollowUpNotFound(target.id)
    details = _said(target.tx, body)
    if body.kind is not None:
        check_choice(target.tx, KINDS, body.kind)
        details |= {"kind": body.kind, "kind_label": labels(target.tx, KINDS)[body.kind]}
    if body.outcome is not None:
        check_choice(target.tx, OUTCOMES, body.outcome)
    entry = {"follow_up_id": target.id, "kind": "logged", "actor_id": target.actor_id, "details": details}
    return int(target.tx.execute(insert(activities_table).values(entry).returning(a.id)).scalar_one())


def presets(tx: Transaction, assignee_id: int, working_days: int | None = None) -> PresetTimes:
    """When each preset is due, by a person's own calendar and clock; without those that lie too far ahead.

    Raises:
        Invalid: there is no such person, or so many working days lie too far ahead.
    """
    calendar, zone, now = clock_of(tx, assignee_id)
    found = []
    for preset in Preset:
        try:
            found.append(PresetTime(preset=preset, due_at=due(preset, calendar, zone, now)))
        except BeyondHorizon:
            continue
    asked = None
    if working_days is not None:
        try:
            asked = after_working_days(working_days, calendar, zone, now)
        except BeyondHorizon as beyond:
            raise Invalid("working_days", f"working_days: {beyond}.") from None
    return PresetTimes(items=found, after_working_days=asked)


def _plan_next(target: Target, before: FollowUp, wanted: NextFollowUp) -> FollowUp:
    assignee_id = wanted.assignee_id or before.assignee_id
    scope = target.scope.with_user(before.assignee_id)  # one who stands in for them keeps it theirs
    with _within("next"):
        check_assignable(target.tx, assignee_id, scope)
        if wanted.kind is not None:
            check_choice(target.tx, KINDS, wanted.kind)
    kept = before.model_dump(include={*KEPT})
    values = {
        **columns(kept | ({"kind": wanted.kind} if wanted.kind else {})),
        "title": wanted.title or before.title,
        "due_at": _due_at(target.tx, wanted, assignee_id),
        "assignee_id": assignee_id,
        "subject_id": before.subject and before.subject.id,
    }
    created = int(target.tx.execute(insert(follow_ups).values(values).returning(f.id)).scalar_one())
    facts = _planned_after(assignee_id, values["due_at"], before)
    activities.record(target.tx, target.actor_id, [(created, "created", facts)])
    return get(target.tx, created, scope)


def plan_next_of_each(
    tx: Transaction, ids: Collection[int], wanted: NextOfEach, actor_id: int
) -> Mapping[int, int]:
    """Plan what comes after many follow-ups; returns the next one of each.

    Args:
        tx: the transaction that completes them.
        ids: of them; their assignees are active.
        wanted: when the next ones are due.
        actor_id: who plans them.

    Raises:
        Invalid: that lies too far ahead for one of their assignees.
    """
    rows = tx.execute(
        select(f.id, *(f[name] for name in COPIED)).where(among(f.id, ids)).order_by(f.id)
    ).all()
    at = {assignee_id: _due_at(tx, wanted, assignee_id) for assignee_id in {row.assignee_id for row in rows}}
    if not rows:
        return {}
    values = [
        {**{name: row._mapping[name] for name in COPIED}, "due_at": at[row.assignee_id]} for row in rows
    ]
    plan = insert(follow_ups).returning(f.id, sort_by_parameter_order=True)
    created = tx.execute(plan, values).scalars().all()
    activities.record(
        tx,
        actor_id,
        [
            (next_id, "created", _planned_after(row.assignee_id, at[row.assignee_id], row))
            for next_id, row in zip(created, rows, strict=True)
        ],
    )
    return {row.id: next_id for next_id, row in zip(created, rows, strict=True)}


def _planned_after(assignee_id: int, due_at: datetime, before: FollowUp | Record) -> dict[str, Any]:
    """What the history of a follow-up says that comes after another one."""
    facts = {"assignee_id": assignee_id, "due_at": due_at.isoformat()}
    return {**facts, "after_id": before.id, "after": before.title}


def _due_at(tx: Transaction, wanted: NextFollowUp | NextOfEach, assignee_id: int) -> datetime:
    if wanted.preset is None:
        return cast(datetime, wanted.due_at)  # the request has one of the two
    calendar, zone, now = clock_of(tx, assignee_id)
    try:
        return due(wanted.preset, calendar, zone, now)
    except BeyondHorizon as beyond:
        raise Invalid("next.preset", f"next.preset: {beyond}.") from None


def _said(tx: Transaction, body: Completion | LogEntry) -> dict[str, Any]:
    """What the history keeps: an outcome by its label of then, too."""
    said: dict[str, Any] = {}
    if body.outcome is not None:
        said |= {"outcome": body.outcome, "outcome_label": labels(tx, OUTCOMES).get(body.outcome)}
    if body.note is not None:
        said["note"] = body.note
    return said


@contextmanager
def _within(field: str) -> Iterator[None]:
    """Name fields of the follow-up within the request by their place."""
    try:
        yield
    except Invalid as problem:
        raise problem.within(field) from None
