"""Narrowing lists to follow-ups that something holds now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from followup_common.db.tables import escalation_states, follow_ups, holds
from followup_common.policy import HoldKind
from sqlalchemy import ColumnElement, func, or_, select

f, h = follow_ups.c, holds.c
HeldBy = Literal["waiting", "snoozed", "acknowledged"]
KINDS: Mapping[HeldBy, HoldKind] = {
    "waiting": HoldKind.WAIT,
    "snoozed": HoldKind.SNOOZE,
    "acknowledged": HoldKind.ACKNOWLEDGE,
}


def is_held(by: HeldBy) -> ColumnElement[bool]:
    """SQL that holds for follow-ups that something of a kind holds now."""
    state = escalation_states.alias("held_state")
    of_run = or_(h.kind == HoldKind.WAIT, h.run == state.c.run)
    found = (
        select(h.follow_up_id)
        .join(state, state.c.follow_up_id == h.follow_up_id)
        .where(h.ended_at.is_(None), h.until > func.now(), h.kind == KINDS[by], of_run, state.c.is_open)
    )
    return f.id.in_(found)
