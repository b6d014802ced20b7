"""What can be wrong with a request about series."""

from __future__ import annotations

from followup_api.problems import Conflict, Invalid, NotFound, Stale
from followup_api.series.schemas import Series


class SeriesNotFound(NotFound):
    """There is none with this id, or it is out of the caller's sight."""

    def __init__(self, series_id: int) -> None:
        super().__init__(f"There is no series {series_id} among those that you may see.")
        self.series_id = series_id


class SeriesStale(Stale):
    """Somebody has changed it since the caller read it, or the next one was made."""

    def __init__(self, current: Series) -> None:
        super().__init__(f"Series {current.id}", current, current.etag)


class SeriesOver(Conflict):
    """Nothing comes after any more."""

    def __init__(self, series_id: int) -> None:
        super().__init__(f"Series {series_id} has ended: let a follow-up repeat, which begins another one.")
        self.series_id = series_id


class RepeatsAlready(Conflict):
    """A follow-up is of a series already."""

    def __init__(self, follow_up_id: int, series_id: int) -> None:
        super().__init__(
            f"Follow-up {follow_up_id} is one of series {series_id} already: change or end that first."
        )
        self.follow_up_id = follow_up_id


class RepeatsNever(Invalid):
    """Nothing would come after the first one."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"repeats.{field}", f"repeats: {message}")
