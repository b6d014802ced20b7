"""What can be wrong with merging two leads or clients."""

from __future__ import annotations

from followup_api.problems import Conflict, Invalid, NotFound


class MergeNotFound(NotFound):
    """There is no such merge."""

    def __init__(self, merge_id: int) -> None:
        super().__init__(f"There is no merge {merge_id} of leads or clients.")


class NoOther(Invalid):
    """There is none with the id that `other` names."""

    def __init__(self, subject_id: int) -> None:
        super().__init__("other.id", f"There is no lead or client {subject_id}: choose another other.id.")


class SameSubject(Invalid):
    """It would be merged with itself."""

    def __init__(self) -> None:
        super().__init__("other.id", "other.id is this lead or client itself: choose another one.")


class ExternalIdsDiffer(Conflict):
    """The system that they come from takes them for two."""

    def __init__(self, kind: str, kept: str, other: str) -> None:
        message = (
            f"Both {kind}s have an external_id, {kept!r} and {other!r}: the system that they come from takes "
            "them for two. Merge them there first and empty the external_id of the one that goes, or keep "
            "both."
        )
        super().__init__(message, errors=[("other.id", message)])


class TooManyOn(Invalid):
    """More is on the one that goes than one transaction moves."""

    def __init__(self, at_most: int) -> None:
        super().__init__(
            "other.id",
            f"More than {at_most:,} follow-ups are on other.id: merge the other way round, into that one.",
        )


class MergeInMotion(Conflict):
    """Something was put on the one that goes while it was being merged."""

    def __init__(self) -> None:
        super().__init__("Nothing was merged: something is being put on it right now. Send it again.")


class UndoInMotion(Conflict):
    """Something that goes back was made while the merge was being undone."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was undone: what would go back is being worked on right now. Send it again."
        )


class MergeOver(Conflict):
    """It cannot be undone (any more)."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Nothing was undone. {why}")
