"""What the list and the counts of open escalations are narrowed to, as SQL."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.db.tables import escalation_states, follow_ups, policy_versions
from sqlalchemy import ColumnElement, any_, exists, func, literal, select

from followup_api.escalations.schemas import EscalationFilters
from followup_api.followups.facts import conditions

es, pv = escalation_states.c, policy_versions.c


def narrowed_by(filters: EscalationFilters) -> list[ColumnElement[bool]]:
    """SQL that holds for the escalation states that filters by policy and facts leave; none without any."""
    return list(_conditions(filters))


def _conditions(filters: EscalationFilters) -> Iterator[ColumnElement[bool]]:
    if filters.policy_id is not None:
        # As an array, which is read once: with a join PostgreSQL guesses how many follow-ups a version has.
        wanted = literal(filters.policy_id, literal_execute=True)
        of_policy = select(pv.id).where(pv.policy_id == wanted)
        yield es.policy_version_id == any_(func.array(of_policy.scalar_subquery()))
    facts = list(conditions(filters))
    if facts:
        of_state = follow_ups.c.id == es.follow_up_id
        yield exists(select(follow_ups.c.id).where(of_state, *facts).correlate(escalation_states))
