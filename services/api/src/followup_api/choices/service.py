"""What admins do to lists that people choose from. None is ever deleted: it may be named somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from followup_common.db import Transaction
from sqlalchemy import any_, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from followup_api.audit import Trail
from followup_api.choices import queries
from followup_api.choices.lists import ChoiceList
from followup_api.choices.problems import ChoiceNeeded, ChoiceStale, ChoiceTaken, TooManyChoices, WrongOrder
from followup_api.choices.schemas import MOST_CHOICES, Choice, ChoicePatch
from followup_api.etags import Tags
from followup_api.ids import Ids
from followup_api.problems import constraint_of


def add(tx: Transaction, audit: Trail, choices: ChoiceList, label: str) -> Choice:
    """Write a new one, at the end of the list.

    Raises:
        ChoiceTaken: another one has its label, or its name.
        TooManyChoices: the list is full.
    """
    values = {"name": label.casefold(), "label": label, "position": _next_position(tx, choices)}
    with _refusing_taken(choices, label):
        statement = insert(choices.table).values(values).returning(choices.table.c.id)
        choice_id = tx.execute(statement).scalar_one()
    audit(choices.created, f"{choices.path}/{choice_id}", label=label)
    return queries.get(tx, choices, choice_id)


def change(
    tx: Transaction, audit: Trail, choices: ChoiceList, choice_id: int, body: ChoicePatch, *, tags: Tags
) -> Choice:
    """Rename one for people, archive it, or bring it back.

    Raises:
        ChoiceNotFound, ChoiceStale: it is not there, or not as the caller has seen it.
        ChoiceTaken, ChoiceNeeded, TooManyChoices: it cannot be like that.
    """
    current = _locked(tx, choices, choice_id, tags)
    wanted = body.changes()
    before = {"label": current.label, "archived": current.archived_at is not None}
    changes = {
        name: {"from": before[name], "to": value} for name, value in wanted.items() if value != before[name]
    }
    if not changes:
        return current
    values = {"label": wanted.get("label", current.label)}
    if "archived" in changes:
        values |= _placed(tx, choices, current, archived=wanted["archived"])
    with _refusing_taken(choices, values["label"]):
        tx.execute(update(choices.table).where(choices.table.c.id == choice_id).values(values))
    audit(choices.changed, f"{choices.path}/{choice_id}", label=values["label"], changes=changes)
    return queries.get(tx, choices, choice_id)


def put_in_order(tx: Transaction, audit: Trail, choices: ChoiceList, ids: Sequence[int]) -> None:
    """Put those in use into another order.

    Raises:
        WrongOrder: these are not they.
    """
    c = choices.table.c
    in_use = select(c.id).where(c.archived_at.is_(None)).order_by(c.position).with_for_update()
    present = tx.execute(in_use).scalars().all()
    if sorted(ids) != sorted(present):
        raise WrongOrder(choices, present)
    if list(ids) != list(present):
        place = func.array_position(literal(list(ids), Ids()), c.id)
        moved = update(choices.table).where(c.id == any_(literal(list(ids), Ids())))
        tx.execute(moved.values(position=place))
        audit(choices.ordered, choices.path)


def _locked(tx: Transaction, choices: ChoiceList, choice_id: int, tags: Tags) -> Choice:
    tx.execute(select(choices.table.c.id).where(choices.table.c.id == choice_id).with_for_update())
    current = queries.get(tx, choices, choice_id)
    if tags is not None and current.etag not in tags:
        raise ChoiceStale(current)
    return current


def _placed(tx: Transaction, choices: ChoiceList, current: Choice, *, archived: bool) -> dict[str, Any]:
    if not archived:
        return {"archived_at": None, "position": _next_position(tx, choices)}
    if current.name == choices.fixed:
        raise ChoiceNeeded(current.label)
    return {"archived_at": func.now(), "position": None}


def _next_position(tx: Transaction, choices: ChoiceList) -> int:
    c = choices.table.c
    # Two at once would take the same place: the second waits, and sees it taken.
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(choices.path))))
    counted = select(func.count(), func.coalesce(func.max(c.position), 0)).where(c.archived_at.is_(None))
    number, last = tx.execute(counted).one()
    if number >= MOST_CHOICES:
        raise TooManyChoices(choices)
    return int(last) + 1


@contextmanager
def _refusing_taken(choices: ChoiceList, label: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) not in (f"uq_{choices.table.name}_label", f"uq_{choices.table.name}_name"):
            raise
        raise ChoiceTaken(choices, label) from None
