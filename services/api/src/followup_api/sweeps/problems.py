"""What can be wrong with a request about sweeps."""

from __future__ import annotations

from followup_api.problems import NotFound


class SweepNotFound(NotFound):
    """There is no sweep with this id."""

    def __init__(self, sweep_id: int) -> None:
        super().__init__(f"There is no escalation run {sweep_id}.")
