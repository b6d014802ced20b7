"""The rules of escalation: pure functions that take `now` and know neither database nor broker."""

from followup_common.policy.calendar import ALWAYS_OPEN, Calendar
from followup_common.policy.clock import Placement, place
from followup_common.policy.routing import Directory, Fallback, Person, Recipient, line, recipients, sight
from followup_common.policy.steps import Audience, Policy, Step

__all__ = [
    "ALWAYS_OPEN",
    "Audience",
    "Calendar",
    "Directory",
    "Fallback",
    "Person",
    "Placement",
    "Policy",
    "Recipient",
    "Step",
    "line",
    "place",
    "recipients",
    "sight",
]
