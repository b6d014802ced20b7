"""SQL of saved views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import saved_views, users
from pydantic import ValidationError
from sqlalchemy import Select, and_, func, literal, or_, select

from followup_api.etags import tag_of
from followup_api.fields import as_read
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.permissions import Caller
from followup_api.rows import Record
from followup_api.saved_views.problems import SavedViewNotFound
from followup_api.saved_views.schemas import SavedFilters, SavedView

v = saved_views.c


def page(tx: Transaction, caller: Caller, query: PageQuery) -> Page[SavedView]:
    """Those that somebody has, by name."""
    found = paginate(tx, _seen_by(caller), (as_read(v.name), v.id), query)
    return Page[SavedView].of(found, map(_shown, found.rows))


def get(tx: Transaction, caller: Caller, view_id: int) -> SavedView:
    """One that somebody has.

    Raises:
        SavedViewNotFound: they have not.
    """
    row = tx.execute(_seen_by(caller).where(v.id == view_id)).one_or_none()
    if row is None:
        raise SavedViewNotFound(view_id)
    return _shown(row)


def changed(tx: Transaction, caller: Caller, view_id: int) -> SavedView:
    """One that somebody has just changed; they may have taken it from themselves."""
    return _shown(tx.execute(_as_of(caller).where(v.id == view_id)).one())


def _shown(row: Record) -> SavedView:
    shown = {name: getattr(row, name) for name in SavedView.model_fields}
    return SavedView.model_validate({**shown, "filters": _understood(row.filters)})


def _understood(kept: Mapping[str, Any]) -> SavedFilters:
    """Filters as far as this version knows them: while another one takes over, it may have written more, and
    one view must not keep people from all others."""
    known = {name: value for name, value in kept.items() if name in SavedFilters.model_fields}
    try:
        return SavedFilters.model_validate(known)
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors() if each["loc"]}
        return _understood({name: value for name, value in known.items() if wrong and name not in wrong})


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
