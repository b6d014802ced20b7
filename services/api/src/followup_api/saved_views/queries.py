"""SQL of saved views."""

from __future__ import annotations

from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import saved_views, users
from sqlalchemy import Select, and_, func, literal, or_, select

from followup_api.etags import tag_of
from followup_api.fields import as_read
from followup_api.pagination import Page, paginate
from followup_api.permissions import Caller
from followup_api.saved_views.problems import SavedViewNotFound
from followup_api.saved_views.schemas import SavedView, SavedViewQuery

v = saved_views.c


def page(tx: Transaction, caller: Caller, query: SavedViewQuery) -> Page[SavedView]:
    """Those that somebody has, by name."""
    return Page[SavedView].of(paginate(tx, _seen_by(caller), (as_read(v.name), v.id), query))


def get(tx: Transaction, caller: Caller, view_id: int) -> SavedView:
    """One that somebody has.

    Raises:
        SavedViewNotFound: they have not.
    """
    row = tx.execute(_seen_by(caller).where(v.id == view_id)).one_or_none()
    if row is None:
        raise SavedViewNotFound(view_id)
    return SavedView.model_validate(row)


def changed(tx: Transaction, caller: Caller, view_id: int) -> SavedView:
    """One that somebody has just changed; they may have taken it from themselves."""
    return SavedView.model_validate(tx.execute(_as_of(caller).where(v.id == view_id)).one())


def _seen_by(caller: Caller) -> Select[*tuple[Any, ...]]:
    return _as_of(caller).where(or_(v.owner_id == caller.user_id, v.shared))


def _as_of(caller: Caller) -> Select[*tuple[Any, ...]]:
    is_admin = literal(caller.role == "admin")
    return select(
        *(v.id, v.name, v.shared, v.filters, v.version, v.created_at, v.updated_at),
        func.jsonb_build_object("id", users.c.id, "name", users.c.name).label("owner"),
        or_(v.owner_id == caller.user_id, and_(v.shared, is_admin)).label("may_change"),
        tag_of(saved_views).label("etag"),
    ).join(users, users.c.id == v.owner_id)
