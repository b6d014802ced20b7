"""What can be wrong with a request about kinds of follow-ups."""

from __future__ import annotations

from collections.abc import Sequence

from followup_api.kinds.schemas import MOST_KINDS, Kind
from followup_api.problems import Conflict, Invalid, NotFound, Stale


class KindNotFound(NotFound):
    """There is no kind of follow-up with this id."""

    def __init__(self, kind_id: int) -> None:
        super().__init__(f"There is no kind of follow-up {kind_id}.")
        self.kind_id = kind_id


class KindStale(Stale):
    """Somebody has changed it since the caller read it."""

    def __init__(self, current: Kind) -> None:
        super().__init__(current.label, current, current.etag)


class KindTaken(Conflict):
    """Another kind has the label, or the name that would be made of it."""

    def __init__(self, label: str) -> None:
        message = (
            f"label {label!r} belongs to another kind of follow-up: use that one (bring it back if it is "
            "archived), or choose another label."
        )
        super().__init__(message, errors=[("label", message)])


class KindNeeded(Invalid):
    """The default kind cannot be archived."""

    def __init__(self, label: str) -> None:
        super().__init__(
            "archived", f"archived: {label} is what follow-ups are that say nothing else: rename it instead."
        )


class TooManyKinds(Invalid):
    """There are as many as a list can have."""

    def __init__(self) -> None:
        super().__init__("label", f"label: there are {MOST_KINDS} kinds in use: archive one first.")


class WrongOrder(Invalid):
    """An order that does not name each kind in use once."""

    def __init__(self, expected: Sequence[int]) -> None:
        named = ", ".join(map(str, expected))
        super().__init__("ids", f"ids are to be each kind in use once, in any order: {named}.")


class KindUnknown(Invalid):
    """No follow-up can be of this kind."""

    def __init__(self, name: str, known: Sequence[str], *, archived: bool) -> None:
        why = "is archived" if archived else "is unknown"
        super().__init__("kind", f"kind {name!r} {why}: use {', '.join(known[:-1])} or {known[-1]}.")
