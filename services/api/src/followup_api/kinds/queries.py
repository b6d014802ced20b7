"""SQL of kinds of follow-ups."""

from __future__ import annotations

from collections.abc import Sequence

from followup_common import tags
from followup_common.db import Transaction
from followup_common.db.tables import follow_up_kinds
from sqlalchemy import select

from followup_api.etags import tag_of
from followup_api.fields import as_read
from followup_api.kinds.problems import KindNotFound, KindUnknown
from followup_api.kinds.schemas import Kind, KindQuery
from followup_api.pagination import Page, paginate

k = follow_up_kinds.c
TAG = tag_of(follow_up_kinds)
KINDS = select(
    *(k.id, k.name, k.label, k.archived_at, k.version, TAG.label("etag"), k.created_at, k.updated_at)
)


def page(tx: Transaction, query: KindQuery) -> Page[Kind]:
    """Those in use in their order, or the archived ones by label."""
    if query.archived:
        archived = KINDS.where(k.archived_at.is_not(None))
        return Page[Kind].of(paginate(tx, archived, (as_read(k.label), k.id), query))
    in_use = KINDS.add_columns(k.position).where(k.archived_at.is_(None))
    return Page[Kind].of(paginate(tx, in_use, (k.position, k.id), query))


def get(tx: Transaction, kind_id: int) -> Kind:
    """One kind.

    Raises:
        KindNotFound: there is none.
    """
    row = tx.execute(KINDS.where(k.id == kind_id)).one_or_none()
    if row is None:
        raise KindNotFound(kind_id)
    return Kind.model_validate(row)


def names_in_use(tx: Transaction) -> Sequence[str]:
    """Names of the kinds in use, in their order."""
    return tx.execute(select(k.name).where(k.archived_at.is_(None)).order_by(k.position)).scalars().all()


def kinds_as_written(tx: Transaction) -> dict[str, str]:
    """Each kind, archived or not, by how its name and its label are read."""
    kinds = tx.execute(select(k.name, k.label).order_by(k.archived_at.is_not(None).desc())).all()
    return {tags.as_read(kind.label): kind.name for kind in kinds} | {
        tags.as_read(kind.name): kind.name for kind in kinds
    }


def check_kind(tx: Transaction, name: str) -> None:
    """Make sure that follow-ups may become one of a kind: it is there, and in use.

    Raises:
        KindUnknown: they may not.
    """
    found = tx.execute(select(k.archived_at).where(k.name == name)).one_or_none()
    if found is None or found.archived_at is not None:
        raise KindUnknown(name, names_in_use(tx), archived=found is not None)
