"""SQL of the lists that people choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from followup_common import tags
from followup_common.db import Transaction
from sqlalchemy import Select, select

from followup_api.choices.lists import ChoiceList
from followup_api.choices.problems import ChoiceNotFound, ChoiceUnknown
from followup_api.choices.schemas import Choice, ChoiceQuery
from followup_api.etags import tag_of
from followup_api.fields import as_read
from followup_api.pagination import Page, paginate


def page(tx: Transaction, choices: ChoiceList, query: ChoiceQuery) -> Page[Choice]:
    """Those in use in their order, or the archived ones by label."""
    c, all_ = choices.table.c, _selected(choices)
    if query.archived:
        archived = all_.where(c.archived_at.is_not(None))
        return Page[Choice].of(paginate(tx, archived, (as_read(c.label), c.id), query))
    in_use = all_.add_columns(c.position).where(c.archived_at.is_(None))
    return Page[Choice].of(paginate(tx, in_use, (c.position, c.id), query))


def get(tx: Transaction, choices: ChoiceList, choice_id: int) -> Choice:
    """One of a list.

    Raises:
        ChoiceNotFound: there is none.
    """
    row = tx.execute(_selected(choices).where(choices.table.c.id == choice_id)).one_or_none()
    if row is None:
        raise ChoiceNotFound(choices, choice_id)
    return Choice.model_validate(row)


def names_in_use(tx: Transaction, choices: ChoiceList) -> Sequence[str]:
    """Names of those in use, in their order."""
    c = choices.table.c
    return tx.execute(select(c.name).where(c.archived_at.is_(None)).order_by(c.position)).scalars().all()


def as_written(tx: Transaction, choices: ChoiceList) -> dict[str, str]:
    """Each name, of archived ones too, by how it and its label are read."""
    c = choices.table.c
    rows = tx.execute(select(c.name, c.label).order_by(c.archived_at.is_not(None).desc())).all()
    return {tags.as_read(row.label): row.name for row in rows} | {
        tags.as_read(row.name): row.name for row in rows
    }


def labels(tx: Transaction, choices: ChoiceList) -> dict[str, str]:
    """What people read for each name, of archived ones too."""
    c = choices.table.c
    return {row.name: row.label for row in tx.execute(select(c.name, c.label))}


def check_choice(tx: Transaction, choices: ChoiceList, name: str) -> None:
    """Make sure that one may be chosen: it is there, and in use.

    Raises:
        ChoiceUnknown: it may not.
    """
    c = choices.table.c
    found = tx.execute(select(c.archived_at).where(c.name == name)).one_or_none()
    if found is None or found.archived_at is not None:
        raise ChoiceUnknown(choices, name, names_in_use(tx, choices), archived=found is not None)


def _selected(choices: ChoiceList) -> Select[*tuple[Any, ...]]:
    c = choices.table.c
    tag = tag_of(choices.table).label("etag")
    return select(c.id, c.name, c.label, c.archived_at, c.version, tag, c.created_at, c.updated_at)
