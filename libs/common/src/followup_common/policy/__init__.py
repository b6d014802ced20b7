"""The rules of escalation: pure functions that take `now` and know neither database nor broker."""

from followup_common.policy.calendar import ALWAYS_OPEN, BeyondHorizon, Calendar, NeverOpen, WorkingTime
from followup_common.policy.clock import Placement, place
from followup_common.policy.hours import HoursOverlap, Range, Span, WorkingHours
from followup_common.policy.lifecycle import Command, State
from followup_common.policy.models import Admins, Audience, OnTheLine, Policy, Severity, Step
from followup_common.policy.routing import Directory, Fallback, Person, Recipient, line, recipients, sight

__all__ = [
    "ALWAYS_OPEN",
    "Admins",
    "Audience",
    "BeyondHorizon",
    "Calendar",
    "Command",
    "Directory",
    "Fallback",
    "HoursOverlap",
    "NeverOpen",
    "OnTheLine",
    "Person",
    "Placement",
    "Policy",
    "Range",
    "Recipient",
    "Severity",
    "Span",
    "State",
    "Step",
    "WorkingHours",
    "WorkingTime",
    "line",
    "place",
    "recipients",
    "sight",
]
