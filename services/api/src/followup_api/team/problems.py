"""What can be wrong with a request about a team."""

from __future__ import annotations

from followup_api.problems import Invalid


class NotTheirLine(Invalid):
    """Somebody's reports are not for the caller to see."""

    def __init__(self, user_id: int) -> None:
        super().__init__(
            "of",
            f"of {user_id} is nobody whose team you may see: leave it out for your own, or name somebody "
            "below you.",
        )


class TooManyToSort(Invalid):
    """Figures of so many people are not computed to put them in order."""

    def __init__(self, at_most: int) -> None:
        super().__init__(
            "sort",
            f"sort puts at most {at_most} people in order by a figure: use sort=name, or name a manager with "
            "of.",
        )
