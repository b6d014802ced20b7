"""Reading hand-overs, and what is open of somebody's."""

from __future__ import annotations

from typing import Any

from followup_common.db import Transaction
from followup_common.db.absences import hand_overs
from followup_common.db.tables import follow_ups, users
from sqlalchemy import ColumnElement, Select, func, literal_column, or_, select

from followup_api.followups.facts import conditions
from followup_api.followups.scopes import Scope
from followup_api.handovers.problems import HandOverNotFound
from followup_api.handovers.schemas import HandOver, HandOverQuery, OpenWorkFilter
from followup_api.pagination import Page, paginate
from followup_api.users.queries import id_and_name

h, f = hand_overs.c, follow_ups.c
giver, taker, actor = users.alias("giver"), users.alias("taker"), users.alias("actor")


UNDOABLE_FOR: ColumnElement[Any] = literal_column("interval '1 day'")


FOUND: Select[*tuple[Any, ...]] = (
    select(
        *(h.id, h.from_user_id, h.to_user_id, h.until, h.number, h.created_at, h.ended_at, h.given_back),
        (h.created_at + UNDOABLE_FOR).label("undoable_until"),
        *(
            id_and_name(giver).label("from"),
            id_and_name(taker).label("to"),
            id_and_name(actor).label("actor"),
        ),
        giver.c.active.label("giver_active"),
        (h.created_at > func.now() - UNDOABLE_FOR).label("undoable"),
    )
    .select_from(hand_overs)
    .join(giver, giver.c.id == h.from_user_id)
    .join(taker, taker.c.id == h.to_user_id)
    .join(actor, actor.c.id == h.actor_id)
)
SAID = (
    "id",
    "from",
    "to",
    "actor",
    "until",
    "number",
    "created_at",
    "undoable_until",
    "ended_at",
    "given_back",
)


def open_work(
    user_id: int, filters: OpenWorkFilter, subject_id: int | None = None
) -> list[ColumnElement[bool]]:
    """SQL of somebody's open follow-ups that filters leave, of one lead or client if one is given."""
    about = [] if subject_id is None else [f.subject_id == subject_id]
    return [f.is_open, f.assignee_id == user_id, *about, *conditions(filters)]


def get(tx: Transaction, hand_over_id: int, scope: Scope) -> Any:
    """The row of one.

    Raises:
        HandOverNotFound: there is none, or the caller may not see it.
    """
    row = tx.execute(FOUND.where(h.id == hand_over_id, scope.condition(h.from_user_id))).one_or_none()
    if row is None:
        raise HandOverNotFound(hand_over_id)
    return row


def shown(row: Any) -> HandOver:
    """A hand-over as the API says it."""
    return HandOver.model_validate({name: row._mapping[name] for name in SAID})


def page(tx: Transaction, scope: Scope, query: HandOverQuery) -> Page[HandOver]:
    """Hand-overs of the work of those whose follow-ups the caller may see, the newest first."""
    wanted = FOUND.where(scope.condition(h.from_user_id))
    if query.user_id is not None:
        wanted = wanted.where(or_(h.from_user_id == query.user_id, h.to_user_id == query.user_id))
    found = paginate(tx, wanted, (h.id.desc(),), query)
    return Page[HandOver].of(found, [shown(row) for row in found.rows])
