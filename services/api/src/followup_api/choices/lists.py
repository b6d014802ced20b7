"""The lists that people choose from and admins edit: kinds of follow-ups, and outcomes of completing them."""

from __future__ import annotations

from dataclasses import dataclass

from followup_common.db.tables import follow_up_kinds, outcomes
from sqlalchemy import Table

from followup_api.audit import Action
from followup_api.followups.facts import DEFAULT_KIND, DEFAULT_OUTCOME


@dataclass(frozen=True)
class ChoiceList:
    """One of the lists.

    Attributes:
        table: where its choices are.
        path: of its routes, and what the audit log says.
        noun: what one of them is called.
        plural: what several are called.
        field: of a request that names one of them.
        fixed: the name of the one that is always in use.
        created, changed, ordered: actions of the audit log.
    """

    table: Table
    path: str
    noun: str
    plural: str
    field: str
    fixed: str
    created: Action
    changed: Action
    ordered: Action


KINDS = ChoiceList(
    follow_up_kinds,
    path="follow-up-kinds",
    noun="kind of follow-up",
    plural="kinds of follow-ups",
    field="kind",
    fixed=DEFAULT_KIND,
    created=Action.KIND_CREATED,
    changed=Action.KIND_CHANGED,
    ordered=Action.KINDS_ORDERED,
)
OUTCOMES = ChoiceList(
    outcomes,
    path="outcomes",
    noun="outcome",
    plural="outcomes",
    field="outcome",
    fixed=DEFAULT_OUTCOME,
    created=Action.OUTCOME_CREATED,
    changed=Action.OUTCOME_CHANGED,
    ordered=Action.OUTCOMES_ORDERED,
)
