"""What people do with series by the API's own functions, in transactions of their own."""

from __future__ import annotations

from random import Random
from typing import Any

from followup_api.followups.completing import complete
from followup_api.followups.completing_schemas import Completion
from followup_api.followups.scopes import Scope
from followup_api.followups.service import Target, remove
from followup_api.problems import Problem
from followup_api.series import service
from followup_api.series.repeats import Repeats
from followup_api.series.schemas import SeriesPatch
from followup_api.series.service import SeriesTarget
from followup_api.unit_of_work import UnitOfWork
from followup_common.contracts import Event
from followup_common.db import Transaction
from sqlalchemy import text

from tests.faults import journal
from tests.faults.journal import Kind
from tests.faults.people import People
from tests.faults.recurring import COME_WITH_IT, GONE_WITH_IT, RULES
from tests.faults.settings import Facts

OF_SERIES = text("""
    SELECT id, series_id, assignee_id FROM follow_ups
    WHERE series_id IS NOT NULL AND is_open ORDER BY random() LIMIT 1
""")
COMPLETED_NOW = text("SELECT completed_at = now() FROM follow_ups WHERE id = :id")
WAYS = {"complete": 8, "delete": 3, "assign": 3, "rule": 2, "end": 1}


def begin(tx: Transaction, follow_up: int, rng: Random, actor: int) -> list[Event] | None:
    """Let an open follow-up come again."""
    try:
        service.start(Target(UnitOfWork(tx), follow_up, Scope(None), None, actor), _rule(rng))
    except Problem:
        return None
    return []


def work(tx: Transaction, rng: Random, people: People) -> tuple[int, list[Event]] | None:
    """Complete or delete what is open of a series, give it and the following to somebody, change the rule or
    end it; returns which one it was, and the events."""
    row = tx.execute(OF_SERIES).first()
    if row is None:
        return None
    actor, done = people.admins[0], UnitOfWork(tx)
    target = Target(done, row.id, Scope(None), None, actor)
    series = SeriesTarget(done, row.series_id, Scope(None), None, actor)
    try:
        match rng.choices([*WAYS], [*WAYS.values()])[0]:
            case "complete":
                complete(target, Completion())
                if not tx.execute(COMPLETED_NOW, {"id": row.id}).scalar():  # somebody was quicker
                    return None
                journal.write(tx, row.id, Kind.COMPLETED)
            case "delete":
                remove(target)
            case "assign":
                _assign(tx, series, rng.choice(people.assignable), actor)
            case "rule":
                service.change(series, SeriesPatch(repeats=_rule(rng)))
            case "end":
                service.end(series)
    except Problem:
        return None
    note_others(tx)
    return row.id, done.events


def note_others(tx: Transaction) -> None:
    """What came or went with a change: what was planned next, or is the next one of a series."""
    for gone in tx.execute(GONE_WITH_IT).scalars().all():
        journal.write(tx, gone, Kind.DELETED)
    for row in tx.execute(COME_WITH_IT).all():
        made: dict[str, Any] = {"due_at": row.due_at, "assignee_id": row.assignee_id}
        journal.write(tx, row.id, Kind.CREATED, facts=Facts(row.kind, row.priority), **made)


def _assign(tx: Transaction, series: SeriesTarget, assignee: int, actor: int) -> None:
    before = series.lock()
    service.change(series, SeriesPatch(assignee_id=assignee))
    if before.open_id is not None and before.open_assignee_id != assignee:
        journal.write(tx, before.open_id, Kind.REASSIGNED, assignee_id=assignee, actor_id=actor)


def _rule(rng: Random) -> Repeats:
    return Repeats(**rng.choice(RULES), closed_days="keep", time_zone="UTC")
