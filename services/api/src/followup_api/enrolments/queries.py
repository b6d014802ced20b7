"""Reading sequences that were started."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import enrolment_steps, enrolments, follow_ups, subjects, users
from followup_common.policy import BeyondHorizon
from followup_common.policy.sequences import due, next_part
from sqlalchemy import Select, exists, func, or_, select, true

from followup_api.enrolments.going_on import STEPS
from followup_api.enrolments.problems import EnrolmentNotFound
from followup_api.enrolments.schemas import Enrolment, EnrolmentQuery, EnrolmentStep
from followup_api.etags import tag_of
from followup_api.followups.own_clock import OwnClock, clocks_of
from followup_api.followups.scopes import Scope
from followup_api.ids import among
from followup_api.pagination import Page, paginate
from followup_api.rows import Record
from followup_api.subjects.survivors import survivor_of

f, e, m = follow_ups.c, enrolments.c, enrolment_steps.c
assignee, starter, ender = users.alias("assignee"), users.alias("starter"), users.alias("ender")
FOUND: Select[*tuple[Any, ...]] = (
    select(
        *(e.id, e.sequence_id, e.name, e.steps, e.stops_on, e.ended_at, e.ended_because, e.assignee_id),
        *(e.version, e.created_at, e.updated_at),
        func.jsonb_build_object(
            *("id", subjects.c.id, "kind", subjects.c.kind, "name", subjects.c.name)
        ).label("subject"),
        func.jsonb_build_object("id", assignee.c.id, "name", assignee.c.name).label("assignee"),
        func.jsonb_build_object("id", starter.c.id, "name", starter.c.name).label("created_by"),
        func.jsonb_build_object("id", ender.c.id, "name", ender.c.name).label("ender"),
        ender.c.id.label("ender_id"),
        tag_of(enrolments).label("etag"),
    )
    .join(subjects, subjects.c.id == e.subject_id)
    .join(assignee, assignee.c.id == e.assignee_id)
    .join(starter, starter.c.id == e.created_by)
    .join(ender, ender.c.id == e.ended_by, isouter=True)
)
SAME = (
    *("id", "sequence_id", "name", "subject", "assignee", "created_by", "created_at", "stops_on"),
    *("ended_at", "ended_because", "version", "etag", "updated_at"),
)


def page(tx: Transaction, scope: Scope, query: EnrolmentQuery) -> Page[Enrolment]:
    """Those that a caller sees, the newest first."""
    wanted = FOUND.where(_seen(scope))
    if query.subject_id is not None:
        wanted = wanted.where(e.subject_id == survivor_of(tx, query.subject_id))
    if query.follow_up_id is not None:
        wanted = wanted.where(exists().where(m.enrolment_id == e.id, m.follow_up_id == query.follow_up_id))
    if not query.ended:
        wanted = wanted.where(e.ended_at.is_(None))
    found = paginate(tx, wanted, (e.id.desc(),), query)
    return Page[Enrolment].of(found, shown_all(tx, found.rows, scope))


def get(tx: Transaction, enrolment_id: int, scope: Scope) -> Enrolment:
    """One that a caller sees: what it plans is of their sight, or one of its follow-ups is.

    Raises:
        EnrolmentNotFound: there is none, or it is out of their sight.
    """
    row = tx.execute(FOUND.where(e.id == enrolment_id, _seen(scope))).one_or_none()
    if row is None:
        raise EnrolmentNotFound(enrolment_id)
    [shown] = shown_all(tx, [row], scope)
    return shown


def shown_all(tx: Transaction, rows: Sequence[Record], scope: Scope) -> list[Enrolment]:
    """Rows of `FOUND` as the API says them to a caller."""
    made = _made(tx, [row.id for row in rows])
    clocks = clocks_of(tx, {row.assignee_id for row in rows}) if rows else {}
    return [_shown(row, made[row.id], clocks[row.assignee_id], scope) for row in rows]


def _seen(scope: Scope) -> Any:
    if scope.user_ids is None:
        return true()
    of_it = (m.enrolment_id == e.id, f.id == m.follow_up_id)
    return or_(scope.condition(e.assignee_id), exists().where(*of_it, scope.condition()))


def _made(tx: Transaction, enrolment_ids: Sequence[int]) -> Mapping[int, Mapping[int, Record]]:
    wanted = (
        select(m.enrolment_id, m.step, m.follow_up_id, f.is_open, f.due_at, f.outcome, f.assignee_id)
        .select_from(enrolment_steps.outerjoin(follow_ups, f.id == m.follow_up_id))
        .where(among(m.enrolment_id, enrolment_ids))
    )
    found = defaultdict[int, dict[int, Record]](dict)
    for row in tx.execute(wanted) if enrolment_ids else ():
        found[row.enrolment_id][row.step] = row
    return found


def _shown(row: Record, made: Mapping[int, Record], clock: OwnClock, scope: Scope) -> Enrolment:
    expected = _expected(row, made, clock)
    steps = [
        EnrolmentStep(**step.model_dump(), **_became(made.get(place), expected.get(place), scope))
        for place, step in enumerate(STEPS.validate_python(row.steps))
    ]
    return Enrolment.model_validate(
        {
            **{name: row._mapping[name] for name in SAME},
            "steps": steps,
            "ended_by": row.ender if row.ender_id is not None else None,
            "may_change": row.assignee_id in scope,
        }
    )


def _became(made: Record | None, expected: datetime | None, scope: Scope) -> dict[str, Any]:
    if made is None:
        return {"state": "to_come", "follow_up_id": None, "due_at": expected, "outcome": None}
    if made.is_open is None:
        return {"state": "deleted", "follow_up_id": None, "due_at": None, "outcome": None}
    seen = made.assignee_id in scope
    return {
        "state": "open" if made.is_open else "completed",
        "follow_up_id": made.follow_up_id if seen else None,
        "due_at": made.due_at if seen else None,
        "outcome": made.outcome if seen else None,
    }


def _expected(row: Record, made: Mapping[int, Record], clock: OwnClock) -> Mapping[int, datetime]:
    """When the steps that are to come will be due, if those before are completed when they are due."""
    if row.ended_at is not None:
        return {}
    calendar, zone, now = clock
    then = max([now, *(step.due_at for step in made.values() if step.is_open)])
    steps, place = STEPS.validate_python(row.steps), max(made, default=-1) + 1
    found: dict[int, datetime] = {}
    while place < len(steps):
        part = next_part(steps, place)
        try:
            for place in part:
                found[place] = due(steps[place].offset, calendar, zone, then)
        except BeyondHorizon:
            return found
        then, place = found[part[-1]], part.stop
    return found
