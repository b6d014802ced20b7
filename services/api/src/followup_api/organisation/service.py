"""What is done to the organisation, and what it is."""

from __future__ import annotations

from followup_common.db import Transaction
from followup_common.db.tables import organisation
from sqlalchemy import select, update

from followup_api.audit import Action, Trail
from followup_api.calendars.assigned import refuse_unusable
from followup_api.organisation.schemas import Organisation, OrganisationInput


def read(tx: Transaction) -> Organisation:
    """What holds for everybody."""
    return Organisation.model_validate(tx.execute(select(organisation.c.calendar_id)).one())


def replace(tx: Transaction, audit: Trail, body: OrganisationInput) -> Organisation:
    """Give everybody who has none another calendar. The database lets what counts by it be placed again.

    Raises:
        Invalid: there is no such calendar in use.
    """
    locked = select(organisation.c.calendar_id).with_for_update()
    before: int | None = tx.execute(locked).scalar_one()
    if body.calendar_id != before:
        refuse_unusable(tx, body.calendar_id)
        tx.execute(update(organisation).values(calendar_id=body.calendar_id))
        changes = {"calendar_id": {"from": before, "to": body.calendar_id}}
        audit(Action.ORGANISATION_CHANGED, "organisation", changes=changes)
    return Organisation(calendar_id=body.calendar_id)
