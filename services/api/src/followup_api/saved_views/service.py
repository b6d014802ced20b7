"""What people do to saved views. What becomes of shared ones is in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import saved_views, users
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from followup_api.audit import Action, Trail
from followup_api.etags import Tags
from followup_api.permissions import Caller
from followup_api.problems import constraint_of
from followup_api.saved_views import queries
from followup_api.saved_views.problems import (
    SavedViewNotYours,
    SavedViewStale,
    SavedViewTaken,
    SharingNotAllowed,
    TooManySavedViews,
)
from followup_api.saved_views.schemas import (
    MOST_VIEWS,
    SavedFilters,
    SavedView,
    SavedViewCreate,
    SavedViewPatch,
)

v = saved_views.c


def create(tx: Transaction, caller: Caller, audit: Trail, body: SavedViewCreate) -> SavedView:
    """Keep a view under a name.

    Raises:
        SharingNotAllowed, SavedViewTaken, TooManySavedViews: it cannot be kept like that.
    """
    if body.shared:
        _check_sharing(caller)
    # Two at once would both be the last one: the second waits.
    tx.execute(select(users.c.id).where(users.c.id == caller.user_id).with_for_update(key_share=True))
    counted = select(func.count()).select_from(saved_views).where(v.owner_id == caller.user_id)
    if tx.execute(counted).scalar_one() >= MOST_VIEWS:
        raise TooManySavedViews
    values = {"owner_id": caller.user_id, "name": body.name, "shared": body.shared}
    with _refusing_taken(body.name):
        statement = insert(saved_views).values(**values, filters=_stored(body.filters)).returning(v.id)
        view_id = tx.execute(statement).scalar_one()
    if body.shared:
        audit(Action.SAVED_VIEW_SHARED, f"saved-views/{view_id}", name=body.name)
    return queries.get(tx, caller, view_id)


def change(
    tx: Transaction, caller: Caller, audit: Trail, view_id: int, body: SavedViewPatch, *, tags: Tags
) -> SavedView:
    """Rename a view, share it or not, or let it show something else.

    Raises:
        SavedViewNotFound, SavedViewNotYours, SavedViewStale: the caller cannot change it, or not any more.
        SharingNotAllowed, SavedViewTaken: it cannot be like that.
    """
    current = _locked(tx, caller, view_id, tags)
    wanted: dict[str, Any] = body.changes()
    if wanted.get("shared") and not current.shared:
        _check_sharing(caller)
    if "filters" in wanted:
        wanted["filters"] = _stored(body.filters)
    if not wanted:
        return current
    with _refusing_taken(wanted.get("name", current.name)):
        tx.execute(update(saved_views).where(v.id == view_id).values(wanted))
    after = queries.changed(tx, caller, view_id)
    if after.version != current.version:
        _note(audit, current, after)
    return after


def remove(tx: Transaction, caller: Caller, audit: Trail, view_id: int, *, tags: Tags) -> None:
    """Delete a view.

    Raises:
        SavedViewNotFound, SavedViewNotYours, SavedViewStale: the caller cannot, or not any more.
    """
    current = _locked(tx, caller, view_id, tags)
    tx.execute(delete(saved_views).where(v.id == view_id))
    if current.shared:
        audit(Action.SAVED_VIEW_DELETED, f"saved-views/{view_id}", name=current.name)


def _check_sharing(caller: Caller) -> None:
    if caller.role == "employee":
        raise SharingNotAllowed


def _locked(tx: Transaction, caller: Caller, view_id: int, tags: Tags) -> SavedView:
    tx.execute(select(v.id).where(v.id == view_id).with_for_update())
    current = queries.get(tx, caller, view_id)
    if not current.may_change:
        raise SavedViewNotYours(current)
    if tags is not None and current.etag not in tags:
        raise SavedViewStale(current)
    return current


def _stored(filters: SavedFilters) -> dict[str, Any]:
    return filters.model_dump(mode="json", exclude_defaults=True)


def _note(audit: Trail, before: SavedView, after: SavedView) -> None:
    if not (before.shared or after.shared):
        return
    if before.shared == after.shared:
        action = Action.SAVED_VIEW_CHANGED
    else:
        action = Action.SAVED_VIEW_SHARED if after.shared else Action.SAVED_VIEW_UNSHARED
    audit(action, f"saved-views/{after.id}", name=after.name)


@contextmanager
def _refusing_taken(name: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) != "uq_saved_views_name":
            raise
        raise SavedViewTaken(name) from None
