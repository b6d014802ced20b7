"""What can be wrong with a request about leads and clients."""

from __future__ import annotations

from followup_api.problems import Conflict, NotFound, Stale
from followup_api.subjects.schemas import SubjectDetails


class SubjectTaken(Conflict):
    """Another lead or client of this kind has the external id."""

    def __init__(self, kind: str, external_id: str | None) -> None:
        message = f"external_id {external_id!r} belongs to another {kind}: use that one, or choose another."
        super().__init__(message, errors=[("external_id", message)])


class SubjectInMotion(Conflict):
    """The lead or client with an external id gets another one whenever it is looked for."""

    def __init__(self, external_id: str | None) -> None:
        super().__init__(
            f"The lead or client {external_id!r} is being changed right now: send the request again."
        )


class SubjectNotFound(NotFound):
    """There is no lead or client with this id."""

    def __init__(self, subject_id: int) -> None:
        super().__init__(f"There is no lead or client {subject_id}.")


class SubjectStale(Stale):
    """Somebody has changed it since the caller read it."""

    def __init__(self, current: SubjectDetails) -> None:
        super().__init__(current.name, current, current.etag)
