"""The events that services exchange: a public contract, documented in docs/asyncapi.json."""

from followup_common.contracts.envelope import (
    Envelope,
    Event,
    EventRejected,
    event_types,
    open_envelope,
    wrap,
)
from followup_common.contracts.events import (
    BatchRequested,
    CalendarsChanged,
    EscalationKey,
    EscalationsDelivered,
    EscalationsRaised,
    FollowUpReassigned,
    FollowUpsHandedOver,
    HoldsEnded,
    OutboxTick,
    PersonReturned,
    PoliciesPublished,
    SweepRequested,
    SweepTick,
)

__all__ = [
    "BatchRequested",
    "CalendarsChanged",
    "Envelope",
    "EscalationKey",
    "EscalationsDelivered",
    "EscalationsRaised",
    "Event",
    "EventRejected",
    "FollowUpReassigned",
    "FollowUpsHandedOver",
    "HoldsEnded",
    "OutboxTick",
    "PersonReturned",
    "PoliciesPublished",
    "SweepRequested",
    "SweepTick",
    "event_types",
    "open_envelope",
    "wrap",
]
