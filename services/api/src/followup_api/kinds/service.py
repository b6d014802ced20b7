"""What admins do to kinds of follow-ups. None is ever deleted: follow-ups and policies say its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import follow_up_kinds
from sqlalchemy import any_, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from followup_api.audit import Action, Trail
from followup_api.etags import Tags
from followup_api.followups.facts import DEFAULT_KIND
from followup_api.ids import Ids
from followup_api.kinds import queries
from followup_api.kinds.problems import KindNeeded, KindStale, KindTaken, TooManyKinds, WrongOrder
from followup_api.kinds.schemas import MOST_KINDS, Kind, KindPatch
from followup_api.problems import constraint_of

k = follow_up_kinds.c


def add(tx: Transaction, audit: Trail, label: str) -> Kind:
    """Write a new kind, at the end of the list.

    Raises:
        KindTaken: another one has its label, or its name.
        TooManyKinds: the list is full.
    """
    values = {"name": label.casefold(), "label": label, "position": _next_position(tx)}
    with _refusing_taken(label):
        kind_id = tx.execute(insert(follow_up_kinds).values(values).returning(k.id)).scalar_one()
    audit(Action.KIND_CREATED, f"follow-up-kinds/{kind_id}", label=label)
    return queries.get(tx, kind_id)


def change(tx: Transaction, audit: Trail, kind_id: int, body: KindPatch, tags: Tags) -> Kind:
    """Rename a kind for people, archive it, or bring it back.

    Raises:
        KindNotFound, KindStale: it is not there, or not as the caller has seen it.
        KindTaken, KindNeeded, TooManyKinds: it cannot be like that.
    """
    current = _locked(tx, kind_id, tags)
    wanted = body.changes()
    before = {"label": current.label, "archived": current.archived_at is not None}
    changes = {
        name: {"from": before[name], "to": value} for name, value in wanted.items() if value != before[name]
    }
    if not changes:
        return current
    values = {"label": wanted.get("label", current.label)}
    if "archived" in changes:
        values |= _placed(tx, current, archived=wanted["archived"])
    with _refusing_taken(values["label"]):
        tx.execute(update(follow_up_kinds).where(k.id == kind_id).values(values))
    audit(Action.KIND_CHANGED, f"follow-up-kinds/{kind_id}", label=values["label"], changes=changes)
    return queries.get(tx, kind_id)


def put_in_order(tx: Transaction, audit: Trail, ids: Sequence[int]) -> None:
    """Put the kinds in use into another order.

    Raises:
        WrongOrder: these are not they.
    """
    in_use = select(k.id).where(k.archived_at.is_(None)).order_by(k.position).with_for_update()
    present = tx.execute(in_use).scalars().all()
    if sorted(ids) != sorted(present):
        raise WrongOrder(present)
    if list(ids) != list(present):
        place = func.array_position(literal(list(ids), Ids()), k.id)
        moved = update(follow_up_kinds).where(k.id == any_(literal(list(ids), Ids())))
        tx.execute(moved.values(position=place))
        audit(Action.KINDS_ORDERED, "follow-up-kinds")


def _locked(tx: Transaction, kind_id: int, tags: Tags) -> Kind:
    tx.execute(select(k.id).where(k.id == kind_id).with_for_update())
    current = queries.get(tx, kind_id)
    if tags is not None and current.etag not in tags:
        raise KindStale(current)
    return current


def _placed(tx: Transaction, current: Kind, *, archived: bool) -> dict[str, Any]:
    if not archived:
        return {"archived_at": None, "position": _next_position(tx)}
    if current.name == DEFAULT_KIND:
        raise KindNeeded(current.label)
    return {"archived_at": func.now(), "position": None}


def _next_position(tx: Transaction) -> int:
    # Two at once would take the same place: the second waits, and sees it taken.
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("follow-up-kinds"))))
    counted = select(func.count(), func.coalesce(func.max(k.position), 0)).where(k.archived_at.is_(None))
    number, last = tx.execute(counted).one()
    if number >= MOST_KINDS:
        raise TooManyKinds
    return int(last) + 1


@contextmanager
def _refusing_taken(label: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) not in ("uq_follow_up_kinds_label", "uq_follow_up_kinds_name"):
            raise
        raise KindTaken(label) from None
