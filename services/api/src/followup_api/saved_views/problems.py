"""What can be wrong with a request about saved views."""

from __future__ import annotations

from followup_api.problems import Conflict, Forbidden, Invalid, NotFound, Stale
from followup_api.saved_views.schemas import MOST_VIEWS, SavedView


class SavedViewNotFound(NotFound):
    """There is none with this id, or it is somebody else's and not shared."""

    def __init__(self, view_id: int) -> None:
        super().__init__(f"There is no saved view {view_id} that you can see.")


class SavedViewStale(Stale):
    """Somebody has changed it since the caller read it."""

    def __init__(self, current: SavedView) -> None:
        super().__init__(current.name, current, current.etag)


class SavedViewNotYours(Forbidden):
    """Its owner and admins change a shared view."""

    def __init__(self, view: SavedView) -> None:
        super().__init__(f"This view is {view.owner.name}'s: save it under a name of your own, or ask them.")


class SharingNotAllowed(Forbidden):
    """Everybody has what is shared in their list."""

    def __init__(self) -> None:
        super().__init__(
            "shared: managers and admins share views: keep it for yourself, or ask your manager."
        )


class SavedViewTaken(Conflict):
    """The owner has another view of this name."""

    def __init__(self, name: str) -> None:
        message = f"name: there is a view {name!r} already: choose another name, or change that one."
        super().__init__(message, errors=[("name", message)])


class TooManySavedViews(Invalid):
    """One person has only so many."""

    def __init__(self) -> None:
        super().__init__("name", f"name: you have {MOST_VIEWS} views: delete one first.")
