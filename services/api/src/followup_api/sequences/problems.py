"""What can be wrong with a request about sequences."""

from __future__ import annotations

from followup_api.problems import Conflict, NotFound, Stale
from followup_api.sequences.schemas import Sequence


class SequenceNotFound(NotFound):
    """There is none with this id."""

    def __init__(self, sequence_id: int) -> None:
        super().__init__(f"There is no sequence {sequence_id}.")
        self.sequence_id = sequence_id


class SequenceStale(Stale):
    """Somebody has changed it since the caller read it."""

    def __init__(self, current: Sequence) -> None:
        super().__init__(current.name, current, current.etag)


class SequenceTaken(Conflict):
    """There is another one of this name."""

    def __init__(self, name: str) -> None:
        message = f"name: there is a sequence {name!r} already: choose another name, or change that one."
        super().__init__(message, errors=[("name", message)])
