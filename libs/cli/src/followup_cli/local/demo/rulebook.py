"""Adding the demo company's calendars and policies: through the API's own code, published by its admin."""

from __future__ import annotations

from followup_api.audit import Trail
from followup_api.calendars import service as calendars
from followup_api.calendars.schemas import CalendarInput
from followup_api.organisation import service as organisation
from followup_api.organisation.schemas import OrganisationInput
from followup_api.policies import service as policies
from followup_api.policies.schemas import PolicyInput, Publication
from followup_api.unit_of_work import UnitOfWork

from followup_cli.local.demo.rules import CALENDARS, EVERYBODYS, POLICIES


def add_calendars(work: UnitOfWork) -> dict[str, int]:
    """Write the calendars, one of them for everybody who has none; returns their ids by name."""
    audit = Trail(work, None)
    bodies = [CalendarInput.model_validate(each) for each in CALENDARS]
    ids = {body.name: calendars.add(work.tx, audit, body).id for body in bodies}
    organisation.replace(work.tx, audit, OrganisationInput(calendar_id=ids[EVERYBODYS]))
    return ids


def publish_policies(work: UnitOfWork, admin_id: int) -> None:
    """Put the policies into force, before anything is planned."""
    audit = Trail(work, None)
    for each in POLICIES:
        made = policies.make(work.tx, audit, PolicyInput.model_validate(each), by=admin_id)
        policies.publish(work, audit, made.id, Publication(), None, by=admin_id)
