"""The rules of escalation: pure functions that take `now` and know neither database nor broker."""

from followup_common.policy.calendar import ALWAYS_OPEN, Calendar
from followup_common.policy.clock import Placement, place
from followup_common.policy.models import Admins, Audience, OnTheLine, Policy, Severity, Step
from followup_common.policy.routing import Directory, Fallback, Person, Recipient, line, recipients, sight

__all__ = [
    "ALWAYS_OPEN",
    "Admins",
    "Audience",
    "Calendar",
    "Directory",
    "Fallback",
    "OnTheLine",
    "Person",
    "Placement",
    "Policy",
    "Recipient",
    "Severity",
    "Step",
    "line",
    "place",
    "recipients",
    "sight",
]
