"""What becomes of sequences that were started: decided by what there is, in the transaction that changes it
(ADR 0034)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import enrolment_steps, enrolments, follow_ups, users
from followup_common.policy import ALWAYS_OPEN, BeyondHorizon
from followup_common.policy.sequences import Do, SequenceStep, decide, due, next_part
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update

from followup_api.followups import activities
from followup_api.followups.own_clock import OwnClock, clocks_of
from followup_api.ids import among
from followup_api.rows import Record
from followup_api.series.going_on import go_on as go_on_with_series

f, e, m = follow_ups.c, enrolments.c, enrolment_steps.c
STEPS = TypeAdapter(tuple[SequenceStep, ...])


@dataclass
class Went:
    """What became of a sequence that was started: what was made, why it ended, what was deleted by that."""

    made: list[int] = field(default_factory=list)
    ended: str | None = None
    removed: list[int] = field(default_factory=list)

    def said(self) -> dict[str, Any]:
        """What the history of the follow-up keeps whose end did it."""
        facts = {
            "next_in_sequence": self.made,
            "sequence_over": self.ended,
            "removed_of_sequence": self.removed,
        }
        return {name: value for name, value in facts.items() if value}


def enrolments_of(tx: Transaction, follow_up_ids: Collection[int]) -> Mapping[int, int]:
    """Of which started sequences some follow-ups are, by their ids; those of none are left out."""
    wanted = select(m.follow_up_id, m.enrolment_id).where(among(m.follow_up_id, follow_up_ids))
    return {row.follow_up_id: row.enrolment_id for row in tx.execute(wanted)}


def settle(tx: Transaction, enrolment_ids: Collection[int], actor_id: int | None) -> Mapping[int, Went]:
    """Make what comes next of each, stop it, or say that it is finished or goes on again.

    What there is decides, under its lock: called twice, it does nothing the second time.

    Args:
        tx: the transaction that has changed their follow-ups.
        enrolment_ids: which ones; none that was stopped changes.
        actor_id: who changed them; None: nobody knows.
    """
    if not enrolment_ids:
        return {}
    alive = or_(e.ended_at.is_(None), e.ended_because == "finished")
    locked = select(enrolments).where(among(e.id, set(enrolment_ids)), alive).order_by(e.id)
    rows = tx.execute(locked.with_for_update()).all()
    # A statement of its own: what others have committed while this one waited for the locks is seen.
    done = _made(tx, [row.id for row in rows])
    to_do = {row.id: _decided(row, done[row.id]) for row in rows}
    going = [row for row in rows if to_do[row.id] is Do.GO_ON]
    went = {row.id: Went() for row in rows}
    made = make(tx, going, {row.id: _following(done[row.id]) for row in going}, actor_id)
    for row in rows:
        went[row.id].made = made.get(row.id, [])
    ended = {Do.STOP: "outcome", Do.FINISH: "finished"}
    for what, because in ended.items():
        over = [row.id for row in rows if to_do[row.id] is what and row.ended_at is None]
        _end(tx, over, because, actor_id)
        for number in over:
            went[number].ended = because
    stopped = [row.id for row in rows if to_do[row.id] is Do.STOP]
    for number, ids in remove_open(tx, stopped, actor_id).items():
        went[number].removed = ids
    again = [row.id for row in rows if to_do[row.id] in (Do.WAIT, Do.GO_ON) and row.ended_at is not None]
    if again:
        tx.execute(
            update(enrolments)
            .where(among(e.id, again))
            .values(ended_at=None, ended_because=None, ended_by=None)
        )
    return went


def make(
    tx: Transaction, rows: Collection[Record], made: Mapping[int, int], actor_id: int | None
) -> Mapping[int, list[int]]:
    """Make the next part of each; returns the new follow-ups by enrolment.

    Args:
        tx: a transaction that has locked them, or made them.
        rows: of `enrolments`.
        made: the place of the first step that is not made, of each.
        actor_id: of whom histories say that they made them.
    """
    if not rows:
        return {}
    assignees = _assignees(tx, rows)
    clocks = clocks_of(tx, set(assignees.values()))
    places, values, facts = [], [], []
    for row in rows:
        steps, assignee_id = STEPS.validate_python(row.steps), assignees[row.id]
        for place in next_part(steps, made[row.id]):
            at = due_on(steps[place].offset, clocks[assignee_id])
            places.append((row.id, place))
            values.append(
                {
                    **steps[place].model_dump(include={"title", "kind", "priority", "notes"}),
                    "assignee_id": assignee_id,
                    "subject_id": row.subject_id,
                    "due_at": at,
                }
            )
            facts.append(_facts(row, place, len(steps), assignee_id, at))
    plan = insert(follow_ups).returning(f.id, sort_by_parameter_order=True)
    ids = tx.execute(plan, values).scalars().all()
    tx.execute(
        insert(enrolment_steps),
        [
            {"enrolment_id": number, "step": place, "follow_up_id": id_}
            for id_, (number, place) in zip(ids, places, strict=True)
        ],
    )
    entries = [(id_, "created", said) for id_, said in zip(ids, facts, strict=True)]
    activities.record(tx, actor_id, entries)
    found = defaultdict[int, list[int]](list)
    for id_, (number, _) in zip(ids, places, strict=True):
        found[number].append(id_)
    return found


def due_on(offset: int, clock: OwnClock) -> datetime:
    """When a step is due on somebody's clock: a calendar that ends before keeps nobody from completing."""
    calendar, zone, now = clock
    try:
        return due(offset, calendar, zone, now)
    except BeyondHorizon:
        return due(offset, ALWAYS_OPEN, zone, now)


def remove_open(
    tx: Transaction, enrolment_ids: Collection[int], actor_id: int | None, *which: ColumnElement[bool]
) -> Mapping[int, list[int]]:
    """Delete the open follow-ups of some that are stopped; returns them by enrolment.

    Args:
        tx: a transaction that has locked these follow-ups, then these.
        enrolment_ids: which ones.
        actor_id: who stops them.
        which: conditions of the follow-ups; none: all.
    """
    if not enrolment_ids:
        return {}
    of_them = delete(follow_ups).where(
        f.id == m.follow_up_id, among(m.enrolment_id, enrolment_ids), f.is_open, *which
    )
    rows = tx.execute(of_them.returning(f.id, f.series_id, m.enrolment_id, f.assignee_id)).all()
    found = defaultdict[int, list[int]](list)
    for row in sorted(rows, key=lambda row: int(row.id)):
        found[row.enrolment_id].append(row.id)
        if row.series_id is not None:
            go_on_with_series(tx, [row.series_id], actor_id, deleted_of=row.assignee_id)
    return found


def lock_stopped_by(tx: Transaction, outcome: str, ids: Collection[int]) -> None:
    """Lock some follow-ups together with the others that are deleted when these are completed: all by their
    ids, as everywhere.

    Args:
        tx: a transaction that is about to complete them.
        outcome: with which.
        ids: of them.
    """
    theirs, others = enrolment_steps.alias("theirs"), enrolment_steps.alias("others")
    stopped = (
        select(others.c.follow_up_id)
        .join(theirs, theirs.c.enrolment_id == others.c.enrolment_id)
        .join(enrolments, e.id == theirs.c.enrolment_id)
        .where(among(theirs.c.follow_up_id, ids), e.ended_at.is_(None), e.stops_on.contains([outcome]))
    )
    together = {*tx.execute(stopped).scalars(), *ids}
    if len(together) > len(set(ids)):
        tx.execute(select(f.id).where(among(f.id, together)).order_by(f.id).with_for_update())


def _made(tx: Transaction, enrolment_ids: Collection[int]) -> Mapping[int, Sequence[Record]]:
    """What was made of each, the first step first."""
    wanted = (
        select(m.enrolment_id, m.step, f.is_open, f.outcome)
        .select_from(enrolment_steps.outerjoin(follow_ups, f.id == m.follow_up_id))
        .where(among(m.enrolment_id, enrolment_ids))
        .order_by(m.enrolment_id, m.step)
    )
    found = defaultdict[int, list[Record]](list)
    for row in tx.execute(wanted) if enrolment_ids else ():
        found[row.enrolment_id].append(row)
    return found


def _decided(row: Record, done: Sequence[Record]) -> Do:
    outcomes = [step.outcome for step in done if step.is_open is False and step.outcome is not None]
    any_open = any(step.is_open for step in done)
    return decide(len(row.steps), _following(done), outcomes, row.stops_on, any_open=any_open)


def _following(done: Sequence[Record]) -> int:
    """The place of the first step that is not made."""
    return done[-1].step + 1 if done else 0


def _assignees(tx: Transaction, rows: Collection[Record]) -> Mapping[int, int]:
    """Whose the next ones are: where the assignee is inactive, whose the last of the one before were."""
    last = (
        select(f.assignee_id)
        .join(enrolment_steps, m.follow_up_id == f.id)
        .where(m.enrolment_id == e.id)
        .order_by(m.step.desc())
        .limit(1)
    )
    before = users.alias()
    instead = (
        select(e.id, before.c.id.label("assignee_id"))
        .join(users, users.c.id == e.assignee_id)
        .join(before, before.c.id == last.scalar_subquery())
        .where(among(e.id, [row.id for row in rows]), ~users.c.active, before.c.active)
    )
    others = {row.id: row.assignee_id for row in tx.execute(instead)}
    for number, assignee_id in others.items():
        tx.execute(update(enrolments).where(e.id == number).values(assignee_id=assignee_id))
    return {row.id: others.get(row.id, row.assignee_id) for row in rows}


def _facts(row: Record, place: int, number: int, assignee_id: int, at: datetime) -> dict[str, Any]:
    of_it = {"enrolment_id": row.id, "sequence": row.name, "step": place + 1, "steps": number}
    return {"assignee_id": assignee_id, "due_at": at.isoformat(), **of_it}


def _end(tx: Transaction, enrolment_ids: Collection[int], because: str, actor_id: int | None) -> None:
    if enrolment_ids:
        ended = {"ended_at": func.now(), "ended_because": because, "ended_by": actor_id}
        tx.execute(update(enrolments).where(among(e.id, enrolment_ids)).values(ended))
