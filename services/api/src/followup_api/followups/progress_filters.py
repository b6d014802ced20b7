"""Narrowing lists to follow-ups by how they went: how grave, how often moved, when and how they were done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from followup_common.db.tables import escalation_states, follow_ups
from followup_common.policy import Severity
from pydantic import Field, ValidationInfo, field_validator
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    any_,
    exists,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from followup_api.followups.facts import KindName
from followup_api.schemas import Schema, WrittenTime

f = follow_ups.c
MOST_MOVES = 1_000


class ProgressFilters(Schema):
    """What lists of follow-ups can be narrowed to by how they went."""

    severity_min: Annotated[Severity, Field(strict=False)] | None = Field(
        None, description="Only those whose last step is at least as grave: `escalated` finds breaches, too."
    )
    moved_min: Annotated[int, Field(ge=1, le=MOST_MOVES)] | None = Field(
        None, description="Only those that got another due time at least so often."
    )
    completed_from: WrittenTime | None = Field(None, description="Only those completed then or later.")
    completed_before: WrittenTime | None = Field(None, description="Only those completed before then.")
    on_time: bool | None = Field(
        None,
        description="`true`: only those completed by the time they were due at last; `false`: only those "
        "completed later.",
    )
    outcome: KindName | None = Field(
        None, description="Only completed ones of which this came, a name of `GET /outcomes`."
    )

    @field_validator("completed_before")
    @classmethod
    def _later(cls, end: datetime | None, given: ValidationInfo) -> datetime | None:
        begin = given.data.get("completed_from")
        if end is not None and begin is not None and end <= begin:
            raise ValueError("must be later than completed_from: swap the two")
        return end


def progress_conditions(filters: ProgressFilters) -> Iterator[ColumnElement[bool]]:
    """SQL that holds for what filters leave; what a partial index asks for is in the statement itself."""
    if filters.severity_min is not None:
        yield _at_least(filters.severity_min)
    if filters.moved_min is not None:
        yield f.moved >= literal_column(str(filters.moved_min))
    if filters.completed_from is not None:
        yield f.completed_at >= filters.completed_from
    if filters.completed_before is not None:
        yield f.completed_at < filters.completed_before
    if filters.on_time is not None:
        yield f.completed_at <= f.due_at if filters.on_time else f.completed_at > f.due_at
    if filters.outcome is not None:
        yield ~f.is_open
        yield f.outcome == literal(filters.outcome, literal_execute=True)


def before_due(filters: ProgressFilters) -> Iterator[ColumnElement[bool]]:
    """SQL that holds besides, of the same follow-ups, in a list of those that are not due yet.

    Hardly any of these is escalated, so a walk through all of them would find none. Steps count from the due
    time or later: the index of what is escalated has those few by when its steps count from. Only a reminder
    comes before due, so nothing else is overdue by then.
    """
    if filters.severity_min in (None, Severity.REMINDER):
        return
    least = Severity.ESCALATED if filters.severity_min is Severity.OVERDUE else filters.severity_min
    state = escalation_states.alias("early_state")
    grave = (state.c.is_open, _severe(state, least), state.c.anchor_at > func.now())
    early = select(state.c.follow_up_id).where(*grave).correlate(None)
    yield f.id == any_(func.array(early.scalar_subquery(), type_=ARRAY(BigInteger)))


def _at_least(severity: Severity) -> ColumnElement[bool]:
    state = escalation_states.alias("grave_state")
    return exists().where(state.c.follow_up_id == f.id, _severe(state, severity)).correlate(follow_ups)


def _severe(state: FromClause, severity: Severity) -> ColumnElement[bool]:
    graver = list(Severity)[list(Severity).index(severity) :]
    words: list[ColumnElement[str]] = [literal_column(f"'{word}'") for word in graver]
    return state.c.severity.in_(words)
