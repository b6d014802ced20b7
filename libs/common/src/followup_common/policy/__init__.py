"""The rules of escalation: pure functions that take `now` and know neither database nor broker."""

from followup_common.policy.calendar import ALWAYS_OPEN, BeyondHorizon, Calendar, NeverOpen, WorkingTime
from followup_common.policy.clock import NOWHERE, Placement, Reached, held_back, passed, place
from followup_common.policy.holds import Held, HoldKind, Holds, holds_of
from followup_common.policy.hours import HoursOverlap, Range, Span, WorkingHours
from followup_common.policy.lifecycle import Command, State
from followup_common.policy.models import (
    Admins,
    Audience,
    HoldRules,
    OneUser,
    OnTheLine,
    Policy,
    Repeat,
    Severity,
    Step,
    Tell,
)
from followup_common.policy.routing import (
    Directory,
    Fallback,
    Person,
    Recipient,
    calendar_of,
    line,
    recipients,
    sight,
)

__all__ = [
    "ALWAYS_OPEN",
    "NOWHERE",
    "Admins",
    "Audience",
    "BeyondHorizon",
    "Calendar",
    "Command",
    "Directory",
    "Fallback",
    "Held",
    "HoldKind",
    "HoldRules",
    "Holds",
    "HoursOverlap",
    "NeverOpen",
    "OnTheLine",
    "OneUser",
    "Person",
    "Placement",
    "Policy",
    "Range",
    "Reached",
    "Recipient",
    "Repeat",
    "Severity",
    "Span",
    "State",
    "Step",
    "Tell",
    "WorkingHours",
    "WorkingTime",
    "calendar_of",
    "held_back",
    "holds_of",
    "line",
    "passed",
    "place",
    "recipients",
    "sight",
]
