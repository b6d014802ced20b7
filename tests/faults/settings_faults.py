"""Faults that are none: admins change by what everything goes, while everything goes on."""

from __future__ import annotations

from random import Random

from tests.faults.injection import fault
from tests.faults.system import System


@fault("round")
def calendars_edited(system: System, rng: Random) -> None:
    """Until the end of the round: other hours, closed days, or whose calendar it is."""
    system.editors.edit_calendars(rng)


@fault("round")
def people_away(system: System, rng: Random) -> None:
    """Until the end of the round: people go, come back, and get other substitutes."""
    system.editors.let_people_be_away(rng)


@fault("round")
def work_handed_over(system: System, rng: Random) -> None:
    """Until the end of the round: open work goes to others and back, people are deactivated and return."""
    system.editors.hand_work_over(rng)


@fault("round")
def policies_published(system: System, rng: Random) -> None:
    """Until the end of the round: another version for open follow-ups too, or another order."""
    system.editors.publish_policies(rng)
